/**
 * How state keeps an exact number in one f64 cell: a safe integer stands for itself; anything else is a code, a number that no safe integer equals, so that
 * one comparison with `greatestExact` tells the two apart. NaN is "no value yet" (an accumulator that has seen no row).
 */
export const greatestExact = Number.MAX_SAFE_INTEGER;
/** NULL, in keys and sorted rows. */
export const nullCode = 2 ** 54;
const firstWide = 2 ** 55;
/** Doubles between 2^55 and 2^56 are 8 apart. */
const wideStep = 8;

export function isWideCode(code: number): boolean {
  return code >= firstWide || code <= -firstWide;
}

export function isExact(value: bigint): boolean {
  return value <= 9007199254740991n && value >= -9007199254740991n;
}

/**
 * Integers beyond 2^53 of one table. A code may be negative, so that a cell that keeps a least value loses every comparison against a plain number, as a
 * positive one does in a cell that keeps a greatest value: fast code then always asks.
 */
export class IntegerCodes {
  readonly #values: (bigint | null)[] = [];
  readonly #free: number[] = [];
  readonly #interned = new Map<bigint, number>();

  /** A cell for a value: the number itself, or a code of its own that must be released. */
  cell(value: bigint, sign: 1 | -1 = 1): number {
    if (isExact(value)) return Number(value);
    const at = this.#free.pop() ?? this.#values.length;
    this.#values[at] = value;
    return sign * (firstWide + at * wideStep);
  }

  /** A cell for a key: equal values have equal codes. Never released; keys beyond 2^53 are rare, and mostly stay. */
  interned(value: bigint): number {
    if (isExact(value)) return Number(value);
    const known = this.#interned.get(value);
    if (known !== undefined) return known;
    const code = this.cell(value);
    this.#interned.set(value, code);
    return code;
  }

  value(cell: number): bigint {
    if (!isWideCode(cell)) return BigInt(cell);
    return this.#values[(Math.abs(cell) - firstWide) / wideStep] as bigint;
  }

  release(cell: number): void {
    if (!isWideCode(cell)) return;
    const at = (Math.abs(cell) - firstWide) / wideStep;
    this.#values[at] = null;
    this.#free.push(at);
  }

  get bytes(): number {
    return this.#values.length * 32;
  }
}

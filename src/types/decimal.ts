import type {SqlType} from './sql-type.ts';

/** A DECIMAL holds at most this many digits. */
export const maxDecimalPrecision = 38;
/** Division and overlong results keep at least this many digits of the fraction, where there are so many. */
const leastAdjustedScale = 6;
/** Beyond such an exponent a number is nothing or does not fit, and no power of ten of that size is ever computed. */
const greatestExponent = 10_000;

export interface Decimal {
  readonly unscaled: bigint;
  readonly scale: number;
}

export type DecimalOperator = '+' | '-' | '*' | '/' | '%';

/** A decimal as SQL, JSON and Java write it, with an optional exponent; null when the text is none. No blanks around it. A negative scale never occurs. */
export function parseDecimal(text: string): Decimal | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/.exec(text);
  if (match === null) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+(?=\d)/, '');
  if (digits === '') return null;
  const magnitude = BigInt(digits);
  const scale = fraction.length - Number(exponent);
  if (Math.abs(scale) > greatestExponent && Math.abs(Number(exponent)) > greatestExponent) {
    return scale > 0 || magnitude === 0n ? {unscaled: 0n, scale: 0} : null;
  }
  const unscaled = sign === '-' ? -magnitude : magnitude;
  return scale >= 0 ? {unscaled, scale} : {unscaled: unscaled * powerOfTen(-scale), scale: 0};
}

const powers: bigint[] = [];
for (let exponent = 0, power = 1n; exponent <= 2 * maxDecimalPrecision; exponent++, power *= 10n) powers.push(power);

export function powerOfTen(exponent: number): bigint {
  return powers[exponent] ?? 10n ** BigInt(exponent);
}

/** Rounds halves away from zero, as Java's HALF_UP. */
export function divideRounded(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const rest = dividend % divisor;
  if (rest === 0n) return quotient;
  const isHalf = absolute(rest) * 2n >= absolute(divisor);
  if (!isHalf) return quotient;
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n;
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** The same number with another scale; dropped digits round HALF_UP. */
export function rescale(unscaled: bigint, from: number, to: number): bigint {
  if (from === to) return unscaled;
  return from < to ? unscaled * powerOfTen(to - from) : divideRounded(unscaled, powerOfTen(from - to));
}

/** The part before the decimal point, towards zero. */
export function truncateDecimal(unscaled: bigint, scale: number): bigint {
  return scale === 0 ? unscaled : unscaled / powerOfTen(scale);
}

export function fitsPrecision(unscaled: bigint, precision: number): boolean {
  const limit = powerOfTen(precision);
  return unscaled < limit && unscaled > -limit;
}

/** Plain, never with an exponent: `-0.05`. */
export function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return String(unscaled);
  const digits = String(absolute(unscaled)).padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** Java's `BigDecimal.toString`: as `decimalText`, but with an exponent for very small numbers (`1E-7`, `0E-8`). */
export function scientificDecimalText(unscaled: bigint, scale: number): string {
  const digits = String(absolute(unscaled));
  const exponent = digits.length - 1 - scale;
  if (exponent >= -6) return decimalText(unscaled, scale);
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`;
  return `${unscaled < 0n ? '-' : ''}${mantissa}E${exponent}`;
}

/** The nearest double. */
export function decimalToNumber(unscaled: bigint, scale: number): number {
  if (scale <= 22 && unscaled <= 9007199254740991n && unscaled >= -9007199254740991n) return Number(unscaled) / 10 ** scale;
  return Number(`${unscaled}e-${scale}`);
}

/** A number as DECIMAL(precision, scale), by its shortest text, as Java's `BigDecimal.valueOf`; null when it does not fit or is not finite. */
export function decimalOfNumber(value: number, precision: number, scale: number): bigint | null {
  if (!Number.isFinite(value)) return null;
  const exact = parseDecimal(String(value));
  if (exact === null) return null;
  const unscaled = rescale(exact.unscaled, exact.scale, scale);
  return fitsPrecision(unscaled, precision) ? unscaled : null;
}

/** A decimal type's digits; integers count as the DECIMAL that holds them all. Null for anything else. */
export function asDecimal(type: SqlType): {readonly precision: number; readonly scale: number} | null {
  if (type.kind === 'DECIMAL') return {precision: type.precision, scale: type.scale};
  const precision = integerDigits[type.kind];
  return precision === undefined ? null : {precision, scale: 0};
}

const integerDigits: Readonly<Partial<Record<SqlType['kind'], number>>> = {TINYINT: 3, SMALLINT: 5, INT: 10, BIGINT: 19};

export function decimalType(precision: number, scale: number, nullable: boolean): SqlType {
  return {kind: 'DECIMAL', precision, scale, nullable};
}

/**
 * Above 38 digits the fraction gives way, so that the digits before the point stay, but not below six digits of it. What has too many digits even so is NULL,
 * and then the type says so.
 */
function adjusted(precision: number, scale: number, nullable: boolean): SqlType {
  if (precision <= maxDecimalPrecision) return decimalType(precision, scale, nullable);
  const kept = Math.max(maxDecimalPrecision - (precision - scale), Math.min(scale, leastAdjustedScale));
  return decimalType(maxDecimalPrecision, kept, true);
}

/** The type of `left operator right`, both DECIMAL or integers of which one at least is DECIMAL. Nullable when either is, or when it may have too many digits. */
export function decimalResultType(operator: DecimalOperator, left: SqlType, right: SqlType): SqlType {
  const first = asDecimal(left);
  const second = asDecimal(right);
  const nullable = left.nullable || right.nullable;
  if (first === null || second === null) return decimalType(maxDecimalPrecision, 18, nullable);
  const firstWhole = first.precision - first.scale;
  const secondWhole = second.precision - second.scale;
  const greaterScale = Math.max(first.scale, second.scale);
  switch (operator) {
    case '+':
    case '-':
      return adjusted(Math.max(firstWhole, secondWhole) + greaterScale + 1, greaterScale, nullable);
    case '*':
      return adjusted(first.precision + second.precision + 1, first.scale + second.scale, nullable);
    case '/': {
      const scale = Math.max(leastAdjustedScale, first.scale + second.precision + 1);
      return adjusted(firstWhole + second.scale + scale, scale, nullable);
    }
    case '%':
      return adjusted(Math.min(firstWhole, secondWhole) + greaterScale, greaterScale, nullable);
  }
}

/**
 * `left operator right` in the result's scale, HALF_UP; null when it has more digits than the result's type holds. Division rounds to 38 digits first and to
 * the scale then, as Flink does. The divisor is not zero.
 */
export function computeDecimal(
  operator: DecimalOperator,
  left: Decimal,
  right: Decimal,
  result: {readonly precision: number; readonly scale: number},
): bigint | null {
  const exact = operator === '/' ? divide(left, right) : exactResult(operator, left, right);
  const unscaled = rescale(exact.unscaled, exact.scale, result.scale);
  return fitsPrecision(unscaled, result.precision) ? unscaled : null;
}

function exactResult(operator: Exclude<DecimalOperator, '/'>, left: Decimal, right: Decimal): Decimal {
  if (operator === '*') return {unscaled: left.unscaled * right.unscaled, scale: left.scale + right.scale};
  const scale = Math.max(left.scale, right.scale);
  const first = rescale(left.unscaled, left.scale, scale);
  const second = rescale(right.unscaled, right.scale, scale);
  if (operator === '+') return {unscaled: first + second, scale};
  if (operator === '-') return {unscaled: first - second, scale};
  return {unscaled: first % second, scale};
}

/** The quotient rounded to 38 significant digits. */
function divide(left: Decimal, right: Decimal): Decimal {
  // The quotient of the unscaled numbers has at least so many digits before its point (it may have one more).
  const wholeDigits = String(absolute(left.unscaled)).length - String(absolute(right.unscaled)).length;
  for (let shift = maxDecimalPrecision - wholeDigits; ; shift--) {
    const unscaled =
      shift >= 0
        ? divideRounded(left.unscaled * powerOfTen(shift), right.unscaled)
        : divideRounded(left.unscaled, right.unscaled * powerOfTen(-shift));
    if (fitsPrecision(unscaled, maxDecimalPrecision)) {
      const scale = left.scale - right.scale + shift;
      return scale >= 0 ? {unscaled, scale} : {unscaled: unscaled * powerOfTen(-scale), scale: 0};
    }
  }
}

import {isUtf8} from 'node:buffer';

/** Longer texts are checked as a whole, which costs as much as looking at so many bytes. */
const shortBytes = 48;
/** Types that hold themselves go no deeper. */
const greatestDepth = 128;

/**
 * Reads Avro's binary form out of bytes (engine memory, mostly). Nothing throws: the first fault stays in `fault`, and what is read after it is 0 or empty. Whoever reads in a loop
 * asks for it.
 */
export class Cursor {
  at = 0;
  end = 0;
  /** Why the bytes are no record: `the record ends inside a string`. Null while all is well. */
  fault: string | null = null;
  /** Why the value just read does not fit the column, though the bytes are right and reading may go on. */
  misfit: string | null = null;
  /** Why the record is no row of the table, though its bytes are right. */
  rejection: string | null = null;
  /** What the last `long` read when it gave NaN: a whole number beyond those that are exact as f64. */
  wide = 0n;
  /** The bytes that `text` or `blob` read last. */
  start = 0;
  length = 0;
  /** The last text may stand between JSON quotes as it is. */
  isPlain = false;
  depth = 0;
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #buffer: Buffer;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  begin(start: number, end: number): void {
    this.at = start;
    this.end = end;
    this.fault = null;
    this.misfit = null;
    this.rejection = null;
    this.depth = 0;
  }

  fail(fault: string): void {
    this.fault ??= fault;
    this.at = this.end;
  }

  /** A whole number; NaN when it is not exact as f64: then it is in `wide`. */
  long(): number {
    const {at} = this;
    if (at < this.end) {
      const byte = this.bytes[at] as number;
      if (byte < 0x80) {
        this.at = at + 1;
        return (byte >>> 1) ^ -(byte & 1);
      }
    }
    return this.#longVariable();
  }

  #longVariable(): number {
    const {bytes, end} = this;
    let {at} = this;
    let value = 0;
    let weight = 1;
    // Seven bytes are 49 bits, and exact.
    for (let count = 0; count < 7; count++) {
      if (at >= end) return this.#endsInside('a number');
      const byte = bytes[at++] as number;
      value += (byte & 0x7f) * weight;
      if (byte < 0x80) {
        this.at = at;
        return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      }
      weight *= 128;
    }
    let whole = BigInt(value);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      if (at >= end) return this.#endsInside('a number');
      const byte = bytes[at++] as number;
      whole |= BigInt(byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      if (whole >= 1n << 64n) break;
      this.at = at;
      this.wide = whole & 1n ? -((whole + 1n) >> 1n) : whole >> 1n;
      const number = Number(this.wide);
      return Number.isSafeInteger(number) ? number : Number.NaN;
    }
    this.fail('a number has more than 64 bits');
    return 0;
  }

  #endsInside(what: string): number {
    this.fail(`the record ends inside ${what}`);
    return 0;
  }

  int(): number {
    const value = this.long();
    if (value === (value | 0)) return value;
    this.fail('an int has more than 32 bits');
    return 0;
  }

  /** Passes a number over: what follows decides nothing but its end. */
  skipLong(): void {
    const {bytes, end} = this;
    let {at} = this;
    while (at < end && (bytes[at] as number) >= 0x80) at++;
    if (at >= end) this.#endsInside('a number');
    else if (at - this.at > 9) this.fail('a number has more than 64 bits');
    else this.at = at + 1;
  }

  boolean(): number {
    if (this.at >= this.end) return this.#endsInside('a boolean');
    const byte = this.bytes[this.at++] as number;
    if (byte > 1) this.fail(`a boolean is ${byte}`);
    return byte & 1;
  }

  float(): number {
    if (this.end - this.at < 4) return this.#endsInside('a float');
    this.at += 4;
    return this.#view.getFloat32(this.at - 4, true);
  }

  double(): number {
    if (this.end - this.at < 8) return this.#endsInside('a double');
    this.at += 8;
    return this.#view.getFloat64(this.at - 8, true);
  }

  /** Bytes with their length before them. */
  blob(): void {
    const length = this.long();
    if (length >= 0 && length <= this.end - this.at) {
      this.fixed(length);
      return;
    }
    this.fail(length < 0 ? `a length is ${length}` : 'the record ends inside bytes or a text');
    this.start = this.at;
    this.length = 0;
  }

  /** So many bytes. */
  fixed(size: number): void {
    this.start = this.at;
    this.length = size;
    if (size <= this.end - this.at) this.at += size;
    else {
      this.fail('the record ends inside bytes of fixed length');
      this.length = 0;
    }
  }

  /** A text, which must be UTF-8. */
  text(): void {
    this.blob();
    const {bytes, start, length} = this;
    this.isPlain = false;
    if (length > shortBytes) return this.#checkText();
    let isPlain = true;
    const end = start + length;
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte > 0x7f) return this.#checkText();
      if (byte < 0x20 || byte === 0x22 || byte === 0x5c) isPlain = false;
    }
    this.isPlain = isPlain;
  }

  #checkText(): void {
    if (!isUtf8(this.#buffer.subarray(this.start, this.start + this.length))) this.fail('a text is not valid UTF-8');
  }

  /**
   * The number of elements of the next block of an array or a map; 0 at its end. No more than can be there, so that nobody waits for elements of no bytes.
   */
  block(): number {
    let count = this.long();
    if (count < 0) {
      count = -count;
      this.skipLong();
    }
    if (count <= this.end - this.at) return count;
    this.fail(`an array or map says that it has ${Number.isNaN(count) ? 'too many' : count} elements, and there are fewer bytes`);
    return 0;
  }

  /** False when types that hold themselves go too deep. */
  enter(): boolean {
    if (++this.depth <= greatestDepth) return true;
    this.fail('records are nested too deeply');
    return false;
  }

  leave(): void {
    this.depth--;
  }

  string(): string {
    return this.#buffer.toString('utf8', this.start, this.start + this.length);
  }

  /** The bytes read last as a whole number, the most significant one first; NaN when it is in `wide`. */
  unscaled(): number {
    const {bytes, start, length} = this;
    if (length === 0) return 0;
    const end = start + length;
    const isNegative = (bytes[start] as number) >= 0x80;
    if (length <= 6) {
      let value = 0;
      for (let at = start; at < end; at++) value = value * 256 + (bytes[at] as number);
      return isNegative ? value - 256 ** length : value;
    }
    let whole = 0n;
    for (let at = start; at < end; at++) whole = (whole << 8n) | BigInt(bytes[at] as number);
    this.wide = isNegative ? whole - (1n << BigInt(8 * length)) : whole;
    const number = Number(this.wide);
    return Number.isSafeInteger(number) ? number : Number.NaN;
  }
}

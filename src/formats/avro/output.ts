const firstBytes = 65_536;

/** Bytes in Avro's binary form, one value after the other. */
export class Output {
  bytes = new Uint8Array(firstBytes);
  at = 0;
  #view = new DataView(this.bytes.buffer);

  /** Makes room for so many more bytes. */
  #need(count: number): void {
    if (this.at + count <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.bytes.length, this.at + count));
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
    this.#view = new DataView(larger.buffer);
  }

  written(): Uint8Array {
    return this.bytes.subarray(0, this.at);
  }

  byte(value: number): void {
    this.#need(1);
    this.bytes[this.at++] = value;
  }

  /** A whole number, of int and long alike. */
  long(value: number): void {
    if (value > 2 ** 51 || value < -(2 ** 51)) return this.wide(BigInt(value));
    this.#need(10);
    let rest = value >= 0 ? value * 2 : -value * 2 - 1;
    while (rest >= 0x80) {
      this.bytes[this.at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.at++] = rest;
  }

  wide(value: bigint): void {
    this.#need(10);
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    while (rest >= 0x80n) {
      this.bytes[this.at++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.bytes[this.at++] = Number(rest);
  }

  float(value: number): void {
    this.#need(4);
    this.#view.setFloat32(this.at, value, true);
    this.at += 4;
  }

  double(value: number): void {
    this.#need(8);
    this.#view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  /** So many bytes as they are. */
  raw(bytes: Uint8Array, start: number, length: number): void {
    this.#need(length);
    if (length > 24) this.bytes.set(bytes.subarray(start, start + length), this.at);
    else for (let index = 0; index < length; index++) this.bytes[this.at + index] = bytes[start + index] as number;
    this.at += length;
  }

  /** Bytes or a text with the length before it. */
  blob(bytes: Uint8Array, start: number, length: number): void {
    this.long(length);
    this.raw(bytes, start, length);
  }
}

import {fail} from '../base/problem.ts';

/** Writes a binary image: little-endian, in the order of the calls. */
export class ImageWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  u8(value: number): void {
    this.#reserve(1);
    this.#view.setUint8(this.#length, value);
    this.#length += 1;
  }
  u32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }
  f64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }
  /** Length, then bytes. */
  bytes(bytes: Uint8Array): void {
    this.u32(bytes.length);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }
  text(text: string): void {
    this.bytes(new TextEncoder().encode(text));
  }
  list(numbers: readonly number[]): void {
    this.u32(numbers.length);
    for (const number of numbers) this.u32(number);
  }
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + size));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** Reads what an ImageWriter wrote; an image that ends too early is a problem, not an exception of the platform. */
export class ImageReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }
  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }
  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }
  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }
  bytes(): Uint8Array {
    const length = this.u32();
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }
  text(): string {
    return new TextDecoder().decode(this.bytes());
  }
  list(): number[] {
    const length = this.u32();
    return Array.from({length}, () => this.u32());
  }

  #take(size: number): number {
    const at = this.#at;
    if (at + size > this.#bytes.length) throw damaged('it ends too early');
    this.#at = at + size;
    return at;
  }
}

/** An image that cannot be loaded. */
export function damaged(why: string): Error {
  return fail('environment', 'damaged-state', `saved state cannot be read: ${why}`);
}

/** A state structure: everything that is kept between batches implements it. */
export interface SavedState {
  /** What it holds, in bytes of memory. */
  readonly bytes: number;
  /** How many rows it holds; absent: it does not hold rows. */
  readonly liveRows?: number;
  /** All of it, or what changed since the last save; either way nothing is marked as changed afterwards. */
  save(what: 'full' | 'changes', image: ImageWriter): void;
  /** A full image first, then images of changes in order. */
  load(image: ImageReader): void;
  /** Between two steps, when nothing is on its way: puts in order what need not be so all the time. */
  tidy?(): void;
}

/**
 * Cuts the output of one process into whole lines, so that lines of several can share a stream without mixing. What comes after the last line end waits for the
 * rest of its line. Bytes are never decoded.
 */
export class LineCutter {
  readonly #write: (lines: Uint8Array) => void;
  #rest: Uint8Array[] = [];

  constructor(write: (lines: Uint8Array) => void) {
    this.#write = write;
  }

  add(bytes: Uint8Array): void {
    const end = bytes.lastIndexOf(10) + 1;
    if (end === 0) {
      if (bytes.length > 0) this.#rest.push(bytes);
      return;
    }
    const lines = bytes.subarray(0, end);
    this.#write(this.#rest.length === 0 ? lines : Buffer.concat([...this.#rest, lines]));
    this.#rest = end === bytes.length ? [] : [bytes.subarray(end)];
  }

  /** No more bytes will come: a last line without an end gets one. */
  end(): void {
    if (this.#rest.length > 0) this.#write(Buffer.concat([...this.#rest, Buffer.from('\n')]));
    this.#rest = [];
  }
}

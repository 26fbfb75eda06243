import {StringDecoder} from 'node:string_decoder';
import {mostLineBytes} from './messages.ts';

/** Cuts what comes from a socket into lines of bounded length. */
export class LineReader {
  readonly #onLine: (line: string) => void;
  readonly #onTooLong: () => void;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #isDead = false;

  constructor(onLine: (line: string) => void, onTooLong: () => void) {
    this.#onLine = onLine;
    this.#onTooLong = onTooLong;
  }

  add(bytes: Uint8Array): void {
    if (this.#isDead) return;
    const lines = (this.#rest + this.#decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))).split('\n');
    this.#rest = lines.pop() as string;
    for (const line of lines) {
      if (this.#isDead) return;
      if (this.#isTooLong(line)) return;
      this.#onLine(line);
    }
    this.#isTooLong(this.#rest);
  }

  /** Nothing more is wanted of this peer. */
  end(): void {
    this.#isDead = true;
    this.#rest = '';
  }

  #isTooLong(line: string): boolean {
    if (line.length <= mostLineBytes / 4 || Buffer.byteLength(line) <= mostLineBytes) return false;
    this.end();
    this.#onTooLong();
    return true;
  }
}

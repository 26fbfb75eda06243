import {Decompress} from 'fzstd';
import {ProblemError} from '../../base/problem.ts';
import {Pieces, tornProblem} from './compressed-feed.ts';
import {always, type Feed} from './feed.ts';

/** Small, because all that one piece of input becomes is held in memory. */
const inputBytes = 16_384;
/** fzstd's code for input that ends inside a frame. */
const unexpectedEnd = 5;

/** Decompresses another feed, with all frames of it, on this thread. */
export class ZstdFeed implements Feed {
  readonly #compressed: Feed;
  readonly #name: string;
  readonly #decompress: Decompress;
  readonly #pieces = new Pieces();
  #givenBytes = 0;
  #inputBytes = 0;
  #end: 'none' | 'whole' | ProblemError = 'none';

  constructor(compressed: Feed, name: string) {
    this.#compressed = compressed;
    this.#name = name;
    this.#decompress = new Decompress(piece => this.#pieces.add(piece));
  }

  read(target: Uint8Array): number | 'nothing' | 'ended' {
    while (this.#pieces.bytes === 0 && this.#end === 'none') {
      if (!this.#decompressMore()) return 'nothing';
    }
    if (this.#pieces.bytes > 0) {
      const count = this.#pieces.take(target);
      this.#givenBytes += count;
      return count;
    }
    if (this.#end instanceof ProblemError) throw this.#end;
    return 'ended';
  }

  ready(): Promise<void> {
    return this.#pieces.bytes > 0 || this.#end !== 'none' ? always : this.#compressed.ready();
  }

  close(): void {
    this.#end = 'whole';
    this.#compressed.close();
  }

  /** False when the compressed bytes have not come yet. */
  #decompressMore(): boolean {
    // The decompressor keeps what it was given, so that each piece of input needs room of its own.
    const input = new Uint8Array(inputBytes);
    try {
      const count = this.#compressed.read(input);
      if (count === 'nothing') return false;
      if (count === 'ended') {
        this.#decompress.push(new Uint8Array(0), true);
        this.#end = this.#inputBytes === 0 ? tornProblem(this.#name, 'zstd', true, 0) : 'whole';
      } else {
        this.#inputBytes += count;
        this.#decompress.push(input.subarray(0, count));
      }
    } catch (error) {
      const isCut = error instanceof Error && 'code' in error && error.code === unexpectedEnd;
      this.#end = error instanceof ProblemError ? error : tornProblem(this.#name, 'zstd', isCut, this.#givenBytes + this.#pieces.bytes);
    }
    return true;
  }
}

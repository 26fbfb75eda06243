import {createGunzip, type Gunzip} from 'node:zlib';
import {ProblemError} from '../../base/problem.ts';
import {errorCode} from '../system-error.ts';
import {Pieces, tornProblem} from './compressed-feed.ts';
import {always, type Feed} from './feed.ts';

/** Small, because what one piece of input becomes is held in memory: 1,000 times as much at the worst. */
const inputBytes = 32768;
const enoughBytes = 1 << 19;

/** Decompresses another feed, with all members of it. zlib works on a thread of its own, one piece of input ahead of the reader. */
export class GzipFeed implements Feed {
  readonly #compressed: Feed;
  readonly #name: string;
  readonly #gunzip: Gunzip;
  readonly #pieces = new Pieces();
  readonly #input = new Uint8Array(inputBytes);
  #givenBytes = 0;
  #inputBytes = 0;
  #isBusy = false;
  #closed = false;
  #end: 'none' | 'whole' | ProblemError = 'none';
  #ready: Promise<void> | undefined;
  #wake: (() => void) | undefined;

  constructor(compressed: Feed, name: string) {
    this.#compressed = compressed;
    this.#name = name;
    this.#gunzip = createGunzip({chunkSize: 1 << 18});
    this.#gunzip.on('data', (piece: Uint8Array) => {
      this.#pieces.add(piece);
      this.#awake();
    });
    this.#gunzip.on('end', () => this.#finish('whole'));
    this.#gunzip.on('error', error => this.#finish(tornProblem(name, 'gzip', errorCode(error) === 'Z_BUF_ERROR', this.#total)));
  }

  read(target: Uint8Array): number | 'nothing' | 'ended' {
    this.#feedOn();
    if (this.#pieces.bytes > 0) {
      const count = this.#pieces.take(target);
      this.#givenBytes += count;
      return count;
    }
    if (this.#closed || this.#end === 'whole') return 'ended';
    if (this.#end instanceof ProblemError) throw this.#end;
    return 'nothing';
  }

  ready(): Promise<void> {
    if (this.#pieces.bytes > 0 || this.#end !== 'none' || this.#closed) return always;
    this.#feedOn();
    this.#ready ??= new Promise(resolve => {
      this.#wake = resolve;
    });
    return this.#ready;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#gunzip.destroy();
    this.#compressed.close();
    this.#awake();
  }

  get #total(): number {
    return this.#givenBytes + this.#pieces.bytes;
  }

  #feedOn(): void {
    if (this.#isBusy || this.#closed || this.#end !== 'none' || this.#pieces.bytes > enoughBytes) return;
    let count: number | 'nothing' | 'ended';
    try {
      count = this.#compressed.read(this.#input);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      this.#finish(error);
      return;
    }
    if (count === 'nothing') {
      void this.#compressed.ready().then(() => this.#awake());
      return;
    }
    this.#isBusy = true;
    if (count === 'ended') {
      // No member at all is a cut file, too; zlib would let it pass.
      if (this.#inputBytes === 0) this.#finish(tornProblem(this.#name, 'gzip', true, 0));
      this.#gunzip.end();
      return;
    }
    this.#inputBytes += count;
    this.#gunzip.write(this.#input.subarray(0, count), () => {
      this.#isBusy = false;
      this.#feedOn();
    });
  }

  #finish(end: 'whole' | ProblemError): void {
    if (this.#end === 'none') this.#end = end;
    this.#awake();
  }

  #awake(): void {
    this.#wake?.();
    this.#wake = undefined;
    this.#ready = undefined;
  }
}

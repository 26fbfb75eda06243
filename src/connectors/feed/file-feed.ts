import {closeSync, fstatSync, openSync, readSync} from 'node:fs';
import {fail} from '../../base/problem.ts';
import {systemProblem} from '../system-error.ts';
import {always, type Feed} from './feed.ts';

/** How often a growing file is looked at. */
const followMs = 50;

/** A regular file, from an offset on. Following: its end is only the end for now. */
export class FileFeed implements Feed {
  readonly #descriptor: number;
  readonly #name: string;
  readonly #ownsDescriptor: boolean;
  readonly #follows: boolean;
  readonly #limit: number;
  #offset: number | null;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  #ready: Promise<void> | undefined;
  #wake: (() => void) | undefined;

  /** `offset` null: from wherever the descriptor stands, which moves it for whoever shares it (as `(weir …; cat) < file` expects). */
  constructor(options: {
    descriptor: number;
    name: string;
    offset: number | null;
    ownsDescriptor: boolean;
    follows: boolean;
    limit?: number;
  }) {
    this.#descriptor = options.descriptor;
    this.#name = options.name;
    this.#offset = options.offset;
    this.#ownsDescriptor = options.ownsDescriptor;
    this.#follows = options.follows;
    this.#limit = options.limit ?? Infinity;
  }

  /** `limit`: the offset at which it ends, however much is appended meanwhile (by the same job, perhaps). */
  static open(path: string, name: string, offset: number, follows: boolean, limit = Infinity): FileFeed {
    let descriptor: number;
    try {
      descriptor = openSync(path, 'r');
    } catch (error) {
      throw systemProblem('read', name, error);
    }
    return new FileFeed({descriptor, name, offset, ownsDescriptor: true, follows, limit});
  }

  read(target: Uint8Array): number | 'nothing' | 'ended' {
    if (this.#closed) return 'ended';
    const most = Math.min(target.length, this.#limit - (this.#offset ?? 0));
    if (most <= 0) return 'ended';
    let count: number;
    try {
      count = readSync(this.#descriptor, target, 0, most, this.#offset);
    } catch (error) {
      throw systemProblem('read', this.#name, error);
    }
    if (this.#offset !== null) this.#offset += count;
    if (count > 0) return count;
    if (!this.#follows) return 'ended';
    this.#failWhenCut();
    return 'nothing';
  }

  /** Bytes read so far, counted from the file's beginning. */
  get offset(): number {
    return this.#offset ?? 0;
  }

  ready(): Promise<void> {
    if (!this.#follows || this.#closed) return always;
    this.#ready ??= new Promise(resolve => {
      this.#wake = resolve;
      this.#timer = setInterval(() => {
        if (this.#size() !== this.#offset) this.#awake();
      }, followMs);
    });
    return this.#ready;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#awake();
    if (this.#ownsDescriptor) closeSync(this.#descriptor);
  }

  #awake(): void {
    clearInterval(this.#timer);
    this.#wake?.();
    this.#wake = undefined;
    this.#ready = undefined;
  }

  #size(): number {
    return fstatSync(this.#descriptor).size;
  }

  #failWhenCut(): void {
    if (this.#offset === null || this.#size() >= this.#offset) return;
    throw fail('environment', 'file-changed', `${this.#name} became shorter while it was followed`, {
      detail: `${this.#offset} bytes of it had been read, and it has ${this.#size()} now`,
      hint: 'append to a followed file only; rotate it by renaming',
    });
  }
}

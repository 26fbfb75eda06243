import {fstatSync} from 'node:fs';
import {fail} from '../../base/problem.ts';
import type {ByteSource, PartInfo, Position} from '../../flow/source.ts';
import type {StandardInput} from '../define.ts';
import {skipBytes} from '../feed/compressed-feed.ts';
import {always, type Feed} from '../feed/feed.ts';
import {feedOfDescriptor} from '../feed/standard-input.ts';
import {systemProblem} from '../system-error.ts';

/** Standard input as one part: first what was read ahead, then what comes. */
export class StdinSource implements ByteSource {
  readonly kind = 'bytes';
  startBytes = 0;
  startLines = 0;
  readonly part: PartInfo = {name: 'stdin', metadata: new Map()};
  readonly #input: StandardInput;
  #ahead: Uint8Array;
  #feed: Feed | null = null;
  #state: 'reading' | 'part-ended' | 'closed' = 'reading';
  #readBytes = 0;
  #totalBytes: number | null = null;

  constructor(input: StandardInput) {
    this.#input = input;
    this.#ahead = input.readAhead ?? new Uint8Array(0);
  }

  async open(from: Position): Promise<void> {
    try {
      const kind = fstatSync(this.#input.descriptor);
      if (kind.isFile()) this.#totalBytes = kind.size;
      this.#feed = feedOfDescriptor(this.#input.descriptor);
    } catch (error) {
      throw systemProblem('read', 'stdin', error);
    }
    if (from === null) return;
    const {bytes, lines} = from as {readonly bytes: number; readonly lines: number};
    if (this.#totalBytes === null) {
      throw fail('environment', 'cannot-resume', 'standard input is a pipe: what was read of it cannot be read again', {
        hint: 'read from a file where a run must be able to go on after a restart',
      });
    }
    this.startBytes = await skipBytes({read: target => this.#take(target), ready: () => this.ready(), close: () => undefined}, bytes);
    this.startLines = lines;
  }

  read(target: Uint8Array): number | 'nothing' | 'end-of-part' | 'ended' {
    if (this.#state !== 'reading') return 'ended';
    const count = this.#take(target);
    if (count !== 'ended') return count;
    this.#state = 'part-ended';
    return 'end-of-part';
  }

  /** What was read ahead, then what comes. */
  #take(target: Uint8Array): number | 'nothing' | 'ended' {
    if (this.#ahead.length > 0) {
      const piece = this.#ahead.subarray(0, target.length);
      target.set(piece);
      this.#ahead = this.#ahead.subarray(piece.length);
      this.#readBytes += piece.length;
      return piece.length;
    }
    const count = (this.#feed as Feed).read(target);
    if (typeof count === 'number') this.#readBytes += count;
    return count;
  }

  ready(): Promise<void> {
    if (this.#state !== 'reading' || this.#ahead.length > 0 || this.#feed === null) return always;
    return this.#feed.ready();
  }

  positionAt(bytes: number, lines: number): Position {
    return {bytes, lines};
  }

  progress(): {readonly readBytes: number; readonly totalBytes: number} | null {
    return this.#totalBytes === null ? null : {readBytes: this.#readBytes, totalBytes: this.#totalBytes};
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#feed?.pause?.();
  }
}

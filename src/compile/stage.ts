import type {Batch} from '../flow/batch.ts';
import type {EngineOutput} from './engine.ts';

/** Makes rows at its own pace: written in the query, or kept until the end of input. */
export interface Producer {
  /** Fills the stage's empty batch with at most so many rows. */
  produce(mostRows: number): void;
  /** Nothing is left to be made. */
  readonly isDone: boolean;
  /** Whether it waits for the end of its inputs. */
  readonly waitsForEnd: boolean;
  /** It works off rows that have come already: nothing further up may bring more before that. */
  readonly comesFirst?: boolean;
}

/**
 * Where a segment starts: rows in a batch, and the generated function that takes them on. Stages stand in the order of the plan, so that what is further down
 * has a higher index. Rows come from the edge, from a producer, or from the segments of the stages before.
 */
export class Stage {
  /** Index of the plan node whose output this is. */
  readonly node: number;
  readonly batch: Batch;
  readonly producer: Producer | null;
  /** Stages whose segments bring rows here. */
  readonly feeders: Stage[] = [];
  /** What the segment delivers. */
  readonly outputs: EngineOutput[] = [];
  /** Runs the segment over rows [from, to); gives the row it got to. */
  run: (from: number, to: number) => number = from => from;
  /** No rows will come from the edge any more. True from the start where none ever do. */
  hasEnded = true;
  #mostRows: number;
  #next = 0;
  /** Rows to be taken on: for a scan, only after the push. */
  #pushed = 0;
  readonly #isScan: boolean;

  constructor(node: number, batch: Batch, kind: {readonly producer?: Producer; readonly isScan?: boolean; readonly mostRows: number}) {
    this.node = node;
    this.batch = batch;
    this.producer = kind.producer ?? null;
    this.#isScan = kind.isScan ?? false;
    this.hasEnded = !this.#isScan;
    this.#mostRows = kind.mostRows;
  }

  /** The most rows its batch may hold at once when one row before may bring `rows` of them. */
  capacityFor(rows: number): number {
    this.#mostRows = Math.max(this.#mostRows, rows);
    return this.#mostRows;
  }

  push(): void {
    this.#pushed = this.batch.count;
    this.#next = 0;
  }

  /** Where the segments before put their rows: the rows themselves, unless something stands between. */
  get inbox(): Batch {
    return this.batch;
  }

  get pending(): boolean {
    return this.#next < this.#count;
  }
  get #count(): number {
    return this.#isScan ? this.#pushed : this.batch.count;
  }

  /** Takes at most so many rows on. An update's pair is never parted. */
  advance(mostRows: number): void {
    const count = this.#count;
    let end = Math.min(this.#next + mostRows, count);
    const {kinds} = this.batch;
    if (kinds !== null && end < count && kinds[end] === 2 && kinds[end - 1] === 1) end++;
    this.#next = this.run(this.#next, end);
    if (this.#next < count) return;
    this.#next = 0;
    this.#pushed = 0;
    if (!this.#isScan) this.batch.count = 0;
  }

  /** Nothing is here and nothing will come. */
  get isExhausted(): boolean {
    return !this.pending && this.hasEnded && (this.producer?.isDone ?? true) && this.areFeedersExhausted;
  }
  get areFeedersExhausted(): boolean {
    return this.feeders.every(feeder => feeder.isExhausted);
  }

  /** Whether its producer should be asked for rows now. */
  get canProduce(): boolean {
    const {producer} = this;
    if (producer === null || producer.isDone) return false;
    return !producer.waitsForEnd || this.areFeedersExhausted;
  }
}

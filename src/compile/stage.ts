import {type Batch, batchRows} from '../flow/batch.ts';
import {WatermarkState} from '../state/small-states.ts';
import type {EngineOutput} from './engine.ts';
import type {PartitionTimes} from './partition-times.ts';

/**
 * Rows that a segment runs over at once. V8 exchanges the code of a function when it is entered; of a loop that stays inside for long it compiles another form, to be
 * entered in the middle, which is 5 ms for code that is left at the end of the batch.
 */
const sliceRows = 256;

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
  /** What it has not given yet is saved with the engine's image: one may be captured before it has given everything. */
  readonly savesRest?: boolean;
}

/**
 * What an operator does as event time goes on: closes windows, gives rows that waited for their time. The rules of time in the engine:
 *
 * - A watermark belongs to a row: in a segment, `input.time.before` is what it is before the row being worked on, the same however the input is cut into
 *   batches. A row is late by that, never by anything told later.
 * - Behind a stage, the rows of one that carries time (`carriesTime`: a union, a join, whatever gives rows on at once) have their watermarks beside them
 *   (`Stage.watermarks`, written by `SegmentWriter.carryTime`); the rows of any other have the stage's own, which stands still while they are on their way.
 * - When no row is on its way anywhere, the engine goes through the stages from the sources on. Each is told the least watermark of its inputs (of those that
 *   have not ended and are not idle), gives whatever is due in steps, and only then takes that watermark for its own, for those behind it to be told in turn.
 *   So what is due by a batch comes before the next batch, and rows always come before the watermark that let them out.
 * - The end of all inputs is the watermark Infinity.
 * - Watermarks of stages and of the plan's watermark nodes are saved with the engine's image; an operator saves what it keeps for later itself.
 *
 * An operator that acts on time says so in its compiler (`usesTime`), so that nothing is computed for plans in which nobody does.
 */
export interface TimedWork {
  /** Its inputs have come this far. Never less than told before; told again after a restart. */
  advance(watermark: number): void;
  /** Something is to be done by what it was told (or by the clock). */
  readonly isDue: boolean;
  /** Fills the stage's empty batch with at most so many rows of what is due, or does another short step of work. */
  emit(mostRows: number): void;
  /** When the clock makes something due, in milliseconds since 1970; null: never. */
  readonly wakesAtMs?: number | null;
  /** Rows may come so long after their time: those behind are told of the time that much later. */
  readonly delayMs?: number;
}

/** From where a stage learns of time: a watermark behind the rows of a feeder. */
interface Inlet {
  readonly source: WatermarkState;
  readonly feeder: Stage;
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
  readonly timed: TimedWork | null;
  /** How far time has come behind the rows that are through. */
  readonly watermark = new WatermarkState();
  /** Of the plan's watermark nodes that stand in this segment. */
  readonly ownWatermarks: WatermarkState[] = [];
  /** After so long without rows the stage's input counts as idle. */
  idleAfterMs = Infinity;
  /** Of a scan whose rows belong to partitions: null of all others. */
  readonly partitionTimes: PartitionTimes | null;
  /** When rows came last, where that is asked. */
  rowsAtMs = -Infinity;
  /** The watermark before each row of the batch, where the stage carries time and somebody behind uses it. */
  watermarks: Float64Array | null = null;
  /** The same for the rows that wait to be worked on; the same array where nothing stands between. */
  inboxWatermarks: Float64Array | null = null;
  readonly #inlets: Inlet[] = [];
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

  constructor(
    node: number,
    batch: Batch,
    kind: {
      readonly producer?: Producer;
      readonly timed?: TimedWork;
      readonly isScan?: boolean;
      readonly mostRows: number;
      readonly partitionTimes?: PartitionTimes | null;
    },
  ) {
    this.node = node;
    this.batch = batch;
    this.producer = kind.producer ?? null;
    this.timed = kind.timed ?? null;
    this.#isScan = kind.isScan ?? false;
    this.partitionTimes = kind.partitionTimes ?? null;
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
    const end = this.#endOf(mostRows, count);
    while (this.#next < end) {
      const sliceEnd = this.#endOf(sliceRows, end);
      this.#next = this.run(this.#next, sliceEnd);
      if (this.#next < sliceEnd) break;
    }
    if (this.#next < count) return;
    this.#next = 0;
    this.#pushed = 0;
    if (!this.#isScan) this.batch.count = 0;
  }

  #endOf(rows: number, limit: number): number {
    const end = Math.min(this.#next + rows, limit);
    const {kinds} = this.batch;
    return kinds !== null && end < limit && kinds[end] === 2 && kinds[end - 1] === 1 ? end + 1 : end;
  }

  /** Nothing is here and nothing will come. */
  get isExhausted(): boolean {
    if (this.pending || !this.hasEnded || this.producer?.isDone === false) return false;
    return (this.timed === null || this.watermark.value === Infinity) && this.areFeedersExhausted;
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

  /** The rows of its batch have their own watermarks from now on. */
  carryTime(): void {
    this.watermarks = new Float64Array(batchRows);
    this.inboxWatermarks = this.inbox === this.batch ? this.watermarks : new Float64Array(batchRows);
  }

  /** Notes that a segment brings rows here, behind which a watermark comes. */
  addInlet(source: WatermarkState, feeder: Stage): void {
    if (!this.#inlets.some(inlet => inlet.source === source && inlet.feeder === feeder)) this.#inlets.push({source, feeder});
  }

  /** The least watermark of the inputs but one: what a row of that one is judged by, together with its own. */
  watermarkOfOthers(source: WatermarkState): number {
    return least(this.#inlets.filter(inlet => inlet.source !== source)).value;
  }

  /** Tells of the time that its inputs have come to. Only while no row is on its way. True: there is something to be done by it now. */
  passTime(): boolean {
    if (this.#inlets.length === 0) return false;
    const {value, isIdle} = least(this.#inlets);
    this.timed?.advance(Math.max(value, this.watermark.value));
    if (this.timed?.isDue === true) return true;
    this.watermark.isIdle = isIdle;
    // Who waits for the end of its input gives rows after that, so its own end is not yet.
    const isHeld = value === Infinity && this.producer?.isDone === false;
    const own = value - (this.timed?.delayMs ?? 0);
    if (own > this.watermark.value && !isHeld) this.watermark.value = own;
    return false;
  }
}

/** Ended inputs hold nothing back, and idle ones only when all are. */
function least(inlets: readonly Inlet[]): {readonly value: number; readonly isIdle: boolean} {
  const open = inlets.filter(({feeder}) => !feeder.isExhausted);
  const active = open.filter(({source}) => !source.isIdle);
  if (active.length === 0 && open.length > 0) return {value: Math.max(...open.map(({source}) => source.value)), isIdle: true};
  return {value: Math.min(Infinity, ...active.map(({source}) => source.value)), isIdle: false};
}

import {assert} from '../base/problem.ts';
import {js} from '../code/js.ts';
import type {Batch, Vector} from '../flow/batch.ts';
import {writeValue} from '../flow/cells.ts';
import {FrameStep} from '../plan/nodes/frame.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import type {SavedState} from '../state/image.ts';
import {keyKindOf} from '../state/key-cells.ts';
import {RankStore} from '../state/rank-store.ts';
import type {RowCells} from '../state/row-cells.ts';
import type {RowList} from '../state/row-list.ts';
import {LateRows} from '../state/window-groups.ts';
import type {ColumnSource} from './columns.ts';
import {keyOfColumn, probe} from './group-probe.ts';
import type {Build, NodeCompiler} from './node-compiler.ts';
import {batchOf, copyRow, inboxOf, QueuedStage, type RowWork, writeToInbox} from './queued-stage.ts';
import {Stage, type TimedWork} from './stage.ts';

/** Lets rows enter and leave frames, in the order of their time. */
export const frame: NodeCompiler<'frame'> = {
  kind: 'stage',
  usesTime: node => node.isEventTime,
  stage(node, index, build) {
    const rows = new FrameRows(node, build);
    build.keep(rows.store);
    build.keep(rows.store.partitions);
    if (!node.isEventTime) return new ArrivalStage(index, rows, inboxOf(build, build.node(node.input)), build);
    const work = new WaitingRows(rows);
    build.keep(work);
    build.keep(work.late);
    build.countLate(work.late);
    return new WaitingStage(index, work, build);
  },
  write(node, segment, input, build, index) {
    const stage = build.stage(index);
    const {writer} = segment;
    assert(stage instanceof WaitingStage || stage instanceof ArrivalStage, 'the stage of frames has its rows');
    // Where a partition's frames are forgotten behind each row, nothing tells a late row but the watermark.
    if (stage instanceof WaitingStage && node.frame.start === null) {
      const time = segment.value(input.columns[node.order] as ColumnSource);
      const late = writer.bind('late', stage.work.late, 'rows that came too late');
      writer.block(js`if (${time} <= ${input.time.before(writer)})`, () => {
        writer.line(js`${late}.count++;`);
        writer.line(segment.leave);
      });
    }
    const {partitions} = stage.rows.store;
    const keys = node.partition.map(column => keyOfColumn(segment, partitions, input.columns[column] as ColumnSource));
    const names = node.partition.map(column => node.schema.columns[column]!.name).join(', ');
    const partition = probe(segment, partitions, keys, {meaning: names === '' ? 'the rows' : `rows of each ${names}`}).row;
    if (stage instanceof ArrivalStage) {
      const row = writeToInbox(segment, input, stage, 'rows that enter frames');
      writer.line(js`${writer.bind('partitions', stage.partitions, 'partition of each row')}[${row}] = ${partition};`);
      return;
    }
    const vectors = input.columns.map(column => column.vector);
    const take = (row: number, at: number, watermark: number): void => stage.work.take(vectors, row, at, watermark);
    writer.line(js`${writer.bind('take', take, 'keeps a row until its time')}(row, ${partition}, ${input.time.before(writer)});`);
  },
};

class WaitingStage extends Stage {
  readonly work: WaitingRows;
  constructor(node: number, work: WaitingRows, build: Build) {
    super(node, work.rows.batch, {timed: work, mostRows: build.stepRows});
    this.work = work;
  }
  get rows(): FrameRows {
    return this.work.rows;
  }
}

class ArrivalStage extends QueuedStage {
  readonly rows: FrameRows;
  /** Of each row of the inbox. */
  readonly partitions: Float64Array;
  constructor(node: number, rows: FrameRows, inbox: Batch, build: Build) {
    const partitions = new Float64Array(inbox.selection.length);
    super(node, {inbox, batch: rows.batch, build, work: new ArrivingRows(rows, inbox, partitions)});
    this.rows = rows;
    this.partitions = partitions;
  }
}

/** How a column of LAG is written. */
interface Lagging {
  readonly offset: number;
  readonly read: RowCells;
  readonly otherwise: (stored: number, out: number) => void;
}

/** The rows that are in frames, or wait to be, by partition and time. Steps are generators: one step behind the other, with a pause wherever the batch is full. */
class FrameRows {
  readonly store: RankStore;
  readonly batch: Batch;
  readonly node: NodeOf<'frame'>;
  readonly #lags: readonly Lagging[];

  constructor(node: NodeOf<'frame'>, build: Build) {
    const types = build.node(node.input).schema.columns.map(column => column.type);
    const order = node.isEventTime ? [{column: node.order, descending: false, nullsFirst: true}] : [];
    const kinds = node.partition.map(column => keyKindOf(types[column]!));
    this.node = node;
    this.store = new RankStore(build.memory, types, kinds, order, true, [{kind: 'number', initial: -Infinity}]);
    this.batch = batchOf(build, node.schema, false);
    this.#lags = node.lags.map((lag, index) => this.#lagOf(lag, node.step - node.lags.length + index, build));
  }

  #lagOf({column, offset, otherwise}: NodeOf<'frame'>['lags'][number], target: number, build: Build): Lagging {
    const read = this.store.columnAs(column, target);
    const {vectors} = this.batch;
    if (otherwise.kind === 'column') {
      const own = this.store.columnAs(otherwise.index, target);
      return {offset, read, otherwise: (stored, out) => own.load(stored, vectors, out)};
    }
    assert(otherwise.kind === 'literal', 'what LAG gives for no row is a column or a constant');
    const {memory, timeZone} = build;
    const {type} = this.node.schema.columns[target]!;
    return {offset, read, otherwise: (_stored, out) => writeValue(memory, vectors[target] as Vector, out, type, otherwise.value, timeZone)};
  }

  /** The last time at which rows of a partition have entered their frames. */
  enteredAt(partition: number): number {
    const {partitions} = this.store;
    return partitions.page(partition)[partitions.cellOf(partition) + (partitions.slotOffsets[0] as number)] as number;
  }
  enter(partition: number, time: number): void {
    const {partitions} = this.store;
    partitions.markChanged(partition);
    partitions.page(partition)[partitions.cellOf(partition) + (partitions.slotOffsets[0] as number)] = time;
  }

  timeOf(stored: number): number {
    return this.store.numberOf(stored, this.node.order);
  }

  /** The first place whose time is not less. */
  placeOf(list: RowList, time: number): number {
    let [low, high] = [0, list.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timeOf(list.at(middle) as number) >= time) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Gives the row at a place. */
  give(list: RowList, place: number, step: number): void {
    const stored = list.at(place) as number;
    const out = this.batch.count++;
    this.store.cells.load(stored, this.batch.vectors, out);
    this.setStep(out, step);
    for (const {offset, read, otherwise} of this.#lags) {
      const before = list.at(place - offset);
      if (before === undefined) otherwise(stored, out);
      else read.load(before, this.batch.vectors, out);
    }
  }

  setStep(row: number, step: number): void {
    const vector = this.batch.vectors[this.node.step] as Vector;
    vector.numbers[row] = step;
    vector.tags[row] = 0;
  }

  /** Takes so many of the first rows out of the frame. */
  *leaveBefore(list: RowList, count: number): Generator<void> {
    for (let left = count; left > 0; left--) {
      const isGiven = this.node.lags.length === 0;
      if (isGiven) this.give(list, 0, FrameStep.leaves);
      this.store.removeAt(list, 0);
      if (isGiven) yield;
    }
  }
}

/** By processing time: a row enters its frame and is given at once. */
class ArrivingRows implements RowWork {
  readonly #rows: FrameRows;
  readonly #inbox: Batch;
  readonly #partitions: Float64Array;
  #steps: Generator<void> | null = null;

  constructor(rows: FrameRows, inbox: Batch, partitions: Float64Array) {
    this.#rows = rows;
    this.#inbox = inbox;
    this.#partitions = partitions;
  }

  work(row: number, mostRows: number): boolean {
    const {batch, node} = this.#rows;
    if (node.frame.start === null) {
      copyRow(this.#inbox, row, batch);
      this.#rows.setStep(batch.count - 1, FrameStep.entersAndGives);
      return true;
    }
    this.#steps ??= this.#enter(row, node.frame.start);
    while (batch.count < mostRows) {
      if (this.#steps.next().done !== true) continue;
      this.#steps = null;
      return true;
    }
    return false;
  }

  *#enter(row: number, start: number): Generator<void> {
    const {store, node} = this.#rows;
    const list = store.list(this.#partitions[row] as number);
    store.insertAt(this.#partitions[row] as number, list, list.length, this.#inbox.vectors, row);
    const entered = list.last as number;
    if (node.frame.unit === 'ROWS') yield* this.#rows.leaveBefore(list, list.length - (1 - start));
    else yield* this.#rows.leaveBefore(list, this.#rows.placeOf(list, this.#rows.timeOf(entered) + start));
    this.#rows.give(list, list.length - 1, FrameStep.entersAndGives);
    yield;
  }
}

/** A time of a partition that has come: its rows enter their frames. */
interface Due {
  readonly time: number;
  readonly partition: number;
}

/**
 * By event time: rows wait until the watermark has passed them. A row is late when a row of its partition that is not earlier has entered its frame; without an
 * end to look back to, when the watermark has passed it.
 */
class WaitingRows implements TimedWork, SavedState {
  readonly rows: FrameRows;
  readonly late = new LateRows();
  readonly bytes = 0;
  /** The least time of each partition's waiting rows; null after a restart, until it is asked for. */
  #earliest: Map<number, number> | null = new Map();
  #due: Due[] = [];
  #nextDue = 0;
  #steps: Generator<void> | null = null;

  constructor(rows: FrameRows) {
    this.rows = rows;
  }

  /** `watermark`: what it was before the row. The rows that it has passed count as entered, whether or not they have been given yet. */
  take(vectors: readonly Vector[], row: number, partition: number, watermark: number): void {
    const {store, node} = this.rows;
    const list = store.list(partition);
    const time = (vectors[node.order] as Vector).numbers[row] as number;
    const later = list.at(this.rows.placeOf(list, time));
    const earliest = this.#waiting;
    if (time <= this.rows.enteredAt(partition) || (later !== undefined && this.rows.timeOf(later) <= watermark)) {
      this.late.count++;
      return;
    }
    store.insertAt(partition, list, store.placeOf(list, vectors, row), vectors, row);
    earliest.set(partition, Math.min(time, earliest.get(partition) ?? Infinity));
  }

  get #waiting(): Map<number, number> {
    if (this.#earliest !== null) return this.#earliest;
    const earliest = new Map<number, number>();
    const {store} = this.rows;
    for (let partition = 0; partition < store.partitions.rowCount; partition++) {
      if (store.partitions.isFree(partition)) continue;
      const list = store.list(partition);
      // Times are whole milliseconds.
      const first = list.at(this.rows.placeOf(list, this.rows.enteredAt(partition) + 1));
      if (first !== undefined) earliest.set(partition, this.rows.timeOf(first));
    }
    this.#earliest = earliest;
    return earliest;
  }

  advance(watermark: number): void {
    if (this.isDue) return;
    this.#due = [];
    this.#nextDue = 0;
    for (const [partition, time] of this.#waiting) if (time <= watermark) this.#findDue(partition, time, watermark);
    this.#due.sort((a, b) => a.time - b.time || a.partition - b.partition);
  }

  /** Every time of a partition's waiting rows that the watermark has passed. */
  #findDue(partition: number, from: number, watermark: number): void {
    const list = this.rows.store.list(partition);
    let last = -Infinity;
    for (let place = this.rows.placeOf(list, from); place < list.length; place++) {
      const time = this.rows.timeOf(list.at(place) as number);
      if (time > watermark) {
        this.#waiting.set(partition, time);
        return;
      }
      if (time !== last) this.#due.push({time, partition});
      last = time;
    }
    this.#waiting.delete(partition);
  }

  get isDue(): boolean {
    return this.#steps !== null || this.#nextDue < this.#due.length;
  }

  emit(mostRows: number): void {
    while (this.rows.batch.count < mostRows && this.isDue) {
      this.#steps ??= this.#enter(this.#due[this.#nextDue++] as Due);
      if (this.#steps.next().done === true) this.#steps = null;
    }
  }

  *#enter({time, partition}: Due): Generator<void> {
    const {store, node} = this.rows;
    const {unit, start} = node.frame;
    const list = store.list(partition);
    this.rows.enter(partition, time);
    if (unit === 'ROWS') yield* this.#enterOneByOne(list, time, start);
    else {
      if (start !== null) yield* this.rows.leaveBefore(list, this.rows.placeOf(list, time + start));
      yield* this.#enterTogether(list, time);
      if (start === null) this.#forget(list, time);
    }
    // A partition of which nothing is kept is found again by its next row.
    if (list.length === 0) store.removePartition(partition);
  }

  *#enterOneByOne(list: RowList, time: number, start: number | null): Generator<void> {
    for (let place = this.rows.placeOf(list, time); place < list.length && this.rows.timeOf(list.at(place) as number) === time; place++) {
      if (start !== null) {
        const leaving = place - -start;
        yield* this.rows.leaveBefore(list, leaving);
        if (leaving > 0) place -= leaving;
      }
      this.rows.give(list, place, FrameStep.entersAndGives);
      yield;
    }
    if (start === null) this.#forget(list, time);
  }

  /** Rows of one time are in each other's frames. */
  *#enterTogether(list: RowList, time: number): Generator<void> {
    const from = this.rows.placeOf(list, time);
    const to = this.rows.placeOf(list, time + 1);
    if (to - from > 1) {
      for (let place = from; place < to; place++) {
        this.rows.give(list, place, FrameStep.enters);
        yield;
      }
    }
    for (let place = from; place < to; place++) {
      this.rows.give(list, place, to - from > 1 ? FrameStep.gives : FrameStep.entersAndGives);
      yield;
    }
  }

  /** Rows that no frame is ever left by. */
  #forget(list: RowList, time: number): void {
    const end = this.rows.placeOf(list, time + 1);
    for (let left = end; left > 0; left--) this.rows.store.removeAt(list, 0);
  }

  /** What is waiting is found in the store. */
  save(): void {}
  load(): void {
    this.#earliest = null;
  }
}

import {assert} from '../base/problem.ts';
import {type Js, js} from '../code/js.ts';
import type {Batch, Vector} from '../flow/batch.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import {keyKindOf} from '../state/key-cells.ts';
import {RankStore} from '../state/rank-store.ts';
import {expirySlots, RowExpiry} from '../state/row-expiry.ts';
import type {RowList} from '../state/row-list.ts';
import type {RowShape} from './columns.ts';
import type {ColumnSource} from './columns.ts';
import {keyOfColumn, probe} from './group-probe.ts';
import type {Build, NodeCompiler} from './node-compiler.ts';
import {batchOf, inboxOf, QueuedStage, type RowWork, writeToInbox} from './queued-stage.ts';
import type {SegmentWriter} from './segment-writer.ts';
import {type Producer, Stage} from './stage.ts';

/** Ranks rows as they come (and go), and gives on what changes; or all that is left, when the input has ended. */
export const rank: NodeCompiler<'rank'> = {
  kind: 'stage',
  stage(node, index, build) {
    const ranking = new Ranking(node, build);
    build.keep(ranking.store);
    build.keep(ranking.store.partitions);
    if (ranking.expiry !== null) build.keep(ranking.expiry);
    if (node.emit === 'final') return new FinalRankStage(index, ranking, build);
    return new RankStage(index, ranking, inboxOf(build, build.node(node.input)), build);
  },
  carriesTime: true,
  write(node, segment, input, build, index) {
    const stage = build.stage(index);
    const {writer} = segment;
    if (stage instanceof RankStage) {
      const {expiry} = stage.ranking;
      if (expiry !== null) segment.before(js`${writer.bind('expiry', expiry, 'partitions that have not changed for long')}.expire();`);
      const partition = partitionOf(node, segment, input, stage.ranking.store);
      const row = writeToInbox(segment, input, stage, 'rows to be ranked');
      writer.line(js`${writer.bind('partitions', stage.partitions, 'partition of each row to be ranked')}[${row}] = ${partition};`);
      return;
    }
    assert(stage instanceof FinalRankStage, 'the stage of a ranking has its rows');
    const partition = partitionOf(node, segment, input, stage.ranking.store);
    const vectors = input.columns.map(column => column.vector);
    const {kinds} = input;
    const take = (row: number, at: number): void =>
      stage.ranking.take(vectors, row, at, kinds !== null && ((kinds[row] as number) & 1) === 1);
    writer.line(js`${writer.bind('take', take, 'ranks a row')}(row, ${partition});`);
  },
};

/** The code of a row's partition. A row that is taken back from a partition that is not there is left. */
export function partitionOf(
  node: Pick<NodeOf<'rank'>, 'partition' | 'schema'>,
  segment: SegmentWriter,
  input: RowShape,
  store: RankStore,
): Js {
  const {writer} = segment;
  const keys = node.partition.map(column => keyOfColumn(segment, store.partitions, input.columns[column] as ColumnSource));
  const names = node.partition.map(column => node.schema.columns[column]!.name).join(', ');
  const leaveWhen = input.kinds === null ? null : js`${writer.bind('kinds', input.kinds, 'change kinds of the input')}[row] & 1`;
  return probe(segment, store.partitions, keys, {meaning: names === '' ? 'the rows' : `rows of each ${names}`, leaveWhen}).row;
}

class RankStage extends QueuedStage {
  readonly ranking: Ranking;
  /** Of each row of the inbox. */
  readonly partitions: Float64Array;

  constructor(node: number, ranking: Ranking, inbox: Batch, build: Build) {
    const partitions = new Float64Array(inbox.selection.length);
    super(node, {inbox, batch: ranking.batch, build, work: new RankWork(ranking, inbox, partitions)});
    this.ranking = ranking;
    this.partitions = partitions;
  }
}

class FinalRankStage extends Stage {
  readonly ranking: Ranking;
  constructor(node: number, ranking: Ranking, build: Build) {
    super(node, ranking.batch, {producer: new RankProducer(ranking), mostRows: build.stepRows});
    this.ranking = ranking;
  }
}

/** The ranked rows, and how they are written to the stage's batch. */
class Ranking {
  readonly store: RankStore;
  readonly batch: Batch;
  readonly node: NodeOf<'rank'>;
  /** Where partitions are forgotten after some time. */
  readonly expiry: RowExpiry | null;
  /** Rows may be taken back, so those behind the last rank are kept as well. */
  readonly #retracts: boolean;

  constructor(node: NodeOf<'rank'>, build: Build) {
    const input = build.node(node.input);
    const types = input.schema.columns.map(column => column.type);
    this.node = node;
    this.#retracts = input.changelog !== 'append';
    const keys = node.items.map(item => ({column: item.index, descending: item.descending, nullsFirst: item.nullsFirst}));
    const kinds = node.partition.map(column => keyKindOf(types[column]!));
    const slots = node.ttlMs === undefined ? [] : expirySlots;
    this.store = new RankStore(build.memory, types, kinds, keys, node.emit === 'changes', slots, 'first', this.#retracts);
    const {partitions} = this.store;
    const forget = (partition: number): void => this.store.forgetPartition(partition);
    this.expiry = node.ttlMs === undefined ? null : new RowExpiry(partitions, partitions.slotOffsets, node.ttlMs, build.clock, forget);
    this.batch = batchOf(build, node.schema, node.changelog !== 'append');
  }

  /** The place of a row that comes, where it is inserted; -1: it ranks too low to be kept. One row too many may be left behind the last rank. */
  insert(vectors: readonly Vector[], row: number, partition: number): number {
    const {store, node} = this;
    const list = store.list(partition);
    if (!this.#retracts && list.length >= node.to && store.isBehind(vectors, row, list.at(node.to - 1) as number)) return -1;
    const place = store.placeOf(list, vectors, row);
    store.insertAt(partition, list, place, vectors, row);
    return place;
  }

  /** Drops the row behind the last rank, where it can never come back. */
  trim(list: RowList): void {
    if (!this.#retracts && list.length > this.node.to) this.store.removeAt(list, list.length - 1);
  }

  /** Ranks a row, and gives nothing on. */
  take(vectors: readonly Vector[], row: number, partition: number, isTakenBack: boolean): void {
    const list = this.store.list(partition);
    if (!isTakenBack) {
      this.insert(vectors, row, partition);
      this.trim(list);
      return;
    }
    const place = this.store.find(list, vectors, row);
    if (place >= 0) this.store.removeAt(list, place);
  }

  emit(stored: number, kind: number, place: number): void {
    const {batch, node} = this;
    const out = batch.count++;
    this.store.cells.load(stored, batch.vectors, out);
    if (node.number !== null) {
      const number = batch.vectors[node.number] as Vector;
      number.numbers[out] = place + 1;
      number.tags[out] = 0;
    }
    if (batch.kinds !== null) batch.kinds[out] = kind;
  }
}

/** What is left to be given on of the change of a row: places from `next` on, which have other rows now. */
interface Shift {
  readonly list: RowList;
  readonly partition: number;
  /** The place of the row that came or goes. */
  readonly place: number;
  readonly isTakenBack: boolean;
  next: number;
}

class RankWork implements RowWork {
  readonly #ranking: Ranking;
  readonly #inbox: Batch;
  readonly #partitions: Float64Array;
  #shift: Shift | null = null;
  /** Partitions that went empty. Rows of the inbox may still name them. */
  #emptied: number[] = [];

  constructor(ranking: Ranking, inbox: Batch, partitions: Float64Array) {
    this.#ranking = ranking;
    this.#inbox = inbox;
    this.#partitions = partitions;
  }

  work(row: number, mostRows: number): boolean {
    this.#shift ??= this.#begin(row);
    if (this.#shift !== null && !this.#emit(this.#shift, mostRows)) return false;
    if (this.#shift !== null) this.#finish(this.#shift);
    this.#shift = null;
    if (row === this.#inbox.count - 1) this.#removeEmptied();
    return true;
  }

  /** Null: nothing changes. */
  #begin(row: number): Shift | null {
    const {store, node} = this.#ranking;
    const {vectors, kinds} = this.#inbox;
    const partition = this.#partitions[row] as number;
    const list = store.list(partition);
    const isTakenBack = kinds !== null && ((kinds[row] as number) & 1) === 1;
    const place = isTakenBack ? store.find(list, vectors, row) : this.#ranking.insert(vectors, row, partition);
    if (place < 0) return null;
    this.#ranking.expiry?.touch(partition);
    return {list, partition, place, isTakenBack, next: Math.max(place, node.from - 1)};
  }

  #finish({list, partition, place, isTakenBack}: Shift): void {
    if (isTakenBack) this.#ranking.store.removeAt(list, place);
    else this.#ranking.trim(list);
    if (list.length === 0) this.#emptied.push(partition);
  }

  #removeEmptied(): void {
    for (const partition of new Set(this.#emptied)) {
      if (this.#ranking.store.list(partition).length > 0) continue;
      this.#ranking.expiry?.forget(partition);
      this.#ranking.store.removePartition(partition);
    }
    this.#emptied = [];
  }

  #emit(shift: Shift, mostRows: number): boolean {
    return this.#ranking.node.number === null ? this.#emitWindow(shift) : this.#emitPlaces(shift, mostRows);
  }

  /** Without numbers: the row that leaves the ranks asked for, and the one that enters them. */
  #emitWindow({list, place, isTakenBack, next}: Shift): boolean {
    const {to} = this.#ranking.node;
    if (place >= to || list.length <= next) return true;
    const [first, behind] = [list.at(next) as number, list.at(to)];
    const [leaves, enters] = isTakenBack ? [first, behind] : [behind, first];
    if (leaves !== undefined) this.#ranking.emit(leaves, 3, to - 1);
    if (enters !== undefined) this.#ranking.emit(enters, 0, to - 1);
    return true;
  }

  /** With numbers: each place whose row is another one now. While a row goes, the list still has it. */
  #emitPlaces(shift: Shift, mostRows: number): boolean {
    const {list, isTakenBack} = shift;
    const end = Math.min(this.#ranking.node.to, list.length);
    for (; shift.next < end; shift.next++) {
      if (this.#ranking.batch.count >= mostRows) return false;
      const [here, behind] = [list.at(shift.next) as number, list.at(shift.next + 1)];
      if (behind === undefined) this.#ranking.emit(here, isTakenBack ? 3 : 0, shift.next);
      else {
        this.#ranking.emit(isTakenBack ? here : behind, 1, shift.next);
        this.#ranking.emit(isTakenBack ? behind : here, 2, shift.next);
      }
    }
    return true;
  }
}

/** Gives the rows of each partition, in the order in which the partitions were first seen. */
class RankProducer implements Producer {
  readonly waitsForEnd = true;
  readonly #ranking: Ranking;
  #partition = 0;
  #place: number;

  constructor(ranking: Ranking) {
    this.#ranking = ranking;
    this.#place = ranking.node.from - 1;
  }

  get isDone(): boolean {
    return this.#partition >= this.#ranking.store.partitions.rowCount;
  }

  produce(mostRows: number): void {
    const {store, batch, node} = this.#ranking;
    while (!this.isDone && batch.count < mostRows) {
      const list = store.list(this.#partition);
      const end = Math.min(node.to, list.length);
      for (; this.#place < end && batch.count < mostRows; this.#place++) this.#ranking.emit(list.at(this.#place) as number, 0, this.#place);
      if (this.#place < end) return;
      this.#partition++;
      this.#place = node.from - 1;
    }
    // What has been given out need not be saved, and must not be given out again.
    if (this.isDone) {
      store.clear();
      store.partitions.clear();
      this.#partition = 0;
    }
  }
}

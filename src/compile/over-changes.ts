import {js} from '../code/js.ts';
import {type Batch, createBatch, type Vector} from '../flow/batch.ts';
import {readValue, writeValue} from '../flow/cells.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import {keyKindOf} from '../state/key-cells.ts';
import {RankStore} from '../state/rank-store.ts';
import type {RowCells} from '../state/row-cells.ts';
import type {RowList} from '../state/row-list.ts';
import {RowOrder} from '../state/row-order.ts';
import {ChangeKind} from '../types/change.ts';
import {physicalOf, type SqlType} from '../types/sql-type.ts';
import type {Value} from '../types/value.ts';
import type {RowShape} from './columns.ts';
import type {Build} from './node-compiler.ts';
import {type CallAt, type Partition, windowCall} from './over-calls.ts';
import {batchOf, inboxOf, QueuedStage, type RowWork, writeToInbox} from './queued-stage.ts';
import {partitionOf} from './rank.ts';
import type {SegmentWriter} from './segment-writer.ts';

/**
 * Keeps the rows of each partition in order. A row that comes is given with what the calls give for it, and so is, as an update, every row behind it, for which
 * they give something else now; the same when a row is taken back.
 */
export class OverChangesStage extends QueuedStage {
  readonly #node: NodeOf<'over'>;
  readonly #store: RankStore;
  /** Of each row of the inbox. */
  readonly #partitions: Float64Array;

  constructor(node: NodeOf<'over'>, index: number, build: Build) {
    const inbox = inboxOf(build, build.node(node.input));
    const batch = batchOf(build, node.schema, true);
    const partitions = new Float64Array(inbox.selection.length);
    const rows = new OrderedRows(node, build, batch);
    super(index, {inbox, batch, build, work: new OverWork(rows, inbox, partitions)});
    build.keep(rows.store);
    build.keep(rows.store.partitions);
    this.#node = node;
    this.#store = rows.store;
    this.#partitions = partitions;
  }

  write(segment: SegmentWriter, input: RowShape): void {
    const {writer} = segment;
    const partition = partitionOf(this.#node, segment, input, this.#store);
    const row = writeToInbox(segment, input, this, 'rows to be put in order');
    writer.line(js`${writer.bind('partitions', this.#partitions, 'partition of each row')}[${row}] = ${partition};`);
  }
}

/** The kept rows, what the calls give for them, and how they are written to the stage's batch. */
class OrderedRows {
  readonly store: RankStore;
  readonly batch: Batch;
  readonly node: NodeOf<'over'>;
  /** Where rows are equal in order, the calls of all of them look at the same rows. */
  readonly hasPeers: boolean;
  readonly #build: Build;
  readonly #types: readonly SqlType[];
  readonly #order: RowOrder;
  readonly #calls: readonly ((partition: Partition) => CallAt)[];
  /** One row of cells, on their way to a plain value, and how each column gets there. */
  readonly #cells: Batch;
  readonly #columns: readonly RowCells[];

  constructor(node: NodeOf<'over'>, build: Build, batch: Batch) {
    this.node = node;
    this.batch = batch;
    this.#build = build;
    this.#types = node.schema.columns.slice(0, node.first).map(column => column.type);
    const keys = node.items.map(({index, descending, nullsFirst}) => ({column: index, descending, nullsFirst}));
    const kinds = node.partition.map(column => keyKindOf(this.#types[column] as SqlType));
    const retracts = build.node(node.input).changelog !== 'append';
    this.store = new RankStore(build.memory, this.#types, kinds, keys, true, [], 'first', retracts);
    this.#order = new RowOrder(this.store, build.memory, this.#types, keys);
    this.#cells = createBatch(build.memory, this.#types.map(physicalOf), false, 1);
    this.#columns = this.#types.map((_, column) => this.store.columnAs(column, column));
    const [item] = node.items;
    const order = item === undefined ? null : {column: item.index, descending: item.descending};
    const context = {memory: build.memory, clock: build.clock, timeZone: build.timeZone};
    this.#calls = node.calls.map(call => windowCall(call, order, context));
    this.hasPeers = node.calls.some(call => call.frame.unit === 'RANGE' && call.function !== 'ROW_NUMBER');
  }

  areEqual(one: number, other: number): boolean {
    return this.#order.compareStored(one, other) === 0;
  }

  calls(partition: Partition): readonly CallAt[] {
    return this.#calls.map(call => call(partition));
  }

  value(stored: number, column: number): Value {
    const {memory, timeZone} = this.#build;
    const mark = memory.mark();
    this.#columns[column]?.load(stored, this.#cells.vectors, 0);
    const value = readValue(memory, this.#cells.vectors[column] as Vector, 0, this.#types[column] as SqlType, timeZone);
    memory.release(mark);
    return value;
  }

  give(stored: number, values: readonly Value[], kind: ChangeKind): void {
    const {batch, node} = this;
    const {memory, timeZone} = this.#build;
    const out = batch.count++;
    this.store.cells.load(stored, batch.vectors, out);
    for (const [index, value] of values.entries()) {
      const column = node.first + index;
      writeValue(memory, batch.vectors[column] as Vector, out, node.schema.columns[column]!.type, value, timeZone);
    }
    (batch.kinds as Uint8Array)[out] = kind;
  }
}

/** The rows of a partition as calls see them: all, or without the one at a place. */
class RowsWithout implements Partition {
  readonly list: RowList;
  /** The place that is left out; -1: none. */
  without: number;
  readonly #rows: OrderedRows;
  #start = 0;
  #end = 0;
  #before = -1;

  constructor(rows: OrderedRows, list: RowList, without: number) {
    this.#rows = rows;
    this.list = list;
    this.without = without;
  }

  get count(): number {
    return this.list.length - (this.without < 0 ? 0 : 1);
  }

  readonly value = (column: number, at: number): Value => this.#rows.value(this.#stored(at), column);

  readonly peersStart = (at: number): number => this.#peersOf(at).#start;
  readonly peersEnd = (at: number): number => this.#peersOf(at).#end;
  readonly peersBefore = (at: number): number => this.#peersOf(at).#before;

  /** The rows before have been seen, so a row that came behind them begins peers of its own. */
  #peersOf(at: number): this {
    if (at < this.#end) return this;
    let end = at + 1;
    while (end < this.count && this.#rows.areEqual(this.#stored(at), this.#stored(end))) end++;
    this.#start = at;
    this.#end = end;
    this.#before++;
    return this;
  }

  #stored(at: number): number {
    return this.list.at(this.without < 0 || at < this.without ? at : at + 1) as number;
  }
}

/** Rows of a partition, and calls that have been asked for all of them. */
interface Seen {
  readonly rows: RowsWithout;
  readonly calls: readonly CallAt[];
}

/** What is left to be done for a row that came or goes: places of the list, which has it as long as this goes on. */
interface Change {
  readonly partition: number;
  readonly list: RowList;
  readonly place: number;
  readonly kind: ChangeKind;
  /** Before the row came, or while it was there; null: nobody is asked for what was before. */
  readonly before: Seen | null;
  readonly after: Seen;
  /** From here on calls give something else than before. */
  readonly first: number;
  next: number;
}

/** Calls are made ready for a row in steps of so many times as many rows as may be given. */
const rowsAtOnce = 16;
/** For so many partitions at most it is remembered what their calls have seen, so that a row that comes last is given at once. */
const partitionsAtHand = 4096;

class OverWork implements RowWork {
  readonly #rows: OrderedRows;
  readonly #inbox: Batch;
  readonly #partitions: Float64Array;
  readonly #atHand = new Map<number, Seen>();
  #change: Change | null = null;
  /** Partitions that went empty. Rows of the inbox may still name them. */
  #emptied: number[] = [];

  constructor(rows: OrderedRows, inbox: Batch, partitions: Float64Array) {
    this.#rows = rows;
    this.#inbox = inbox;
    this.#partitions = partitions;
  }

  work(row: number, mostRows: number): boolean {
    this.#change ??= this.#begin(row);
    if (this.#change !== null) {
      if (!this.#goOn(this.#change, mostRows)) return false;
      this.#finish(this.#change);
    }
    this.#change = null;
    if (row === this.#inbox.count - 1) this.#removeEmptied();
    return true;
  }

  /** Null: what is taken back is not there. */
  #begin(row: number): Change | null {
    const {store} = this.#rows;
    const {vectors, kinds} = this.#inbox;
    const partition = this.#partitions[row] as number;
    const list = store.list(partition);
    const kind = (kinds === null ? ChangeKind.insert : kinds[row]) as ChangeKind;
    const isTakenBack = (kind & 1) === 1;
    const place = isTakenBack ? store.find(list, vectors, row) : store.placeOf(list, vectors, row);
    if (place < 0) return null;
    if (!isTakenBack) store.insertAt(partition, list, place, vectors, row);
    const first = this.#rows.hasPeers ? this.#firstPeer(list, place) : place;
    const known = this.#atHand.get(partition);
    this.#atHand.delete(partition);
    const isLast = !isTakenBack && place === list.length - 1 && first === place;
    const common = {partition, list, place, kind, first};
    if (isLast && known !== undefined) return {...common, before: null, after: known, next: place};
    const [before, after] = isTakenBack ? [-1, place] : [place, -1];
    return {...common, before: isLast ? null : this.#seen(list, before), after: this.#seen(list, after), next: 0};
  }

  #firstPeer(list: RowList, place: number): number {
    let first = place;
    while (first > 0 && this.#rows.areEqual(list.at(first - 1) as number, list.at(place) as number)) first--;
    return first;
  }

  #seen(list: RowList, without: number): Seen {
    const rows = new RowsWithout(this.#rows, list, without);
    return {rows, calls: this.#rows.calls(rows)};
  }

  /** False: the work on the row goes on. */
  #goOn(change: Change, mostRows: number): boolean {
    const {list, place, kind, before, after, first} = change;
    const {batch} = this.#rows;
    const isTakenBack = (kind & 1) === 1;
    for (let looks = mostRows * rowsAtOnce; change.next < list.length; change.next++, looks--) {
      if (looks <= 0 || batch.count >= mostRows) return false;
      const at = change.next;
      const old = valuesAt(before, at, place);
      const found = valuesAt(after, at, place);
      if (at < first) continue;
      const stored = list.at(at) as number;
      if (at !== place) {
        this.#rows.give(stored, old, ChangeKind.updateBefore);
        this.#rows.give(stored, found, ChangeKind.updateAfter);
      } else this.#rows.give(stored, isTakenBack ? old : found, isTakenBack ? ChangeKind.delete : kind);
    }
    return true;
  }

  #finish({partition, list, place, kind, after}: Change): void {
    if ((kind & 1) === 1) {
      this.#rows.store.removeAt(list, place);
      after.rows.without = -1;
    }
    if (list.length === 0) this.#emptied.push(partition);
    else this.#remember(partition, after);
  }

  #remember(partition: number, seen: Seen): void {
    this.#atHand.set(partition, seen);
    if (this.#atHand.size <= partitionsAtHand) return;
    const [oldest] = this.#atHand.keys();
    this.#atHand.delete(oldest as number);
  }

  #removeEmptied(): void {
    const {store} = this.#rows;
    for (const partition of new Set(this.#emptied)) if (store.list(partition).length === 0) store.removePartition(partition);
    this.#emptied = [];
  }
}

/** What calls give for the row at a place of the whole list; nothing where they do not see it. */
function valuesAt(seen: Seen | null, at: number, place: number): readonly Value[] {
  if (seen === null) return [];
  const {without} = seen.rows;
  if (without === at) return [];
  const own = without < 0 || at < place ? at : at - 1;
  return seen.calls.map(call => call(own));
}

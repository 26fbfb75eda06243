import {assert} from '../base/problem.ts';
import {js} from '../code/js.ts';
import {type Batch, createBatch, type Vector} from '../flow/batch.ts';
import {readValue, writeValue} from '../flow/cells.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import type {RowSort} from '../state/row-sort.ts';
import {SortStore} from '../state/sort-store.ts';
import {physicalOf} from '../types/sql-type.ts';
import type {Column} from '../types/sql-type.ts';
import type {Value} from '../types/value.ts';
import type {Build, NodeCompiler} from './node-compiler.ts';
import {type CallAt, type Partition, windowCall} from './over-calls.ts';
import {OverChangesStage} from './over-changes.ts';
import {OverFramesStage} from './over-frames.ts';
import {batchOf} from './queued-stage.ts';
import {type Producer, Stage} from './stage.ts';

/** Collects all rows; when the input has ended, gives them partition by partition, in order, with what the calls give. A stream's rows come through frames. */
export const over: NodeCompiler<'over'> = {
  kind: 'stage',
  carriesTime: true,
  stage(node, index, build) {
    if (node.step !== null) return new OverFramesStage(node, index, build);
    if (node.emit === 'changes') return new OverChangesStage(node, index, build);
    const producer = new OverProducer(node, build);
    build.keep(producer.store);
    return new Stage(index, producer.batch, {producer, mostRows: build.stepRows});
  },
  write(_node, segment, input, build, index) {
    const stage = build.stage(index);
    if (stage instanceof OverFramesStage || stage instanceof OverChangesStage) return stage.write(segment, input);
    const {producer} = stage;
    assert(producer instanceof OverProducer, 'the stage of OVER has its rows');
    assert(input.kinds === null, 'OVER collects rows that are never taken back');
    const {writer} = segment;
    const store = writer.bind('sorted', producer.store, 'rows by partition, in order');
    const vectors = writer.bind(
      'columns',
      input.columns.map(column => column.vector),
      'columns of the rows',
    );
    writer.line(js`${store}.append(${vectors}, row);`);
  },
};

/** In one step so many times as many rows may be looked at for the end of a partition as may be given. */
const soughtRows = 16;

class OverProducer implements Producer {
  readonly waitsForEnd = true;
  readonly store: SortStore;
  readonly batch: Batch;
  readonly #node: NodeOf<'over'>;
  readonly #build: Build;
  readonly #columns: readonly Column[];
  readonly #calls: readonly ((partition: Partition) => CallAt)[];
  /** A row's cells, on their way to a plain value. */
  readonly #cells: Batch;
  #sort: RowSort | null = null;
  #order: Uint32Array | null = null;
  #next = 0;
  /** The partition being given out: where it ends, and its calls. */
  #end = 0;
  /** So far the end of the next one has been looked for. */
  #sought = 0;
  #start = 0;
  #at: readonly CallAt[] = [];

  constructor(node: NodeOf<'over'>, build: Build) {
    this.#node = node;
    this.#build = build;
    this.#columns = node.schema.columns.slice(0, node.first);
    const types = this.#columns.map(column => column.type);
    const keys = [
      ...node.partition.map(column => ({column, descending: false, nullsFirst: true})),
      ...node.items.map(item => ({column: item.index, descending: item.descending, nullsFirst: item.nullsFirst})),
    ];
    this.store = new SortStore(build.memory, types, keys, null);
    this.batch = batchOf(build, node.schema, false);
    this.#cells = createBatch(build.memory, types.map(physicalOf), false, 1);
    const [item] = node.items;
    const order = item === undefined ? null : {column: item.index, descending: item.descending};
    const context = {memory: build.memory, clock: build.clock, timeZone: build.timeZone};
    this.#calls = node.calls.map(call => windowCall(call, order, context));
  }

  get isDone(): boolean {
    return this.#order === null ? this.store.rowCount === 0 : this.#next >= this.#order.length;
  }

  produce(mostRows: number): void {
    if (this.#order === null) {
      this.#sort ??= this.store.sort();
      if (!this.#sort.step(mostRows)) return;
      this.#order = this.#sort.order;
      this.#sort = null;
    }
    const {memory, timeZone} = this.#build;
    for (; this.#next < this.#order.length && this.batch.count < mostRows; this.#next++) {
      if (this.#next === this.#end && !this.#beginPartition(this.#order, mostRows)) return;
      const row = this.batch.count++;
      this.store.emit(this.#order[this.#next] as number, this.batch, row);
      for (const [index, at] of this.#at.entries()) {
        const column = this.#node.first + index;
        const {type} = this.#node.schema.columns[column]!;
        writeValue(memory, this.batch.vectors[column] as Vector, row, type, at(this.#next - this.#start), timeZone);
      }
    }
    // What has been given out need not be saved, and must not be given out again.
    if (this.isDone) this.store.clear();
  }

  /** Goes on to the next partition. False: it is so large that its end has not been found yet, and the work goes on in another step. */
  #beginPartition(order: Uint32Array, mostRows: number): boolean {
    const keys = this.#node.partition.length;
    const first = order[this.#next] as number;
    let end = Math.max(this.#sought, this.#next + 1);
    const stop = Math.min(order.length, end + mostRows * soughtRows);
    while (end < stop && this.store.compareBy(first, order[end] as number, 0, keys) === 0) end++;
    this.#sought = end;
    if (end === stop && end < order.length) return false;
    this.#start = this.#next;
    this.#end = end;
    const partition = this.#partition(order.subarray(this.#start, this.#end));
    this.#at = this.#calls.map(call => call(partition));
    return true;
  }

  #partition(rows: Uint32Array): Partition {
    const keys = this.#node.partition.length;
    const all = keys + this.#node.items.length;
    let peers = {start: 0, end: 0, before: -1};
    const peersOf = (at: number): typeof peers => {
      if (at < peers.end) return peers;
      let end = at + 1;
      while (end < rows.length && this.store.compareBy(rows[at] as number, rows[end] as number, keys, all) === 0) end++;
      peers = {start: at, end, before: peers.before + 1};
      return peers;
    };
    const known = new Map<number, Value[]>();
    const value = (column: number, at: number): Value => {
      const values = known.get(column) ?? [];
      if (values.length === 0) known.set(column, values);
      return (values[at] ??= this.#value(rows[at] as number, column));
    };
    return {
      count: rows.length,
      peersStart: at => peersOf(at).start,
      peersEnd: at => peersOf(at).end,
      peersBefore: at => peersOf(at).before,
      value,
    };
  }

  #value(row: number, column: number): Value {
    const {memory, timeZone} = this.#build;
    const mark = memory.mark();
    const vector = this.#cells.vectors[column] as Vector;
    this.store.emitColumn(row, column, vector, 0);
    const value = readValue(memory, vector, 0, this.#columns[column]!.type, timeZone);
    memory.release(mark);
    return value;
  }
}

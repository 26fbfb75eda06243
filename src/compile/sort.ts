import {js} from '../code/js.ts';
import {type Batch, createBatch} from '../flow/batch.ts';
import {assert} from '../base/problem.ts';
import {physicalOf} from '../types/sql-type.ts';
import type {RowSort} from '../state/row-sort.ts';
import {SortStore} from '../state/sort-store.ts';
import type {NodeCompiler} from './node-compiler.ts';
import {type Producer, Stage} from './stage.ts';

/** Collects all rows, and gives them out in order when the input has ended. */
export const sort: NodeCompiler<'sort'> = {
  kind: 'stage',
  stage(node, index, build) {
    const types = node.schema.columns.map(column => column.type);
    const keys = node.items.map(item => ({column: item.index, descending: item.descending, nullsFirst: item.nullsFirst}));
    const store = new SortStore(build.memory, types, keys, node.limit === null ? null : node.offset + node.limit);
    build.keep(store);
    const batch = createBatch(build.memory, types.map(physicalOf), false);
    return new Stage(index, batch, {producer: new SortProducer(store, batch, node.offset, node.limit), mostRows: build.stepRows});
  },
  write(_node, segment, input, build, index) {
    assert(input.kinds === null, 'a sort collects rows that are never taken back');
    const {producer} = build.stage(index);
    assert(producer instanceof SortProducer, 'the stage of a sort has its rows');
    const {writer} = segment;
    const store = writer.bind('sorted', producer.store, 'rows to be sorted');
    const vectors = writer.bind(
      'columns',
      input.columns.map(column => column.vector),
      'columns to be sorted',
    );
    writer.line(js`if (${store}.mayKeep(${vectors}, row)) ${store}.append(${vectors}, row);`);
  },
};

class SortProducer implements Producer {
  readonly waitsForEnd = true;
  readonly store: SortStore;
  readonly #batch: Batch;
  readonly #offset: number;
  readonly #limit: number | null;
  #sort: RowSort | null = null;
  #order: Uint32Array | null = null;
  #next = 0;

  constructor(store: SortStore, batch: Batch, offset: number, limit: number | null) {
    this.store = store;
    this.#batch = batch;
    this.#offset = offset;
    this.#limit = limit;
  }

  get isDone(): boolean {
    return this.#order === null ? this.store.rowCount === 0 : this.#next >= this.#order.length;
  }

  produce(mostRows: number): void {
    this.#order ??= this.#sorted(mostRows);
    if (this.#order === null) return;
    const rows = this.#order.subarray(this.#next, this.#next + mostRows);
    for (const [target, row] of rows.entries()) this.store.emit(row, this.#batch, target);
    this.#next += rows.length;
    this.#batch.count = rows.length;
    // What has been given out need not be saved, and must not be given out again.
    if (this.isDone) this.store.clear();
  }

  /** Sorts on; the rows that are wanted, once all are in order. */
  #sorted(mostRows: number): Uint32Array | null {
    this.#sort ??= this.store.sort();
    if (!this.#sort.step(mostRows)) return null;
    const {order} = this.#sort;
    this.#sort = null;
    return this.#limit === null ? order.subarray(this.#offset) : order.subarray(this.#offset, this.#offset + this.#limit);
  }
}

import {assert} from '../base/problem.ts';
import {js} from '../code/js.ts';
import type {Batch} from '../flow/batch.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import {TimeStore} from '../state/time-store.ts';
import {LateRows} from '../state/window-groups.ts';
import type {ColumnSource} from './columns.ts';
import type {Build, NodeCompiler} from './node-compiler.ts';
import {batchOf} from './queued-stage.ts';
import {Stage, type TimedWork} from './stage.ts';

/** Keeps rows until the watermark has come to their time, and gives them in order. */
export const timeSort: NodeCompiler<'time-sort'> = {
  kind: 'stage',
  usesTime: () => true,
  stage(node, index, build) {
    return new TimeSortStage(index, new TimeSorter(node, build), build.stepRows);
  },
  write(node, segment, input, build, index) {
    const stage = build.stage(index);
    assert(stage instanceof TimeSortStage, 'the stage of a sort by time has its rows');
    assert(input.kinds === null, 'a stream is sorted whose rows are never taken back');
    const {writer} = segment;
    const time = segment.value(input.columns[node.items[0]!.index] as ColumnSource);
    const columns = writer.bind(
      'columns',
      input.columns.map(column => column.vector),
      'columns to be sorted',
    );
    const waiting = writer.bind('waiting', stage.sorter.store, 'rows that wait for their time');
    const late = writer.bind('late', stage.sorter.late, 'rows that came too late');
    writer.line(js`if (!${waiting}.add(${time}, ${input.time.before(writer)}, ${columns}, row)) ${late}.count++;`);
  },
};

class TimeSortStage extends Stage {
  readonly sorter: TimeSorter;
  constructor(node: number, sorter: TimeSorter, mostRows: number) {
    super(node, sorter.batch, {timed: sorter, mostRows});
    this.sorter = sorter;
  }
}

class TimeSorter implements TimedWork {
  readonly store: TimeStore;
  readonly late = new LateRows();
  readonly batch: Batch;
  #watermark = -Infinity;
  /** Rows that are given out, and the next of them. */
  #due: readonly number[] = [];
  #next = 0;

  constructor(node: NodeOf<'time-sort'>, build: Build) {
    const types = build.node(node.input).schema.columns.map(column => column.type);
    const keys = node.items.map(({index, descending, nullsFirst}) => ({column: index, descending, nullsFirst}));
    this.store = new TimeStore(build.memory, types, keys);
    build.keep(this.store);
    build.keep(this.late);
    build.countLate(this.late);
    this.batch = batchOf(build, node.schema, false);
  }

  advance(watermark: number): void {
    this.#watermark = watermark;
  }

  get isDue(): boolean {
    return this.#next < this.#due.length || this.store.isDue(this.#watermark);
  }

  emit(mostRows: number): void {
    if (this.#next === this.#due.length) {
      this.#due = this.store.due(this.#watermark, mostRows);
      this.#next = 0;
    }
    let count = 0;
    for (; this.#next < this.#due.length && count < mostRows; this.#next++) {
      this.store.take(this.#due[this.#next] as number, this.batch.vectors, count);
      count++;
    }
    this.batch.count = count;
  }
}

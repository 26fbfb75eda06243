import {assert} from '../base/problem.ts';
import {js} from '../code/js.ts';
import {type Batch, Tag, type Vector} from '../flow/batch.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import {RowOrder} from '../state/row-order.ts';
import {LateRows, type OpenWindow, WindowGroups} from '../state/window-groups.ts';
import {WindowRows} from '../state/window-rows.ts';
import type {ColumnSource} from './columns.ts';
import type {Build, NodeCompiler} from './node-compiler.ts';
import {batchOf} from './queued-stage.ts';
import {Stage, type TimedWork} from './stage.ts';
import {type Windows, writeWindow} from './window-code.ts';
import {closesAtOf} from './window-time.ts';

/** Keeps the rows of each window, and ranks them when it closes. */
export const windowRank: NodeCompiler<'window-rank'> = {
  kind: 'stage',
  usesTime: () => true,
  stage(node, index, build) {
    return new WindowRankStage(index, new WindowRanking(node, build), build.stepRows);
  },
  write(node, segment, input, build, index) {
    const stage = build.stage(index);
    assert(stage instanceof WindowRankStage, 'the stage of a ranking has its rows');
    assert(input.kinds === null, 'windows are ranked whose rows are never taken back');
    const {start, end} = node.windowKeys;
    const bound = (column: number): ColumnSource => input.columns[column] as ColumnSource;
    const window = writeWindow(segment, input, [bound(start), bound(end)], stage.ranking);
    window.open();
    const {writer} = segment;
    const columns = writer.bind(
      'columns',
      input.columns.map(column => column.vector),
      'columns to be kept',
    );
    writer.line(js`${writer.bind('rows', stage.ranking.rows, 'rows to be ranked')}.add(${window.number}, ${columns}, row);`);
  },
};

class WindowRankStage extends Stage {
  readonly ranking: WindowRanking;
  constructor(node: number, ranking: WindowRanking, mostRows: number) {
    super(node, ranking.batch, {timed: ranking, mostRows});
    this.ranking = ranking;
  }
}

class WindowRanking implements TimedWork, Windows {
  readonly windows: WindowGroups;
  readonly rows: WindowRows;
  readonly late = new LateRows();
  readonly isProcessing: boolean;
  readonly batch: Batch;
  readonly #node: NodeOf<'window-rank'>;
  readonly #build: Build;
  readonly #order: RowOrder;
  readonly #partition: RowOrder;
  #closed: readonly OpenWindow[] = [];
  #window = 0;
  /** The rows of the window that is given out, in order; the next one, and the rank of the one before it. */
  #sorted: readonly number[] | null = null;
  #next = 0;
  #rank = 0;

  constructor(node: NodeOf<'window-rank'>, build: Build) {
    this.#node = node;
    this.#build = build;
    this.isProcessing = node.windowKeys.isProcessing;
    const types = build.node(node.input).schema.columns.map(column => column.type);
    this.windows = new WindowGroups(closesAtOf(node.windowKeys.isLocal, build.timeZone));
    this.rows = new WindowRows(build.memory, types, this.windows);
    const partition = node.partition.map(column => ({column, descending: false, nullsFirst: true}));
    const items = node.items.map(({index, descending, nullsFirst}) => ({column: index, descending, nullsFirst}));
    this.#partition = new RowOrder(this.rows, build.memory, types, partition);
    this.#order = new RowOrder(this.rows, build.memory, types, [...partition, ...items]);
    for (const state of [this.rows, this.windows, this.late]) build.keep(state);
    build.countLate(this.late);
    this.batch = batchOf(build, node.schema, false);
  }

  advance(watermark: number): void {
    if (!this.isProcessing) this.#close(watermark);
  }

  #close(time: number): void {
    if (this.#closed.length > 0) return;
    this.#closed = this.windows.closedBy(time);
    this.#window = 0;
  }

  get isDue(): boolean {
    if (this.isProcessing) this.#close(this.#build.clock.now());
    return this.#closed.length > 0;
  }

  get wakesAtMs(): number | null {
    return this.isProcessing ? this.windows.earliest : null;
  }

  emit(mostRows: number): void {
    let count = 0;
    let looks = mostRows;
    while (looks > 0 && this.#window < this.#closed.length) {
      const window = this.#closed[this.#window] as OpenWindow;
      const rows = (this.#sorted ??= this.#inOrder(window.rows));
      for (; this.#next < rows.length && looks > 0; this.#next++, looks--) if (this.#take(rows, this.#next, count)) count++;
      if (this.#next < rows.length) break;
      for (const row of rows) this.rows.removeRow(row);
      this.windows.drop(window);
      this.#window++;
      this.#next = 0;
      this.#sorted = null;
    }
    this.batch.count = count;
    if (this.#window === this.#closed.length) this.#closed = [];
  }

  /** Rows that are equal stay as they are: in the order of arrival, or against it. */
  #inOrder(rows: readonly number[]): readonly number[] {
    const given = this.#node.ties === 'first' ? [...rows] : [...rows].reverse();
    return given.sort((a, b) => this.#order.compareStored(a, b));
  }

  /** Writes a row into the batch where its rank is wanted. */
  #take(rows: readonly number[], at: number, target: number): boolean {
    const row = rows[at] as number;
    const isFirst = at === 0 || this.#partition.compareStored(rows[at - 1] as number, row) !== 0;
    this.#rank = isFirst ? 1 : this.#rank + 1;
    const {from, to, number} = this.#node;
    if (this.#rank < from || this.#rank > to) return false;
    this.rows.cells.load(row, this.batch.vectors, target);
    if (number !== null) {
      const vector = this.batch.vectors[number] as Vector;
      vector.numbers[target] = this.#rank;
      vector.tags[target] = Tag.value;
    }
    return true;
  }
}

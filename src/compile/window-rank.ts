import {assert} from '../base/problem.ts';
import {js} from '../code/js.ts';
import {type Batch, Tag, type Vector} from '../flow/batch.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import {keyKindOf} from '../state/key-cells.ts';
import {RankStore} from '../state/rank-store.ts';
import {LateRows, type OpenWindow, WindowGroups} from '../state/window-groups.ts';
import type {SqlType} from '../types/sql-type.ts';
import type {ColumnSource} from './columns.ts';
import {keyOfColumn, probe} from './group-probe.ts';
import type {Build, NodeCompiler} from './node-compiler.ts';
import {batchOf} from './queued-stage.ts';
import {Stage, type TimedWork} from './stage.ts';
import {type Windows, writeWindow} from './window-code.ts';
import {closesAtOf} from './window-time.ts';

/** Keeps the first rows of each partition, and gives them when their window closes. */
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
    const {ranking} = stage;
    const {writer} = segment;
    const keys = node.partition.map(column => keyOfColumn(segment, ranking.store.partitions, bound(column)));
    window.open();
    const partition = probe(segment, ranking.store.partitions, keys, {meaning: 'partitions of the windows', tellsFresh: true});
    writer.line(js`if (${partition.isFresh}) ${writer.bind('windows', ranking.windows)}.add(${window.number}, ${partition.row});`);
    const vectors = input.columns.map(column => column.vector);
    const take = (row: number, at: number): void => ranking.take(vectors, row, at);
    writer.line(js`${writer.bind('take', take, 'ranks a row')}(row, ${partition.row});`);
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
  /** The partitions are within the windows, which know them by their numbers. */
  readonly store: RankStore;
  readonly windows: WindowGroups;
  readonly late = new LateRows();
  readonly isProcessing: boolean;
  readonly batch: Batch;
  readonly #node: NodeOf<'window-rank'>;
  readonly #build: Build;
  #closed: readonly OpenWindow[] = [];
  /** What comes next: a window, a partition in it, and a place in that. */
  #window = 0;
  #partition = 0;
  #place: number;

  constructor(node: NodeOf<'window-rank'>, build: Build) {
    this.#node = node;
    this.#build = build;
    this.isProcessing = node.windowKeys.isProcessing;
    const types = build.node(node.input).schema.columns.map(column => column.type);
    const partition = node.partition.map(column => keyKindOf(types[column] as SqlType));
    const items = node.items.map(({index, descending, nullsFirst}) => ({column: index, descending, nullsFirst}));
    this.windows = new WindowGroups(closesAtOf(node.windowKeys.isLocal, build.timeZone));
    this.store = new RankStore(build.memory, types, partition, items, true, [], node.ties);
    for (const state of [this.store, this.store.partitions, this.windows, this.late]) build.keep(state);
    build.countLate(this.late);
    this.batch = batchOf(build, node.schema, false);
    this.#place = node.from - 1;
  }

  /** Keeps a row while it is among those that are wanted. */
  take(vectors: readonly Vector[], row: number, partition: number): void {
    const {to} = this.#node;
    const list = this.store.list(partition);
    if (list.length >= to && this.store.isBehind(vectors, row, list.at(to - 1) as number)) return;
    this.store.insertAt(partition, list, this.store.placeOf(list, vectors, row), vectors, row);
    if (list.length > to) this.store.removeAt(list, list.length - 1);
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
    for (; this.#window < this.#closed.length; this.#window++) {
      const window = this.#closed[this.#window] as OpenWindow;
      for (; this.#partition < window.rows.length; this.#partition++) {
        if (!this.#give(window.rows[this.#partition] as number, mostRows)) return;
      }
      this.windows.drop(window);
      this.#partition = 0;
    }
    this.#closed = [];
  }

  /** Gives the rows of a partition from where it stopped, and forgets the partition then. False: the batch is full, and some are left. */
  #give(partition: number, mostRows: number): boolean {
    const list = this.store.list(partition);
    for (; this.#place < list.length; this.#place++) {
      if (this.batch.count >= mostRows) return false;
      this.#put(list.at(this.#place) as number, this.#place + 1, this.batch.count++);
    }
    while (list.length > 0) this.store.removeAt(list, list.length - 1);
    this.store.removePartition(partition);
    this.#place = this.#node.from - 1;
    return true;
  }

  #put(row: number, rank: number, target: number): void {
    this.store.cells.load(row, this.batch.vectors, target);
    const {number} = this.#node;
    if (number === null) return;
    const vector = this.batch.vectors[number] as Vector;
    vector.numbers[target] = rank;
    vector.tags[target] = Tag.value;
  }
}

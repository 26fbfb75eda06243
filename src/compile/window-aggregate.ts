import {assert} from '../base/problem.ts';
import {js} from '../code/js.ts';
import {type Batch, createBatch, Tag, type Vector} from '../flow/batch.ts';
import type {Expr} from '../plan/expression.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import {keyKindOf, loadCell} from '../state/key-cells.ts';
import {LateRows, type OpenWindow, WindowGroups} from '../state/window-groups.ts';
import {physicalOf} from '../types/sql-type.ts';
import {type AggregateLayout, layOut, statesOf} from './aggregate-layout.ts';
import {resultWriter, type WriteResult} from './aggregate-results.ts';
import {prepareFeeds} from './aggregate-update.ts';
import type {ColumnSource, RowShape} from './columns.ts';
import {keyOfExpression, probe} from './group-probe.ts';
import {materialize} from './materialize.ts';
import type {Build, NodeCompiler} from './node-compiler.ts';
import type {SegmentWriter} from './segment-writer.ts';
import {Stage, type TimedWork} from './stage.ts';
import {type Windows, writeWindow} from './window-code.ts';
import {closesAtOf, windowTimeOf} from './window-time.ts';

/** Groups rows by window and keys; gives a window's groups when it closes, in the order of first sight, and forgets them. */
export const windowAggregate: NodeCompiler<'window-aggregate'> = {
  kind: 'stage',
  usesTime: () => true,
  stage(node, index, build) {
    const parts = new WindowedGroups(node, build);
    return new WindowAggregateStage(index, parts, build.stepRows);
  },
  write(node, segment, input, build, index) {
    const stage = build.stage(index);
    assert(stage instanceof WindowAggregateStage, 'the stage of a window aggregate has its groups');
    writeUpdate(node, segment, input, stage.parts);
  },
};

class WindowAggregateStage extends Stage {
  readonly parts: WindowedGroups;
  constructor(node: number, parts: WindowedGroups, mostRows: number) {
    super(node, parts.batch, {timed: parts, mostRows});
    this.parts = parts;
  }
}

/** The number of a window, in place of its bounds. */
const windowKey: Expr = {kind: 'literal', value: 0, type: {kind: 'INT', nullable: false}, span: null};

function ordinaryKeys(node: NodeOf<'window-aggregate'>): readonly number[] {
  const {start, end, time} = node.windowKeys;
  return node.keys.flatMap((_, index) => (index === start || index === end || index === time ? [] : [index]));
}

function writeUpdate(node: NodeOf<'window-aggregate'>, segment: SegmentWriter, input: RowShape, parts: WindowedGroups): void {
  const {writer} = segment;
  const {layout} = parts;
  const {table} = layout;
  const bound = (index: number, role: string): ColumnSource => materialize(segment, node.keys[index] as Expr, input.columns, role);
  const {start, end} = node.windowKeys;
  const window = writeWindow(segment, input, [bound(start, 'window start'), bound(end, 'window end')], parts);
  const kinds = layout.retracts ? writer.bind('kinds', input.kinds, 'change kinds of the input') : null;
  const sign = kinds === null ? null : writer.const('sign', js`${kinds}[row] & 1 ? -1 : 1`);
  const update = prepareFeeds(segment, layout, input);
  const title = (index: number): string => node.schema.columns[index]?.name ?? '';
  const keys = ordinaryKeys(node).map(index => keyOfExpression(segment, table, node.keys[index] as Expr, input.columns, title(index)));
  const groups = writer.bind('windows', parts.windows);
  window.open();
  const group = probe(segment, table, [{kind: 'exact', value: window.number, below: 2 ** 31}, ...keys], {
    meaning: 'groups by window and keys',
    tellsFresh: true,
  });
  writer.line(js`if (${group.isFresh}) ${groups}.add(${window.number}, ${group.row});`);
  writer.line(js`else if (${group.page}[${group.cell}] === 0) ${writer.bind('table', table)}.markChanged(${group.row});`);
  update(group, sign);
}

/** So many values seen are looked at in one step when those of closed groups are forgotten. */
const sweptRows = 8192;

/** What is kept for the windows, and how it is given out. */
class WindowedGroups implements TimedWork, Windows {
  readonly layout: AggregateLayout;
  readonly windows: WindowGroups;
  readonly late = new LateRows();
  readonly batch: Batch;
  readonly #build: Build;
  readonly isProcessing: boolean;
  readonly #keys: readonly {readonly kind: ReturnType<typeof keyKindOf>; readonly offset: number; readonly vector: Vector}[];
  readonly #bounds: readonly {readonly vector: Vector; readonly of: (window: OpenWindow) => number}[];
  readonly #results: readonly WriteResult[];
  #closed: readonly OpenWindow[] = [];
  /** The window and the group in it that come next. */
  #window = 0;
  #next = 0;
  /** Groups that are gone, while what they have seen is still there; where the sweep is. */
  readonly #gone = new Set<number>();
  #sweptBag = 0;
  #sweptRow = 0;

  constructor(node: NodeOf<'window-aggregate'>, build: Build) {
    this.#build = build;
    const {isLocal, isProcessing, start, end, time} = node.windowKeys;
    this.isProcessing = isProcessing;
    const ordinary = ordinaryKeys(node);
    const keys = [windowKey, ...ordinary.map(index => node.keys[index] as Expr)];
    this.layout = layOut({keys, calls: node.calls, emit: 'changes'}, build.node(node.input).changelog !== 'append', build);
    this.windows = new WindowGroups(closesAtOf(isLocal, build.timeZone));
    const {table} = this.layout;
    for (const state of statesOf(this.layout)) build.keep(state);
    build.keep(this.windows);
    build.keep(this.late);
    build.countLate(this.late);
    this.batch = createBatch(
      build.memory,
      node.schema.columns.map(column => physicalOf(column.type)),
      false,
    );
    const vector = (index: number): Vector => this.batch.vectors[index] as Vector;
    this.#keys = ordinary.map((index, position) => ({
      kind: keyKindOf((node.keys[index] as Expr).type),
      offset: table.keyOffsets[position + 1] as number,
      vector: vector(index),
    }));
    const timeOf = windowTimeOf(isLocal, build.timeZone);
    this.#bounds = [
      {vector: vector(start), of: window => window.start},
      {vector: vector(end), of: window => window.end},
      ...(time === null ? [] : [{vector: vector(time), of: (window: OpenWindow) => timeOf(window.end)}]),
    ];
    this.#results = this.layout.calls.map((slots, index) => resultWriter(slots, this.layout, vector(node.keys.length + index)));
  }

  advance(watermark: number): void {
    if (!this.isProcessing) this.#close(watermark);
  }

  #close(time: number): void {
    if (this.#closed.length > 0 || !this.windows.closesAny(time)) return;
    this.#closed = this.windows.closedBy(time);
    this.#window = 0;
    this.#next = 0;
  }

  get isDue(): boolean {
    if (this.isProcessing) this.#close(this.#build.clock.now());
    return this.#closed.length > 0 || this.#gone.size > 0;
  }

  get wakesAtMs(): number | null {
    return this.isProcessing ? this.windows.earliest : null;
  }

  emit(mostRows: number): void {
    if (this.#closed.length === 0) return this.#sweep();
    let count = 0;
    while (count < mostRows && this.#window < this.#closed.length) {
      const window = this.#closed[this.#window] as OpenWindow;
      for (; this.#next < window.rows.length && count < mostRows; this.#next++) {
        if (this.#give(window, window.rows[this.#next] as number, count)) count++;
      }
      if (this.#next < window.rows.length) break;
      this.windows.drop(window);
      this.#window++;
      this.#next = 0;
    }
    this.batch.count = count;
    if (this.#window === this.#closed.length) this.#closed = [];
  }

  /** Gives a group's row, and forgets the group. False: all its rows were taken back. */
  #give(window: OpenWindow, group: number, row: number): boolean {
    const {table, rows, feeds} = this.layout;
    const page = table.page(group);
    const cell = table.cellOf(group);
    const isThere = rows === null || page[cell + rows.offset] !== 0;
    if (isThere) {
      for (const {vector, of} of this.#bounds) {
        vector.numbers[row] = of(window);
        vector.tags[row] = Tag.value;
      }
      for (const {kind, offset, vector} of this.#keys) loadCell(table, kind, page, cell + offset, this.#build.memory, vector, row);
      for (const write of this.#results) write(page, cell, row);
    }
    for (const {log} of feeds) log?.forget(page, cell);
    table.remove(group);
    if (feeds.some(feed => feed.bag !== null)) this.#gone.add(group);
    return isThere;
  }

  /** Forgets the values that groups had seen that are gone: a part of one table in each step. */
  #sweep(): void {
    const bags = this.layout.feeds.flatMap(feed => (feed.bag === null ? [] : [feed.bag.table]));
    const table = bags[this.#sweptBag];
    if (table === undefined) {
      this.#gone.clear();
      this.#sweptBag = 0;
      return;
    }
    const offset = table.keyOffsets[0] as number;
    const end = Math.min(this.#sweptRow + sweptRows, table.rowCount);
    for (let row = this.#sweptRow; row < end; row++) {
      if (!table.isFree(row) && this.#gone.has(table.page(row)[table.cellOf(row) + offset] as number)) table.remove(row);
    }
    this.#sweptRow = end;
    if (end < table.rowCount) return;
    this.#sweptBag++;
    this.#sweptRow = 0;
  }
}

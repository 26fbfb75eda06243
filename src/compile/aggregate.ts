import {assert} from '../base/problem.ts';
import {js} from '../code/js.ts';
import {type Batch, createBatch, type Vector} from '../flow/batch.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import type {ImageReader, ImageWriter, SavedState} from '../state/image.ts';
import {keyKindOf, loadCell} from '../state/key-cells.ts';
import {physicalOf} from '../types/sql-type.ts';
import {ChangeWriter} from './aggregate-changes.ts';
import {type AggregateLayout, layOut, statesOf} from './aggregate-layout.ts';
import {resultWriter, type WriteResult} from './aggregate-results.ts';
import {prepareFeeds} from './aggregate-update.ts';
import type {RowShape} from './columns.ts';
import {keyColumn, keyOfColumn, keyOfExpression, probe} from './group-probe.ts';
import type {Build, NodeCompiler} from './node-compiler.ts';
import type {SegmentWriter} from './segment-writer.ts';
import {type Producer, Stage} from './stage.ts';

/** Groups rows in a table of state. `changes`: each update is given on at once; `final`: each group's row when the input has ended. */
export const aggregate: NodeCompiler<'aggregate'> = {
  kind: 'stage',
  stage(node, index, build) {
    const layout = layOut(node, build.node(node.input).changelog !== 'append', build);
    for (const state of statesOf(layout)) build.keep(state);
    const batch = createBatch(
      build.memory,
      node.schema.columns.map(column => physicalOf(column.type)),
      node.changelog !== 'append',
    );
    if (node.emit === 'changes') return new AggregateStage(index, batch, {mostRows: build.stepRows}, layout);
    const producer = new GroupProducer(node, layout, batch, build);
    build.keep(producer);
    return new AggregateStage(index, batch, {mostRows: build.stepRows, producer}, layout);
  },
  write(node, segment, input, build, index) {
    const stage = build.stage(index);
    assert(stage instanceof AggregateStage, 'the stage of an aggregate has its layout');
    if (node.emit === 'changes') writeChanges(node, segment, input, stage);
    else writeFinal(node, segment, input, stage.layout);
  },
};

class AggregateStage extends Stage {
  readonly layout: AggregateLayout;
  constructor(node: number, batch: Batch, kind: ConstructorParameters<typeof Stage>[2], layout: AggregateLayout) {
    super(node, batch, kind);
    this.layout = layout;
  }
}

/** For the legend. */
function groupsBy(node: NodeOf<'aggregate'>): string {
  const names = node.schema.columns.slice(0, node.keys.length).map(column => column.name);
  return names.length === 0 ? 'the group of all rows' : `groups by ${names.join(', ')}`;
}

/** +1 for a row that comes, -1 for one that is taken back; null where none ever is. */
function signOf(segment: SegmentWriter, input: RowShape, layout: AggregateLayout): ReturnType<typeof js> | null {
  if (!layout.retracts) return null;
  const kinds = segment.writer.bind('kinds', input.kinds, 'change kinds of the input');
  return segment.writer.const('sign', js`${kinds}[row] & 1 ? -1 : 1`);
}

function writeFinal(node: NodeOf<'aggregate'>, segment: SegmentWriter, input: RowShape, layout: AggregateLayout): void {
  const {writer} = segment;
  const {table} = layout;
  const sign = signOf(segment, input, layout);
  const title = (index: number): string => node.schema.columns[index]?.name ?? '';
  const update = prepareFeeds(segment, layout, input);
  const keys = node.keys.map((key, index) => keyOfExpression(segment, table, key, input.columns, title(index)));
  const group = probe(segment, table, keys, {meaning: groupsBy(node), leaveWhen: sign === null ? null : js`${sign} < 0`});
  writer.line(js`if (${group.page}[${group.cell}] === 0) ${writer.bind('table', table)}.markChanged(${group.row});`);
  update(group, sign);
  if (layout.rows === null) return;
  writer.line(js`if (${group.page}[${group.cell} + ${layout.rows.offset}] === 0) ${writer.bind('table', table)}.remove(${group.row});`);
}

function writeChanges(node: NodeOf<'aggregate'>, segment: SegmentWriter, input: RowShape, stage: AggregateStage): void {
  const {writer} = segment;
  const {layout} = stage;
  const {table} = layout;
  segment.fills(stage, 2);
  const expiry = layout.expiry === null ? null : writer.bind('expiry', layout.expiry.groups, 'groups that have not changed for long');
  if (expiry !== null) segment.before(js`${expiry}.expire();`);
  const sign = signOf(segment, input, layout);
  const update = prepareFeeds(segment, layout, input);
  const columns = node.keys.map((key, index) => keyColumn(segment, key, input.columns, node.schema.columns[index]?.name ?? ''));
  const keys = columns.map(column => keyOfColumn(segment, table, column));
  // Read here, outside of any block, because every way of giving a change on needs them.
  for (const column of columns) segment.readCell(column);
  const group = probe(segment, table, keys, {meaning: groupsBy(node), leaveWhen: sign === null ? null : js`${sign} < 0`, tellsFresh: true});
  writer.line(js`if (${group.page}[${group.cell}] === 0) ${writer.bind('table', table)}.markChanged(${group.row});`);
  if (expiry !== null) writer.line(js`${expiry}.touch(${group.row});`);
  const changes = new ChangeWriter(segment, node, layout, stage, columns);
  changes.before(group);
  update(group, sign);
  changes.after(group);
}

/** Gives each group's row, in the order in which the groups were first seen. */
class GroupProducer implements Producer, SavedState {
  readonly waitsForEnd = true;
  readonly bytes = 8;
  readonly #layout: AggregateLayout;
  readonly #batch: Batch;
  readonly #build: Build;
  readonly #keys: readonly {readonly kind: ReturnType<typeof keyKindOf>; readonly offset: number; readonly vector: Vector}[];
  readonly #results: readonly WriteResult[];
  readonly #hasKeys: boolean;
  #next = 0;
  #isDone = false;

  constructor(node: NodeOf<'aggregate'>, layout: AggregateLayout, batch: Batch, build: Build) {
    this.#layout = layout;
    this.#batch = batch;
    this.#build = build;
    this.#hasKeys = node.keys.length > 0;
    this.#keys = node.keys.map((key, index) => ({
      kind: keyKindOf(key.type),
      offset: layout.table.keyOffsets[index] as number,
      vector: batch.vectors[index] as Vector,
    }));
    this.#results = layout.calls.map((slots, index) => resultWriter(slots, layout, batch.vectors[node.keys.length + index] as Vector));
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  produce(mostRows: number): void {
    const {table} = this.#layout;
    // Without keys there is one group, and there is one even of no rows.
    if (!this.#hasKeys && table.liveRows === 0) table.insert(0);
    let count = 0;
    for (; this.#next < table.rowCount && count < mostRows; this.#next++) {
      if (table.isFree(this.#next)) continue;
      this.#emit(this.#next, count);
      count++;
    }
    this.#batch.count = count;
    this.#isDone = this.#next >= table.rowCount;
  }

  /** Between steps it has given out everything, or nothing yet. */
  save(_what: 'full' | 'changes', image: ImageWriter): void {
    image.u8(this.#isDone ? 1 : 0);
  }
  load(image: ImageReader): void {
    this.#isDone = image.u8() === 1;
  }

  #emit(group: number, row: number): void {
    const {table} = this.#layout;
    const page = table.page(group);
    const cell = table.cellOf(group);
    for (const {kind, offset, vector} of this.#keys) loadCell(table, kind, page, cell + offset, this.#build.memory, vector, row);
    for (const write of this.#results) write(page, cell, row);
  }
}

import {assert} from '../base/problem.ts';
import {js} from '../code/js.ts';
import type {Batch, Vector} from '../flow/batch.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import {GroupTable} from '../state/group-table.ts';
import {keyKindOf} from '../state/key-cells.ts';
import {RowCells} from '../state/row-cells.ts';
import {expirySlots, RowExpiry} from '../state/row-expiry.ts';
import {RowOrder} from '../state/row-order.ts';
import type {ColumnSource} from './columns.ts';
import {keyOfColumn, probe} from './group-probe.ts';
import type {Build, NodeCompiler} from './node-compiler.ts';
import {batchOf} from './queued-stage.ts';
import {Stage} from './stage.ts';

/** Keeps one row for each key: +I for the first, -U and +U where another takes its place. */
export const deduplicate: NodeCompiler<'deduplicate'> = {
  kind: 'stage',
  carriesTime: true,
  stage(node, index, build) {
    const keeper = new Keeper(node, build);
    build.keep(keeper.table);
    if (keeper.expiry !== null) build.keep(keeper.expiry);
    return new DeduplicateStage(index, keeper, build);
  },
  write(node, segment, input, build, index) {
    const stage = build.stage(index);
    assert(stage instanceof DeduplicateStage, 'the stage of a deduplication keeps its rows');
    assert(input.kinds === null, 'rows that are deduplicated are never taken back');
    const {writer} = segment;
    const {keeper} = stage;
    segment.fills(stage, 2);
    if (keeper.expiry !== null)
      segment.before(js`${writer.bind('expiry', keeper.expiry, 'rows that have not changed for long')}.expire();`);
    const keys = node.keys.map(key => keyOfColumn(segment, keeper.table, input.columns[key] as ColumnSource));
    const names = node.keys.map(key => node.schema.columns[key]!.name).join(', ');
    const found = probe(segment, keeper.table, keys, {
      meaning: names === '' ? 'the row that is kept' : `the row of each ${names}`,
      tellsFresh: true,
    });
    if (node.keep === 'first' && node.time === null) writer.line(js`if (!${found.isFresh}) ${segment.leave}`);
    const out = writer.const('out', js`${segment.batch(stage.batch, 'changed rows')}.count`);
    segment.carryTime(stage, out, input);
    segment.carryTime(stage, js`${out} + 1`, input);
    const vectors = input.columns.map(column => column.vector);
    const take = (row: number, group: number, isFresh: boolean): void => keeper.take(vectors, row, group, isFresh);
    writer.line(js`${writer.bind('take', take, 'decides which row is kept')}(row, ${found.row}, ${found.isFresh});`);
  },
};

class DeduplicateStage extends Stage {
  readonly keeper: Keeper;
  constructor(node: number, keeper: Keeper, build: Build) {
    super(node, keeper.batch, {mostRows: build.stepRows});
    this.keeper = keeper;
  }
}

class Keeper {
  readonly table: GroupTable;
  readonly batch: Batch;
  /** Where rows are forgotten after some time. */
  readonly expiry: RowExpiry | null;
  readonly #node: NodeOf<'deduplicate'>;
  readonly #cells: RowCells;
  readonly #order: RowOrder | null;
  /** Nothing more of a row is ever asked than that it came. */
  readonly #keepsRows: boolean;

  constructor(node: NodeOf<'deduplicate'>, build: Build) {
    const types = node.schema.columns.map(column => column.type);
    const slots = RowCells.slots(types);
    this.#node = node;
    this.#keepsRows = node.keep === 'last' || node.time !== null;
    this.table = new GroupTable(
      node.keys.map(key => keyKindOf(types[key]!)),
      [...(this.#keepsRows ? slots : []), ...(node.ttlMs === undefined ? [] : expirySlots)],
      node.ttlMs !== undefined,
    );
    const expiryCells = this.table.slotOffsets.slice(this.#keepsRows ? slots.length : 0);
    this.expiry =
      node.ttlMs === undefined ? null : new RowExpiry(this.table, expiryCells, node.ttlMs, build.clock, row => this.table.remove(row));
    this.batch = batchOf(build, node.schema, node.changelog !== 'append');
    const columns = types.map((type, column) => ({column, type}));
    this.#cells = new RowCells(this.table, build.memory, this.#keepsRows ? columns : [], this.table.slotOffsets);
    const order = node.time === null ? [] : [{column: node.time, descending: false, nullsFirst: true}];
    this.#order = order.length === 0 ? null : new RowOrder(this.table, build.memory, types, order, this.table.slotOffsets);
  }

  take(vectors: readonly Vector[], row: number, group: number, isFresh: boolean): void {
    if (!isFresh) {
      const order = this.#order === null ? 1 : this.#order.compare(vectors, row, group);
      if (this.#node.keep === 'first' ? order >= 0 : order < 0) return;
      const old = this.batch.count++;
      this.#cells.load(group, this.batch.vectors, old);
      this.#setKind(old, 1);
    }
    const out = this.batch.count++;
    for (let column = 0; column < vectors.length; column++)
      copyCell(vectors[column] as Vector, row, this.batch.vectors[column] as Vector, out);
    this.#setKind(out, isFresh ? 0 : 2);
    this.expiry?.touch(group);
    if (!this.#keepsRows) return;
    this.#cells.store(group, vectors, row);
    this.table.markChanged(group);
  }

  #setKind(row: number, kind: number): void {
    if (this.batch.kinds !== null) this.batch.kinds[row] = kind;
  }
}

/** A text's pointer and length take the place of a number. */
function copyCell(from: Vector, row: number, to: Vector, target: number): void {
  to.numbers[target] = from.numbers[row] as number;
  to.tags[target] = from.tags[row] as number;
}

import {assert} from '../base/problem.ts';
import {js} from '../code/js.ts';
import {createBatch} from '../flow/batch.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import {GroupTable} from '../state/group-table.ts';
import {keyKindOf} from '../state/key-cells.ts';
import {RowCells} from '../state/row-cells.ts';
import {expirySlots, RowExpiry} from '../state/row-expiry.ts';
import {physicalOf} from '../types/sql-type.ts';
import type {RowShape} from './columns.ts';
import {keyOfColumn, probe} from './group-probe.ts';
import type {NodeCompiler} from './node-compiler.ts';
import type {SegmentWriter} from './segment-writer.ts';
import {Stage} from './stage.ts';

/**
 * Gives on what became of the row of a key: +I for a new one; -U and +U, or +U alone where nobody needs the other, when it differs; -D, with all that the row
 * was, when it goes. What changes nothing is not given on, and neither is a delete of what is not there.
 */
export const changelogNormalize: NodeCompiler<'changelog-normalize'> = {
  kind: 'stage',
  carriesTime: true,
  stage(node, index, build) {
    const types = node.schema.columns.map(column => column.type);
    const others = types.flatMap((_, column) => (node.keys.includes(column) ? [] : [column]));
    const slots = RowCells.slots(others.map(column => types[column]!));
    const table = new GroupTable(
      node.keys.map(key => keyKindOf(types[key]!)),
      node.ttlMs === undefined ? slots : [...slots, ...expirySlots],
      true,
    );
    build.keep(table);
    const cellsOfExpiry = table.slotOffsets.slice(slots.length);
    const expiry = node.ttlMs === undefined ? null : new RowExpiry(table, cellsOfExpiry, node.ttlMs, build.clock, row => table.remove(row));
    if (expiry !== null) build.keep(expiry);
    const batch = createBatch(build.memory, types.map(physicalOf), true);
    const cells = new RowCells(
      table,
      build.memory,
      others.map(column => ({column, type: types[column]!})),
      table.slotOffsets,
    );
    return new NormalizeStage(index, batch, {mostRows: build.stepRows}, table, cells, expiry);
  },
  write(node, segment, input, build, index) {
    const stage = build.stage(index);
    assert(stage instanceof NormalizeStage, 'the stage of a normalizer has its table');
    write(node, segment, input, stage);
  },
};

class NormalizeStage extends Stage {
  readonly table: GroupTable;
  /** The columns that are no key, as the table keeps them. */
  readonly cells: RowCells;
  /** Where rows are forgotten after some time. */
  readonly expiry: RowExpiry | null;

  constructor(
    node: number,
    batch: Stage['batch'],
    kind: ConstructorParameters<typeof Stage>[2],
    table: GroupTable,
    cells: RowCells,
    expiry: RowExpiry | null,
  ) {
    super(node, batch, kind);
    this.table = table;
    this.cells = cells;
    this.expiry = expiry;
  }
}

function write(node: NodeOf<'changelog-normalize'>, segment: SegmentWriter, input: RowShape, stage: NormalizeStage): void {
  const {writer} = segment;
  const {table} = stage;
  segment.fills(stage, 2);
  if (stage.expiry !== null) segment.before(js`${writer.bind('expiry', stage.expiry, 'rows that have not changed for long')}.expire();`);
  const kinds = writer.bind('kinds', input.kinds, 'change kinds of the input');
  const kind = writer.const('kind', js`${kinds}[row]`);
  writer.line(js`if (${kind} === 1) ${segment.leave}`);
  const keys = node.keys.map(key => keyOfColumn(segment, table, input.columns[key]!));
  const names = node.keys.map(key => node.schema.columns[key]!.name).join(', ');
  const found = probe(segment, table, keys, {meaning: `the last row of each ${names}`, leaveWhen: js`${kind} === 3`, tellsFresh: true});
  const out = writer.const('out', js`${segment.batch(stage.batch, 'changed rows')}.count`);
  segment.carryTime(stage, out, input);
  segment.carryTime(stage, js`${out} + 1`, input);
  const take = writer.bind('take', taker(node, input, stage), 'gives on what became of the row');
  writer.line(js`${take}(row, ${kind}, ${found.row}, ${found.isFresh});`);
}

function taker(node: NodeOf<'changelog-normalize'>, input: RowShape, {table, cells, batch, expiry}: NormalizeStage) {
  const vectors = input.columns.map(column => column.vector);
  const kinds = batch.kinds!;
  const givesBefore = node.changelog === 'retract';
  const copyKeys = (row: number, out: number): void => {
    for (const key of node.keys) {
      const from = vectors[key]!;
      const to = batch.vectors[key]!;
      to.numbers[out] = from.numbers[row]!;
      to.tags[out] = from.tags[row]!;
    }
  };
  const giveOld = (row: number, group: number, kind: number): void => {
    const out = batch.count++;
    copyKeys(row, out);
    cells.load(group, batch.vectors, out);
    kinds[out] = kind;
  };
  const giveNew = (row: number, group: number, kind: number): void => {
    const out = batch.count++;
    copyKeys(row, out);
    cells.copy(vectors, row, batch.vectors, out);
    cells.store(group, vectors, row);
    table.markChanged(group);
    expiry?.touch(group);
    kinds[out] = kind;
  };
  return (row: number, kind: number, group: number, isFresh: boolean): void => {
    if (isFresh) return giveNew(row, group, 0);
    if (kind === 3) {
      giveOld(row, group, 3);
      expiry?.forget(group);
      table.remove(group);
      return;
    }
    // Where rows are forgotten, an update that changes nothing is given on: else those behind would forget what is kept here.
    if (expiry === null && cells.isSame(group, vectors, row)) return;
    if (givesBefore) giveOld(row, group, 1);
    giveNew(row, group, 2);
  };
}

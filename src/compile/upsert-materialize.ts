import {assert, fail} from '../base/problem.ts';
import {js} from '../code/js.ts';
import {createBatch} from '../flow/batch.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import {GroupTable} from '../state/group-table.ts';
import {keyKindOf} from '../state/key-cells.ts';
import {expirySlots, RowExpiry} from '../state/row-expiry.ts';
import {ValueLog} from '../state/value-log.ts';
import {physicalOf} from '../types/sql-type.ts';
import type {RowShape} from './columns.ts';
import {keyOfColumn, probe} from './group-probe.ts';
import type {NodeCompiler} from './node-compiler.ts';
import type {SegmentWriter} from './segment-writer.ts';
import {Stage} from './stage.ts';

/** Keeps all rows of each key in the order in which they came, and gives the last of them: as Flink's materializer does before a table with another key. */
export const upsertMaterialize: NodeCompiler<'upsert-materialize'> = {
  kind: 'stage',
  stage(node, index, build) {
    const types = node.schema.columns.map(column => column.type);
    const link = {kind: 'number', initial: 0} as const;
    const table = new GroupTable(
      node.keys.map(key => keyKindOf(types[key]!)),
      [link, link, ...(node.ttlMs === undefined ? [] : expirySlots)],
      true,
    );
    const [first, last, ...expiryCells] = table.slotOffsets as [number, number, ...number[]];
    const log = new ValueLog(build, types, {first, last}, node.rowKey);
    build.keep(table);
    build.keep(log.store);
    const forget = (row: number): void => {
      log.forget(table.page(row), table.cellOf(row));
      table.remove(row);
    };
    const expiry = node.ttlMs === undefined ? null : new RowExpiry(table, expiryCells, node.ttlMs, build.clock, forget);
    if (expiry !== null) build.keep(expiry);
    const batch = createBatch(build.memory, types.map(physicalOf), true);
    return new MaterializeStage(index, batch, {mostRows: build.stepRows}, {table, log, expiry});
  },
  write(node, segment, input, build, index) {
    const stage = build.stage(index);
    assert(stage instanceof MaterializeStage, 'the stage of a materializer has its rows');
    write(node, segment, input, stage);
  },
};

interface Materialized {
  readonly table: GroupTable;
  readonly log: ValueLog;
  /** Where keys are forgotten after some time. */
  readonly expiry: RowExpiry | null;
}

class MaterializeStage extends Stage {
  readonly kept: Materialized;
  constructor(node: number, batch: Stage['batch'], kind: ConstructorParameters<typeof Stage>[2], kept: Materialized) {
    super(node, batch, kind);
    this.kept = kept;
  }
}

function write(node: NodeOf<'upsert-materialize'>, segment: SegmentWriter, input: RowShape, stage: MaterializeStage): void {
  const {writer} = segment;
  const {table, expiry} = stage.kept;
  segment.fills(stage, 1);
  if (expiry !== null) segment.before(js`${writer.bind('expiry', expiry, 'keys that have not changed for long')}.expire();`);
  const kind =
    input.kinds === null ? js`0` : writer.const('kind', js`${writer.bind('kinds', input.kinds, 'change kinds of the input')}[row]`);
  const keys = node.keys.map(key => keyOfColumn(segment, table, input.columns[key]!));
  const names = node.keys.map(key => node.schema.columns[key]!.name).join(', ');
  const isTakenBack = input.kinds === null ? null : js`${kind} & 1`;
  const found = probe(segment, table, keys, {meaning: `rows by ${names}`, leaveWhen: isTakenBack});
  const take = writer.bind('take', taker(node, segment, input, stage), 'gives on what became of the key');
  writer.line(js`${take}(row, ${kind}, ${found.row});`);
}

function taker(node: NodeOf<'upsert-materialize'>, segment: SegmentWriter, input: RowShape, {kept, batch}: MaterializeStage) {
  const {table, log, expiry} = kept;
  const vectors = input.columns.map(column => column.vector);
  const kinds = batch.kinds!;
  const names = node.keys.map(key => node.schema.columns[key]!.name).join(', ');
  const give = (row: number, kind: number): void => {
    const out = batch.count++;
    for (const [index, from] of vectors.entries()) {
      batch.vectors[index]!.numbers[out] = from.numbers[row]!;
      batch.vectors[index]!.tags[out] = from.tags[row]!;
    }
    kinds[out] = kind;
  };
  const takeBack = (row: number, page: Float64Array, cell: number, group: number): void => {
    const removed = log.remove(page, cell, vectors, row);
    if (removed === 'nothing') return;
    if (log.isEmpty(page, cell)) {
      give(row, 3);
      expiry?.forget(group);
      table.remove(group);
      return;
    }
    expiry?.touch(group);
    if (removed === 'last') {
      const out = batch.count++;
      log.loadLast(page, cell, batch.vectors, out);
      kinds[out] = 2;
    }
  };
  const conflict = (row: number): void =>
    segment.rejects.reject(
      fail('data', 'conflicting-rows', `two rows have the same ${names}`, {
        hint: 'ON CONFLICT DO ERROR asks for this; DO DEDUPLICATE lets the last one win',
      }),
      row,
    );
  return (row: number, kind: number, group: number): void => {
    const page = table.page(group);
    const cell = table.cellOf(group);
    table.markChanged(group);
    if ((kind & 1) === 1) return takeBack(row, page, cell, group);
    const isFirst = log.isEmpty(page, cell);
    if (!isFirst && node.keeps === 'error') return conflict(row);
    if (!isFirst && node.keeps === 'first') return;
    log.put(page, cell, vectors, row);
    expiry?.touch(group);
    give(row, isFirst ? 0 : 2);
  };
}

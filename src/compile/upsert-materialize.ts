import {assert, fail} from '../base/problem.ts';
import {js} from '../code/js.ts';
import {createBatch} from '../flow/batch.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import {GroupTable} from '../state/group-table.ts';
import {keyKindOf} from '../state/key-cells.ts';
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
      [link, link],
      true,
    );
    const [first, last] = table.slotOffsets as [number, number];
    const log = new ValueLog(build, types, {first, last}, node.rowKey);
    build.keep(table);
    build.keep(log.store);
    return new MaterializeStage(index, createBatch(build.memory, types.map(physicalOf), true), {mostRows: build.stepRows}, table, log);
  },
  write(node, segment, input, build, index) {
    const stage = build.stage(index);
    assert(stage instanceof MaterializeStage, 'the stage of a materializer has its rows');
    write(node, segment, input, stage);
  },
};

class MaterializeStage extends Stage {
  readonly table: GroupTable;
  readonly log: ValueLog;
  constructor(node: number, batch: Stage['batch'], kind: ConstructorParameters<typeof Stage>[2], table: GroupTable, log: ValueLog) {
    super(node, batch, kind);
    this.table = table;
    this.log = log;
  }
}

function write(node: NodeOf<'upsert-materialize'>, segment: SegmentWriter, input: RowShape, stage: MaterializeStage): void {
  const {writer} = segment;
  const {table} = stage;
  segment.fills(stage, 1);
  const kind =
    input.kinds === null ? js`0` : writer.const('kind', js`${writer.bind('kinds', input.kinds, 'change kinds of the input')}[row]`);
  const keys = node.keys.map(key => keyOfColumn(segment, table, input.columns[key]!));
  const names = node.keys.map(key => node.schema.columns[key]!.name).join(', ');
  const isTakenBack = input.kinds === null ? null : js`${kind} & 1`;
  const found = probe(segment, table, keys, {meaning: `rows by ${names}`, leaveWhen: isTakenBack});
  const take = writer.bind('take', taker(node, segment, input, stage), 'gives on what became of the key');
  writer.line(js`${take}(row, ${kind}, ${found.row});`);
}

function taker(node: NodeOf<'upsert-materialize'>, segment: SegmentWriter, input: RowShape, {table, log, batch}: MaterializeStage) {
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
      table.remove(group);
    } else if (removed === 'last') {
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
    give(row, isFirst ? 0 : 2);
  };
}

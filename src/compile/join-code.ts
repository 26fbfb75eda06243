import {type Js, js} from '../code/js.ts';
import {link} from '../code/link.ts';
import type {Vector} from '../flow/batch.ts';
import type {Expr} from '../plan/expression.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import type {GroupTable} from '../state/group-table.ts';
import type {JoinSide} from '../state/join-store.ts';
import {FloatFlag, keyKindOf, loadCell} from '../state/key-cells.ts';
import {pageMask, pageShift, type RowStore} from '../state/row-store.ts';
import type {SqlType} from '../types/sql-type.ts';
import type {ColumnSource} from './columns.ts';
import {isTrue} from './filter.ts';
import {keyOfColumn, probe, writeKey} from './group-probe.ts';
import type {Build} from './node-compiler.ts';
import {Rejects} from './rejects.ts';
import {SegmentWriter} from './segment-writer.ts';

/** What generated code does for one side of a join. Rows in batches and rows in state have numbers; nothing else is passed. */
export interface SideCode {
  /** The key of a row of the inbox: its row in the table of keys, made where there is none. -1: a NULL among the values, and such rows are left out. */
  key(row: number): number;
  /** Keeps a row of the inbox, and gives its number in state. `isNew`: it may be made; otherwise -1 where there is no equal row. */
  keep(row: number, isNew: boolean): number;
  /** Writes a row of the inbox, a row of state, or NULLs into the side's columns of an output row. */
  give(row: number, out: number): void;
  load(stored: number, out: number): void;
  pad(out: number): void;
}

export interface JoinCode {
  readonly left: SideCode;
  readonly right: SideCode;
  /** Whether the residual is TRUE of the pair that stands in a row of the pairs. */
  readonly test: (out: number) => boolean;
}

/** One side as code sees it: its columns in the inbox and in pairs, and its keys in the inbox. */
export interface SideColumns {
  readonly side: JoinSide;
  readonly inbox: readonly ColumnSource[];
  readonly keys: readonly ColumnSource[];
  readonly pairs: readonly ColumnSource[];
}

export interface JoinParts {
  readonly node: NodeOf<'join'>;
  readonly keys: GroupTable;
  readonly left: SideColumns;
  readonly right: SideColumns;
  /** Rows with a NULL key are kept with the others: they are needed at the end. */
  readonly keepsNullKeys: boolean;
}

/** Columns over vectors. */
export function columnsOver(
  vectors: readonly Vector[],
  columns: readonly {readonly name: string; readonly type: SqlType}[],
): ColumnSource[] {
  return columns.map(({name, type}, index) => ({vector: vectors[index] as Vector, type, title: name}));
}

/** Writes and links the module of one join. */
export function joinCode(parts: JoinParts, index: number, build: Build): JoinCode {
  const context = {memory: build.memory, clock: build.clock, queryClock: build.queryClock, timeZone: build.timeZone};
  const segment = new SegmentWriter(context, new Rejects(build.rejectRow, null));
  const {writer} = segment;
  const left = sideFunctions(segment, parts, parts.left, parts.node.leftKeys);
  const right = sideFunctions(segment, parts, parts.right, parts.node.rightKeys);
  const test = testFunction(segment, parts);
  writer.line(js`return {left: ${left}, right: ${right}, test: ${test}};`);
  const program = segment.writer.program();
  const name = `join${index}.rows`;
  build.code.push({name, text: program.text, legend: program.legend});
  return link(name, program) as JoinCode;
}

function sideFunctions(segment: SegmentWriter, parts: JoinParts, columns: SideColumns, keys: readonly Expr[]): Js {
  const functions = [
    keyFunction(segment, parts, columns, keys),
    keepFunction(segment, columns),
    giveFunction(segment, columns),
    loadFunction(segment, columns),
    padFunction(segment, columns),
  ] as const;
  const [key, keep, give, load, pad] = functions;
  return js`{key: ${key}, keep: ${keep}, give: ${give}, load: ${load}, pad: ${pad}}`;
}

function keyFunction(segment: SegmentWriter, parts: JoinParts, columns: SideColumns, keys: readonly Expr[]): Js {
  const {writer} = segment;
  const name = writer.name('keyOf');
  segment.function(js`function ${name}(row)`, () => {
    for (const [index, key] of keys.entries()) {
      const column = columns.keys[index] as ColumnSource;
      if (key.type.nullable && !parts.keepsNullKeys) writer.line(js`if (${segment.tag(column)} & 1) return -1;`);
    }
    const codes = columns.keys.map(column => keyOfColumn(segment, parts.keys, column));
    const found = probe(segment, parts.keys, codes, {meaning: 'keys of the join'});
    writer.line(js`return ${found.row};`);
  });
  return name;
}

function keepFunction(segment: SegmentWriter, {side, inbox}: SideColumns): Js {
  const {writer} = segment;
  const name = writer.name('keep');
  segment.function(js`function ${name}(row, isNew)`, () => {
    const codes = inbox.map(column => keyOfColumn(segment, side.rows, column));
    if (side.table !== null) {
      const {leave} = segment;
      segment.leave = js`return -1;`;
      const found = probe(segment, side.table, codes, {meaning: 'rows of one side', leaveWhen: js`!isNew`});
      segment.leave = leave;
      writer.line(js`return ${found.row};`);
      return;
    }
    const rows = writer.bind('rows', side.rows, 'rows of one side');
    const stored = writer.const('stored', js`${rows}.addRow()`);
    const {page, cell} = placeOf(segment, side.rows, stored);
    for (const [index, code] of codes.entries())
      writeKey(segment, side.rows, code, page, js`${cell} + ${side.columnOffsets[index] as number}`);
    writer.line(js`return ${stored};`);
  });
  return name;
}

/** The page and the first cell of a row, as locals. */
function placeOf(segment: SegmentWriter, rows: RowStore, row: Js): {readonly page: Js; readonly cell: Js} {
  const {writer} = segment;
  const pages = writer.bind('pages', rows.pages, 'rows of one side');
  return {
    page: writer.const('page', js`${pages}[${row} >>> ${pageShift}]`),
    cell: writer.const('cell', js`(${row} & ${pageMask}) * ${rows.stride}`),
  };
}

function giveFunction(segment: SegmentWriter, {inbox, pairs}: SideColumns): Js {
  const name = segment.writer.name('give');
  segment.function(js`function ${name}(row, out)`, () => {
    for (const [index, column] of inbox.entries()) {
      const target = pairs[index];
      if (target !== undefined) segment.copyCell(column, target.vector, js`out`, target.title);
    }
  });
  return name;
}

function loadFunction(segment: SegmentWriter, {side, pairs}: SideColumns): Js {
  const {writer} = segment;
  const name = writer.name('load');
  segment.function(js`function ${name}(stored, out)`, () => {
    if (pairs.length === 0) return;
    const {page, cell} = placeOf(segment, side.rows, js`stored`);
    for (const [index, column] of pairs.entries()) {
      const at = js`${cell} + ${side.columnOffsets[index] as number}`;
      writeLoad(segment, side.rows, column, page, at);
    }
  });
  return name;
}

function writeLoad(segment: SegmentWriter, rows: RowStore, column: ColumnSource, page: Js, at: Js): void {
  const {writer, memory} = segment;
  const {vector} = column;
  const kind = keyKindOf(column.type);
  const loadIt = (from: Float64Array, cell: number, out: number): void => loadCell(rows, kind, from, cell, memory, vector, out);
  const general = (): Js => js`${writer.bind('load', loadIt, column.title)}(${page}, ${at}, out);`;
  if (kind === 'text') return writer.line(general());
  const numbers = js`${segment.numbers(column)}[out]`;
  const tags = js`${segment.tags(column)}[out]`;
  const value = writer.const('value', js`${page}[${at}]`);
  if (kind === 'float') {
    writer.line(js`if (${value} === ${FloatFlag.number}) ${numbers} = ${page}[${at} + 1], ${tags} = 0;`);
  } else {
    writer.line(js`if (Math.abs(${value}) <= ${Number.MAX_SAFE_INTEGER}) ${numbers} = ${value}, ${tags} = 0;`);
  }
  writer.line(js`else ${general()}`);
}

function padFunction(segment: SegmentWriter, {pairs}: SideColumns): Js {
  const {writer} = segment;
  const name = writer.name('pad');
  segment.function(js`function ${name}(out)`, () => {
    for (const column of pairs) writer.line(js`${segment.tags(column)}[out] = 1;`);
  });
  return name;
}

function testFunction(segment: SegmentWriter, {node, left, right}: JoinParts): Js {
  const {writer} = segment;
  const name = writer.name('test');
  const {residual} = node;
  const {leave} = segment;
  segment.leave = js`return false;`;
  segment.function(js`function ${name}(row)`, () => {
    if (residual === null) return writer.line(js`return true;`);
    writer.line(js`return ${isTrue(segment, residual, {columns: [...left.pairs, ...right.pairs]})};`);
  });
  segment.leave = leave;
  return name;
}

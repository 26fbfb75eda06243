import {type Js, js} from '../code/js.ts';
import {Tag} from '../flow/batch.ts';
import type {Expr} from '../plan/expression.ts';
import {FloatFlag, keyKindOf} from '../state/key-cells.ts';
import {nullCode} from '../state/integer-codes.ts';
import {combineHashes, hashFloat, hashText} from '../state/hashing.ts';
import type {GroupTable} from '../state/group-table.ts';
import {pageMask, pageShift, type RowStore} from '../state/row-store.ts';
import {arenaGeometry, sameBytes} from '../state/text-arena.ts';
import type {ColumnSource} from './columns.ts';
import type {Cell} from './cell.ts';
import {ExpressionWriter} from './expression.ts';
import {materialize} from './materialize.ts';
import type {SegmentWriter} from './segment-writer.ts';

/** The code of a key: what stands for it in the cells of a row. */
export type KeyCode =
  | {readonly kind: 'exact'; readonly value: Js; /** Its absolute value is less. */ readonly below: number}
  | {readonly kind: 'float'; readonly flag: Js; readonly value: Js}
  | {readonly kind: 'text'; readonly pointer: Js; readonly length: Js};

/** A row of a table that was found or made: its number, its page and its first cell in the page. */
export interface ProbedRow {
  readonly row: Js;
  readonly page: Js;
  readonly cell: Js;
  /** Whether it was made just now: where that was asked for. */
  readonly isFresh: Js;
}

/** Texts of ARRAY, MAP and ROW may differ where values are equal: the definition's own text is the same for all of them. */
export function isCanonical(expr: Expr): boolean {
  return !['ARRAY', 'MAP', 'MULTISET', 'ROW'].includes(expr.type.kind);
}

/** A column whose cells are equal exactly when the values are. */
export function keyColumn(segment: SegmentWriter, expr: Expr, columns: readonly ColumnSource[], title: string): ColumnSource {
  if (isCanonical(expr)) return materialize(segment, expr, columns, title);
  const column = segment.newColumn(expr.type, title);
  segment.writer.line(js`if (!${segment.computing(expr, columns, column)}(row)) ${segment.leave}`);
  return column;
}

/** The key that an expression's value is, inline where that can be done without doubt. */
export function keyOfExpression(
  segment: SegmentWriter,
  table: GroupTable,
  expr: Expr,
  columns: readonly ColumnSource[],
  title: string,
): KeyCode {
  if (expr.kind !== 'column' && isCanonical(expr)) {
    const cell = doubtless(segment, expr, columns);
    if (cell !== null) return keyOfCell(segment, cell, keyKindOf(expr.type));
  }
  return keyOfColumn(segment, table, keyColumn(segment, expr, columns, title));
}

/** The inline form of an expression, if it has one that is always right. */
export function doubtless(segment: SegmentWriter, expr: Expr, columns: readonly ColumnSource[]): Cell | null {
  const expressions = new ExpressionWriter(segment, columns);
  return segment.attempt(() => {
    const cell = expressions.write(expr);
    return expressions.doubt === null ? cell : null;
  });
}

export function keyOfColumn(segment: SegmentWriter, table: RowStore, column: ColumnSource): KeyCode {
  const kind = keyKindOf(column.type);
  const {writer} = segment;
  const {vector} = column;
  if (kind === 'text') {
    const length = writer.const('keyLength', js`${segment.tag(column)} & 1 ? -1 : ${segment.length(column)}`);
    return {kind, pointer: segment.pointer(column), length};
  }
  if (kind === 'float') {
    const present = js`${segment.tag(column)} === 0`;
    return keyOfCell(segment, {kind: 'number', value: segment.value(column), present, most: Infinity}, kind);
  }
  const mayBeCode = column.type.nullable || vector.physical === 'integer';
  const below =
    vector.physical === 'number' && !column.type.nullable && column.type.kind !== 'TIMESTAMP' && column.type.kind !== 'TIMESTAMP_LTZ';
  if (!mayBeCode) return {kind, value: segment.value(column), below: below ? 2 ** 31 : Infinity};
  const {wide} = segment.memory;
  const codeOf = (row: number): number =>
    vector.tags[row] === Tag.wide ? table.codes.interned(wide[vector.numbers[row] as number] as bigint) : nullCode;
  const code = writer.bind('codeOf', codeOf, `${column.title} where it is NULL or beyond 2^53`);
  const value = writer.const('key', js`${segment.tag(column)} === 0 ? ${segment.value(column)} : ${code}(row)`);
  return {kind, value, below: Infinity};
}

function keyOfCell(segment: SegmentWriter, cell: Cell, kind: KeyCode['kind']): KeyCode {
  const {writer} = segment;
  if (cell.kind === 'text') {
    const length = cell.present === null ? cell.length : writer.const('keyLength', js`${cell.present} ? ${cell.length} : -1`);
    return {kind: 'text', pointer: cell.pointer, length};
  }
  if (cell.kind === 'condition') {
    const value = writer.const('key', js`${cell.isTrue} ? 1 : ${cell.isFalse} ? 0 : ${nullCode}`);
    return {kind: 'exact', value, below: Infinity};
  }
  if (kind === 'float') {
    const number = js`${cell.value} === ${cell.value} ? ${FloatFlag.number} : ${FloatFlag.notANumber}`;
    const flag = writer.const('keyFlag', cell.present === null ? number : js`!(${cell.present}) ? ${FloatFlag.null} : ${number}`);
    return {kind, flag, value: writer.const('key', js`${flag} === ${FloatFlag.number} ? ${cell.value} + 0 : 0`)};
  }
  const value = writer.const('key', cell.present === null ? cell.value : js`${cell.present} ? ${cell.value} : ${nullCode}`);
  return {kind: 'exact', value, below: cell.present === null ? cell.most : Infinity};
}

interface ProbeOptions {
  /** For the legend. */
  readonly meaning: string;
  /** Where there is no row and this holds, the input's row is left instead of making one. */
  readonly leaveWhen?: Js | null;
  readonly tellsFresh?: boolean;
}

/**
 * Looks a row up by its keys, and makes it where there is none. The formulas of the hashes are those of the table itself (state/hashing.ts).
 */
export function probe(segment: SegmentWriter, table: GroupTable, keys: readonly KeyCode[], options: ProbeOptions): ProbedRow {
  const {meaning, leaveWhen = null, tellsFresh = false} = options;
  const {writer} = segment;
  const name = writer.bind('table', table, meaning);
  const {index, shift, mask} = segment.indexOf(
    table,
    names => js`let ${names.index} = ${name}.index, ${names.shift} = ${name}.shift, ${names.mask} = ${name}.mask;`,
  );
  const hash = writer.const('hash', hashOf(segment, keys));
  const bucket = writer.let('bucket', js`Math.imul(${hash}, ${0x9e3779b1 | 0}) >>> ${shift}`);
  const row = writer.let('group', js`-1`);
  const page = writer.name('page');
  const cell = writer.let('cell', js`0`);
  writer.line(js`let ${page};`);
  const isFresh = tellsFresh ? writer.let('isFresh', js`false`) : js`false`;
  const pages = writer.bind('pages', table.pages, meaning);
  const locate = (): void => {
    writer.line(js`${page} = ${pages}[${row} >>> ${pageShift}];`);
    writer.line(js`${cell} = (${row} & ${pageMask}) * ${table.stride};`);
  };
  const entry = table.hashesInIndex ? js`${index}[2 * ${bucket} + 1]` : js`${index}[${bucket}]`;
  writer.block(js`for (;;)`, () => {
    writer.line(js`${row} = ${entry} - 1;`);
    writer.block(js`if (${row} < 0)`, () => {
      if (leaveWhen !== null) writer.line(js`if (${leaveWhen}) ${segment.leave}`);
      writer.line(js`${row} = ${name}.insert(${hash});`);
      writer.line(js`${index} = ${name}.index, ${shift} = ${name}.shift, ${mask} = ${name}.mask;`);
      locate();
      for (const [position, key] of keys.entries())
        writeKey(segment, table, key, page, js`${cell} + ${table.keyOffsets[position] as number}`);
      if (tellsFresh) writer.line(js`${isFresh} = true;`);
      writer.line(js`break;`);
    });
    if (table.hashesInIndex) {
      writer.block(js`if (${index}[2 * ${bucket}] === ${hash})`, () => {
        locate();
        writer.line(js`if (${allSame(segment, table, keys, page, cell)}) break;`);
      });
    } else {
      locate();
      writer.line(js`if (${allSame(segment, table, keys, page, cell)}) break;`);
    }
    writer.line(js`${bucket} = ${bucket} + 1 & ${mask};`);
  });
  return {row, page, cell, isFresh};
}

function hashOf(segment: SegmentWriter, keys: readonly KeyCode[]): Js {
  const {writer} = segment;
  const hashes = keys.map(key => hashOfKey(segment, key));
  if (hashes.length === 0) return js`0`;
  const combine = (): Js => writer.bind('combineHashes', combineHashes, 'the hash of several keys');
  return hashes.reduce((before, next) => js`${combine()}(${before}, ${next})`);
}

function hashOfKey(segment: SegmentWriter, key: KeyCode): Js {
  const {writer} = segment;
  if (key.kind === 'exact') {
    if (key.below <= 2 ** 31) return js`(${key.value} | 0)`;
    return js`(${key.value} | 0) ^ Math.imul(${key.value} * ${2 ** -32} | 0, ${0x85ebca6b | 0})`;
  }
  if (key.kind === 'float') {
    const combine = writer.bind('combineHashes', combineHashes, 'the hash of several keys');
    return js`${combine}(${key.flag}, ${writer.bind('hashFloat', hashFloat, 'the hash of a double')}(${key.value}))`;
  }
  const view = writer.bind('view', segment.memory.view, 'engine memory');
  return js`${writer.bind('hashText', hashText, 'the hash of a text')}(${view}, ${key.pointer}, ${key.length})`;
}

/** Writes the lines that put a key into a cell of a fresh row. */
export function writeKey(segment: SegmentWriter, table: RowStore, key: KeyCode, page: Js, cell: Js): void {
  const {writer} = segment;
  if (key.kind === 'exact') writer.line(js`${page}[${cell}] = ${key.value} + 0;`);
  else if (key.kind === 'float') {
    writer.line(js`${page}[${cell}] = ${key.flag};`);
    writer.line(js`${page}[${cell} + 1] = ${key.value};`);
  } else {
    const bytes = writer.bind('bytes', segment.memory.bytes, 'engine memory');
    writer.line(js`${writer.bind('table', table)}.putText(${page}, ${cell}, ${bytes}, ${key.pointer}, ${key.length});`);
  }
}

function allSame(segment: SegmentWriter, table: GroupTable, keys: readonly KeyCode[], page: Js, cell: Js): Js {
  if (keys.length === 0) return js`true`;
  return keys
    .map((key, index) => sameKey(segment, table, key, page, table.keyOffsets[index] as number, cell))
    .reduce((left, right) => js`${left} && ${right}`);
}

function sameKey(segment: SegmentWriter, table: GroupTable, key: KeyCode, page: Js, offset: number, cell: Js): Js {
  const {writer} = segment;
  if (key.kind === 'exact') return js`${page}[${cell} + ${offset}] === ${key.value}`;
  if (key.kind === 'float') return js`${page}[${cell} + ${offset}] === ${key.flag} && ${page}[${cell} + ${offset + 1}] === ${key.value}`;
  const same = writer.bind('sameBytes', sameBytes, 'whether a text in state has the same bytes');
  const view = writer.bind('view', segment.memory.view, 'engine memory');
  const name = writer.bind('table', table);
  const address = js`${page}[${cell} + ${offset}]`;
  const {pageShift: arenaShift, pageMask: arenaMask, unit} = arenaGeometry;
  const inArena = js`${name}.arena.pages[${address} >>> ${arenaShift}], (${address} & ${arenaMask}) * ${unit}`;
  const length = js`${page}[${cell} + ${offset + 1}] === ${key.length}`;
  return js`${length} && (${key.length} <= 0 || ${same}(${inArena}, ${view}, ${key.pointer}, ${key.length}))`;
}

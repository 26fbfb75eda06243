import type {Memory} from '../base/memory.ts';
import {Tag, type Vector} from '../flow/batch.ts';
import {physicalOf, type SqlType} from '../types/sql-type.ts';
import {isExact, isWideCode, nullCode} from './integer-codes.ts';
import type {RowStore, Slot} from './row-store.ts';

/**
 * How a column's value stands in a row of state so that equal values have equal cells: `exact`: one cell (an exact number, or a code for NULL and wide
 * integers); `float`: a cell that says what it is (0: a number, 1: NULL, 2: NaN) and the number (0 unless a number); `text`: address and length (-1 is NULL).
 */
export type KeyKind = 'exact' | 'float' | 'text';

export const keySlots: {readonly [K in KeyKind]: readonly Slot[]} = {
  exact: [{kind: 'key', initial: 0}],
  float: [
    {kind: 'number', initial: 0},
    {kind: 'number', initial: 0},
  ],
  text: [{kind: 'text', initial: -1}],
};

export const FloatFlag = {number: 0, null: 1, notANumber: 2} as const;

export function keyKindOf(type: SqlType): KeyKind {
  if (type.kind === 'FLOAT' || type.kind === 'DOUBLE') return 'float';
  return physicalOf(type) === 'text' ? 'text' : 'exact';
}

/** Writes a batch's cell into a fresh row. */
export function storeCell(
  store: RowStore,
  kind: KeyKind,
  page: Float64Array,
  cell: number,
  memory: Memory,
  vector: Vector,
  row: number,
): void {
  const tag = vector.tags[row] as number;
  const isNull = (tag & Tag.null) !== 0;
  if (kind === 'text') {
    store.putText(page, cell, memory.bytes, vector.ranges[row * 2] as number, isNull ? -1 : (vector.ranges[row * 2 + 1] as number));
    return;
  }
  const value = vector.numbers[row] as number;
  if (kind === 'exact') {
    page[cell] = isNull ? nullCode : tag & Tag.wide ? store.codes.interned(memory.wide[value] as bigint) : value + 0;
    return;
  }
  page[cell] = isNull ? FloatFlag.null : Number.isNaN(value) ? FloatFlag.notANumber : FloatFlag.number;
  page[cell + 1] = page[cell] === FloatFlag.number ? value + 0 : 0;
}

/** Writes a row's cell into a batch. Text is copied into scratch. */
export function loadCell(
  store: RowStore,
  kind: KeyKind,
  page: Float64Array,
  cell: number,
  memory: Memory,
  vector: Vector,
  row: number,
): void {
  const first = page[cell] as number;
  if (kind === 'text') {
    loadText(store, page, cell, memory, vector, row);
  } else if (kind === 'exact') {
    if (first === nullCode) vector.tags[row] = Tag.null;
    else if (isWideCode(first)) putWide(store.codes.value(first), memory, vector, row);
    else {
      vector.numbers[row] = first;
      vector.tags[row] = Tag.value;
    }
  } else {
    vector.numbers[row] = first === FloatFlag.notANumber ? Number.NaN : (page[cell + 1] as number);
    vector.tags[row] = first === FloatFlag.null ? Tag.null : Tag.value;
  }
}

export function loadText(store: RowStore, page: Float64Array, cell: number, memory: Memory, vector: Vector, row: number): void {
  const length = page[cell + 1] as number;
  if (length < 0) {
    vector.tags[row] = Tag.null;
    return;
  }
  const pointer = memory.scratch(length);
  const {bytes} = memory;
  bytes.set(store.textAt(page, cell), pointer);
  let tag: number = Tag.value;
  for (let at = pointer; at < pointer + length; at++) {
    const byte = bytes[at] as number;
    if (byte < 32 || byte === 34 || byte === 92) tag = Tag.dirty;
  }
  vector.ranges[row * 2] = pointer;
  vector.ranges[row * 2 + 1] = length;
  vector.tags[row] = tag;
}

/** Writes an integer of any size into a batch. */
export function putInteger(value: bigint, memory: Memory, vector: Vector, row: number): void {
  if (!isExact(value)) return putWide(value, memory, vector, row);
  vector.numbers[row] = Number(value);
  vector.tags[row] = Tag.value;
}

function putWide(value: bigint, memory: Memory, vector: Vector, row: number): void {
  vector.numbers[row] = memory.wide.push(value) - 1;
  vector.tags[row] = Tag.wide;
}

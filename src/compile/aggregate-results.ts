import type {Memory} from '../base/memory.ts';
import {Tag, type Vector} from '../flow/batch.ts';
import {writeValue} from '../flow/cells.ts';
import {computeDecimal, fitsPrecision} from '../types/decimal.ts';
import {isIntegerKind, wrapInteger} from '../types/integer.ts';
import type {SqlType} from '../types/sql-type.ts';
import type {GroupTable} from '../state/group-table.ts';
import {loadText, putInteger} from '../state/key-cells.ts';
import {isWideCode} from '../state/integer-codes.ts';
import type {AggregateLayout, CallSlots} from './aggregate-layout.ts';

/** Writes a call's result into a row of a vector. `cell` is the group's first cell in `page`. */
export type WriteResult = (page: Float64Array, cell: number, row: number) => void;

export function resultWriter(slots: CallSlots, layout: Pick<AggregateLayout, 'table' | 'session'>, vector: Vector): WriteResult {
  const {table} = layout;
  const {memory, timeZone} = layout.session;
  const {call, main, evaluate} = slots;
  if (evaluate !== null) return (page, cell, row) => writeValue(memory, vector, row, call.type, evaluate(page, cell), timeZone);
  const {offset} = main;
  const count = slots.count === null ? null : slots.count.offset;
  if (call.function === 'COUNT') return (page, cell, row) => putNumber(vector, row, page[cell + offset] as number);
  if (main.kind === 'text') return (page, cell, row) => loadText(table, page, cell + offset, memory, vector, row);
  const put = main.kind === 'float' ? floatResult(slots, vector) : exactResult(slots, table, memory, vector);
  return (page, cell, row) => {
    const value = page[cell + offset] as number;
    const rows = count === null ? 1 : (page[cell + count] as number);
    if (rows === 0 || (main.kind === 'exact' && Number.isNaN(value))) putNull(vector, row);
    else put(value, rows, row);
  };
}

function putNull(vector: Vector, row: number): void {
  vector.numbers[row] = 0;
  vector.tags[row] = Tag.null;
}

function putNumber(vector: Vector, row: number, value: number): void {
  vector.numbers[row] = value;
  vector.tags[row] = Tag.value;
}

function floatResult({call}: CallSlots, vector: Vector): (value: number, rows: number, row: number) => void {
  const round = call.type.kind === 'FLOAT' ? Math.fround : (value: number): number => value;
  if (call.function === 'AVG') return (value, rows, row) => putNumber(vector, row, round(value / rows));
  return (value, _rows, row) => putNumber(vector, row, round(value));
}

function exactResult(
  {call}: CallSlots,
  table: GroupTable,
  memory: Memory,
  vector: Vector,
): (value: number, rows: number, row: number) => void {
  const {type} = call;
  if (call.function === 'MIN' || call.function === 'MAX') {
    return (value, _rows, row) => putExact(isWideCode(value) ? table.codes.value(value) : value, memory, vector, row);
  }
  const argument = call.arguments[0]?.type ?? type;
  return (value, rows, row) => {
    const total = isWideCode(value) ? table.codes.value(value) : value;
    const result = call.function === 'SUM' ? sumResult(total, type) : averageResult(total, rows, argument, type);
    if (result === null) putNull(vector, row);
    else putExact(result, memory, vector, row);
  };
}

function putExact(value: number | bigint, memory: Memory, vector: Vector, row: number): void {
  if (typeof value === 'number') putNumber(vector, row, value);
  else putInteger(value, memory, vector, row);
}

/** In the type of the result: integers wrap, a DECIMAL of too many digits is NULL. */
function sumResult(total: number | bigint, type: SqlType): number | bigint | null {
  if (type.kind === 'DECIMAL') return fits(total, type.precision) ? total : null;
  if (typeof total === 'number' && (type.kind === 'BIGINT' || total === (total | 0))) {
    return isIntegerKind(type.kind) && type.kind !== 'BIGINT' ? Number(wrapInteger(BigInt(total), type.kind)) : total;
  }
  return isIntegerKind(type.kind) ? wrapInteger(BigInt(total), type.kind) : total;
}

function fits(total: number | bigint, precision: number): boolean {
  return precision >= 16 && typeof total === 'number' ? true : fitsPrecision(BigInt(total), precision);
}

/** Integers towards zero, of a sum that wraps at 64 bits before; a DECIMAL by its own rules of division. */
function averageResult(total: number | bigint, rows: number, argument: SqlType, type: SqlType): number | bigint | null {
  if (type.kind === 'DECIMAL') {
    const scale = argument.kind === 'DECIMAL' ? argument.scale : 0;
    if (!fits(total, 38)) return null;
    return computeDecimal('/', {unscaled: BigInt(total), scale}, {unscaled: BigInt(rows), scale: 0}, type);
  }
  if (typeof total === 'number') return Math.trunc(total / rows) + 0;
  const quotient = BigInt.asIntN(64, total) / BigInt(rows);
  return isIntegerKind(type.kind) ? wrapInteger(quotient, type.kind) : quotient;
}

/** Whether two rows of a result's vector hold the same. */
export function sameCells(memory: Memory, vector: Vector): (a: number, b: number) => boolean {
  const {tags, numbers, ranges} = vector;
  if (vector.physical === 'text') {
    return (a, b) => {
      if (((tags[a] as number) | (tags[b] as number)) & Tag.null) return tags[a] === tags[b];
      const length = ranges[2 * a + 1] as number;
      if (length !== ranges[2 * b + 1]) return false;
      const [first, second] = [ranges[2 * a] as number, ranges[2 * b] as number];
      for (let at = 0; at < length; at++) if (memory.bytes[first + at] !== memory.bytes[second + at]) return false;
      return true;
    };
  }
  return (a, b) => {
    if (tags[a] !== tags[b]) return false;
    if (tags[a] === Tag.null) return true;
    const [first, second] = [numbers[a] as number, numbers[b] as number];
    if (tags[a] === Tag.wide) return memory.wide[first] === memory.wide[second];
    return first === second || (Number.isNaN(first) && Number.isNaN(second));
  };
}

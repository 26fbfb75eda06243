import {fitsPrecision, powerOfTen, rescale} from '../../types/decimal.ts';
import type {SqlType} from '../../types/sql-type.ts';
import {typeText} from '../../types/type-text.ts';
import type {Cursor} from './cursor.ts';
import {type AvroLogical, type AvroSchema, schemaName} from './schema.ts';
import {symbolOf} from './skip.ts';

/**
 * How a value that was written by a schema is read as a SQL type, as a cell holds it (see `Physical`): `integer` gives NaN where the number is in the cursor's
 * `wide`; `text` and `bytes` leave their place in `start` and `length`; `symbol` gives a string. What does not fit is told as the cursor's `misfit`.
 */
export type Reading =
  | {readonly kind: 'number' | 'integer'; readonly read: (cursor: Cursor) => number}
  | {readonly kind: 'text' | 'bytes'; readonly read: (cursor: Cursor) => void}
  | {readonly kind: 'symbol'; readonly read: (cursor: Cursor) => string}
  | {readonly kind: 'constructed'};

/** Of a schema that is no union and not null. A text says why it cannot be read so. */
export function readingOf(schema: AvroSchema, type: SqlType): Reading | string {
  return scalarReading(schema, type) ?? `${schemaName(schema)} cannot be read as ${typeText({...type, nullable: true})}`;
}

function scalarReading(schema: AvroSchema, type: SqlType): Reading | null {
  const {kind} = schema;
  switch (type.kind) {
    case 'BOOLEAN':
      return kind === 'boolean' ? {kind: 'number', read: cursor => cursor.boolean()} : null;
    case 'TINYINT':
      return kind === 'int' ? {kind: 'number', read: cursor => within(cursor, cursor.int(), -128, 127, type)} : null;
    case 'SMALLINT':
      return kind === 'int' ? {kind: 'number', read: cursor => within(cursor, cursor.int(), -32768, 32767, type)} : null;
    case 'INT':
      return kind === 'int' ? {kind: 'number', read: cursor => cursor.int()} : null;
    case 'BIGINT':
      if (kind === 'int') return {kind: 'integer', read: cursor => cursor.int()};
      return kind === 'long' ? {kind: 'integer', read: cursor => cursor.long()} : null;
    case 'FLOAT':
    case 'DOUBLE':
      return floatReading(kind, type.kind);
    case 'DECIMAL':
      return decimalReading(schema, type.precision, type.scale);
    case 'DATE':
      return kind === 'int' ? {kind: 'number', read: cursor => cursor.int()} : null;
    case 'TIME':
      return timeReading(schema);
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return timestampReading(schema, type.precision);
    case 'CHAR':
    case 'VARCHAR':
      if (kind === 'enum') return {kind: 'symbol', read: cursor => symbolOf(cursor, schema.symbols)};
      return kind === 'string' || kind === 'bytes' ? {kind: 'text', read: cursor => cursor.text()} : null;
    case 'BINARY':
    case 'VARBINARY':
      if (kind === 'fixed') return {kind: 'bytes', read: cursor => cursor.fixed(schema.size)};
      if (kind === 'bytes') return {kind: 'bytes', read: cursor => cursor.blob()};
      return kind === 'string' ? {kind: 'bytes', read: cursor => cursor.text()} : null;
    case 'ARRAY':
      return kind === 'array' ? {kind: 'constructed'} : null;
    case 'MAP':
      return kind === 'map' && isText(type.key) ? {kind: 'constructed'} : null;
    case 'MULTISET':
      return kind === 'map' && isText(type.element) ? {kind: 'constructed'} : null;
    case 'ROW':
      return kind === 'record' ? {kind: 'constructed'} : null;
    case 'NULL':
    case 'INTERVAL':
      return null;
  }
}

export function isText(type: SqlType): boolean {
  return type.kind === 'CHAR' || type.kind === 'VARCHAR';
}

function within(cursor: Cursor, value: number, least: number, most: number, type: SqlType): number {
  if (value < least || value > most) cursor.misfit = `${value} is no ${typeText({...type, nullable: true})}`;
  return value;
}

function floatReading(kind: AvroSchema['kind'], target: 'FLOAT' | 'DOUBLE'): Reading | null {
  const round = target === 'FLOAT' ? Math.fround : (value: number) => value;
  if (kind === 'int') return {kind: 'number', read: cursor => round(cursor.int())};
  if (kind === 'float') return {kind: 'number', read: cursor => cursor.float()};
  if (kind === 'double' && target === 'DOUBLE') return {kind: 'number', read: cursor => cursor.double()};
  if (kind !== 'long') return null;
  return {
    kind: 'number',
    read: cursor => {
      const value = cursor.long();
      return round(Number.isNaN(value) ? Number(cursor.wide) : value);
    },
  };
}

/** Bytes without a logical type count what the column counts. */
function decimalReading(schema: AvroSchema, precision: number, scale: number): Reading | null {
  if (schema.kind !== 'bytes' && schema.kind !== 'fixed') return null;
  const {logical} = schema;
  const from = logical?.kind === 'decimal' ? logical.scale : scale;
  const limit = powerOfTen(precision);
  const most = Number(limit);
  const misfit = `a number has more digits than ${typeText({kind: 'DECIMAL', precision, scale, nullable: true})}`;
  return {
    kind: 'integer',
    read: cursor => {
      if (schema.kind === 'fixed') cursor.fixed(schema.size);
      else cursor.blob();
      const value = cursor.unscaled();
      if (from === scale && value < most && value > -most) return value;
      const whole = rescale(Number.isNaN(value) ? cursor.wide : BigInt(value), from, scale);
      if (!fitsPrecision(whole, precision)) cursor.misfit = misfit;
      return integerOf(cursor, whole);
    },
  };
}

function integerOf(cursor: Cursor, whole: bigint): number {
  const number = Number(whole);
  if (Number.isSafeInteger(number)) return number;
  cursor.wide = whole;
  return Number.NaN;
}

const msPerDay = 86_400_000;

/** Flink keeps milliseconds of a TIME, whatever its precision. */
function timeReading(schema: AvroSchema): Reading | null {
  const check = (cursor: Cursor, value: number): number => {
    if (value >= 0 && value < msPerDay) return value;
    cursor.misfit = `${Number.isNaN(value) ? 'a number' : value} is no time of a day`;
    return 0;
  };
  if (schema.kind === 'int') return {kind: 'number', read: cursor => check(cursor, cursor.int())};
  if (schema.kind !== 'long' || schema.logical?.kind !== 'time-micros') return null;
  return {kind: 'number', read: cursor => check(cursor, Math.floor(cursor.long() / 1000))};
}

/** A long that is no time by its schema counts what the column counts. Whatever is finer than the column is cut off. */
function timestampReading(schema: AvroSchema, precision: number): Reading | null {
  if (schema.kind !== 'long') return null;
  const to = precision <= 3 ? 3 : precision <= 6 ? 6 : 9;
  const from = digitsOf(schema.logical, to);
  if (from === null) return null;
  const kind = to === 3 ? 'number' : 'integer';
  if (from === to && to > 3) return {kind, read: cursor => cursor.long()};
  const factor = 10 ** Math.abs(to - from);
  const read = (cursor: Cursor): number => {
    const value = cursor.long();
    if (to < from && !Number.isNaN(value)) return Math.floor(value / factor);
    const scaled = value * factor;
    if (to >= from && Number.isSafeInteger(scaled)) return scaled;
    const whole = Number.isNaN(value) ? cursor.wide : BigInt(value);
    const exact = to < from ? floorDivided(whole, BigInt(factor)) : whole * BigInt(factor);
    if (kind === 'integer') return integerOf(cursor, exact);
    if (!Number.isSafeInteger(Number(exact))) cursor.misfit = `${exact} is no time in milliseconds`;
    return Number(exact);
  };
  return {kind, read};
}

function floorDivided(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor < 0n ? quotient - 1n : quotient;
}

function digitsOf(logical: AvroLogical | null, otherwise: number): number | null {
  if (logical === null) return otherwise;
  const [, unit] = /^(?:local-)?timestamp-(millis|micros|nanos)$/.exec(logical.kind) ?? [];
  return unit === undefined ? null : unit === 'millis' ? 3 : unit === 'micros' ? 6 : 9;
}

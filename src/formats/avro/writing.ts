import {fitsPrecision, rescale} from '../../types/decimal.ts';
import type {SqlType} from '../../types/sql-type.ts';
import {typeText} from '../../types/type-text.ts';
import type {Value} from '../../types/value.ts';
import {isText} from './reading.ts';
import type {Output} from './output.ts';
import {type AvroFixed, type AvroPlain, type AvroSchema, schemaName} from './schema.ts';
import {fail} from '../../base/problem.ts';

/** How a value of a SQL type, as a cell holds it, is written by a schema. An `integer` is a bigint only where it is not exact as a number. */
export type Writing =
  | {readonly kind: 'number'; readonly write: (output: Output, value: number) => void}
  | {readonly kind: 'integer'; readonly write: (output: Output, value: number | bigint) => void}
  | {readonly kind: 'text'; readonly write: (output: Output, bytes: Uint8Array, start: number, length: number) => void}
  | {readonly kind: 'constructed'};

/** Of a schema that is no union and not null. A text says why it cannot be written so. */
export function writingOf(schema: AvroSchema, type: SqlType): Writing | string {
  return scalarWriting(schema, type) ?? `${typeText({...type, nullable: true})} cannot be written as ${schemaName(schema)}`;
}

function scalarWriting(schema: AvroSchema, type: SqlType): Writing | null {
  const {kind} = schema;
  switch (type.kind) {
    case 'BOOLEAN':
      return kind === 'boolean' ? {kind: 'number', write: (output, value) => output.byte(value)} : null;
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
      return kind === 'int' || kind === 'long' ? {kind: 'number', write: writeNumber} : floatWriting(kind, true);
    case 'DATE':
      return kind === 'int' ? {kind: 'number', write: writeNumber} : null;
    case 'BIGINT':
      return kind === 'long' ? {kind: 'integer', write: writeInteger} : null;
    case 'FLOAT':
      return floatWriting(kind, true);
    case 'DOUBLE':
      return floatWriting(kind, false);
    case 'DECIMAL':
      return kind === 'bytes' || kind === 'fixed' ? decimalWriting(schema, type.scale) : null;
    case 'TIME':
      if (kind === 'int') return {kind: 'number', write: writeNumber};
      if (kind !== 'long' || schema.logical?.kind !== 'time-micros') return null;
      return {kind: 'number', write: (output, value) => output.long(value * 1000)};
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return kind === 'long' ? timestampWriting(schema, type.precision) : null;
    case 'CHAR':
    case 'VARCHAR':
      return textWriting(schema);
    case 'BINARY':
    case 'VARBINARY':
      return bytesWriting(schema);
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

function writeNumber(output: Output, value: number): void {
  output.long(value);
}

function writeInteger(output: Output, value: number | bigint): void {
  if (typeof value === 'number') output.long(value);
  else output.wide(value);
}

function floatWriting(kind: AvroSchema['kind'], isSingle: boolean): Writing | null {
  if (kind === 'double') return {kind: 'number', write: (output, value) => output.double(value)};
  return kind === 'float' && isSingle ? {kind: 'number', write: (output, value) => output.float(value)} : null;
}

function textWriting(schema: AvroSchema): Writing | null {
  if (schema.kind === 'string') return {kind: 'text', write: (output, bytes, start, length) => output.blob(bytes, start, length)};
  if (schema.kind !== 'enum') return null;
  const numbers = new Map(schema.symbols.map((symbol, index) => [symbol, index]));
  return {
    kind: 'text',
    write(output, bytes, start, length) {
      // A copy: texts are not decoded out of shared memory.
      const symbol = Buffer.from(bytes.slice(start, start + length)).toString();
      const number = numbers.get(symbol);
      if (number === undefined) throw unwritable(`"${symbol}" is no symbol of ${schemaName(schema)}`);
      output.long(number);
    },
  };
}

function bytesWriting(schema: AvroSchema): Writing | null {
  if (schema.kind === 'bytes') return {kind: 'text', write: (output, bytes, start, length) => output.blob(bytes, start, length)};
  if (schema.kind !== 'fixed') return null;
  return {
    kind: 'text',
    write(output, bytes, start, length) {
      if (length !== schema.size) throw unwritable(`a value of ${length} bytes is no fixed of ${schema.size}`);
      output.raw(bytes, start, length);
    },
  };
}

/** As many bytes as its sign and digits need, as Java writes it; a fixed is filled up. */
function decimalWriting(schema: AvroPlain | AvroFixed, scale: number): Writing {
  const to = schema.logical?.kind === 'decimal' ? schema.logical : null;
  const digits = new Uint8Array(64);
  return {
    kind: 'integer',
    write(output, value) {
      let rest = to === null || to.scale === scale ? BigInt(value) : rescale(BigInt(value), scale, to.scale);
      if (to !== null && !fitsPrecision(rest, to.precision)) throw unwritable(`a number has more digits than ${schemaName(schema)}`);
      let at = digits.length;
      for (let isDone = false; !isDone;) {
        const byte = Number(BigInt.asUintN(8, rest));
        digits[--at] = byte;
        rest >>= 8n;
        isDone = (rest === 0n && byte < 0x80) || (rest === -1n && byte >= 0x80);
      }
      if (schema.kind !== 'fixed') return output.blob(digits, at, digits.length - at);
      if (digits.length - at > schema.size) throw unwritable(`a number needs more than ${schema.size} bytes`);
      for (let index = digits.length - at; index < schema.size; index++) output.byte(rest === 0n ? 0 : 0xff);
      output.raw(digits, at, digits.length - at);
    },
  };
}

function timestampWriting(schema: AvroPlain, precision: number): Writing | null {
  const from = precision <= 3 ? 3 : precision <= 6 ? 6 : 9;
  const kind = schema.logical?.kind;
  if (kind !== undefined && !kind.includes('timestamp')) return null;
  const to = kind === undefined ? from : kind.endsWith('millis') ? 3 : kind.endsWith('micros') ? 6 : 9;
  if (to === from) return from === 3 ? {kind: 'number', write: writeNumber} : {kind: 'integer', write: writeInteger};
  const factor = 10n ** BigInt(Math.abs(to - from));
  const write = (output: Output, value: number | bigint): void => {
    const whole = BigInt(value);
    const rest = ((whole % factor) + factor) % factor;
    output.wide(to > from ? whole * factor : (whole - rest) / factor);
  };
  return from === 3 ? {kind: 'number', write} : {kind: 'integer', write};
}

/** A value that the table's schema has no room for. */
export function unwritable(reason: string): Error {
  return fail('data', 'avro-unwritable', `a row cannot be written as avro: ${reason}`, {
    hint: `leave the value out in the query, or give the table another schema`,
  });
}

/** A plain value in the form in which cells are written. */
export function writePlain(writing: Exclude<Writing, {kind: 'constructed'}>, output: Output, value: Exclude<Value, null>): void {
  switch (writing.kind) {
    case 'number':
      return writing.write(output, Number(value));
    case 'integer': {
      const number = Number(value);
      return writing.write(output, Number.isSafeInteger(number) ? number : (value as bigint));
    }
    case 'text': {
      const bytes = typeof value === 'string' ? Buffer.from(value) : (value as Uint8Array);
      return writing.write(output, bytes, 0, bytes.length);
    }
  }
}

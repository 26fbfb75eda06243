import {fitsPrecision, rescale} from '../../types/decimal.ts';
import {fitsInteger, wrapInteger} from '../../types/integer.ts';
import {isJsonArray, isJsonObject, type JsonNode, JsonNumber} from '../../types/json-text.ts';
import {intType, type SqlType, withNullable} from '../../types/sql-type.ts';
import {timestampValue} from '../../types/time.ts';
import type {Value} from '../../types/value.ts';
import {type AvroSchema, isPlain} from './schema.ts';
import {isText} from './reading.ts';

/** A value in Avro's JSON form by its schema, as a SQL value; undefined when it is none. Defaults of schemas are written so, but for unions. */
export function valueOfJson(node: JsonNode, schema: AvroSchema, type: SqlType): Value | undefined {
  switch (schema.kind) {
    case 'union':
      return ofUnion(node, schema.branches, type);
    case 'null':
      return node === null && type.nullable ? null : undefined;
    case 'array':
      return isJsonArray(node) && type.kind === 'ARRAY'
        ? all(node, element => valueOfJson(element, schema.items, type.element))
        : undefined;
    case 'map':
      return ofMap(node, schema.values, type);
    case 'record':
      if (type.kind !== 'ROW' || !isJsonObject(node)) return undefined;
      return all(type.fields, ({name, type: fieldType}) => {
        const field = schema.fields.find(one => one.name === name);
        const value = node.get(name);
        if (field === undefined || value === undefined) return fieldType.nullable ? null : undefined;
        return valueOfJson(value, field.type, fieldType);
      });
    case 'enum':
      return typeof node === 'string' && schema.symbols.includes(node) && isText(type) ? node : undefined;
    case 'boolean':
    case 'int':
    case 'long':
    case 'float':
    case 'double':
    case 'bytes':
    case 'string':
    case 'fixed':
      return ofScalar(node, schema, type);
  }
}

/** `{"string": "x"}`: the branch stands before the value, unless that is null. */
function ofUnion(node: JsonNode, branches: readonly AvroSchema[], type: SqlType): Value | undefined {
  if (node === null) return branches.some(({kind}) => kind === 'null') && type.nullable ? null : undefined;
  if (!isJsonObject(node) || node.size !== 1) return undefined;
  const [[name, value]] = node as unknown as readonly [readonly [string, JsonNode]];
  const branch = branches.find(one => branchName(one) === name);
  return branch === undefined ? undefined : valueOfJson(value, branch, type);
}

/** What names a branch in JSON. */
export function branchName(schema: AvroSchema): string {
  return 'name' in schema ? schema.name : schema.kind;
}

function ofMap(node: JsonNode, values: AvroSchema, type: SqlType): Value | undefined {
  if (!isJsonObject(node) || (type.kind !== 'MAP' && type.kind !== 'MULTISET')) return undefined;
  const valueType = type.kind === 'MAP' ? type.value : withNullable(intType, false);
  const result = new Map<Value, Value>();
  for (const [key, inner] of node) {
    const value = valueOfJson(inner, values, valueType);
    if (value === undefined) return undefined;
    result.set(key, value);
  }
  return result;
}

function all<Item>(items: readonly Item[], valueOf: (item: Item) => Value | undefined): Value | undefined {
  const values: Value[] = [];
  for (const item of items) {
    const value = valueOf(item);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

function ofScalar(node: JsonNode, schema: AvroSchema, type: SqlType): Value | undefined {
  switch (type.kind) {
    case 'BOOLEAN':
      return schema.kind === 'boolean' && typeof node === 'boolean' ? node : undefined;
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT': {
      const whole = schema.kind === 'int' || schema.kind === 'long' ? wholeOf(node) : undefined;
      return whole !== undefined && fitsInteger(whole, type.kind) ? wrapInteger(whole, type.kind) : undefined;
    }
    case 'FLOAT':
    case 'DOUBLE': {
      if (!isPlain(schema) || !['int', 'long', 'float', 'double'].includes(schema.kind)) return undefined;
      const number = numberOf(node);
      return number === undefined || type.kind === 'DOUBLE' ? number : Math.fround(number);
    }
    case 'CHAR':
    case 'VARCHAR':
      return schema.kind === 'string' && typeof node === 'string' ? node : undefined;
    case 'BINARY':
    case 'VARBINARY':
      return bytesOf(node, schema);
    case 'DECIMAL':
      return decimalOf(node, schema, type.precision, type.scale);
    case 'DATE':
    case 'TIME': {
      const whole = schema.kind === 'int' ? wholeOf(node) : undefined;
      return whole !== undefined && fitsInteger(whole, 'INT') ? Number(whole) : undefined;
    }
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return timeOf(node, schema, type.precision);
    case 'ARRAY':
    case 'INTERVAL':
    case 'MAP':
    case 'MULTISET':
    case 'NULL':
    case 'ROW':
      return undefined;
  }
}

function wholeOf(node: JsonNode): bigint | undefined {
  return node instanceof JsonNumber && /^-?\d{1,20}$/.test(node.text) ? BigInt(node.text) : undefined;
}

/** Numbers that JSON has no form of are texts. */
function numberOf(node: JsonNode): number | undefined {
  if (node instanceof JsonNumber) return Number(node.text);
  return node === 'NaN' || node === 'Infinity' || node === '-Infinity' ? Number(node) : undefined;
}

/** A character a byte. */
function bytesOf(node: JsonNode, schema: AvroSchema): Uint8Array | undefined {
  if (typeof node !== 'string' || /[\u0100-\uffff]/.test(node)) return undefined;
  if (schema.kind === 'fixed' ? node.length !== schema.size : schema.kind !== 'bytes') return undefined;
  return new Uint8Array(Buffer.from(node, 'latin1'));
}

function decimalOf(node: JsonNode, schema: AvroSchema, precision: number, scale: number): bigint | undefined {
  const bytes = bytesOf(node, schema);
  if (bytes === undefined || (schema.kind !== 'bytes' && schema.kind !== 'fixed')) return undefined;
  let whole = 0n;
  for (const byte of bytes) whole = (whole << 8n) | BigInt(byte);
  if (bytes.length > 0 && (bytes[0] as number) >= 0x80) whole -= 1n << BigInt(8 * bytes.length);
  const value = rescale(whole, schema.logical?.kind === 'decimal' ? schema.logical.scale : scale, scale);
  return fitsPrecision(value, precision) ? value : undefined;
}

function timeOf(node: JsonNode, schema: AvroSchema, precision: number): Value | undefined {
  const whole = schema.kind === 'long' ? wholeOf(node) : undefined;
  if (whole === undefined || schema.kind !== 'long' || !fitsInteger(whole, 'BIGINT')) return undefined;
  const kind = schema.logical?.kind ?? '';
  const perMilli = kind.endsWith('nanos') ? 1_000_000n : kind.endsWith('micros') ? 1000n : 1n;
  let rest = whole % perMilli;
  if (rest < 0n) rest += perMilli;
  const kept = precision <= 3 ? 3 : precision <= 6 ? 6 : 9;
  return timestampValue(Number((whole - rest) / perMilli), Number((rest * 1_000_000n) / perMilli), kept);
}

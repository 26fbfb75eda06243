import {JsonNumber, type JsonNode} from '../../types/json-text.ts';
import {intType, type SqlType, withNullable} from '../../types/sql-type.ts';
import type {Value} from '../../types/value.ts';
import {branchName} from './json-reader.ts';
import {Output} from './output.ts';
import type {AvroSchema} from './schema.ts';
import {unwritable, writePlain, writingOf} from './writing.ts';

/** A value in Avro's JSON form, by the schema that was made of its type. */
export function jsonOfValue(value: Value, schema: AvroSchema, type: SqlType): JsonNode {
  if (schema.kind === 'union') {
    const branch = schema.branches.find(({kind}) => (kind === 'null') === (value === null));
    if (branch === undefined) throw unwritable('a value is NULL, and its schema has no null');
    return value === null ? null : new Map([[branchName(branch), jsonOfValue(value, branch, type)]]);
  }
  if (value === null) {
    if (schema.kind === 'null') return null;
    throw unwritable('a value is NULL, and its schema has no null');
  }
  switch (schema.kind) {
    case 'array':
      return (value as readonly Value[]).map(element => jsonOfValue(element, schema.items, type.kind === 'ARRAY' ? type.element : type));
    case 'map': {
      const valueType = type.kind === 'MAP' ? type.value : withNullable(intType, false);
      return new Map(
        [...(value as ReadonlyMap<Value, Value>)].map(([key, inner]) => {
          if (typeof key !== 'string') throw unwritable('a MAP has a key that is NULL');
          return [key, jsonOfValue(inner, schema.values, valueType)];
        }),
      );
    }
    case 'record': {
      const fields = type.kind === 'ROW' ? type.fields : [];
      return new Map(
        schema.fields.map((field, index) => [
          field.name,
          jsonOfValue((value as readonly Value[])[index] ?? null, field.type, fields[index]?.type ?? type),
        ]),
      );
    }
    case 'boolean':
      return value as boolean;
    case 'string':
      return value as string;
    case 'bytes':
      return Buffer.from(binaryOf(value, schema, type)).toString('latin1');
    case 'float':
    case 'double': {
      const number = Number(value);
      if (!Number.isFinite(number)) return String(number);
      return new JsonNumber(Object.is(number, -0) ? '-0.0' : String(number));
    }
    case 'null':
    case 'enum':
    case 'fixed':
    case 'int':
    case 'long':
      return new JsonNumber((typeof value === 'bigint' ? value : Number(value)).toString());
  }
}

/** The bytes of BYTES and DECIMAL, without their length. */
function binaryOf(value: Exclude<Value, null>, schema: AvroSchema, type: SqlType): Uint8Array {
  if (value instanceof Uint8Array) return value;
  const writing = writingOf(schema, type);
  const output = new Output();
  if (typeof writing !== 'string' && writing.kind !== 'constructed') writePlain(writing, output, value);
  // A DECIMAL has at most 17 bytes, so its length is one byte.
  return output.written().subarray(1);
}

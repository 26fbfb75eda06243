import type {JsonNode} from '../../types/json-text.ts';
import {intType, type SqlType, withNullable} from '../../types/sql-type.ts';
import type {Value} from '../../types/value.ts';
import type {Cursor} from './cursor.ts';
import {valueOfJson} from './json-reader.ts';
import {type Reading, readingOf} from './reading.ts';
import {type AvroField, type AvroRecord, type AvroSchema, schemaName} from './schema.ts';
import {branchOf, type Skip, Skips} from './skip.ts';

/** Reads one value as a plain one: what ARRAY, MAP and ROW hold. Check the cursor's `fault` and `misfit` behind it. */
export type ReadValue = (cursor: Cursor) => Value;

/** Resolves what was written by one schema against what is wanted. A text says why there is no way. */
export class ValueReaders {
  readonly #skips = new Skips();

  /** Of a value that may be a union's. `readAs`: the schema that the table was given for it, whose defaults count; null: none was. */
  of(schema: AvroSchema, type: SqlType, readAs: AvroSchema | null): ReadValue | string {
    if (schema.kind !== 'union') return this.#branch(schema, type, readAs);
    const branches = schema.branches.map(branch => this.#branch(branch, type, readAs));
    const [first] = branches;
    if (branches.every(branch => typeof branch === 'string')) return first ?? 'a union of nothing';
    const readers = branches.map((branch, index) =>
      typeof branch === 'string' ? misfitting(branch, this.#skips.of(schema.branches[index] as AvroSchema)) : branch,
    );
    return cursor => readers[branchOf(cursor, readers.length)]?.(cursor) ?? null;
  }

  skip(schema: AvroSchema): Skip {
    return this.#skips.of(schema);
  }

  #branch(schema: AvroSchema, type: SqlType, readAs: AvroSchema | null): ReadValue | string {
    if (schema.kind === 'null') {
      if (!type.nullable) return 'null cannot be read as NOT NULL';
      return () => null;
    }
    const reading = readingOf(schema, type);
    if (typeof reading === 'string') return reading;
    return reading.kind === 'constructed' ? this.#constructed(schema, type, readAs) : valueReader(reading, type);
  }

  #constructed(schema: AvroSchema, type: SqlType, readAs: AvroSchema | null): ReadValue | string {
    const given = readAs === null ? null : branchOfKind(readAs, schema.kind);
    if (schema.kind === 'array' && type.kind === 'ARRAY') {
      const element = this.of(schema.items, type.element, given?.kind === 'array' ? given.items : null);
      return typeof element === 'string' ? element : arrayReader(element);
    }
    if (schema.kind === 'map' && (type.kind === 'MAP' || type.kind === 'MULTISET')) {
      const valueType = type.kind === 'MAP' ? type.value : withNullable(intType, false);
      const value = this.of(schema.values, valueType, given?.kind === 'map' ? given.values : null);
      return typeof value === 'string' ? value : mapReader(value);
    }
    if (schema.kind === 'record' && type.kind === 'ROW') return this.#row(schema, type, given?.kind === 'record' ? given : null);
    return `${schemaName(schema)} cannot be read`;
  }

  #row(schema: AvroRecord, type: SqlType & {readonly kind: 'ROW'}, readAs: AvroRecord | null): ReadValue | string {
    const steps: {readonly to: number; readonly read: ReadValue}[] = [];
    const found = new Set<string>();
    for (const {name, type: written} of schema.fields) {
      const to = type.fields.findIndex(field => isNamed(name, field.name, readAs));
      const field = type.fields[to];
      if (field === undefined) {
        const skip = this.#skips.of(written);
        steps.push({to: -1, read: cursor => (skip(cursor), null)});
        continue;
      }
      const read = this.of(written, field.type, fieldOf(readAs, field.name)?.type ?? null);
      if (typeof read === 'string') return `field "${name}": ${read}`;
      found.add(field.name);
      steps.push({to, read});
    }
    const otherwise: Value[] = [];
    for (const field of type.fields) {
      const value = found.has(field.name) ? {value: null} : defaultOf(field.name, field.type, readAs);
      if ('reason' in value) return value.reason;
      otherwise.push(value.value);
    }
    return cursor => {
      const row = [...otherwise];
      for (const {to, read} of steps) {
        const value = read(cursor);
        if (to >= 0) row[to] = value;
      }
      return row;
    };
  }
}

/** What a field is that was not written: the default of the table's schema, else NULL where that may be. */
export function defaultOf(name: string, type: SqlType, readAs: AvroRecord | null): {readonly value: Value} | {readonly reason: string} {
  const field = fieldOf(readAs, name);
  if (field?.default !== undefined) {
    const value = valueOfJson(field.default, defaultSchema(field), type);
    return value === undefined ? {reason: `the default of field "${name}" is no such value`} : {value};
  }
  if (type.nullable) return {value: null};
  return {reason: `field "${name}" is not in the schema that the record was written with, and its column is NOT NULL`};
}

/** The default of a union is of its first branch; many write null for any union that has null. */
function defaultSchema({type, default: node}: AvroField): AvroSchema {
  if (type.kind !== 'union') return type;
  const isNull = (node as JsonNode) === null;
  return type.branches.find(({kind}) => (kind === 'null') === isNull) ?? type;
}

export function fieldOf(record: AvroRecord | null, name: string): AvroField | undefined {
  return record?.fields.find(field => field.name === name);
}

/** Whether a field that was written under a name is a column, by its own name or by an alias that the table's schema gives it. */
export function isNamed(written: string, column: string, readAs: AvroRecord | null): boolean {
  return written === column || fieldOf(readAs, column)?.aliases.includes(written) === true;
}

/** The branch of a union that is of a kind, or the schema itself. */
export function branchOfKind(schema: AvroSchema, kind: AvroSchema['kind']): AvroSchema | null {
  if (schema.kind === kind) return schema;
  return schema.kind === 'union' ? (schema.branches.find(branch => branch.kind === kind) ?? null) : null;
}

/** A branch that is not of the column's type: the bytes are right, the value is not. */
function misfitting(reason: string, skip: Skip): ReadValue {
  return cursor => {
    skip(cursor);
    cursor.misfit = reason;
    return null;
  };
}

function valueReader(reading: Exclude<Reading, {kind: 'constructed'}>, type: SqlType): ReadValue {
  switch (reading.kind) {
    case 'number': {
      const {read} = reading;
      return type.kind === 'BOOLEAN' ? cursor => read(cursor) !== 0 : read;
    }
    case 'integer': {
      const {read} = reading;
      return cursor => {
        const value = read(cursor);
        return Number.isNaN(value) ? cursor.wide : BigInt(value);
      };
    }
    case 'text': {
      const {read} = reading;
      return cursor => {
        read(cursor);
        return cursor.string();
      };
    }
    case 'bytes': {
      const {read} = reading;
      return cursor => {
        read(cursor);
        return cursor.bytes.slice(cursor.start, cursor.start + cursor.length);
      };
    }
    case 'symbol':
      return reading.read;
  }
}

function arrayReader(element: ReadValue): ReadValue {
  return cursor => {
    const values: Value[] = [];
    for (let count = cursor.block(); count > 0; count = cursor.block()) {
      for (let index = 0; index < count && cursor.fault === null; index++) values.push(element(cursor));
    }
    return values;
  };
}

function mapReader(value: ReadValue): ReadValue {
  return cursor => {
    const values = new Map<Value, Value>();
    for (let count = cursor.block(); count > 0; count = cursor.block()) {
      for (let index = 0; index < count && cursor.fault === null; index++) {
        cursor.text();
        const key = cursor.string();
        values.set(key, value(cursor));
      }
    }
    return values;
  };
}

import {JsonNumber, type JsonNode, jsonText} from '../../types/json-text.ts';
import type {Column, SqlType} from '../../types/sql-type.ts';
import {typeText} from '../../types/type-text.ts';
import {type AvroField, type AvroLogical, type AvroRecord, type AvroSchema, isPlain, namePattern, type TimeKind} from './schema.ts';
import {isText} from './reading.ts';

/** What Flink names the record of a table's rows. */
const recordName = 'org.apache.flink.avro.generated.record';

export interface DerivedSchema {
  readonly schema: AvroRecord;
  /** What Avro has no form of: `column "at": …`. */
  readonly faults: readonly string[];
}

/** The schema that Flink makes of a table's columns. `isLegacy`: TIMESTAMP is written as an instant, as Flink does unless told otherwise. */
export function deriveSchema(columns: readonly Column[], isLegacy: boolean): DerivedSchema {
  const derivation = new Derivation(isLegacy);
  const schema = derivation.record(columns, recordName, '');
  return {schema, faults: derivation.faults};
}

class Derivation {
  readonly faults: string[] = [];
  readonly #isLegacy: boolean;
  readonly #names = new Set<string>();

  constructor(isLegacy: boolean) {
    this.#isLegacy = isLegacy;
  }

  record(columns: readonly Column[], name: string, above: string): AvroRecord {
    let ownName = name;
    // Field "b_c" of "a", and "c" of "b" of "a", would both be "a_b_c".
    while (this.#names.has(ownName)) ownName += '_';
    this.#names.add(ownName);
    const fields = columns.map(({name: field, type}): AvroField => {
      const path = above === '' ? field : `${above}.${field}`;
      if (!namePattern.test(field)) this.faults.push(`"${path}" is no name for a field of Avro: it wants letters, digits and _`);
      return {name: field, aliases: [], type: this.#schema(type, `${ownName}_${field}`, path), default: type.nullable ? null : undefined};
    });
    return {kind: 'record', name: ownName, fields};
  }

  #schema(type: SqlType, name: string, path: string): AvroSchema {
    const schema = this.#required(type, name, path);
    return type.nullable && schema.kind !== 'null' ? {kind: 'union', branches: [{kind: 'null', logical: null}, schema]} : schema;
  }

  #required(type: SqlType, name: string, path: string): AvroSchema {
    switch (type.kind) {
      case 'NULL':
        return {kind: 'null', logical: null};
      case 'BOOLEAN':
        return {kind: 'boolean', logical: null};
      case 'TINYINT':
      case 'SMALLINT':
      case 'INT':
        return {kind: 'int', logical: null};
      case 'BIGINT':
        return {kind: 'long', logical: null};
      case 'FLOAT':
        return {kind: 'float', logical: null};
      case 'DOUBLE':
        return {kind: 'double', logical: null};
      case 'CHAR':
      case 'VARCHAR':
        return {kind: 'string', logical: null};
      case 'BINARY':
      case 'VARBINARY':
        return {kind: 'bytes', logical: null};
      case 'DECIMAL':
        return {kind: 'bytes', logical: {kind: 'decimal', precision: type.precision, scale: type.scale}};
      case 'DATE':
        return {kind: 'int', logical: {kind: 'date'}};
      case 'TIME':
        if (type.precision > 3) this.#refuse(path, type, 'TIME(3)');
        return {kind: 'int', logical: {kind: 'time-millis'}};
      case 'TIMESTAMP':
      case 'TIMESTAMP_LTZ':
        return {kind: 'long', logical: {kind: this.#timeKind(type, path)}};
      case 'ARRAY':
        return {kind: 'array', items: this.#schema(type.element, name, path)};
      case 'MULTISET':
        if (!isText(type.element)) this.#refuse(path, type, 'MULTISET<STRING>: keys are texts');
        return {kind: 'map', values: {kind: 'int', logical: null}};
      case 'MAP':
        if (!isText(type.key)) this.#refuse(path, type, 'a MAP whose keys are STRING');
        return {kind: 'map', values: this.#schema(type.value, name, path)};
      case 'ROW':
        return this.record(type.fields, name, path);
      case 'INTERVAL':
        this.#refuse(path, type, 'BIGINT');
        return {kind: 'long', logical: null};
    }
  }

  /** Before Flink 1.19 there were only instants, and that is still what it does by itself. */
  #timeKind(type: SqlType & {readonly precision: number}, path: string): TimeKind {
    const unit = type.precision <= 3 ? 'millis' : type.precision <= 6 ? 'micros' : 'nanos';
    if (this.#isLegacy && unit === 'nanos') this.#refuse(path, type, `TIMESTAMP(6), or set 'timestamp_mapping.legacy' = 'false'`);
    return type.kind === 'TIMESTAMP_LTZ' || this.#isLegacy ? `timestamp-${unit}` : `local-timestamp-${unit}`;
  }

  #refuse(path: string, type: SqlType, instead: string): void {
    this.faults.push(`column "${path}": Avro has no ${typeText({...type, nullable: true})}; use ${instead}`);
  }
}

/** The JSON of a schema, as it is registered and stands in files. Types are written out where they are first named. */
export function schemaText(schema: AvroSchema): string {
  return jsonText(nodeOf(schema, new Set()));
}

function nodeOf(schema: AvroSchema, known: Set<string>): JsonNode {
  switch (schema.kind) {
    case 'union':
      return schema.branches.map(branch => nodeOf(branch, known));
    case 'array':
      return new Map<string, JsonNode>([
        ['type', 'array'],
        ['items', nodeOf(schema.items, known)],
      ]);
    case 'map':
      return new Map<string, JsonNode>([
        ['type', 'map'],
        ['values', nodeOf(schema.values, known)],
      ]);
    case 'record':
    case 'enum':
    case 'fixed':
      if (known.has(schema.name)) return schema.name;
      known.add(schema.name);
      return namedNode(schema, known);
    case 'null':
    case 'boolean':
    case 'int':
    case 'long':
    case 'float':
    case 'double':
    case 'bytes':
    case 'string':
      return schema.logical === null ? schema.kind : new Map<string, JsonNode>([['type', schema.kind], ...logicalEntries(schema.logical)]);
  }
}

function namedNode(schema: AvroSchema & {readonly name: string}, known: Set<string>): JsonNode {
  const at = schema.name.lastIndexOf('.');
  const head: readonly (readonly [string, JsonNode])[] = [
    ['type', schema.kind],
    ['name', schema.name.slice(at + 1)],
    // Said even where it is empty: an inner name would else belong to the namespace around it.
    ['namespace', at < 0 ? '' : schema.name.slice(0, at)],
  ];
  if (schema.kind === 'enum') return new Map([...head, ['symbols', schema.symbols]]);
  if (schema.kind === 'fixed') {
    const logical = schema.logical === null ? [] : logicalEntries(schema.logical);
    return new Map([...head, ['size', new JsonNumber(String(schema.size))], ...logical]);
  }
  if (isPlain(schema) || schema.kind !== 'record') return null;
  const fields = schema.fields.map(
    field =>
      new Map<string, JsonNode>([
        ['name', field.name],
        ['type', nodeOf(field.type, known)],
        ...(field.default === undefined ? [] : [['default', field.default] as const]),
        ...(field.aliases.length === 0 ? [] : [['aliases', field.aliases] as const]),
      ]),
  );
  return new Map<string, JsonNode>([...head, ['fields', fields]]);
}

function logicalEntries(logical: AvroLogical): readonly (readonly [string, JsonNode])[] {
  if (logical.kind !== 'decimal') return [['logicalType', logical.kind]];
  return [
    ['logicalType', 'decimal'],
    ['precision', new JsonNumber(String(logical.precision))],
    ['scale', new JsonNumber(String(logical.scale))],
  ];
}

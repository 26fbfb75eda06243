import type {Memory} from '../../base/memory.ts';
import {Tag, type Vector} from '../../flow/batch.ts';
import {readValue} from '../../flow/cells.ts';
import {type Column, intType, type SqlType, withNullable} from '../../types/sql-type.ts';
import type {Value} from '../../types/value.ts';
import {Output} from './output.ts';
import type {AvroField, AvroRecord, AvroSchema} from './schema.ts';
import {defaultOf} from './value-reader.ts';
import {unwritable, type Writing, writePlain, writingOf} from './writing.ts';

/** Writes row `row` of the vectors behind what the output holds. */
export type WriteRow = (output: Output, row: number) => void;
type WriteValue = (output: Output, value: Value) => void;

/** Resolves columns against the schema that they are written by: fields by their names, in the schema's order. A text says why there is no way. */
export function rowWriter(
  schema: AvroRecord,
  columns: readonly Column[],
  vectors: readonly Vector[],
  {memory, timeZone}: {readonly memory: Memory; readonly timeZone: string},
): WriteRow | string {
  const steps: WriteRow[] = [];
  for (const field of schema.fields) {
    const index = columns.findIndex(({name}) => name === field.name);
    const column = columns[index];
    const vector = vectors[index];
    const step =
      column === undefined || vector === undefined
        ? absentField(field)
        : cellWriter(field.type, column.type, vector, row => readValue(memory, vector, row, column.type, timeZone), memory);
    if (typeof step === 'string') return `field "${field.name}": ${step}`;
    steps.push(step);
  }
  const lacking = columns.find(({name}) => !schema.fields.some(field => field.name === name));
  if (lacking !== undefined) return `the schema has no field "${lacking.name}"`;
  return (output, row) => {
    for (const step of steps) step(output, row);
  };
}

/** What of the schema is no column is written as its default. */
function absentField(field: AvroField): ((output: Output) => void) | string {
  const bytes = defaultBytes(field);
  return typeof bytes === 'string' ? bytes : output => output.raw(bytes, 0, bytes.length);
}

function defaultBytes({name, type, default: node}: AvroField): Uint8Array | string {
  if (node === undefined) return 'it is no column of the table, and has no default';
  const output = new Output();
  const branches = type.kind === 'union' ? type.branches : [type];
  const branch = branches.find(({kind}) => (kind === 'null') === (node === null));
  if (branch === undefined) return 'its default is no value of it';
  if (type.kind === 'union') output.long(branches.indexOf(branch));
  if (branch.kind === 'null') return output.written();
  const sql = plainTypeOf(branch);
  if (sql === null) return 'it is no column of the table, and its default cannot be written';
  const found = defaultOf(name, sql, {kind: 'record', name: '', fields: [{name, type: branch, default: node, aliases: []}]});
  const write = valueWriter(branch, sql);
  if ('reason' in found || typeof write === 'string') return 'its default is no value of it';
  write(output, found.value);
  return output.written();
}

function plainTypeOf(schema: AvroSchema): SqlType | null {
  switch (schema.kind) {
    case 'boolean':
      return {kind: 'BOOLEAN', nullable: false};
    case 'int':
      return {kind: 'INT', nullable: false};
    case 'long':
      return {kind: 'BIGINT', nullable: false};
    case 'float':
      return {kind: 'FLOAT', nullable: false};
    case 'double':
      return {kind: 'DOUBLE', nullable: false};
    case 'string':
    case 'enum':
      return {kind: 'VARCHAR', length: 2147483647, nullable: false};
    case 'bytes':
    case 'fixed':
      return {kind: 'VARBINARY', length: 2147483647, nullable: false};
    case 'array':
    case 'map':
    case 'record':
    case 'union':
    case 'null':
      return null;
  }
}

interface Branch<Write> {
  /** Of the branch for NULL; -1: there is none. */
  readonly nullIndex: number;
  /** Of the branch for values; -1: it is no union. */
  readonly index: number;
  readonly write: Write;
}

/** The first branch of a union that can hold values of the type. */
function branchFor<Write>(schema: AvroSchema, writerOf: (branch: AvroSchema) => Write | string): Branch<Write> | string {
  if (schema.kind !== 'union') {
    const write = writerOf(schema);
    return typeof write === 'string' ? write : {nullIndex: -1, index: -1, write};
  }
  let reason = 'a union of nothing cannot be written';
  for (const [index, branch] of schema.branches.entries()) {
    if (branch.kind === 'null') continue;
    const write = writerOf(branch);
    if (typeof write !== 'string') return {nullIndex: schema.branches.findIndex(({kind}) => kind === 'null'), index, write};
    reason = write;
  }
  return reason;
}

function cellWriter(schema: AvroSchema, type: SqlType, vector: Vector, valueAt: (row: number) => Value, memory: Memory): WriteRow | string {
  if (schema.kind === 'null') return type.kind === 'NULL' ? () => {} : 'its schema is null';
  const branch = branchFor<WriteRow>(schema, inner => {
    const writing = writingOf(inner, type);
    if (typeof writing === 'string') return writing;
    if (writing.kind !== 'constructed') return scalarWriter(writing, vector, memory);
    const write = valueWriter(inner, type);
    return typeof write === 'string' ? write : (output, row) => write(output, valueAt(row));
  });
  if (typeof branch === 'string') return branch;
  const {nullIndex, index, write} = branch;
  const {tags} = vector;
  return (output, row) => {
    if (((tags[row] as number) & Tag.null) === 0) {
      if (index >= 0) output.long(index);
      write(output, row);
    } else if (nullIndex >= 0) output.long(nullIndex);
    else throw unwritable('a value is NULL, and its schema has no null');
  };
}

function scalarWriter(writing: Exclude<Writing, {kind: 'constructed'}>, vector: Vector, memory: Memory): WriteRow {
  const {numbers, ranges, tags} = vector;
  switch (writing.kind) {
    case 'number': {
      const {write} = writing;
      return (output, row) => write(output, numbers[row] as number);
    }
    case 'integer': {
      const {write} = writing;
      return (output, row) => {
        const number = numbers[row] as number;
        write(output, (tags[row] as number) & Tag.wide ? (memory.wide[number] as bigint) : number);
      };
    }
    case 'text': {
      const {write} = writing;
      return (output, row) => write(output, memory.bytes, ranges[2 * row] as number, ranges[2 * row + 1] as number);
    }
  }
}

function valueWriter(schema: AvroSchema, type: SqlType): WriteValue | string {
  if (schema.kind === 'null') return type.kind === 'NULL' ? () => {} : 'its schema is null';
  const branch = branchFor(schema, inner => presentWriter(inner, type));
  if (typeof branch === 'string') return branch;
  const {nullIndex, index, write} = branch;
  return (output, value) => {
    if (value !== null) {
      if (index >= 0) output.long(index);
      write(output, value);
    } else if (nullIndex >= 0) output.long(nullIndex);
    else throw unwritable('a value inside another one is NULL, and its schema has no null');
  };
}

function presentWriter(schema: AvroSchema, type: SqlType): ((output: Output, value: Exclude<Value, null>) => void) | string {
  const writing = writingOf(schema, type);
  if (typeof writing === 'string') return writing;
  if (writing.kind !== 'constructed') return (output, value) => writePlain(writing, output, value);
  if (schema.kind === 'array' && type.kind === 'ARRAY') {
    const element = valueWriter(schema.items, type.element);
    return typeof element === 'string' ? element : (output, value) => writeArray(output, value as readonly Value[], element);
  }
  if (schema.kind === 'map' && (type.kind === 'MAP' || type.kind === 'MULTISET')) {
    const inner = valueWriter(schema.values, type.kind === 'MAP' ? type.value : withNullable(intType, false));
    return typeof inner === 'string' ? inner : (output, value) => writeMap(output, value as ReadonlyMap<Value, Value>, inner);
  }
  return schema.kind === 'record' && type.kind === 'ROW' ? innerRowWriter(schema, type.fields) : 'it cannot be written';
}

function innerRowWriter(schema: AvroRecord, fields: readonly Column[]): ((output: Output, value: Exclude<Value, null>) => void) | string {
  const steps: ((output: Output, row: readonly Value[]) => void)[] = [];
  for (const field of schema.fields) {
    const index = fields.findIndex(({name}) => name === field.name);
    const type = fields[index]?.type;
    const absent = type === undefined ? absentField(field) : null;
    const write = type === undefined ? null : valueWriter(field.type, type);
    if (typeof absent === 'string' || typeof write === 'string') return `field "${field.name}": ${String(absent ?? write)}`;
    steps.push((output, row) => (write === null ? absent?.(output) : write(output, row[index] ?? null)));
  }
  const lacking = fields.find(({name}) => !schema.fields.some(field => field.name === name));
  if (lacking !== undefined) return `the schema has no field "${lacking.name}"`;
  return (output, value) => {
    for (const step of steps) step(output, value as readonly Value[]);
  };
}

function writeArray(output: Output, values: readonly Value[], element: WriteValue): void {
  if (values.length > 0) output.long(values.length);
  for (const value of values) element(output, value);
  output.long(0);
}

function writeMap(output: Output, values: ReadonlyMap<Value, Value>, inner: WriteValue): void {
  if (values.size > 0) output.long(values.size);
  for (const [key, value] of values) {
    if (typeof key !== 'string') throw unwritable('a MAP has a key that is NULL');
    const bytes = Buffer.from(key);
    output.blob(bytes, 0, bytes.length);
    inner(output, value);
  }
  output.long(0);
}

/** Why values of a type cannot be written by a schema; null: they can. */
export function writesAs(schema: AvroSchema, type: SqlType): string | null {
  const writer = valueWriter(schema, type);
  return typeof writer === 'string' ? writer : null;
}

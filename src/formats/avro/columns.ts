import {type Column, maxLength, type SqlType, stringType} from '../../types/sql-type.ts';
import {readHeader} from './container.ts';
import {Cursor} from './cursor.ts';
import {type AvroLogical, type AvroRecord, type AvroSchema, schemaName} from './schema.ts';

/** The columns of a file of records, by its header. All of them may be NULL: other files of the same table may not have them. */
export function columnsOfFile(beginning: Uint8Array): readonly Column[] | {readonly reason: string} {
  const cursor = new Cursor(beginning);
  cursor.begin(0, beginning.length);
  const header = readHeader(cursor);
  if (header === 'unfinished') return {reason: `its header does not end within ${beginning.length} bytes`};
  if ('reason' in header) return header;
  if (header.schema.kind !== 'record') return {reason: `its schema is of ${schemaName(header.schema)}, and no record with fields`};
  return columnsOfRecord(header.schema, []);
}

/** `above`: the records around this one, which it must not hold again. */
function columnsOfRecord(record: AvroRecord, above: readonly AvroRecord[]): readonly Column[] | {readonly reason: string} {
  if (above.includes(record)) return {reason: `record "${record.name}" holds itself`};
  const columns: Column[] = [];
  for (const {name, type} of record.fields) {
    const found = typeOf(type, [...above, record]);
    if ('reason' in found) return {reason: `field "${name}": ${found.reason}`};
    columns.push({name, type: found});
  }
  return columns;
}

/** The type by which Flink would read it, TIMESTAMP for instants among them. */
function typeOf(schema: AvroSchema, above: readonly AvroRecord[]): SqlType | {readonly reason: string} {
  switch (schema.kind) {
    case 'null':
      return {kind: 'NULL', nullable: true};
    case 'boolean':
      return {kind: 'BOOLEAN', nullable: true};
    case 'int':
      return ofInt(schema.logical);
    case 'long':
      return ofLong(schema.logical);
    case 'float':
      return {kind: 'FLOAT', nullable: true};
    case 'double':
      return {kind: 'DOUBLE', nullable: true};
    case 'string':
    case 'enum':
      return stringType;
    case 'bytes':
    case 'fixed': {
      const {logical} = schema;
      if (logical?.kind !== 'decimal') return {kind: 'VARBINARY', length: maxLength, nullable: true};
      if (logical.precision > 38) return {reason: `${schemaName(schema)} has more than 38 digits`};
      return {kind: 'DECIMAL', precision: logical.precision, scale: logical.scale, nullable: true};
    }
    case 'array': {
      const element = typeOf(schema.items, above);
      return 'reason' in element ? element : {kind: 'ARRAY', element, nullable: true};
    }
    case 'map': {
      const value = typeOf(schema.values, above);
      return 'reason' in value ? value : {kind: 'MAP', key: {...stringType, nullable: false}, value, nullable: true};
    }
    case 'record': {
      const fields = columnsOfRecord(schema, above);
      return 'reason' in fields ? fields : {kind: 'ROW', fields, nullable: true};
    }
    case 'union': {
      const [only, ...others] = schema.branches.filter(({kind}) => kind !== 'null');
      if (only !== undefined && others.length === 0) return typeOf(only, above);
      return {reason: `SQL has no type for ${schemaName(schema)}`};
    }
  }
}

function ofInt(logical: AvroLogical | null): SqlType {
  if (logical?.kind === 'date') return {kind: 'DATE', nullable: true};
  return logical?.kind === 'time-millis' ? {kind: 'TIME', precision: 3, nullable: true} : {kind: 'INT', nullable: true};
}

function ofLong(logical: AvroLogical | null): SqlType {
  if (logical?.kind === 'time-micros') return {kind: 'TIME', precision: 3, nullable: true};
  const [, unit] = /timestamp-(millis|micros|nanos)$/.exec(logical?.kind ?? '') ?? [];
  if (unit === undefined) return {kind: 'BIGINT', nullable: true};
  // Flink has TIMESTAMP(9) in Avro only where it is asked for, so nanoseconds are cut off.
  return {kind: 'TIMESTAMP', precision: unit === 'millis' ? 3 : 6, nullable: true};
}

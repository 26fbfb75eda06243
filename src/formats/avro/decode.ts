import {isUtf8} from 'node:buffer';
import {assert} from '../../base/problem.ts';
import type {Memory} from '../../base/memory.ts';
import {batchRows} from '../../flow/batch.ts';
import type {DecodeSpec, RecordDecoder} from '../define.ts';
import {ContainerDecoder} from './container-decode.ts';
import {Cursor} from './cursor.ts';
import {jsonRowReader, type ReadJsonRow} from './json-row.ts';
import {tableSchema} from './options.ts';
import {type ReadRow, rowReader} from './row-reader.ts';
import {type AvroRecord, parseSchema} from './schema.ts';

/** Decodes one record's bytes into a row; a text says why they are none. */
type ReadRecord = (start: number, end: number, row: number) => string | null;

/** Files of records, or messages that hold nothing but a record, written with the table's own schema. */
export function avroDecoder(spec: DecodeSpec): RecordDecoder {
  if (spec.messages !== true) return new ContainerDecoder(spec);
  const table = tableSchema(spec.columns, spec.options);
  assert(typeof table !== 'string', 'the check has read the schema');
  if (spec.options.get('encoding') === 'json') return new MessageDecoder(spec, jsonRecords(spec, jsonRowReader(table.schema, spec)));
  const cursor = new Cursor(spec.memory.bytes);
  const read = readerOf(table.schema, spec, null);
  return new MessageDecoder(spec, (start, end, row) => readWhole(cursor, read, start, end, row));
}

/** Messages that begin with the number of the schema that they were written with. */
export function registryDecoder(spec: DecodeSpec): RecordDecoder {
  return new RegistryDecoder(spec);
}

function readerOf(schema: Parameters<typeof rowReader>[0], spec: DecodeSpec, readAs: AvroRecord | null): ReadRow | string {
  const {memory, timeZone, wanted, badField} = spec;
  return rowReader(schema, {memory, timeZone, wanted, badField, readAs});
}

function readWhole(cursor: Cursor, read: ReadRow | string, start: number, end: number, row: number): string | null {
  if (typeof read === 'string') return read;
  cursor.begin(start, end);
  read(cursor, row);
  if (cursor.fault !== null || cursor.at === end) return cursor.fault ?? cursor.rejection;
  const left = end - cursor.at;
  return `the record ends ${left === 1 ? 'a byte' : `${left} bytes`} before the message does`;
}

function jsonRecords({memory}: DecodeSpec, read: ReadJsonRow): ReadRecord {
  const buffer = Buffer.from(memory.wasm.buffer);
  return (start, end, row) => {
    if (!isUtf8(buffer.subarray(start, end))) return 'not valid UTF-8';
    return read(memory.readText(start, end - start), row);
  };
}

class MessageDecoder implements RecordDecoder {
  rows = 0;
  lines = 0;
  readonly starts = new Uint32Array(batchRows);
  readonly lengths = new Uint32Array(batchRows);
  readonly lineNumbers = new Uint32Array(batchRows);
  readonly #spec: DecodeSpec;
  readonly #read: ReadRecord;

  constructor(spec: DecodeSpec, read: ReadRecord) {
    this.#spec = spec;
    this.#read = read;
  }

  startPart(): void {}

  decodeLines(): number {
    throw new Error('the planner reads such records as messages only');
  }

  decodeRecords(count: number): void {
    const {maxRecordBytes, reject} = this.#spec;
    const {starts, lengths, lineNumbers} = this;
    this.rows = 0;
    for (let line = 0; line < count; line++) {
      const pointer = starts[line] as number;
      const length = lengths[line] as number;
      const row = this.rows;
      this.lines = line + 1;
      const reason =
        length > maxRecordBytes ? `the record is larger than ${maxRecordBytes} bytes` : this.#read(pointer, pointer + length, row);
      if (reason !== null) {
        if (reject({pointer, length, row, line, reason})) return;
        continue;
      }
      starts[row] = pointer;
      lengths[row] = length;
      lineNumbers[row] = line;
      this.rows = row + 1;
    }
  }
}

/** A byte 0 and four bytes of the schema's number stand before the record. */
const headerBytes = 5;

class RegistryDecoder extends MessageDecoder {
  readonly #spec: DecodeSpec;
  readonly #memory: Memory;
  readonly #readAs: AvroRecord | null;
  readonly #readers: Map<number, ReadRow | string>;

  constructor(spec: DecodeSpec) {
    const {memory} = spec;
    const readers = new Map<number, ReadRow | string>();
    const cursor = new Cursor(memory.bytes);
    let lastId = -1;
    let last: ReadRow | string = '';
    super(spec, (start, end, row) => {
      const fault = headerFault(memory, start, end - start);
      if (fault !== null) return fault;
      const id = memory.view.getUint32(start + 1);
      if (id !== lastId) {
        last = readers.get(id) ?? `nobody has given the schema ${id}`;
        lastId = id;
      }
      const reason = readWhole(cursor, last, start + headerBytes, end, row);
      return reason === null ? null : `schema ${id}: ${reason}`;
    });
    const table = tableSchema(spec.columns, spec.options);
    assert(typeof table !== 'string', 'the check has read the schema');
    this.#spec = spec;
    this.#memory = memory;
    this.#readAs = table.isGiven ? table.schema : null;
    this.#readers = readers;
  }

  lacks(starts: Uint32Array, lengths: Uint32Array, count: number): readonly number[] {
    const lacking = new Set<number>();
    let known = -1;
    for (let index = 0; index < count; index++) {
      const start = starts[index] as number;
      if (headerFault(this.#memory, start, lengths[index] as number) !== null) continue;
      const id = this.#memory.view.getUint32(start + 1);
      if (id === known) continue;
      if (this.#readers.has(id)) known = id;
      else lacking.add(id);
    }
    return [...lacking];
  }

  learn(id: number, schema: readonly string[] | {readonly reason: string}): void {
    if ('reason' in schema) {
      this.#readers.set(id, schema.reason);
      return;
    }
    const parsed = parseSchema(schema);
    this.#readers.set(id, typeof parsed === 'string' ? parsed : readerOf(parsed, this.#spec, this.#readAs));
  }
}

function headerFault(memory: Memory, start: number, length: number): string | null {
  if (length < headerBytes) return `a message of ${length} bytes does not name a schema`;
  const first = memory.bytes[start] as number;
  if (first === 0) return null;
  const what = first === 0x7b || first === 0x5b ? 'this looks like JSON' : 'it was not written with a schema registry';
  return `the message begins with the byte ${first}, and not with 0: ${what}`;
}

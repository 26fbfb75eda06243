import {assert, fail} from '../../base/problem.ts';
import {type Batch, batchRows} from '../../flow/batch.ts';
import {readValue} from '../../flow/cells.ts';
import {jsonText} from '../../types/json-text.ts';
import type {EncodeSpec, RowEncoder} from '../define.ts';
import {codecs, defaultCodec} from './codec.ts';
import {ContainerEncoder} from './container-encode.ts';
import {jsonOfValue} from './json-writer.ts';
import {tableSchema, type TableSchema} from './options.ts';
import {Output} from './output.ts';
import {rowWriter, type WriteRow} from './row-writer.ts';

/** What is held of one batch before it is given out. */
const pieceBytes = 1 << 20;

/** Files of records, or messages that hold nothing but a record. */
export function avroEncoder(spec: EncodeSpec, batch: Batch): RowEncoder {
  const table = schemaOf(spec);
  if (spec.messages !== true) {
    const codec = codecs.find(one => one === spec.options.get('codec')) ?? defaultCodec;
    return new ContainerEncoder(binaryWriter(spec, batch, table), table.text, codec);
  }
  return new MessageEncoder(spec.options.get('encoding') === 'json' ? jsonWriter(spec, batch, table) : binaryWriter(spec, batch, table));
}

/** Messages that begin with the number of their schema, which must be registered before the first one. */
export function registryEncoder(spec: EncodeSpec, batch: Batch): RowEncoder {
  const table = schemaOf(spec);
  const write = binaryWriter(spec, batch, table);
  const header = new Uint8Array(5);
  let isKnown = false;
  const encoder = new MessageEncoder((output, row) => {
    assert(isKnown, 'the schema is registered before the first row');
    output.raw(header, 0, header.length);
    write(output, row);
  });
  encoder.registration = {
    schema: table.text,
    learn(id) {
      new DataView(header.buffer).setUint32(1, id);
      isKnown = true;
    },
  };
  return encoder;
}

function schemaOf({columns, options}: EncodeSpec): TableSchema {
  const table = tableSchema(columns, options);
  assert(typeof table !== 'string', 'the check has read the schema');
  return table;
}

function binaryWriter({memory, columns, timeZone}: EncodeSpec, batch: Batch, {schema}: TableSchema): WriteRow {
  const write = rowWriter(schema, columns, batch.vectors, {memory, timeZone});
  if (typeof write !== 'string') return write;
  throw fail('invalid', 'wrong-type', `the table cannot be written with the schema of its option "schema": ${write}`, {
    hint: 'add the column to the table, or give the field a default',
  });
}

function jsonWriter({memory, columns, timeZone}: EncodeSpec, batch: Batch, {schema}: TableSchema): WriteRow {
  const type = {kind: 'ROW', fields: columns, nullable: false} as const;
  return (output, row) => {
    const values = columns.map((column, index) => {
      const vector = batch.vectors[index];
      return vector === undefined ? null : readValue(memory, vector, row, column.type, timeZone);
    });
    const bytes = Buffer.from(jsonText(jsonOfValue(values, schema, type)));
    output.raw(bytes, 0, bytes.length);
  };
}

class MessageEncoder implements RowEncoder {
  readonly ends = new Uint32Array(batchRows);
  registration?: NonNullable<RowEncoder['registration']>;
  readonly #write: WriteRow;
  readonly #output = new Output();

  constructor(write: WriteRow) {
    this.#write = write;
  }

  start(): null {
    return null;
  }
  end(): null {
    return null;
  }

  encode({selection, count}: Batch, write: (bytes: Uint8Array) => void): void {
    const output = this.#output;
    const {ends} = this;
    let given = 0;
    for (let index = 0; index < count; index++) {
      this.#write(output, selection[index] as number);
      ends[index] = given + output.at;
      if (output.at < pieceBytes) continue;
      given += output.at;
      write(output.written());
      output.at = 0;
    }
    if (output.at > 0) write(output.written());
    output.at = 0;
  }
}

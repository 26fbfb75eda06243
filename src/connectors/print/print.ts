import {readValue} from '../../flow/cells.ts';
import type {Batch, Vector} from '../../flow/batch.ts';
import type {RowEncoder} from '../../formats/define.ts';
import type {ChangeKind} from '../../types/change.ts';
import {rowText} from '../../types/row-text.ts';
import type {Column} from '../../types/sql-type.ts';
import type {ConnectorContext, ConnectorDefinition, ConnectorTable} from '../define.ts';
import {sharedSink} from '../output/shared-sink.ts';

export const printConnector: ConnectorDefinition = {
  name: 'print',
  summary: 'prints every change of a row as Flink does: +I[1, a]',
  options: {
    'print-identifier': {type: 'string', help: 'begins each line, so that several tables can be told apart'},
    'standard-error': {type: 'boolean', default: 'false', help: 'prints to standard error'},
    'sink.parallelism': {type: 'int', ignored: true, help: 'number of parallel writers in Flink'},
  },
  examples: [
    {
      summary: 'look at what a query changes',
      sql: `CREATE TABLE totals (level STRING, total BIGINT) WITH ('connector' = 'print', 'print-identifier' = 'total')`,
    },
    {
      summary: 'metadata that a query writes comes behind the other columns, in the order of its keys: here level, total, key, sent',
      sql: `CREATE TABLE totals (sent BIGINT METADATA, level STRING, k STRING METADATA FROM 'key', total BIGINT) WITH ('connector' = 'print')`,
    },
  ],
  format: 'none',
  writes: ['append', 'retract'],
  isSource: false,
  metadata: {},
  writesMetadata: true,
  sink: (table, context) => sharedSink(table.options.get('standard-error') === 'true' ? context.standardError : context.standardOutput),
  encoder: (table, context, batch) => new PrintEncoder(table, context, batch),
};

/** Lines are joined before they become bytes: one conversion for this many characters. */
const pieceLength = 32768;

class PrintEncoder implements RowEncoder {
  readonly #context: ConnectorContext;
  readonly #columns: readonly Column[];
  readonly #vectors: readonly Vector[];
  readonly #prefix: string;

  constructor(table: ConnectorTable, context: ConnectorContext, batch: Batch) {
    this.#context = context;
    this.#columns = table.columns;
    this.#vectors = batch.vectors;
    const identifier = table.options.get('print-identifier') ?? (context.namePrints ? table.name : '');
    this.#prefix = identifier === '' ? '' : `${identifier}> `;
  }

  start(): null {
    return null;
  }
  end(): null {
    return null;
  }

  encode(batch: Batch, write: (bytes: Uint8Array) => void): void {
    const {memory, timeZone} = this.#context;
    let text = '';
    for (let at = 0; at < batch.count; at++) {
      const row = batch.selection[at] as number;
      const values = this.#columns.map((column, index) => readValue(memory, this.#vectors[index] as Vector, row, column.type, timeZone));
      const kind = (batch.kinds?.[row] ?? 0) as ChangeKind;
      text += `${this.#prefix}${rowText(kind, values, this.#columns, timeZone)}\n`;
      if (text.length < pieceLength) continue;
      write(Buffer.from(text));
      text = '';
    }
    if (text !== '') write(Buffer.from(text));
  }
}

import type {Memory} from '../base/memory.ts';
import {batchOver, type Batch, type Vector} from '../flow/batch.ts';
import {readValue} from '../flow/cells.ts';
import type {PartitionedSink} from '../flow/sink.ts';
import type {Column} from '../types/sql-type.ts';
import {valueText} from '../types/text.ts';
import type {RowEncoder} from './define.ts';

export interface Partitioning {
  readonly memory: Memory;
  readonly timeZone: string;
  readonly columns: readonly Column[];
  /** Names of the columns that name the partition, the outermost first. */
  readonly partitionedBy: readonly string[];
  /** Stands for NULL and for the empty text. */
  readonly defaultName: string;
  readonly sink: PartitionedSink;
  /** Encodes the other columns. */
  readonly inner: (columns: readonly Column[], batch: Batch) => RowEncoder;
}

/** Sorts the rows of each batch into partitions, whose values are in the path and not in the records. Within a partition rows keep their order. */
export class PartitionEncoder implements RowEncoder {
  readonly #partitioning: Partitioning;
  readonly #keys: readonly {readonly column: Column; readonly vector: Vector}[];
  readonly #inner: RowEncoder;
  readonly #batch: Batch;

  constructor(partitioning: Partitioning, batch: Batch) {
    const {columns, partitionedBy, memory} = partitioning;
    this.#partitioning = partitioning;
    this.#keys = partitionedBy.map(name => {
      const index = columns.findIndex(column => column.name === name);
      return {column: columns[index] as Column, vector: batch.vectors[index] as Vector};
    });
    const kept = columns.flatMap((column, index) => (partitionedBy.includes(column.name) ? [] : [index]));
    this.#batch = batchOver(
      memory,
      kept.map(index => batch.vectors[index] as Vector),
      batch.kinds,
    );
    this.#inner = partitioning.inner(
      kept.map(index => columns[index] as Column),
      this.#batch,
    );
  }

  start(): null {
    return null;
  }
  end(): null {
    return null;
  }

  encode(batch: Batch, write: (bytes: Uint8Array) => void): void {
    const rowsOf = new Map<string, number[]>();
    for (let at = 0; at < batch.count; at++) {
      const row = batch.selection[at] as number;
      const partition = this.#partitionOf(row);
      const rows = rowsOf.get(partition);
      if (rows === undefined) rowsOf.set(partition, [row]);
      else rows.push(row);
    }
    for (const [partition, rows] of rowsOf) {
      const isNew = this.#partitioning.sink.begin(partition);
      const start = isNew ? this.#inner.start() : null;
      if (start !== null) write(start);
      this.#batch.selection.set(rows);
      this.#batch.count = rows.length;
      this.#inner.encode(this.#batch, write);
    }
  }

  #partitionOf(row: number): string {
    const {memory, timeZone, defaultName} = this.#partitioning;
    const parts = this.#keys.map(({column, vector}) => {
      const value = readValue(memory, vector, row, column.type, timeZone);
      const text = value === null || value === '' ? defaultName : valueText(value, column.type, timeZone);
      return `${escaped(column.name)}=${escaped(text)}`;
    });
    return parts.join('/');
  }
}

/** As Flink and Hive write names into paths: what means something there is a number of two digits behind a percent sign. */
function escaped(name: string): string {
  return name.replaceAll(/[\p{Cc}"#%'*/:=?\\{[\]^]/gu, found => `%${found.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

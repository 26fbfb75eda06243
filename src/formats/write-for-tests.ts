import {Memory} from '../base/memory.ts';
import {type Batch, createBatch} from '../flow/batch.ts';
import {writeValue} from '../flow/cells.ts';
import {type Column, physicalOf} from '../types/sql-type.ts';
import type {Row} from '../types/value.ts';
import type {EncodeSpec, RowEncoder} from './define.ts';

export const memory = new Memory(1 << 28);

export interface Writing {
  readonly columns: readonly Column[];
  readonly options?: Readonly<Record<string, string>>;
  readonly kinds?: boolean;
  readonly timeZone?: string;
}

/** An encoder with a batch of its own, and how a test puts rows through it. */
export class TestWriter {
  readonly batch: Batch;
  readonly encoder: RowEncoder;
  readonly #columns: readonly Column[];
  /** Pieces given out so far, and the bytes of the largest. */
  pieces = 0;
  largest = 0;

  constructor(
    makeEncoder: (spec: EncodeSpec, batch: Batch) => RowEncoder,
    {columns, options = {}, kinds = false, timeZone = 'UTC'}: Writing,
  ) {
    this.#columns = columns;
    const physicals = columns.map(({type}) => physicalOf(type));
    this.batch = createBatch(memory, physicals, kinds);
    this.encoder = makeEncoder({memory, columns, options: new Map(Object.entries(options)), timeZone, kinds}, this.batch);
  }

  /** The text of one batch: the rows that the selection names, or all. */
  write(rows: readonly Row[], selection: readonly number[] = rows.map((_, row) => row)): string {
    const mark = memory.mark();
    for (const [row, values] of rows.entries()) {
      for (const [index, {type}] of this.#columns.entries()) {
        const vector = this.batch.vectors[index];
        if (vector !== undefined) writeValue(memory, vector, row, type, values[index] ?? null, 'UTC');
      }
    }
    this.batch.selection.set(selection);
    this.batch.count = selection.length;
    const pieces: Buffer[] = [];
    this.encoder.encode(this.batch, bytes => {
      this.pieces++;
      this.largest = Math.max(this.largest, bytes.length);
      pieces.push(Buffer.from(bytes));
    });
    memory.release(mark);
    return Buffer.concat(pieces).toString();
  }

  /** Everything from the start to the end, as one batch. */
  writeAll(rows: readonly Row[]): string {
    const start = Buffer.from(this.encoder.start() ?? []).toString();
    const middle = this.write(rows);
    return start + middle + Buffer.from(this.encoder.end() ?? []).toString();
  }
}

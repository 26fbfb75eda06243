import {writeValue} from '../flow/cells.ts';
import {type Batch, createBatch, type Vector} from '../flow/batch.ts';
import type {Row, Value} from '../types/value.ts';
import type {Column} from '../types/sql-type.ts';
import {physicalOf} from '../types/sql-type.ts';
import type {ImageReader, ImageWriter, SavedState} from '../state/image.ts';
import type {Build, NodeCompiler} from './node-compiler.ts';
import {type Producer, Stage} from './stage.ts';

export const values: NodeCompiler<'values'> = {
  kind: 'source',
  stage(node, index, build) {
    const {columns} = node.schema;
    const batch = createBatch(
      build.memory,
      columns.map(column => physicalOf(column.type)),
      false,
    );
    const producer = new ValuesProducer(node.rows, columns, batch, build);
    build.keep(producer);
    return new Stage(index, batch, {producer, mostRows: build.stepRows});
  },
};

class ValuesProducer implements Producer, SavedState {
  readonly waitsForEnd = false;
  readonly savesRest = true;
  readonly bytes = 8;
  readonly #rows: readonly Row[];
  readonly #columns: readonly Column[];
  readonly #batch: Batch;
  readonly #build: Build;
  #next = 0;

  constructor(rows: readonly Row[], columns: readonly Column[], batch: Batch, build: Build) {
    this.#rows = rows;
    this.#columns = columns;
    this.#batch = batch;
    this.#build = build;
  }

  get isDone(): boolean {
    return this.#next >= this.#rows.length;
  }

  produce(mostRows: number): void {
    const {memory, timeZone} = this.#build;
    const rows = this.#rows.slice(this.#next, this.#next + mostRows);
    for (const [row, given] of rows.entries()) {
      for (const [index, column] of this.#columns.entries()) {
        writeValue(memory, this.#batch.vectors[index] as Vector, row, column.type, given[index] as Value, timeZone);
      }
    }
    this.#next += rows.length;
    this.#batch.count = rows.length;
  }

  save(_what: 'full' | 'changes', image: ImageWriter): void {
    image.u32(this.#next);
  }
  load(image: ImageReader): void {
    this.#next = image.u32();
  }
}

import type {Memory} from '../base/memory.ts';
import type {EngineInput} from '../compile/engine.ts';
import {batchRows, Tag, type Vector} from '../flow/batch.ts';
import {writeValue} from '../flow/cells.ts';
import type {PartInfo} from '../flow/source.ts';
import {physicalOf, type SqlType} from '../types/sql-type.ts';

/** Paths are not longer on any system we know. */
const mostTextBytes = 4096;

interface MetadataColumn {
  readonly key: string;
  readonly type: SqlType;
  readonly vector: Vector;
  /** Room for the text that all rows of a part share. */
  readonly room: number;
}

/** The columns of a scan that say something of the part a record is in: the same in all rows, so they are written once a part. */
export class MetadataColumns {
  readonly #memory: Memory;
  readonly #columns: readonly MetadataColumn[];
  readonly #timeZone: string;

  constructor(memory: Memory, input: EngineInput, timeZone: string) {
    this.#memory = memory;
    this.#timeZone = timeZone;
    this.#columns = input.node.wanted.flatMap((wanted, index) => {
      if (wanted.kind !== 'metadata') return [];
      const room = physicalOf(wanted.type) === 'text' ? memory.allocate(mostTextBytes) : 0;
      return [{key: wanted.key, type: wanted.type, vector: input.batch.vectors[index] as Vector, room}];
    });
  }

  fill(part: PartInfo): void {
    for (const column of this.#columns) {
      const value = part.metadata.get(column.key) ?? null;
      const {vector} = column;
      const mark = this.#memory.mark();
      writeValue(this.#memory, vector, 0, column.type, value, this.#timeZone);
      const tag = vector.tags[0] as number;
      if (column.room !== 0 && tag !== Tag.null) this.#keepText(column);
      this.#memory.release(mark);
      vector.tags.fill(tag, 0, batchRows);
      if (column.room === 0) vector.numbers.fill(vector.numbers[0] as number, 0, batchRows);
      else for (let row = 1; row < batchRows; row++) vector.ranges.copyWithin(2 * row, 0, 2);
    }
  }

  /** Scratch is handed back with each batch, and the text must outlive them all. */
  #keepText({vector, room}: MetadataColumn): void {
    const pointer = vector.ranges[0] as number;
    const length = Math.min(vector.ranges[1] as number, mostTextBytes);
    this.#memory.bytes.copyWithin(room, pointer, pointer + length);
    vector.ranges[0] = room;
    vector.ranges[1] = length;
  }
}

import type {Memory} from '../base/memory.ts';
import type {EngineInput} from '../compile/engine.ts';
import {Tag, type Vector} from '../flow/batch.ts';
import {writeValue} from '../flow/cells.ts';
import type {MessageTable} from '../flow/source.ts';
import type {SqlType} from '../types/sql-type.ts';

interface MetadataColumn {
  readonly key: string;
  readonly type: SqlType;
  readonly vector: Vector;
}

/** The columns of a scan that say something of the message a row came in. */
export class MessageMetadata {
  readonly #memory: Memory;
  readonly #columns: readonly MetadataColumn[];
  readonly #timeZone: string;

  constructor(memory: Memory, {node, batch}: EngineInput, timeZone: string) {
    this.#memory = memory;
    this.#timeZone = timeZone;
    this.#columns = node.wanted.flatMap((wanted, index) =>
      wanted.kind === 'metadata' ? [{key: wanted.key, type: wanted.type, vector: batch.vectors[index] as Vector}] : [],
    );
  }

  /** `messages`: the message of each row. */
  fill(table: MessageTable, messages: Uint32Array, rows: number): void {
    for (const {key, type, vector} of this.#columns) {
      for (let row = 0; row < rows; row++) {
        const value = table.metadata(messages[row] as number, key);
        if (typeof value === 'number') {
          vector.numbers[row] = value;
          vector.tags[row] = Tag.value;
        } else writeValue(this.#memory, vector, row, type, value, this.#timeZone);
      }
    }
  }
}

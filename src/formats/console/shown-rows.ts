import type {Batch, Vector} from '../../flow/batch.ts';
import {readValue} from '../../flow/cells.ts';
import {changeText} from '../../types/change.ts';
import type {EncodeSpec, RowEncoder} from '../define.ts';
import {shownText} from './shown-text.ts';

/** Rows for people, written as they come: each becomes a text of its cells. The kind of change is a cell in front where rows change. */
export class ShownRowsEncoder implements RowEncoder {
  readonly #spec: EncodeSpec;
  readonly #vectors: readonly Vector[];
  readonly #start: string | null;
  readonly #rowText: (cells: readonly string[]) => string;

  constructor(spec: EncodeSpec, batch: Batch, start: string | null, rowText: (cells: readonly string[]) => string) {
    this.#spec = spec;
    this.#vectors = batch.vectors;
    this.#start = start;
    this.#rowText = rowText;
  }

  start(): Uint8Array | null {
    return this.#start === null ? null : Buffer.from(this.#start);
  }

  encode(batch: Batch, write: (bytes: Uint8Array) => void): void {
    const {memory, columns, kinds, timeZone} = this.#spec;
    let text = '';
    for (let at = 0; at < batch.count; at++) {
      const row = batch.selection[at] as number;
      const cells = columns.map(({type}, index) =>
        shownText(readValue(memory, this.#vectors[index] as Vector, row, type, timeZone), type, timeZone),
      );
      text += this.#rowText(kinds ? [changeText[(batch.kinds?.[row] ?? 0) as 0 | 1 | 2 | 3], ...cells] : cells);
    }
    if (text !== '') write(Buffer.from(text));
  }

  end(): null {
    return null;
  }
}

/** Names of the cells of a row, as they are shown. */
export function namesOf({columns, kinds}: EncodeSpec): readonly string[] {
  return [...(kinds ? ['op'] : []), ...columns.map(({name}) => name)];
}

import {harmless} from '../../base/harmless.ts';
import type {Batch, Vector} from '../../flow/batch.ts';
import {readValue} from '../../flow/cells.ts';
import {changeText} from '../../types/change.ts';
import type {EncodeSpec, RowEncoder} from '../define.ts';
import type {ConsoleFormat} from './define.ts';
import {drawTable} from './draw-table.ts';
import {exampleColumns, exampleRows} from './example-rows.ts';
import {isNumeric, shownText} from './shown-text.ts';

export const table: ConsoleFormat = {
  name: 'table',
  summary: 'A table for people, drawn when the input has ended',
  options: {
    header: {type: 'boolean', default: 'true', help: 'The names of the columns come first'},
    width: {type: 'int', help: 'The columns of the terminal: wide columns are cut to fit; unless set, nothing is cut'},
    ascii: {type: 'boolean', default: 'false', help: 'Draw with + - | instead of lines'},
  },
  examples: [
    {
      columns: exampleColumns,
      rows: exampleRows,
      text: '┌────┬────────────┐\n│ id │ name       │\n├────┼────────────┤\n│  1 │ tea, green │\n│ 20 │ NULL       │\n└────┴────────────┘\n',
    },
  ],
  encoder: (spec, batch) => new TableEncoder(spec, batch),
};

/** Rows that are shown; the rest is counted. */
const mostRows = 10_000;
class TableEncoder implements RowEncoder {
  readonly #spec: EncodeSpec;
  readonly #vectors: readonly Vector[];
  /** Null: as wide as it comes. */
  readonly #width: number | null;
  readonly #rows: (readonly string[])[] = [];
  #moreRows = 0;

  constructor(spec: EncodeSpec, batch: Batch) {
    this.#spec = spec;
    this.#vectors = batch.vectors;
    const width = Number(spec.options.get('width'));
    this.#width = Number.isInteger(width) && width > 0 ? width : null;
  }

  start(): null {
    return null;
  }

  encode(batch: Batch): void {
    const {memory, columns, kinds, timeZone} = this.#spec;
    const shown = Math.min(batch.count, mostRows - this.#rows.length);
    this.#moreRows += batch.count - shown;
    for (let at = 0; at < shown; at++) {
      const row = batch.selection[at] as number;
      const cells = columns.map(({type}, index) => {
        const value = readValue(memory, this.#vectors[index] as Vector, row, type, timeZone);
        return this.#shorten(shownText(value, type, timeZone));
      });
      this.#rows.push(kinds ? [changeText[(batch.kinds?.[row] ?? 0) as 0 | 1 | 2 | 3], ...cells] : cells);
    }
  }

  end(): Uint8Array {
    const {columns, kinds, options} = this.#spec;
    const isAscii = options.get('ascii') === 'true';
    const lines = drawTable({
      names: options.get('header') === 'false' ? null : [...(kinds ? ['op'] : []), ...columns.map(({name}) => harmless(name))],
      isRight: [...(kinds ? [false] : []), ...columns.map(({type}) => isNumeric(type))],
      rows: this.#rows,
      width: this.#width,
      isAscii,
    });
    if (this.#moreRows > 0) {
      const count = this.#moreRows.toLocaleString('en-US');
      lines.push(`${isAscii ? '...' : '…'} ${count} more ${this.#moreRows === 1 ? 'row' : 'rows'} (use -o ndjson)`);
    }
    return Buffer.from(`${lines.join('\n')}\n`);
  }

  /** What can never be shown need not be kept. */
  #shorten(text: string): string {
    const most = this.#width;
    return most !== null && text.length > most * 4 ? text.slice(0, most * 4) : text;
  }
}

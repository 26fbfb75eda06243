import {harmless} from '../../base/harmless.ts';
import {textWidth} from '../../base/text-width.ts';
import type {Batch, Vector} from '../../flow/batch.ts';
import {readValue} from '../../flow/cells.ts';
import {changeText} from '../../types/change.ts';
import type {EncodeSpec, RowEncoder} from '../define.ts';
import type {ConsoleFormat} from './define.ts';
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
/** A column is not cut below this. */
const leastWidth = 4;

interface Strokes {
  readonly line: string;
  readonly bar: string;
  /** Left, middle and right, of the top, the middle and the bottom line. */
  readonly corners: readonly [string, string, string];
}
const boxStrokes: Strokes = {line: '─', bar: '│', corners: ['┌┬┐', '├┼┤', '└┴┘']};
const asciiStrokes: Strokes = {line: '-', bar: '|', corners: ['+++', '+++', '+++']};

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
    const names = [...(kinds ? ['op'] : []), ...columns.map(({name}) => harmless(name))];
    const isRight = [...(kinds ? [false] : []), ...columns.map(({type}) => isNumeric(type))];
    const hasHeader = options.get('header') !== 'false';
    const strokes = options.get('ascii') === 'true' ? asciiStrokes : boxStrokes;
    const cells = hasHeader ? [names, ...this.#rows] : this.#rows;
    const widths = this.#fit(names.map((_, column) => cells.reduce((most, row) => Math.max(most, textWidth(row[column] as string)), 0)));
    const rule = (corners: string): string =>
      (corners[0] as string) + widths.map(width => strokes.line.repeat(width + 2)).join(corners[1]) + (corners[2] as string);
    const line = (row: readonly string[]): string => {
      const padded = row.map((text, column) => ` ${pad(text, widths[column] as number, isRight[column] as boolean)} `);
      return strokes.bar + padded.join(strokes.bar) + strokes.bar;
    };
    const lines = [rule(strokes.corners[0])];
    if (hasHeader) lines.push(line(names), rule(strokes.corners[1]));
    for (const row of this.#rows) lines.push(line(row));
    lines.push(rule(strokes.corners[2]));
    if (this.#moreRows > 0) {
      const ellipsis = strokes === asciiStrokes ? '...' : '…';
      lines.push(`${ellipsis} ${this.#moreRows.toLocaleString('en-US')} more ${this.#moreRows === 1 ? 'row' : 'rows'} (use -o ndjson)`);
    }
    return Buffer.from(`${lines.join('\n')}\n`);
  }

  /** What can never be shown need not be kept. */
  #shorten(text: string): string {
    const most = this.#width;
    return most !== null && text.length > most * 4 ? text.slice(0, most * 4) : text;
  }

  /** Cuts the widest columns until all fit, but none below a few cells. */
  #fit(widths: readonly number[]): readonly number[] {
    if (this.#width === null) return widths;
    const room = this.#width - 3 * widths.length - 1;
    let most = Math.max(0, ...widths);
    const sum = (limit: number): number => widths.reduce((total, width) => total + Math.min(width, limit), 0);
    while (most > leastWidth && sum(most) > room) most--;
    return widths.map(width => Math.min(width, most));
  }
}

function pad(text: string, width: number, isRight: boolean): string {
  const cut = textWidth(text) > width ? cutTo(text, width) : text;
  const blanks = ' '.repeat(width - textWidth(cut));
  return isRight ? blanks + cut : cut + blanks;
}

let graphemes: Intl.Segmenter | undefined;

/** As many characters as fit, and an ellipsis. Characters that a person sees as one stay whole. */
function cutTo(text: string, width: number): string {
  if (/^[ -~]*$/.test(text)) return `${text.slice(0, width - 1)}…`;
  graphemes ??= new Intl.Segmenter();
  let kept = '';
  let keptWidth = 0;
  for (const {segment} of graphemes.segment(text)) {
    const segmentWidth = textWidth(segment);
    if (keptWidth + segmentWidth > width - 1) break;
    kept += segment;
    keptWidth += segmentWidth;
  }
  return `${kept}…`;
}

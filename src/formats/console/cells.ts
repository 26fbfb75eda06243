import type {ConsoleFormat} from './define.ts';
import {exampleColumns, exampleRows} from './example-rows.ts';
import {ShownRowsEncoder} from './shown-rows.ts';

/** Behind each cell, and behind each row: shown texts hold neither. */
export const cellEnd = '\u001f';
export const rowEnd = '\u001e';

/** Shown texts for whoever draws rows while they change: nothing that a person would ask for. */
export const cells: ConsoleFormat = {
  name: 'cells',
  summary: 'The texts of a table, to be drawn by a program',
  options: {},
  examples: [{columns: exampleColumns, rows: exampleRows, text: '1\u001ftea, green\u001e20\u001fNULL\u001e'}],
  encoder: (spec, batch) => new ShownRowsEncoder(spec, batch, null, row => `${row.join(cellEnd)}${rowEnd}`),
};

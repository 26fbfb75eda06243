import {harmless} from '../../base/harmless.ts';
import {textWidth} from '../../base/text-width.ts';
import type {ConsoleFormat} from './define.ts';
import {exampleColumns, exampleRows} from './example-rows.ts';
import {namesOf, ShownRowsEncoder} from './shown-rows.ts';

export const line: ConsoleFormat = {
  name: 'line',
  summary: 'For people who look at wide rows: a line a value, an empty line behind each row',
  options: {},
  examples: [{columns: exampleColumns, rows: exampleRows, text: '  id = 1\nname = tea, green\n\n  id = 20\nname = NULL\n\n'}],
  encoder(spec, batch) {
    const names = namesOf(spec).map(name => harmless(name));
    const width = Math.max(0, ...names.map(textWidth));
    const heads = names.map(name => `${' '.repeat(width - textWidth(name))}${name} = `);
    return new ShownRowsEncoder(spec, batch, null, cells => `${cells.map((cell, at) => `${heads[at] as string}${cell}\n`).join('')}\n`);
  },
};

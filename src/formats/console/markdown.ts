import {harmless} from '../../base/harmless.ts';
import type {ConsoleFormat} from './define.ts';
import {exampleColumns, exampleRows} from './example-rows.ts';
import {namesOf, ShownRowsEncoder} from './shown-rows.ts';
import {isNumeric} from './shown-text.ts';

export const markdown: ConsoleFormat = {
  name: 'markdown',
  summary: 'A table for a Markdown page, such as a comment on a change',
  options: {},
  examples: [{columns: exampleColumns, rows: exampleRows, text: '| id | name |\n| ---: | --- |\n| 1 | tea, green |\n| 20 | NULL |\n'}],
  encoder(spec, batch) {
    const rules = [...(spec.kinds ? ['---'] : []), ...spec.columns.map(({type}) => (isNumeric(type) ? '---:' : '---'))];
    const names = namesOf(spec).map(name => harmless(name));
    return new ShownRowsEncoder(spec, batch, lineOf(names.map(markdownText)) + lineOf(rules), cells => lineOf(cells.map(markdownText)));
  },
};

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`;
}

/** What Markdown would take for something else than text. An underscore within a word is only text. */
function markdownText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[\\|`*[\]~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\$&');
}

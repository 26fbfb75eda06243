import type {Problem} from '../../base/problem.ts';
import type {OptionSpec} from '../../base/options.ts';
import type {Batch, Vector} from '../../flow/batch.ts';
import {readValue} from '../../flow/cells.ts';
import type {Column} from '../../types/sql-type.ts';
import {csvWithJson} from '../csv/encode.ts';
import type {EncodeSpec, RowEncoder} from '../define.ts';
import {ProgramEncoder} from '../program-encoder.ts';
import {changeOperation, literalOperation, plainText, valueOperation, type ValueStyle} from '../value-operation.ts';
import type {ConsoleFormat} from './define.ts';
import {exampleColumns, exampleRows} from './example-rows.ts';

const header: OptionSpec = {type: 'boolean', default: 'true', help: 'The names of the columns come first'};

export const csv: ConsoleFormat = {
  name: 'csv',
  summary: 'Comma-separated values (RFC 4180); NULL is empty, and an empty text is ""',
  options: {header, 'null-literal': {type: 'string', default: '', help: 'What NULL is written as'}},
  examples: [{columns: exampleColumns, rows: exampleRows, text: 'id,name\n1,"tea, green"\n20,\n'}],
  encoder: (spec, batch) => csvWithJson({...spec, options: new Map([['header', 'true'], ...spec.options])}, batch),
};

export const tsv: ConsoleFormat = {
  name: 'tsv',
  summary: 'Tab-separated values, one row on every line: \\t, \\n, \\r and \\\\ stand for themselves in texts, \\N for NULL',
  options: {header, 'null-literal': {type: 'string', default: '\\N', help: 'What NULL is written as'}},
  examples: [{columns: exampleColumns, rows: exampleRows, text: 'id\tname\n1\ttea, green\n20\t\\N\n'}],
  encoder(spec, batch) {
    const {columns, kinds, options} = spec;
    const names = [...(kinds ? ['op'] : []), ...columns.map(({name}) => tsvText(name))];
    const start = options.get('header') === 'false' ? null : `${names.join('\t')}\n`;
    const style = {text: 'tsv-text', constructed: 'tsv-text', bytes: 'handed', wrap: 0, isIso: false} as const;
    return separated(spec, batch, {start, separator: '\t', style: {...style, nullText: options.get('null-literal') ?? '\\N'}});
  },
};

export const raw: ConsoleFormat = {
  name: 'raw',
  summary: 'The only column as it is, one value a line, without quotes',
  options: {},
  examples: [{columns: exampleColumns.slice(1), rows: [['say "hi"'], ['tea, green']], text: 'say "hi"\ntea, green\n'}],
  check: checkRaw,
  encoder(spec, batch) {
    const style = {text: 'raw-text', constructed: 'raw-text', bytes: 'raw-text', wrap: 0, isIso: false, nullText: ''} as const;
    return separated(spec, batch, {start: null, separator: '\t', style});
  },
};

function checkRaw(columns: readonly Column[]): readonly Problem[] {
  if (columns.length === 1) return [];
  const message = `output format "raw" writes one column, and the result has ${columns.length}`;
  return [{kind: 'usage', severity: 'error', code: 'raw-columns', message, hint: 'select one column, or use -o tsv'}];
}

function separated(
  {memory, columns, kinds, timeZone}: EncodeSpec,
  batch: Batch,
  {start, separator, style}: {readonly start: string | null; readonly separator: string; readonly style: ValueStyle},
): RowEncoder {
  const head = kinds ? [changeOperation('', 0)] : [];
  const fields = columns.map(({type}, index) =>
    valueOperation(type, batch.vectors[index] as Vector, index > 0 || kinds ? separator : '', style),
  );
  return new ProgramEncoder(memory, {
    operations: [...head, ...fields, literalOperation('\n')],
    quoting: null,
    finish(operation, row) {
      const index = operation - head.length;
      const {type} = columns[index] as Column;
      const value = readValue(memory, batch.vectors[index] as Vector, row, type, timeZone);
      return value === null ? (style.nullText ?? '') : plainText(value, type, false, timeZone);
    },
    start,
    end: null,
  });
}

const tsvEscapes: Readonly<Record<string, string>> = {'\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\'};

function tsvText(text: string): string {
  return text.replace(/[\t\n\r\\]/g, character => tsvEscapes[character] as string);
}

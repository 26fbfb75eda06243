import type {OptionSpecs} from '../../base/options.ts';
import type {Problem} from '../../base/problem.ts';
import type {CsvDialect} from '../../kernel/csv-decode.ts';
import type {Column, SqlType} from '../../types/sql-type.ts';
import {typeText} from '../../types/type-text.ts';

/** Flink's options of `csv`, and one of ours: `header`. */
export const csvOptions: OptionSpecs = {
  'field-delimiter': {type: 'string', default: ',', help: 'The character between fields; \\t for a tab'},
  'quote-character': {type: 'string', help: 'The character around fields that hold a delimiter, a quote or a line end; " unless set'},
  'disable-quote-character': {type: 'boolean', default: 'false', help: 'No field is ever quoted'},
  'escape-character': {type: 'string', help: 'The character that makes the next one a plain character'},
  'null-literal': {type: 'string', help: 'An unquoted field of exactly this text is NULL; the empty text makes empty fields NULL'},
  'array-element-delimiter': {type: 'string', default: ';', help: 'The text between the elements of an ARRAY or the fields of a ROW'},
  header: {
    type: 'boolean',
    default: 'false',
    help: 'The first line of each part names the fields, and columns are found by these names; written first, too (not in Flink)',
  },
  'ignore-first-line': {type: 'boolean', default: 'false', help: 'The first record of each part is left out'},
  'allow-comments': {type: 'boolean', default: 'false', help: 'Lines that begin with # are left out'},
  'ignore-parse-errors': {
    type: 'boolean',
    default: 'false',
    help: 'A field that cannot be read is NULL, and a line that is no record is left out, without a word',
  },
  'trim-spaces': {type: 'boolean', default: 'false', help: 'Spaces around unquoted fields do not count'},
  'fail-on-missing-columns': {
    type: 'boolean',
    help: 'false: missing fields at the end of a line are NULL; true: such a line is a fault even with ignore-parse-errors; unless set, it is a fault',
  },
  'ignore-trailing-unmappable': {type: 'boolean', default: 'false', help: 'More fields than columns are no fault'},
  'allow-trailing-comma': {type: 'boolean', default: 'true', help: 'One empty field more than there are columns is no fault'},
  'empty-string-as-null': {type: 'boolean', default: 'false', help: 'An empty field is NULL, quoted or not'},
  'write-bigdecimal-in-scientific-notation': {
    type: 'boolean',
    default: 'false',
    help: 'Write a DECIMAL that is a multiple of ten as 1E+5 instead of 100000 (true in Flink unless set)',
  },
};

export function isSet(options: ReadonlyMap<string, string>, name: string): boolean {
  return options.get(name) === 'true';
}

/** Reading treats the characters as the options say; what is not valid has been told by `checkCsv`. */
export function dialectOf(options: ReadonlyMap<string, string>): CsvDialect {
  const nullLiteral = options.get('null-literal');
  const ignoresErrors = isSet(options, 'ignore-parse-errors');
  const missing = options.get('fail-on-missing-columns');
  return {
    delimiter: byteOf(options.get('field-delimiter') ?? ',') ?? 44,
    quote: isSet(options, 'disable-quote-character') ? -1 : (byteOf(options.get('quote-character') ?? '"') ?? 34),
    escape: byteOf(options.get('escape-character') ?? '') ?? -1,
    nullLiteral: nullLiteral === undefined ? null : Buffer.from(nullLiteral),
    allowComments: isSet(options, 'allow-comments'),
    trimSpaces: isSet(options, 'trim-spaces'),
    emptyAsNull: isSet(options, 'empty-string-as-null'),
    allowTrailing: options.get('allow-trailing-comma') !== 'false',
    ignoreTrailing: isSet(options, 'ignore-trailing-unmappable') || ignoresErrors,
    allowMissing: missing === undefined ? ignoresErrors : missing === 'false',
  };
}

const escapes: Readonly<Record<string, number>> = {'\\t': 9, '\\0': 0, '\\\\': 92, "\\'": 39, '\\"': 34};

/** A one-character option as its byte, Java's escapes `\t` and `\u0001` included; null when it is not exactly one ASCII character, or a line end. */
export function byteOf(text: string): number | null {
  const unicode = /^\\u+([0-9a-fA-F]{4})$/.exec(text);
  const byte =
    escapes[text] ?? (unicode === null ? (text.length === 1 ? text.charCodeAt(0) : null) : Number.parseInt(unicode[1] as string, 16));
  return byte === null || byte > 127 || byte === 10 || byte === 13 ? null : byte;
}

/** What is wrong with the options and the columns of a `csv` table. */
export function checkCsv(columns: readonly Column[], options: ReadonlyMap<string, string>): readonly Problem[] {
  const problems: Problem[] = [];
  for (const name of ['field-delimiter', 'quote-character', 'escape-character']) {
    const text = options.get(name);
    if (text === undefined || byteOf(text) !== null) continue;
    problems.push(
      invalid(
        'csv-character',
        `option "csv.${name}" is ${JSON.stringify(text)}, which is not one ASCII character`,
        'write one character, or \\t for a tab',
      ),
    );
  }
  if (isSet(options, 'disable-quote-character') && options.has('quote-character')) {
    problems.push(
      invalid(
        'csv-contradiction',
        'option "csv.quote-character" is set although "csv.disable-quote-character" is true',
        'leave one of them out',
      ),
    );
  }
  if (isSet(options, 'header') && isSet(options, 'ignore-first-line')) {
    const hint = 'keep "csv.header" to find columns by name, or "csv.ignore-first-line" to find them by place';
    problems.push(invalid('csv-contradiction', 'options "csv.header" and "csv.ignore-first-line" both speak of the first line', hint));
  }
  const dialect = dialectOf(options);
  if (dialect.delimiter === dialect.quote) {
    problems.push(
      invalid(
        'csv-contradiction',
        'options "csv.field-delimiter" and "csv.quote-character" are the same character',
        'choose another for one of them',
      ),
    );
  }
  for (const {name, type} of columns) {
    if (isPlain(type) || isFlat(type)) continue;
    problems.push(
      invalid(
        'csv-type',
        `column "${name}" is ${typeText(type)}, which csv cannot hold`,
        'csv holds plain types, and ARRAY and ROW of plain types; use json',
      ),
    );
  }
  return problems;
}

function invalid(code: string, message: string, hint: string): Problem {
  return {kind: 'invalid', severity: 'error', code, message, hint};
}

function isPlain(type: SqlType): boolean {
  return !['ARRAY', 'ROW', 'MAP', 'MULTISET', 'INTERVAL', 'NULL'].includes(type.kind);
}

/** An ARRAY or ROW of plain types: their elements stand between delimiters, so there can be one level only. */
function isFlat(type: SqlType): boolean {
  if (type.kind === 'ARRAY') return isPlain(type.element);
  return type.kind === 'ROW' && type.fields.every(field => isPlain(field.type));
}

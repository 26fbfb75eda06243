import {describe, expect, test} from 'vitest';
import {rowText} from '../../types/row-text.ts';
import {type Column, intType, type SqlType, stringType} from '../../types/sql-type.ts';
import {csv} from './csv.ts';
import {byteOf, checkCsv} from './options.ts';
import {read} from './read-for-tests.ts';

const types: Readonly<Record<string, SqlType>> = {
  INT: intType,
  STRING: stringType,
  'TIMESTAMP(3)': {kind: 'TIMESTAMP', precision: 3, nullable: true},
  'DECIMAL(10, 2)': {kind: 'DECIMAL', precision: 10, scale: 2, nullable: true},
  'ARRAY<STRING>': {kind: 'ARRAY', element: stringType, nullable: true},
};
const columnsOf = (text: string): readonly Column[] =>
  text
    .split(/, (?=[a-z])/)
    .map(column => ({name: column.split(' ')[0] as string, type: types[column.slice(column.indexOf(' ') + 1)] as SqlType}));

test.each(csv.examples.map(example => [example] as const))('%o', ({columns, bytes, row}) => {
  const {rows, rejects} = read(bytes, {columns: columnsOf(columns)});
  expect(rejects).toEqual([]);
  expect(rows.map(values => rowText(null, values, columnsOf(columns), 'UTC'))).toEqual([row]);
});

test('characters may be escaped as in Java', () => {
  expect(['\\t', '\\u0001', '\\\\', '|', "\\'"].map(byteOf)).toEqual([9, 1, 92, 124, 39]);
  expect(['', '||', 'é', '\n', '\\n', '\\u00e9'].map(byteOf)).toEqual([null, null, null, null, null, null]);
});

describe('what cannot be is told', () => {
  const columns: readonly Column[] = [{name: 'x', type: intType}];
  const codes = (options: Record<string, string>, of = columns): readonly string[] =>
    checkCsv(of, new Map(Object.entries(options))).map(({code, message}) => `${code}: ${message}`);
  test('options', () => {
    expect(codes({})).toEqual([]);
    expect(codes({'field-delimiter': '\\t', 'quote-character': "'", 'escape-character': '\\'})).toEqual([]);
    expect(codes({'field-delimiter': '||'})).toEqual([
      'csv-character: option "csv.field-delimiter" is "||", which is not one ASCII character',
    ]);
    expect(codes({'disable-quote-character': 'true', 'quote-character': "'"})).toHaveLength(1);
    expect(codes({header: 'true', 'ignore-first-line': 'true'})).toHaveLength(1);
    expect(codes({'field-delimiter': '"'})).toHaveLength(1);
  });
  test('types', () => {
    const array: SqlType = {kind: 'ARRAY', element: intType, nullable: true};
    const nested: SqlType = {kind: 'ROW', fields: [{name: 'f', type: array}], nullable: true};
    const map: SqlType = {kind: 'MAP', key: stringType, value: intType, nullable: true};
    expect(codes({}, [{name: 'a', type: array}])).toEqual([]);
    expect(
      codes(
        {},
        [nested, map].map(type => ({name: 'n', type})),
      ),
    ).toEqual([
      'csv-type: column "n" is ROW<`f` ARRAY<INT>>, which csv cannot hold',
      'csv-type: column "n" is MAP<STRING, INT>, which csv cannot hold',
    ]);
  });
});

import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {ProblemError} from '../../base/problem.ts';
import {bigintType, booleanType, type Column, doubleType, intType, type SqlType, stringType} from '../../types/sql-type.ts';
import type {Row, Value} from '../../types/value.ts';
import {TestWriter, type Writing} from '../write-for-tests.ts';
import {csvEncoder, csvWithJson} from './encode.ts';
import {read} from './read-for-tests.ts';

const columns: readonly Column[] = [
  {name: 'id', type: bigintType},
  {name: 'name', type: stringType},
];
const of = (type: SqlType): readonly Column[] => [{name: 'x', type}];
const write = (rows: readonly Row[], writing: Partial<Writing> = {}): string =>
  new TestWriter(csvEncoder, {columns, ...writing}).writeAll(rows);

test('only what must be quoted is', () => {
  const texts = ['plain', 'two words', 'a,b', 'say "hi"', 'two\nlines', 'cr\r', '', ' edge ', "it's", '#no comment'];
  expect(write(texts.map(text => [1n, text]))).toBe(
    '1,plain\n1,two words\n1,"a,b"\n1,"say ""hi"""\n1,"two\nlines"\n1,"cr\r"\n1,""\n1, edge \n1,it\'s\n1,#no comment\n',
  );
});

test('NULL is empty, or the literal, which a text of the same letters is not', () => {
  expect(write([[null, null]])).toBe(',\n');
  const options = {'null-literal': 'n/a'};
  expect(
    write(
      [
        [null, null],
        [1n, 'n/a'],
        [2n, ''],
      ],
      {options},
    ),
  ).toBe('n/a,n/a\n1,"n/a"\n2,\n');
  expect(
    write(
      [
        [7n, '7'],
        [null, null],
      ],
      {options: {'null-literal': '7'}},
    ),
  ).toBe('"7","7"\n7,7\n');
});

test('header and change kinds', () => {
  const options = {header: 'true'};
  expect(write([[1n, 'a']], {options})).toBe('id,name\n1,a\n');
  expect(
    write([], {
      columns: [
        {name: 'a,"b', type: intType},
        {name: '', type: intType},
      ],
      options,
    }),
  ).toBe('"a,""b",""\n');
  const writer = new TestWriter(csvEncoder, {columns, options, kinds: true});
  writer.batch.kinds?.set([0, 1, 2, 3]);
  expect(
    writer.writeAll([
      [1n, 'a'],
      [1n, 'a'],
      [2n, 'b'],
      [2n, 'b'],
    ]),
  ).toBe('op,id,name\n+I,1,a\n-U,1,a\n+U,2,b\n-D,2,b\n');
});

describe('options', () => {
  const written = (options: Record<string, string>, text: string): string => write([[1n, text]], {options});
  test('field-delimiter and quote-character', () => {
    expect(written({'field-delimiter': '\\t'}, 'a,b\tc')).toBe('1\t"a,b\tc"\n');
    expect(written({'quote-character': "'"}, `it's "x"`)).toBe(`1,'it''s "x"'\n`);
  });
  test('escape-character', () => {
    expect(written({'escape-character': '\\'}, 'a\\b"c')).toBe('1,"a\\\\b""c"\n');
  });
  test('trim-spaces keeps the spaces at the ends of a text', () => {
    expect(written({'trim-spaces': 'true'}, ' a')).toBe('1," a"\n');
  });
  test('disable-quote-character', () => {
    expect(written({'disable-quote-character': 'true'}, 'a "b"')).toBe('1,a "b"\n');
    expect(written({'disable-quote-character': 'true', 'escape-character': '\\'}, 'a,b\\\nc')).toBe('1,a\\,b\\\\\\\nc\n');
    expect(() => written({'disable-quote-character': 'true'}, 'a,b')).toThrow(ProblemError);
  });
  test('delimiters that numbers and dates are made of', () => {
    const kinds: readonly Column[] = ['BIGINT', 'DOUBLE', 'DATE', 'BOOLEAN'].map(kind => ({
      name: kind,
      type: {kind, nullable: true} as SqlType,
    }));
    const row = [-15n, 1.5, 0, true];
    expect(write([row], {columns: kinds, options: {'field-delimiter': '-'}})).toBe('"-15"-1.5-"1970-01-01"-true\n');
    expect(write([row], {columns: kinds, options: {'field-delimiter': '.'}})).toBe('-15."1.5".1970-01-01.true\n');
  });
  test('array-element-delimiter', () => {
    const array: SqlType = {kind: 'ARRAY', element: stringType, nullable: true};
    const row: SqlType = {kind: 'ROW', fields: columns, nullable: true};
    const mixed = [
      {name: 'a', type: array},
      {name: 'r', type: row},
    ];
    expect(
      write(
        [
          [
            ['x', 'y'],
            [1n, 'z'],
          ],
        ],
        {columns: mixed},
      ),
    ).toBe('x;y,1;z\n');
    expect(
      write(
        [
          [
            ['x', null],
            [1n, 'z'],
          ],
        ],
        {columns: mixed, options: {'array-element-delimiter': ',', 'null-literal': '-'}},
      ),
    ).toBe('"x,-","1,z"\n');
    expect(
      new TestWriter(csvWithJson, {columns: mixed}).write([
        [
          ['x', 'y'],
          [1n, 'z'],
        ],
      ]),
    ).toBe('"[""x"",""y""]","{""id"":1,""name"":""z""}"\n');
  });
  test('write-bigdecimal-in-scientific-notation', () => {
    const decimal: SqlType = {kind: 'DECIMAL', precision: 12, scale: 2, nullable: true};
    const values = [10000000n, 150n, 12000n, 0n, -12345n].map(value => [value]);
    expect(write(values, {columns: of(decimal)})).toBe('100000.00\n1.50\n120.00\n0.00\n-123.45\n');
    const options = {'write-bigdecimal-in-scientific-notation': 'true'};
    expect(write(values, {columns: of(decimal), options})).toBe('1E+5\n1.5\n1.2E+2\n0.00\n-123.45\n');
  });
});

describe('what is written reads back', () => {
  const mixed: readonly Column[] = [
    {name: 's', type: stringType},
    {name: 'd', type: doubleType},
    {name: 'i', type: bigintType},
    {name: 'b', type: booleanType},
    {name: 't', type: {kind: 'TIMESTAMP', precision: 3, nullable: true}},
    {name: 'n', type: {kind: 'TIMESTAMP_LTZ', precision: 9, nullable: true}},
    {name: 'm', type: {kind: 'DECIMAL', precision: 20, scale: 4, nullable: true}},
    {name: 'y', type: {kind: 'VARBINARY', length: 100, nullable: true}},
    {name: 'a', type: {kind: 'ARRAY', element: intType, nullable: true}},
    {name: 'z', type: stringType},
  ];
  const text = fc
    .oneof(
      fc.string({unit: 'grapheme', maxLength: 50}),
      fc.string({unit: fc.constantFrom('"', ',', '\n', '\r', '\\', "'", ' ', 'n', '\t'), maxLength: 40}),
    )
    .map(value => Buffer.from(value).toString());
  const millis = fc.integer({min: -62_167_219_200_000, max: 253_402_300_799_999});
  const row = fc.tuple(
    text,
    fc.double(),
    fc.bigInt({min: -(2n ** 63n), max: 2n ** 63n - 1n}),
    fc.boolean(),
    millis,
    millis.map(value => BigInt(value) * 1_000_000n + 456_789n),
    fc.bigInt({min: -(10n ** 20n) + 1n, max: 10n ** 20n - 1n}),
    fc.uint8Array({maxLength: 20}),
    fc.array(fc.integer(), {minLength: 1, maxLength: 4}),
    text,
  );
  const dialects: readonly Record<string, string>[] = [
    {'null-literal': ''},
    {'null-literal': 'n', 'escape-character': '\\'},
    {'null-literal': '\\N', 'field-delimiter': '\\t', 'trim-spaces': 'true'},
    {'null-literal': 'NULL', 'field-delimiter': ';', 'quote-character': "'", 'array-element-delimiter': '|', header: 'true'},
  ];
  test.each(dialects)('%o', options => {
    const writer = new TestWriter(csvEncoder, {columns: mixed, options});
    fc.assert(
      fc.property(fc.array(row, {maxLength: 10}), fc.array(fc.nat({max: 9})), (rows, nulls) => {
        const sparse = rows.map((values, at) => values.map((value: Value, index) => (nulls[at] === index ? null : value)));
        const {rows: back, rejects} = read(writer.writeAll(sparse), {columns: mixed, options});
        expect(rejects).toEqual([]);
        expect(back.map(plain)).toEqual(sparse.map(plain));
      }),
      {numRuns: 100},
    );
  });
  const plain = (values: readonly Value[]): readonly unknown[] => values.map(value => (value instanceof Uint8Array ? [...value] : value));
});

import {describe, expect, test} from 'vitest';
import {textWidth} from '../../base/text-width.ts';
import {bigintType, type Column, doubleType, intType, type SqlType, stringType} from '../../types/sql-type.ts';
import type {Row} from '../../types/value.ts';
import {TestWriter, type Writing} from '../write-for-tests.ts';
import type {ConsoleFormat} from './define.ts';
import {consoleFormats, findConsoleFormat} from './index.ts';

function show(name: string, rows: readonly Row[], writing: Writing): string {
  const format = findConsoleFormat(name) as ConsoleFormat;
  return new TestWriter((spec, batch) => format.encoder(spec, batch), writing).writeAll(rows);
}

describe.each([...consoleFormats, findConsoleFormat('cells') as ConsoleFormat].map(format => [format.name, format] as const))(
  '%s',
  (name, format) => {
    test.each(format.examples.map(example => [example] as const))('writes what its example says: %o', ({columns, rows, options, text}) => {
      expect(show(name, rows, {columns, options: options ?? {}})).toBe(text);
    });
    test('has an option for everything it takes, and no result but the empty one for no rows', () => {
      const columns = format.examples[0].columns;
      expect(() => show(name, [], {columns})).not.toThrow();
      expect(Object.values(format.options).every(({help}) => help !== '')).toBe(true);
    });
  },
);

const two: readonly Column[] = [
  {name: 'n', type: bigintType},
  {name: 's', type: stringType},
];

test('json is one array, however it comes', () => {
  expect(show('json', [], {columns: two})).toBe('[]\n');
  const writer = new TestWriter((spec, batch) => (findConsoleFormat('json') as ConsoleFormat).encoder(spec, batch), {columns: two});
  const texts = [Buffer.from(writer.encoder.start() ?? []).toString()];
  for (let batch = 0; batch < 3; batch++) texts.push(writer.write([[BigInt(batch), 'x'.repeat(100_000)]]));
  texts.push(writer.write([]), Buffer.from(writer.encoder.end() ?? []).toString());
  expect(JSON.parse(texts.join(''))).toEqual([0, 1, 2].map(n => ({n, s: 'x'.repeat(100_000)})));
});

test('tsv keeps every row on its line', () => {
  const rows = [
    [1n, 'a\tb\nc\r\\'],
    [null, null],
    [2n, 'plain "text"'],
  ];
  expect(show('tsv', rows, {columns: two})).toBe('n\ts\n1\ta\\tb\\nc\\r\\\\\n\\N\t\\N\n2\tplain "text"\n');
  expect(show('tsv', [], {columns: [{name: 'a\tb', type: intType}], options: {header: 'false'}})).toBe('');
});

test('markdown keeps every row in its table, and texts are texts', () => {
  const rows = [
    [1n, 'a|b `c` *d* user_id _e_ <b>&'],
    [2n, 'x\ny\\'],
  ];
  const lines = show('markdown', rows, {columns: two}).split('\n');
  expect(lines).toHaveLength(5);
  expect(lines[2]).toBe('| 1 | a\\|b \\`c\\` \\*d\\* user_id \\_e\\_ &lt;b>&amp; |');
  expect(lines[3]?.match(/(?<!\\)\|/g)).toHaveLength(3);
});

test('line shows kinds of changes as a value of their own', () => {
  const writer = new TestWriter((spec, batch) => (findConsoleFormat('line') as ConsoleFormat).encoder(spec, batch), {
    columns: [{name: 'much\u001b[2J', type: intType}],
    kinds: true,
  });
  writer.batch.kinds?.set([3]);
  const text = writer.writeAll([[1]]);
  expect(text).toContain('op = -D\n');
  expect(text).toMatch(/^much.* = 1$/m);
  expect(text).not.toContain('\u001b');
});

test('raw asks for one column', () => {
  const raw = findConsoleFormat('raw') as ConsoleFormat;
  expect(raw.check?.(two).map(({kind, message}) => [kind, message])).toEqual([
    ['usage', 'output format "raw" writes one column, and the result has 2'],
  ]);
  expect(raw.check?.(two.slice(1))).toEqual([]);
  expect(show('raw', [[1.5], [null], [0.1 + 0.2]], {columns: [{name: 'x', type: doubleType}]})).toBe('1.5\n\n0.30000000000000004\n');
});

test('flink-row names its sink and its kinds', () => {
  const writer = new TestWriter((spec, batch) => (findConsoleFormat('flink-row') as ConsoleFormat).encoder(spec, batch), {
    columns: two,
    kinds: true,
    options: {prefix: 'totals> '},
  });
  writer.batch.kinds?.set([1, 2]);
  expect(
    writer.writeAll([
      [1n, 'a'],
      [2n, 'a'],
    ]),
  ).toBe('totals> -U[1, a]\ntotals> +U[2, a]\n');
});

describe('table', () => {
  test('numbers stand right, change kinds come first, ascii draws with signs', () => {
    const writer = new TestWriter((spec, batch) => (findConsoleFormat('table') as ConsoleFormat).encoder(spec, batch), {
      columns: two,
      kinds: true,
      options: {ascii: 'true'},
    });
    writer.batch.kinds?.set([0, 3]);
    expect(
      writer.writeAll([
        [1n, 'a'],
        [100n, null],
      ]),
    ).toBe(
      [
        '+----+-----+------+',
        '| op |   n | s    |',
        '+----+-----+------+',
        '| +I |   1 | a    |',
        '| -D | 100 | NULL |',
        '+----+-----+------+',
        '',
      ].join('\n'),
    );
  });
  test('no header', () => {
    expect(show('table', [[1n, 'a']], {columns: two, options: {header: 'false'}})).toBe('┌───┬───┐\n│ 1 │ a │\n└───┴───┘\n');
  });
  test('data cannot move the cursor or draw lines of its own', () => {
    const text = show('table', [[1n, '\u001b[31mred\n\u0007\u009b2J\u202e']], {
      columns: [two[0] as Column, {name: '\u001b]0;x\u0007', type: stringType}],
    });
    // oxlint-disable-next-line no-control-regex -- Exactly these must not be there.
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(text.split('\n')).toHaveLength(6);
  });
  test('wide columns are cut to the width, and lines stay straight', () => {
    const rows = [
      [1n, 'x'.repeat(100)],
      [2n, '漢字'.repeat(50)],
      [3n, 'é👩‍👩‍👧'.repeat(30)],
    ];
    const text = show('table', rows, {columns: two, options: {width: '40'}});
    const lines = text.trimEnd().split('\n');
    expect(lines[3]).toBe(`│ 1 │ ${'x'.repeat(31)}… │`);
    // Fifteen characters of two cells each, the ellipsis, and one blank.
    expect(lines[4]).toBe(`│ 2 │ ${'漢字'.repeat(7)}漢…  │`);
    expect(new Set(lines.slice(3, 6).map(textWidth))).toEqual(new Set([40]));
    expect(lines[0]).toHaveLength(40);
  });
  test('ten thousand rows are shown and the rest counted', () => {
    const writer = new TestWriter((spec, batch) => (findConsoleFormat('table') as ConsoleFormat).encoder(spec, batch), {columns: two});
    const rows = Array.from({length: 2048}, (_, row) => [BigInt(row), 'r']);
    for (let batch = 0; batch < 6; batch++) writer.write(rows);
    const lines = Buffer.from(writer.encoder.end() ?? [])
      .toString()
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(10_000 + 5);
    expect(lines.at(-1)).toBe('… 2,288 more rows (use -o ndjson)');
  });
  test('values as a person reads them', () => {
    const types: readonly SqlType[] = [
      {kind: 'VARBINARY', length: 9, nullable: true},
      {kind: 'TIMESTAMP_LTZ', precision: 3, nullable: true},
      {kind: 'DECIMAL', precision: 5, scale: 2, nullable: true},
      {kind: 'ARRAY', element: stringType, nullable: true},
    ];
    const columns = types.map((type, index) => ({name: `c${index}`, type}));
    const text = show('table', [[new Uint8Array([1, 255]), 0, 150n, ['a', 'b']]], {
      columns,
      timeZone: 'Europe/Berlin',
      options: {header: 'false'},
    });
    expect(text.split('\n')[1]).toBe(`│ x'01ff' │ 1970-01-01 01:00:00.000 │ 1.50 │ ["a","b"] │`);
  });
});

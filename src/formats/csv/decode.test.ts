import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {Vector} from '../../flow/batch.ts';
import {bigintType, booleanType, type Column, doubleType, intType, type SqlType, stringType} from '../../types/sql-type.ts';
import type {Value} from '../../types/value.ts';
import {csvDecoder} from './decode.ts';
import {input, memory, read, type Reading} from './read-for-tests.ts';

const abc: readonly Column[] = ['a', 'b', 'c'].map(name => ({name, type: stringType}));
const two: readonly Column[] = [
  {name: 'id', type: intType},
  {name: 'name', type: stringType},
];
const of = (type: SqlType): readonly Column[] => [{name: 'x', type}];
const rowsOf = (data: string, reading: Reading): readonly (readonly Value[])[] => {
  const {rows, rejects} = read(data, reading);
  expect(rejects).toEqual([]);
  return rows;
};

describe('records', () => {
  test('quotes hold delimiters, quotes and line ends', () => {
    const data = '1,"a,b"\n2,"say ""hi"""\n3,"two\nlines"\n4,""\n';
    expect(rowsOf(data, {columns: two})).toEqual([
      [1, 'a,b'],
      [2, 'say "hi"'],
      [3, 'two\nlines'],
      [4, ''],
    ]);
  });
  test('line ends: CRLF, none at the end, blank lines', () => {
    expect(rowsOf('1,a\r\n\r\n\n2,"b"\r\n3,c', {columns: two})).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
    expect(rowsOf('1,"a"', {columns: two})).toEqual([[1, 'a']]);
    expect(rowsOf('1,"a"\r', {columns: two})).toEqual([[1, 'a']]);
    expect(rowsOf('1,', {columns: two})).toEqual([[1, '']]);
    expect(rowsOf('', {columns: two})).toEqual([]);
  });
  test('line numbers count the lines inside quotes', () => {
    const {lineNumbers, records} = read('1,"a\nb"\n\n2,c\n', {columns: two});
    expect(lineNumbers).toEqual([1, 4]);
    expect(records).toEqual(['1,"a\nb"', '2,c']);
  });
  test('a byte order mark is passed over, whole or in pieces', () => {
    for (const chunk of [1, 2, 3, 100]) expect(read('\ufeff1,a\n', {columns: two, chunk}).rows).toEqual([[1, 'a']]);
  });
  test('text is told clean from dirty', () => {
    const {tags} = read('plain,q"uote,back\\slash\n"a\tb",öäü,"x"\n', {columns: abc});
    expect(tags).toEqual([0, 2, 2, 2, 0, 0]);
  });
  test('a record may be as long as allowed and no longer', () => {
    const long = 'x'.repeat(100);
    const {rows, rejects} = read(`1,a\n2,${long}\n3,c\n`, {columns: two, maxRecordBytes: 50});
    expect(rows).toEqual([
      [1, 'a'],
      [3, 'c'],
    ]);
    expect(rejects).toEqual([`2: the record is larger than 50 bytes (2,${long})`]);
    expect(rowsOf(`2,${'x'.repeat(48)}\n`, {columns: two, maxRecordBytes: 50})).toHaveLength(1);
  });
  test('an overlong line that arrives in pieces is one reject, and the line after it is read', () => {
    const {rows, rejects, lineNumbers} = read(`1,a\n2,${'x'.repeat(500)}\n3,c\n`, {columns: two, maxRecordBytes: 50, chunk: 20});
    expect(rows).toEqual([
      [1, 'a'],
      [3, 'c'],
    ]);
    expect(rejects).toHaveLength(1);
    expect(rejects[0]).toMatch(/^2: the record is larger than 50 bytes/);
    expect(lineNumbers).toEqual([1, 3]);
  });
  test('an overlong record of several lines costs its first, wherever it is cut', () => {
    const data = `1,"a\n${'x'.repeat(80)}"\n2,b\n`;
    const whole = read(data, {columns: two, maxRecordBytes: 50});
    expect(whole.rows).toEqual([[2, 'b']]);
    expect(whole.rejects).toEqual([
      '1: the record is larger than 50 bytes (1,"a)',
      `2: the record is larger than 50 bytes (${'x'.repeat(80)}")`,
    ]);
    expect(read(data, {columns: two, maxRecordBytes: 50, chunk: 7}).rows).toEqual(whole.rows);
  });
  test('more records than rows asked for', () => {
    const data = Array.from({length: 5000}, (_, index) => `${index},n${index}\n`).join('');
    const {rows} = read(data, {columns: two});
    expect(rows).toHaveLength(5000);
    expect(rows[4999]).toEqual([4999, 'n4999']);
    expect(read(data, {columns: two, mostRows: 7}).rows).toEqual(rows);
  });
});

describe('faults', () => {
  test('each bad record is told once and the rows around it are there', () => {
    const data = '1,a\n2\n3,c,d\nx,e\n5,"f"g\n6,h\n';
    const {rows, rejects} = read(data, {columns: two});
    expect(rows).toEqual([
      [1, 'a'],
      [6, 'h'],
    ]);
    expect(rejects).toEqual([
      '2: expected 2 fields but found 1 (2)',
      '3: expected 2 fields but found 3 (3,c,d)',
      '4: field "id": cannot read "x" as INT (x,e)',
      '5: field "name": text follows a closing quote (5,"f"g)',
    ]);
  });
  test('an unclosed quote costs its line and no more', () => {
    const {rows, rejects} = read('1,"a\n2,b\n3,c\n', {columns: two});
    expect(rejects).toEqual(['1: field "name": a quote is never closed (1,"a)']);
    expect(rows).toEqual([
      [2, 'b'],
      [3, 'c'],
    ]);
  });
  test('what is not UTF-8 is told with its place', () => {
    const data = Buffer.concat([Buffer.from('1,ä\n2,'), Buffer.from([0xc3, 0x28]), Buffer.from('\n3,ü\n')]);
    const {rows, rejects} = read(data, {columns: two});
    expect(rows).toEqual([
      [1, 'ä'],
      [3, 'ü'],
    ]);
    expect(rejects).toHaveLength(1);
    expect(rejects[0]).toMatch(/^2: not valid UTF-8 at byte 3/);
    expect(read(data, {columns: two, chunk: 1}).rows).toEqual(rows);
  });
  test('a bad field becomes NULL where asked', () => {
    expect(read('x,a\n2,b\n', {columns: two, badField: 'null'})).toMatchObject({
      rejects: [],
      rows: [
        [null, 'a'],
        [2, 'b'],
      ],
    });
  });
  test('a reject may end the call after the rows before it', () => {
    const {rows, consumed} = read('1,a\nx,b\n3,c\n', {columns: two, stopAtReject: true});
    expect(rows).toEqual([[1, 'a']]);
    expect(consumed).toBe(8);
  });
  test('a long value is cut in the message', () => {
    const {rejects} = read(`${'9'.repeat(200)},a\n`, {columns: two});
    expect(rejects[0]).toContain(`cannot read "${'9'.repeat(60)}…" as INT`);
  });
});

describe('values', () => {
  const good: readonly [SqlType, string, Value][] = [
    [intType, '2147483647', 2147483647],
    [intType, '-2147483648', -2147483648],
    [intType, ' +7 ', 7],
    [intType, '-0', 0],
    [{kind: 'TINYINT', nullable: true}, '-128', -128],
    [bigintType, '9007199254740991', 9007199254740991n],
    [bigintType, '9007199254740993', 9007199254740993n],
    [bigintType, '-9223372036854775808', -9223372036854775808n],
    [bigintType, '000000000000000000000000012', 12n],
    [doubleType, '0.1', 0.1],
    [doubleType, '-1.5e-7', -1.5e-7],
    [doubleType, '.5', 0.5],
    [doubleType, '5.', 5],
    [doubleType, '-0', -0],
    [doubleType, '0.1234567890123456789', 0.12345678901234568],
    [doubleType, '1e300', 1e300],
    [doubleType, 'NaN', NaN],
    [doubleType, '-Infinity', -Infinity],
    [{kind: 'FLOAT', nullable: true}, '0.1', Math.fround(0.1)],
    [booleanType, 'TRUE', true],
    [booleanType, 'false', false],
    [{kind: 'DECIMAL', precision: 10, scale: 2, nullable: true}, '-12.5', -1250n],
    [{kind: 'DECIMAL', precision: 10, scale: 2, nullable: true}, '1.005', 101n],
    [{kind: 'DECIMAL', precision: 38, scale: 2, nullable: true}, '123456789012345678901234567890.12', 12345678901234567890123456789012n],
    [{kind: 'DATE', nullable: true}, '2000-02-29', 11016],
    [{kind: 'DATE', nullable: true}, '1969-12-31', -1],
    [{kind: 'TIME', precision: 3, nullable: true}, '23:59:59.999', 86399999],
    [{kind: 'TIME', precision: 0, nullable: true}, '01:02', 3720000],
    [{kind: 'TIMESTAMP', precision: 3, nullable: true}, '2020-10-10 00:00:00.123', 1602288000123],
    [{kind: 'TIMESTAMP', precision: 3, nullable: true}, '1969-12-31T23:59:59.5', -500],
    [{kind: 'TIMESTAMP', precision: 6, nullable: true}, '2020-10-10 00:00:00.123456', 1602288000123456n],
    [{kind: 'TIMESTAMP', precision: 9, nullable: true}, '2020-10-10 00:00:00.123456789', 1602288000123456789n],
    [{kind: 'TIMESTAMP_LTZ', precision: 3, nullable: true}, '2020-10-10 02:00:00+02:00', 1602288000000],
    [{kind: 'TIMESTAMP_LTZ', precision: 3, nullable: true}, '2020-10-10T00:00:00Z', 1602288000000],
    [{kind: 'TIMESTAMP_LTZ', precision: 3, nullable: true}, '2020-10-10 00:00:00', 1602288000000],
    [{kind: 'VARBINARY', length: 10, nullable: true}, 'awML', new Uint8Array([107, 3, 11])],
    [{kind: 'ARRAY', element: intType, nullable: true}, '1;2;3', [1, 2, 3]],
    [{kind: 'ARRAY', element: stringType, nullable: true}, '', []],
    [{kind: 'ROW', fields: two, nullable: true}, '1;x', [1, 'x']],
  ];
  test.each(good)('%o reads %s', (type, text, value) => {
    expect(read(`${text},end\n`, {columns: [...of(type), {name: 'y', type: stringType}]})).toMatchObject({
      rejects: [],
      rows: [[value, 'end']],
    });
    // The same inside quotes, and as the last field without a line end.
    expect(rowsOf(`"${text}"`, {columns: of(type)})).toEqual([[value]]);
  });
  const bad: readonly [SqlType, string][] = [
    [intType, '2147483648'],
    [intType, '1.5'],
    [intType, ''],
    [intType, '1 2'],
    [intType, '0x10'],
    [{kind: 'TINYINT', nullable: true}, '128'],
    [bigintType, '9223372036854775808'],
    [doubleType, '1e400'],
    [doubleType, '1,5'.replace(',', '_')],
    [doubleType, 'e5'],
    [doubleType, '1e'],
    [booleanType, 'yes'],
    [{kind: 'DECIMAL', precision: 4, scale: 2, nullable: true}, '100.00'],
    [{kind: 'DECIMAL', precision: 4, scale: 2, nullable: true}, '99.995'],
    [{kind: 'DATE', nullable: true}, '2001-02-29'],
    [{kind: 'DATE', nullable: true}, '20010228'],
    [{kind: 'TIME', precision: 0, nullable: true}, '24:00:00'],
    [{kind: 'TIMESTAMP', precision: 3, nullable: true}, '2020-02-30 00:00:00'],
    [{kind: 'TIMESTAMP', precision: 3, nullable: true}, '2020-10-10 00:00:00Z'],
    [{kind: 'TIMESTAMP', precision: 3, nullable: true}, '2020-10-10'],
    [{kind: 'TIMESTAMP', precision: 3, nullable: true}, '\0\0\0\0\0\0\0\0\0\0 00:00:00'],
    [{kind: 'VARBINARY', length: 10, nullable: true}, 'a?b'],
    [{kind: 'ARRAY', element: intType, nullable: true}, '1;x'],
    [{kind: 'ROW', fields: two, nullable: true}, '1'],
  ];
  test.each(bad)('%o refuses %s', (type, text) => {
    const {rows, rejects} = read(`${text},end\n`, {columns: [...of(type), {name: 'y', type: stringType}]});
    expect(rows).toEqual([]);
    expect(rejects[0]).toMatch(/^1: field "x": cannot read /);
  });
  test('an empty number is told how to become NULL', () => {
    expect(read(',a\n', {columns: two}).rejects[0]).toContain(
      `cannot read "" as INT (with 'csv.null-literal' = '' an empty field is NULL)`,
    );
  });
});

describe('options', () => {
  const reading = (options: Record<string, string>, columns = two): Reading => ({columns, options});
  test('null-literal, which a quoted field never is', () => {
    expect(rowsOf('n/a,n/a\n1,"n/a"\n', reading({'null-literal': 'n/a'}))).toEqual([
      [null, null],
      [1, 'n/a'],
    ]);
    expect(rowsOf(',\n1,""\n', reading({'null-literal': ''}))).toEqual([
      [null, null],
      [1, ''],
    ]);
  });
  test('empty-string-as-null', () => {
    expect(rowsOf(',""\n', reading({'empty-string-as-null': 'true'}))).toEqual([[null, null]]);
  });
  test('field-delimiter, quote-character, disable-quote-character', () => {
    expect(rowsOf("1;'a;b'\n", reading({'field-delimiter': ';', 'quote-character': "'"}))).toEqual([[1, 'a;b']]);
    expect(rowsOf('1\t"a"\n', reading({'field-delimiter': '\\t', 'disable-quote-character': 'true'}))).toEqual([[1, '"a"']]);
  });
  test('escape-character, in quotes and without', () => {
    expect(rowsOf('1,a\\,b\n2,"c\\"d"\n3,"e""f"\n4,g\\\nh\n5,\\\\i\\n\n', reading({'escape-character': '\\'}))).toEqual([
      [1, 'a,b'],
      [2, 'c"d'],
      [3, 'e"f'],
      [4, 'g\nh'],
      [5, '\\i\n'],
    ]);
  });
  test('allow-comments', () => {
    expect(rowsOf('# 1,"\n1,a\n  # x\n#', reading({'allow-comments': 'true'}))).toEqual([[1, 'a']]);
  });
  test('trim-spaces leaves what is quoted', () => {
    expect(rowsOf(' 1 ,  a b  \n2 , " c " \n', reading({'trim-spaces': 'true'}))).toEqual([
      [1, 'a b'],
      [2, ' c '],
    ]);
    expect(rowsOf('1, a \n', reading({}))).toEqual([[1, ' a ']]);
  });
  test('fields missing or left over', () => {
    expect(rowsOf('1\n', reading({'fail-on-missing-columns': 'false'}))).toEqual([[1, null]]);
    expect(rowsOf('1,a,b,c\n', reading({'ignore-trailing-unmappable': 'true'}))).toEqual([[1, 'a']]);
    expect(rowsOf('1,a,\n', reading({}))).toEqual([[1, 'a']]);
    expect(read('1,a,\n', reading({'allow-trailing-comma': 'false'})).rejects).toEqual(['1: expected 2 fields but found 3 (1,a,)']);
    expect(read('1,a,,\n', reading({})).rejects).toEqual(['1: expected 2 fields but found 4 (1,a,,)']);
  });
  test('ignore-parse-errors says nothing', () => {
    expect(read('x,a\n1\n"2,b\n', reading({'ignore-parse-errors': 'true'}))).toMatchObject({
      rejects: [],
      rows: [
        [null, 'a'],
        [1, null],
      ],
    });
  });
  test('array-element-delimiter and null-literal inside', () => {
    const columns = of({kind: 'ARRAY', element: intType, nullable: true});
    expect(rowsOf('1|-|3\n', {columns, options: {'array-element-delimiter': '|', 'null-literal': '-'}})).toEqual([[[1, null, 3]]]);
  });
  test('ignore-first-line', () => {
    expect(rowsOf('x,y,z\n1,a\n', reading({'ignore-first-line': 'true'}))).toEqual([[1, 'a']]);
  });
});

describe('header', () => {
  const options = {header: 'true'};
  test('columns are found by name, quoted names and other fields included', () => {
    expect(rowsOf('other,"na""me",id\nx,a,1\n', {columns: [two[0] as Column, {name: 'na"me', type: stringType}], options})).toEqual([
      [1, 'a'],
    ]);
  });
  test('a header that lacks a column makes every record of the part a reject', () => {
    const {rows, rejects} = read('id,nam\n1,a\n2,b\n', {columns: two, options});
    expect(rows).toEqual([]);
    expect(rejects[0]).toBe('1: the header has no field "name"; did you mean "nam"? (id,nam)');
    expect(rejects).toHaveLength(3);
    expect(read('id,nam\n1,a\n', {columns: two, options, badField: 'null'})).toMatchObject({rejects: [], rows: [[1, null]]});
  });
  test('a column that nobody wants may be missing', () => {
    expect(rowsOf('id,x\n1,a\n', {columns: two, options, wanted: [['id']]})).toEqual([[1]]);
  });
  test('arrives in pieces', () => {
    for (const chunk of [1, 3, 9])
      expect(read('name,id\na,1\nb,2\n', {columns: two, options, chunk}).rows).toEqual([
        [1, 'a'],
        [2, 'b'],
      ]);
  });
});

test('only what is wanted is read', () => {
  expect(rowsOf('bad,a\n', {columns: two, wanted: [['name']]})).toEqual([['a']]);
  const nested = of({kind: 'ROW', fields: two, nullable: true});
  expect(
    rowsOf('7;q\n', {
      columns: nested,
      wanted: [
        ['x', 'name'],
        ['x', 'id'],
      ],
    }),
  ).toEqual([['q', 7]]);
  expect(
    rowsOf('-\n', {
      columns: nested,
      wanted: [
        ['x', 'name'],
        ['x', 'id'],
      ],
      options: {'null-literal': '-'},
    }),
  ).toEqual([[null, null]]);
});

test('messages are decoded each by itself', () => {
  const vector = new Vector(memory, 'number');
  const rejects: string[] = [];
  const decoder = csvDecoder({
    memory,
    columns: two,
    wanted: [{path: ['id'], type: intType, ordinal: 0, vector}],
    options: new Map(),
    timeZone: 'UTC',
    badField: 'reject',
    maxRecordBytes: 100,
    reject: ({line, reason}) => (rejects.push(`${line}: ${reason}`), false),
  });
  const messages = ['1,a', '', '2,b\r\n', '3,c\n4,d', 'x,e', '5,"f\ng"'];
  let pointer = input;
  for (const [index, message] of messages.entries()) {
    decoder.starts[index] = pointer;
    decoder.lengths[index] = message.length;
    memory.bytes.set(Buffer.from(message), pointer);
    pointer += message.length;
  }
  decoder.decodeRecords(messages.length);
  expect([...vector.numbers.subarray(0, decoder.rows)]).toEqual([1, 2, 5]);
  expect([...decoder.lineNumbers.subarray(0, decoder.rows)]).toEqual([0, 2, 5]);
  expect(rejects).toEqual(['3: the message holds more than one line', '4: field "id": cannot read "x" as INT']);
});

describe('any text', () => {
  const field = fc.oneof(
    fc.string({unit: 'grapheme', maxLength: 40}),
    fc.string({unit: fc.constantFrom('"', ',', '\n', '\r', 'a', '\\', ' ', '\t'), maxLength: 30}),
  );
  const quote = (text: string): string => (/[",\n\r]/.test(text) || text === '' ? `"${text.replaceAll('"', '""')}"` : text);
  test('written by RFC 4180 it reads back, wherever it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(field, field, field), {maxLength: 20}),
        fc.integer({min: 1, max: 200}),
        fc.constantFrom('\n', '\r\n'),
        (rows, chunk, end) => {
          const data = rows.map(row => row.map(quote).join(',') + end).join('');
          const expected = rows.map(row => row.map(text => Buffer.from(text).toString()));
          const result = read(data, {columns: abc, chunk});
          expect(result.rejects).toEqual([]);
          expect(result.rows).toEqual(expected);
        },
      ),
      {numRuns: 300},
    );
  });
  test('broken, it gives the same rows and rejects wherever it is cut', () => {
    const piece = fc.constantFrom('"', ',', '\n', '\r\n', '12', 'x', '""', ' ', '\u00e9', '-1.5', 'true');
    fc.assert(
      fc.property(fc.array(piece, {maxLength: 80}), fc.integer({min: 1, max: 40}), (pieces, chunk) => {
        const data = pieces.join('');
        const columns = [
          {name: 'n', type: intType},
          {name: 's', type: stringType},
        ];
        const whole = read(data, {columns});
        const cut = read(data, {columns, chunk});
        expect([cut.rows, cut.rejects, cut.lineNumbers]).toEqual([whole.rows, whole.rejects, whole.lineNumbers]);
        expect(whole.consumed).toBe(Buffer.byteLength(data));
      }),
      {numRuns: 500},
    );
  });
  test('the fast way gives what the slow one gives', () => {
    const columns: readonly Column[] = [
      {name: 'i', type: intType},
      {name: 's', type: stringType},
      {name: 'd', type: doubleType},
      {name: 't', type: {kind: 'TIMESTAMP', precision: 3, nullable: true}},
    ];
    const common = ['12', 'abc', '', '1.5', '2020-10-10 00:00:00', '"quoted, text"', '"12"', '""', 'é', 'longer than sixteen bytes', '"n"'];
    const odd = [
      '"a ""b"""',
      'a"b',
      'a"b,c"d',
      'a"b,c"',
      '"x"\rz',
      '"two\nlines"',
      '"x"y',
      '"x" ',
      ' 7 ',
      '\r',
      '"',
      'n',
      '0.1234567890123456789',
      '"back\\slash"',
      '"é\r"',
    ];
    const field = fc.oneof({weight: 15, arbitrary: fc.constantFrom(...common)}, {weight: 1, arbitrary: fc.constantFrom(...odd)});
    // Long doubles would leave nothing to the fast way.
    const double = fc.oneof(
      {weight: 30, arbitrary: fc.integer().map(cents => cents / 100)},
      {weight: 1, arbitrary: fc.double({noNaN: true, noDefaultInfinity: true})},
    );
    const good = fc.tuple(fc.integer(), field, double, fc.constantFrom('2020-10-10 00:00:00.5', '"2020-10-11 00:00:00"'));
    const line = fc.oneof(
      {weight: 40, arbitrary: good.map(fields => fields.join(','))},
      {weight: 1, arbitrary: fc.array(field, {minLength: 1, maxLength: 5}).map(fields => fields.join(','))},
    );
    const dialect = fc.constantFrom<Record<string, string>>(
      {},
      {'null-literal': 'n'},
      {'null-literal': ''},
      {'empty-string-as-null': 'true'},
      {'disable-quote-character': 'true'},
    );
    fc.assert(
      fc.property(
        fc.array(line, {maxLength: 60, size: 'max'}),
        dialect,
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.constantFrom<(readonly string[])[]>([['i'], ['s'], ['d'], ['t']], [['i'], ['t']]),
        (lines, options, lineEnd, isEnded, wanted) => {
          const data = lines.join(lineEnd) + (isEnded ? lineEnd : '');
          // Where there may be comments every record is read by itself.
          const slow = read(data, {columns, wanted, options: {...options, 'allow-comments': 'true'}});
          expect(read(data, {columns, wanted, options})).toEqual(slow);
          expect(read(data, {columns, wanted, options, chunk: 100})).toEqual(slow);
        },
      ),
      {numRuns: 800},
    );
  });
  test('numbers read as JavaScript reads them', () => {
    fc.assert(
      fc.property(
        fc.double({noNaN: true, noDefaultInfinity: true}),
        fc.bigInt({min: -(2n ** 63n), max: 2n ** 63n - 1n}),
        (double, integer) => {
          const columns = [
            {name: 'd', type: doubleType},
            {name: 'i', type: bigintType},
          ];
          expect(read(`${Object.is(double, -0) ? '-0' : double},${integer}\n`, {columns}).rows).toEqual([[double, integer]]);
        },
      ),
      {numRuns: 500},
    );
  });
});

import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {bigintType, booleanType, type Column, doubleType, intType, type SqlType, stringType} from '../../types/sql-type.ts';
import type {Value} from '../../types/value.ts';
import {memory, TestWriter, type Writing} from '../write-for-tests.ts';
import {jsonEncoder} from './encode.ts';

const writerOf = (writing: Writing): TestWriter => new TestWriter(jsonEncoder, writing);
const of = (type: SqlType): readonly Column[] => [{name: 'x', type}];
/** The text of one value. */
function written(type: SqlType, value: Value, options: Readonly<Record<string, string>> = {}): string {
  return writerOf({columns: of(type), options})
    .write([[value]])
    .slice('{"x":'.length, -'}\n'.length);
}
function linesOf(text: string): readonly unknown[] {
  if (text === '') return [];
  expect(text.endsWith('\n')).toBe(true);
  return text
    .slice(0, -1)
    .split('\n')
    .map(line => JSON.parse(line) as unknown);
}

const decimal = (precision: number, scale: number): SqlType => ({kind: 'DECIMAL', precision, scale, nullable: true});
const timestamp = (precision: number): SqlType => ({kind: 'TIMESTAMP', precision, nullable: true});
const instant = (precision: number): SqlType => ({kind: 'TIMESTAMP_LTZ', precision, nullable: true});
const time: SqlType = {kind: 'TIME', precision: 3, nullable: true};
const date: SqlType = {kind: 'DATE', nullable: true};
const float: SqlType = {kind: 'FLOAT', nullable: true};

describe('values', () => {
  const cases: readonly [SqlType, Value, string][] = [
    [intType, 0, '0'],
    [intType, -2147483648, '-2147483648'],
    [bigintType, 9007199254740991n, '9007199254740991'],
    [bigintType, 9223372036854775807n, '9223372036854775807'],
    [bigintType, -9223372036854775808n, '-9223372036854775808'],
    [bigintType, 100000000n, '100000000'],
    [bigintType, 99999999n, '99999999'],
    [doubleType, 0, '0.0'],
    [doubleType, -0, '-0.0'],
    [doubleType, 5, '5.0'],
    [doubleType, 0.1, '0.1'],
    [doubleType, 0.1 + 0.2, '0.30000000000000004'],
    [doubleType, -12.345, '-12.345'],
    [doubleType, 1e-7, '0.0000001'],
    [doubleType, 1.5e-9, '1.5e-9'],
    [doubleType, 999999999999999, '999999999999999.0'],
    [doubleType, 1e15, '1000000000000000.0'],
    [doubleType, 1e21, '1e+21'],
    [doubleType, 1e300, '1e+300'],
    [doubleType, 5e-324, '5e-324'],
    [doubleType, NaN, '"NaN"'],
    [doubleType, -Infinity, '"-Infinity"'],
    [float, Math.fround(0.1), '0.1'],
    [float, Math.fround(16777216), '16777216.0'],
    [float, Math.fround(3.4e38), '3.4e+38'],
    [booleanType, true, 'true'],
    [booleanType, false, 'false'],
    [decimal(10, 2), 1234n, '12.34'],
    [decimal(10, 2), -5n, '-0.05'],
    [decimal(10, 0), 42n, '42'],
    [decimal(38, 20), 1n, '0.00000000000000000001'],
    [decimal(38, 2), 10n ** 30n, '10000000000000000000000000000.00'],
    [date, 0, '"1970-01-01"'],
    [date, -719528, '"0000-01-01"'],
    [date, 2932896, '"9999-12-31"'],
    [date, 11016, '"2000-02-29"'],
    [time, 86399999, '"23:59:59.999"'],
    [time, 3600000, '"01:00:00"'],
    [timestamp(3), 1602288000120, '"2020-10-10 00:00:00.12"'],
    [timestamp(3), -1, '"1969-12-31 23:59:59.999"'],
    [timestamp(0), 1602288000000, '"2020-10-10 00:00:00"'],
    [timestamp(6), 1602288000123456n, '"2020-10-10 00:00:00.123456"'],
    [timestamp(6), 8999999999999999n, '"2255-03-14 15:59:59.999999"'],
    [timestamp(9), 1602288000123456789n, '"2020-10-10 00:00:00.123456789"'],
    [timestamp(9), 8999999999999999n, '"1970-04-15 03:59:59.999999999"'],
    [instant(3), 1602288000000, '"2020-10-10 00:00:00Z"'],
    [stringType, '', '""'],
    [stringType, 'a"b\\c\n\r\t\b\f\u0001\u001f\u007f', '"a\\"b\\\\c\\n\\r\\t\\b\\f\\u0001\\u001f\u007f"'],
    [stringType, '</script>\u2028𝄞', '"</script>\u2028𝄞"'],
    [{kind: 'VARBINARY', length: 9, nullable: true}, new Uint8Array([107, 3, 11]), '"awML"'],
    [{kind: 'ARRAY', element: intType, nullable: true}, [1, null, 3], '[1,null,3]'],
    [{kind: 'ROW', fields: [{name: 'a"', type: stringType}], nullable: true}, ['q"'], '{"a\\"":"q\\""}'],
    [{kind: 'INTERVAL', unit: 'milliseconds', nullable: true}, 1500, '1500'],
  ];
  test.each(cases)('%o: %o is %s', (type, value, text) => {
    expect(written(type, value)).toBe(text);
    expect(written(type, null)).toBe('null');
  });
  test('timestamps by the ISO standard', () => {
    const options = {'timestamp-format.standard': 'ISO-8601'};
    expect(written(timestamp(3), 1602288000120, options)).toBe('"2020-10-10T00:00:00.12"');
    expect(written(instant(9), 1602288000123456789n, options)).toBe('"2020-10-10T00:00:00.123456789Z"');
  });
  test('JSON inside a row stays on its line', () => {
    const type: SqlType = {kind: 'ARRAY', element: intType, nullable: true};
    const writer = writerOf({columns: of(type)});
    const pointer = memory.writeText('[1,\n\t2,\r\n3]');
    const [vector] = writer.batch.vectors;
    vector?.ranges.set([pointer, memory.textLength]);
    writer.batch.count = 1;
    const pieces: string[] = [];
    const encoder = jsonEncoder({memory, columns: of(type), options: new Map(), timeZone: 'UTC', kinds: false}, writer.batch);
    encoder.encode(writer.batch, bytes => pieces.push(Buffer.from(bytes).toString()));
    expect(pieces.join('')).toBe('{"x":[1,  2,  3]}\n');
  });
});

describe('rows', () => {
  const columns: readonly Column[] = [
    {name: 'id', type: bigintType},
    {name: 'name', type: stringType},
    {name: 'price', type: doubleType},
  ];
  test('none', () => {
    expect(writerOf({columns}).write([])).toBe('');
  });
  test('selected ones only, in the order of the selection', () => {
    const rows = [0n, 1n, 2n, 3n].map(id => [id, `n${id}`, Number(id) + 0.5]);
    expect(linesOf(writerOf({columns}).write(rows, [3, 1]))).toEqual([
      {id: 3, name: 'n3', price: 3.5},
      {id: 1, name: 'n1', price: 1.5},
    ]);
  });
  test('a full batch, several times, in pieces', () => {
    const writer = writerOf({columns});
    const rows = Array.from({length: 2048}, (_, row) => [BigInt(row), `name ${row} ${'x'.repeat(row % 200)}`, row / 4]);
    for (let round = 0; round < 2; round++) {
      expect(linesOf(writer.write(rows))).toEqual(rows.map(([id, name, price]) => ({id: Number(id), name, price})));
    }
    expect(writer.pieces).toBeGreaterThan(2);
  });
  test('rows larger than the output region', () => {
    const writer = writerOf({columns});
    const rows = ['y', '"', '\\\u0001é'].map((part, row) => [BigInt(row), part.repeat(300_000), row]);
    expect(linesOf(writer.write(rows))).toEqual(rows.map(([id, name, price]) => ({id: Number(id), name, price})));
    expect(writer.largest).toBeLessThan(140_000);
  });
  test('values of JavaScript larger than the output region', () => {
    const bytes = new Uint8Array(300_000).fill(7);
    const text = writerOf({columns: of({kind: 'VARBINARY', length: 1e6, nullable: true})}).write([[bytes], [bytes]]);
    expect(linesOf(text)).toEqual([{x: Buffer.from(bytes).toString('base64')}, {x: Buffer.from(bytes).toString('base64')}]);
  });
  test('change kinds come first', () => {
    const writer = writerOf({columns: of(intType), kinds: true});
    writer.batch.kinds?.set([0, 1, 2, 3]);
    expect(writer.write([[1], [2], [3], [4]], [3, 2, 1, 0])).toBe(
      '{"op":"-D","x":4}\n{"op":"+U","x":3}\n{"op":"-U","x":2}\n{"op":"+I","x":1}\n',
    );
  });
  test('no columns', () => {
    expect(writerOf({columns: []}).write([[], []])).toBe('{}\n{}\n');
  });
  test('encode.ignore-null-fields', () => {
    const options = {'encode.ignore-null-fields': 'true'};
    const writer = writerOf({columns, options});
    const rows = [
      [1n, null, 2.5],
      [null, 'a', null],
      [null, null, null],
      [null, null, 1],
    ];
    expect(writer.write(rows)).toBe('{"id":1,"price":2.5}\n{"name":"a"}\n{}\n{"price":1.0}\n');
    const changes = writerOf({columns, options, kinds: true});
    changes.batch.kinds?.fill(0);
    expect(changes.write([[null, null, null]])).toBe('{"op":"+I"}\n');
  });
  test('names cannot break out of their quotes', () => {
    const names = ['"', '\\', '":1,"x', '\n', '__proto__', '${1}', '`', '\u2028', '', '键', 'k'.repeat(200_000)];
    const text = writerOf({columns: names.map(name => ({name, type: intType}))}).write([names.map((_, index) => index)]);
    const parsed = JSON.parse(text, undefined) as object;
    expect(text.split('\n')).toHaveLength(2);
    expect(new Map(Object.entries(parsed))).toEqual(new Map(names.map((name, index) => [name, index])));
  });
});

describe('any value', () => {
  const text = fc.oneof(
    fc.string({unit: 'grapheme', maxLength: 60}),
    fc.string({unit: fc.constantFrom('"', '\\', '\n', '\u0000', 'a', 'é', '\u007f'), maxLength: 60}),
  );
  test('reads back through JSON.parse', () => {
    const columns: readonly Column[] = [
      {name: 'a', type: stringType},
      {name: 'b', type: doubleType},
      {name: 'c', type: intType},
      {name: 'd', type: booleanType},
      {name: 'e', type: stringType},
    ];
    const nullable = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, {freq: 8});
    const double = fc.oneof(
      fc.double({noNaN: true, noDefaultInfinity: true}),
      fc.integer({min: -1e9, max: 1e9}).map(cents => cents / 100),
      fc.tuple(fc.integer(), fc.integer({min: -20, max: 20})).map(([digits, exponent]) => Number(`${digits}e${exponent}`)),
    );
    const row = fc.tuple(nullable(text), nullable(double), nullable(fc.integer()), nullable(fc.boolean()), nullable(text));
    const writer = writerOf({columns});
    fc.assert(
      fc.property(fc.array(row, {maxLength: 30}), rows => {
        const expected = rows.map(([a, b, c, d, e]) => ({
          a: a === null ? null : Buffer.from(a).toString(),
          b,
          c,
          d,
          e: e === null ? null : Buffer.from(e).toString(),
        }));
        expect(linesOf(writer.write(rows))).toEqual(expected);
      }),
      {numRuns: 400},
    );
  });
  test('doubles are written with the fewest digits', () => {
    const writer = writerOf({columns: of(doubleType)});
    const digitsOf = (number: string): string =>
      number
        .replace(/e.*$/, '')
        .replace(/[-.]/g, '')
        .replace(/^0+|0+$/g, '');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({min: 1, max: 999_999_999}), fc.integer({min: -18, max: 18})), {minLength: 1, maxLength: 100}),
        pairs => {
          const values = pairs.map(([digits, exponent]) => Number(`${digits}e${exponent}`));
          const texts = writer
            .write(values.map(value => [value]))
            .split('\n')
            .slice(0, -1)
            .map(line => line.slice(5, -1));
          expect(texts.map(Number)).toEqual(values);
          expect(texts.map(digitsOf)).toEqual(values.map(value => digitsOf(String(value))));
        },
      ),
      {numRuns: 200},
    );
  });
  test('floats read back as the same float', () => {
    const writer = writerOf({columns: of(float)});
    fc.assert(
      fc.property(fc.array(fc.float({noNaN: true, noDefaultInfinity: true}), {minLength: 1}), values => {
        const texts = writer
          .write(values.map(value => [value]))
          .split('\n')
          .slice(0, -1)
          .map(line => line.slice(5, -1));
        expect(texts.map(text => Math.fround(Number(text)))).toEqual(values);
        expect(
          Math.max(
            ...texts.map(
              text =>
                text
                  .replace(/e.*$/, '')
                  .replace(/[-.]/g, '')
                  .replace(/^0+|0+$/g, '').length,
            ),
          ),
        ).toBeLessThanOrEqual(9);
      }),
      {numRuns: 200},
    );
  });
  test('integers and decimals keep every digit', () => {
    const columns: readonly Column[] = [
      {name: 'i', type: bigintType},
      {name: 'd', type: decimal(38, 5)},
      {name: 's', type: decimal(16, 16)},
    ];
    const writer = writerOf({columns});
    const small = fc.bigInt({min: -(10n ** 16n) + 1n, max: 10n ** 16n - 1n});
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.bigInt({min: -(2n ** 63n), max: 2n ** 63n - 1n}),
            fc.oneof(small, fc.bigInt({min: -(10n ** 38n), max: 10n ** 38n})),
            small,
          ),
        ),
        rows => {
          const texts = writer.write(rows).split('\n').slice(0, -1);
          const expected = rows.map(([i, d, s]) => `{"i":${i},"d":${plain(d, 5)},"s":${plain(s, 16)}}`);
          expect(texts).toEqual(expected);
        },
      ),
      {numRuns: 200},
    );
    function plain(unscaled: bigint, scale: number): string {
      const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
      return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
    }
  });
  test('times read back as Date reads them', () => {
    const writer = writerOf({
      columns: [
        {name: 't', type: instant(3)},
        {name: 'd', type: date},
      ],
    });
    fc.assert(
      fc.property(fc.array(fc.integer({min: -62_167_219_200_000, max: 253_402_300_799_999})), times => {
        const rows = linesOf(writer.write(times.map(millis => [millis, Math.floor(millis / 86_400_000)]))) as {t: string; d: string}[];
        expect(rows.map(({t}) => Date.parse(t.replace(' ', 'T')))).toEqual(times);
        expect(rows.map(({d}) => Date.parse(`${d}T00:00:00Z`))).toEqual(times.map(millis => Math.floor(millis / 86_400_000) * 86_400_000));
      }),
      {numRuns: 200},
    );
  });
});

import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {type SqlType, maxLength} from '../../types/sql-type.ts';
import {type Options, decodeLines, decodeMessage, types} from './fixtures/decoded.ts';

const nullable = <T extends object>(type: T) => ({...type, nullable: true}) as T & {nullable: true};
const decimal = (precision: number, scale: number): SqlType => nullable({kind: 'DECIMAL', precision, scale});
const timestamp = (precision: number): SqlType => nullable({kind: 'TIMESTAMP', precision});
const instant = (precision: number): SqlType => nullable({kind: 'TIMESTAMP_LTZ', precision});

/** One field `v`, read as a type: its value, or the reason why there is no row. */
function one(json: string, type: SqlType, options: Options = {}): unknown {
  const {rows, rejects} = decodeMessage(`{"v":${json}}`, {v: type}, options);
  expect(rows.length + rejects.length).toBe(1);
  return rows.length === 1 ? rows[0]?.[0] : rejects[0]?.reason;
}

describe('types', () => {
  const unreadable = (text: string, type: string) => `field "v": cannot read ${text} as ${type}`;
  test.each<[string, SqlType, unknown]>([
    ['1', types.BOOLEAN, false],
    ['"TRUE "', types.BOOLEAN, true],
    ['"\\u0074rue"', types.BOOLEAN, true],
    ['127', nullable({kind: 'TINYINT'}), 127],
    ['128', nullable({kind: 'TINYINT'}), unreadable('128', 'TINYINT')],
    ['-32768', nullable({kind: 'SMALLINT'}), -32768],
    ['2147483648', types.INT, unreadable('2147483648', 'INT')],
    ['-2147483648', types.INT, -2147483648],
    ['" 12 "', types.INT, 12],
    ['"1.5"', types.INT, unreadable('"1.5"', 'INT')],
    ['-1.99', types.INT, -1],
    ['1e3', types.INT, 1000],
    ['-0', types.INT, 0],
    ['true', types.INT, unreadable('true', 'INT')],
    ['9007199254740993', types.BIGINT, 9007199254740993n],
    ['-9223372036854775808', types.BIGINT, -9223372036854775808n],
    ['9223372036854775808', types.BIGINT, unreadable('9223372036854775808', 'BIGINT')],
    ['12345678901.9', types.BIGINT, 12345678901n],
    ['"abc"', types.BIGINT, unreadable('"abc"', 'BIGINT')],
    ['{"x":1}', types.BIGINT, unreadable('{"x":1}', 'BIGINT')],
    ['1.1', types.DOUBLE, 1.1],
    ['-0', types.DOUBLE, -0],
    ['-0.0', types.DOUBLE, -0],
    ['0.1234567890123456789', types.DOUBLE, Number('0.1234567890123456789')],
    ['5e-324', types.DOUBLE, 5e-324],
    ['"Infinity"', types.DOUBLE, Infinity],
    ['1e400', types.DOUBLE, unreadable('1e400', 'DOUBLE')],
    ['1e-400', types.DOUBLE, 0],
    ['3.4e38', nullable({kind: 'FLOAT'}), Math.fround(3.4e38)],
    ['0.1', nullable({kind: 'FLOAT'}), Math.fround(0.1)],
    ['1e39', nullable({kind: 'FLOAT'}), unreadable('1e39', 'FLOAT')],
    ['1.005', decimal(10, 2), 101n],
    ['-1.005', decimal(10, 2), -101n],
    ['"1.5"', decimal(10, 2), 150n],
    ['99999999.994', decimal(10, 2), 9999999999n],
    ['99999999.995', decimal(10, 2), unreadable('99999999.995', 'DECIMAL(10, 2)')],
    ['100', decimal(4, 2), unreadable('100', 'DECIMAL(4, 2)')],
    ['1e2', decimal(10, 2), 10000n],
    ['0.005', decimal(10, 2), 1n],
    ['123456789012345678901234567890.12', decimal(38, 2), 12345678901234567890123456789012n],
    ['90071992547409.93', decimal(20, 2), 9007199254740993n],
    ['1e-999999999999', decimal(10, 2), 0n],
    ['12', types.STRING, '12'],
    ['1.50', types.STRING, '1.50'],
    ['false', types.STRING, 'false'],
    ['{"x": [1, "a b"]}', types.STRING, '{"x":[1,"a b"]}'],
    ['"\\ud83d\\ude00\\ud83d"', types.STRING, '😀\ufffd'],
    ['"aGk="', nullable({kind: 'VARBINARY', length: maxLength}), new Uint8Array([104, 105])],
    ['"a*k="', nullable({kind: 'VARBINARY', length: maxLength}), unreadable('"a*k="', 'BYTES')],
    ['"2024-02-29"', types.DATE, 19782],
    ['"1969-12-31"', types.DATE, -1],
    ['"2023-02-29"', types.DATE, unreadable('"2023-02-29"', 'DATE')],
    ['"2024-13-01"', types.DATE, unreadable('"2024-13-01"', 'DATE')],
    ['20191112', types.DATE, unreadable('20191112', 'DATE')],
    ['"23:59:59"', nullable({kind: 'TIME', precision: 0}), 86399000],
    ['"23:59:59.987"', nullable({kind: 'TIME', precision: 1}), 86399900],
    ['"24:00:00"', nullable({kind: 'TIME', precision: 0}), unreadable('"24:00:00"', 'TIME(0)')],
    ['{"a":1}', nullable({kind: 'MAP', key: types.STRING, value: types.INT}), new Map([['a', 1]])],
    ['[1,"2",null]', nullable({kind: 'ARRAY', element: types.INT}), [1, 2, null]],
    ['[1,"x"]', nullable({kind: 'ARRAY', element: types.INT}), unreadable('[1,"x"]', 'ARRAY<INT>')],
    ['7', nullable({kind: 'ARRAY', element: types.INT}), unreadable('7', 'ARRAY<INT>')],
    ['5', nullable({kind: 'INTERVAL', unit: 'milliseconds'}), 5],
    ['null', types.INT, null],
  ])('%s as %o', (json, type, expected) => {
    expect(one(json, type)).toEqual(expected);
    // Behind a record of the same shape the value is read by a template.
    const behind = decodeLines(`{"v":null}\n{"v":${json}}\n{"v":${json}}`, {v: type});
    const row = behind.rejects.length > 0 ? behind.rejects[0]?.reason : behind.rows[1]?.[0];
    expect(row).toEqual(expected);
  });

  test('DOUBLE agrees with Number, whatever the digits', () => {
    const text = fc.oneof(
      fc.bigInt({min: -(2n ** 63n), max: 2n ** 63n - 1n}).map(String),
      fc
        .tuple(fc.bigInt({min: 0n, max: 10n ** 19n}), fc.nat(18))
        .map(
          ([digits, places]) => `${digits / 10n ** BigInt(places)}.${String(digits % 10n ** BigInt(places)).padStart(places, '0') || '0'}`,
        ),
      fc.double({noNaN: true, noDefaultInfinity: true}).map(value => JSON.stringify(value)),
      fc.tuple(fc.integer({min: 1, max: 1 << 30}), fc.integer({min: -60, max: 60})).map(([digits, power]) => `${digits}e${power}`),
    );
    fc.assert(
      fc.property(fc.array(text, {minLength: 1, maxLength: 40}), numbers => {
        const {rows} = decodeLines(numbers.map(number => `{"v":${number}}`).join('\n'), {v: types.DOUBLE});
        expect(rows).toEqual(numbers.map(number => [Number(number)]));
      }),
      {numRuns: 500},
    );
  });
});

describe('times', () => {
  const standard = (name: string, timeZone = 'UTC'): Options => ({options: {'timestamp-format.standard': name}, timeZone});
  const noon = Date.UTC(2020, 9, 10, 12, 30, 15);
  test.each<[string, SqlType, Options, unknown]>([
    ['"2020-10-10 12:30:15.123"', timestamp(3), standard('SQL'), noon + 123],
    ['"2020-10-10 12:30:15.987654321"', timestamp(3), standard('SQL'), noon + 987],
    ['"2020-10-10 12:30:15.987"', timestamp(0), standard('SQL'), noon],
    ['"2020-10-10 12:30:15.9"', timestamp(6), standard('SQL'), BigInt(noon) * 1000n + 900_000n],
    ['"2020-10-10 12:30:15.123456789"', timestamp(9), standard('SQL'), BigInt(noon) * 1_000_000n + 123_456_789n],
    ['"1969-12-31 23:59:59.5"', timestamp(3), standard('SQL'), -500],
    ['"2020\\u002d10-10 12:30:15"', timestamp(3), standard('SQL'), noon],
    ['"2020-10-10T12:30:15.123"', timestamp(3), standard('ISO-8601'), noon + 123],
    ['"2020-10-10T12:30"', timestamp(3), standard('ISO-8601'), noon - 15_000],
    ['"2020-10-10T12:30:15Z"', instant(3), standard('ISO-8601'), noon],
    ['"2020-10-10T12:30:15.5+02:00"', instant(3), standard('ISO-8601'), noon - 7_200_000 + 500],
    ['"2020-10-10T12:30:15-0330"', instant(3), standard('ISO-8601'), noon + 12_600_000],
    ['"2020-10-10T12:30:15"', instant(3), standard('ISO-8601'), noon],
    ['"2020-10-10 12:30:15"', instant(3), standard('SQL', 'Europe/Berlin'), noon - 7_200_000],
    ['"2020-10-10 12:30:15Z"', instant(3), standard('SQL', 'Europe/Berlin'), noon],
    ['"2020-10-10 12:30:15Z"', instant(6), standard('SQL'), BigInt(noon) * 1000n],
    [
      '"2020-10-10T12:30:15"',
      timestamp(3),
      standard('SQL'),
      `field "v": cannot read "2020-10-10T12:30:15" as TIMESTAMP(3) (it would fit 'timestamp-format.standard' = 'ISO-8601')`,
    ],
    ['"2020-10-10 12:30:15Z"', timestamp(3), standard('SQL'), 'field "v": cannot read "2020-10-10 12:30:15Z" as TIMESTAMP(3)'],
    ['"2020-02-30 12:30:15"', timestamp(3), standard('SQL'), 'field "v": cannot read "2020-02-30 12:30:15" as TIMESTAMP(3)'],
    ['"2020-10-10 24:00:00"', timestamp(3), standard('SQL'), 'field "v": cannot read "2020-10-10 24:00:00" as TIMESTAMP(3)'],
    ['1602333015', timestamp(3), standard('SQL'), 'field "v": cannot read 1602333015 as TIMESTAMP(3)'],
  ])('%s as %o', (json, type, options, expected) => {
    expect(one(json, type, options)).toEqual(expected);
  });

  test('every day of some years', () => {
    const days = Array.from(
      {length: 366 * 30},
      (_, index) => Date.UTC(1995, 0, 1) + index * 86_400_000 + (index % 86_400) * 1000 + (index % 1000),
    );
    const lines = days.map(ms =>
      JSON.stringify({t: new Date(ms).toISOString().replace('T', ' ').replace('Z', ''), d: new Date(ms).toISOString().slice(0, 10)}),
    );
    expect(decodeLines(lines.join('\n'), {t: timestamp(3), d: types.DATE}).rows).toEqual(days.map(ms => [ms, Math.floor(ms / 86_400_000)]));
  });
});

test('a long value is shortened in the reason, a short one is not', () => {
  expect(one(`"${'x'.repeat(100)}"`, types.BIGINT)).toBe(`field "v": cannot read "${'x'.repeat(59)}… as BIGINT`);
  expect(one(`"${'😀'.repeat(100)}"`, types.BIGINT)).toBe(`field "v": cannot read "${'😀'.repeat(29)}… as BIGINT`);
});

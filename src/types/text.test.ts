import {describe, expect, test} from 'vitest';
import {doubleText, floatText} from './number-text.ts';
import {fieldText, rowText} from './row-text.ts';
import type {SqlType} from './sql-type.ts';
import {intType, stringType} from './sql-type.ts';
import {valueText} from './text.ts';
import {typeText} from './type-text.ts';
import type {Value} from './value.ts';

test.each([
  [0, '0.0'],
  [-0, '0.0'],
  [1, '1.0'],
  [-1.5, '-1.5'],
  [0.001, '0.001'],
  [0.0001, '1.0E-4'],
  [1234567, '1234567.0'],
  [9999999, '9999999.0'],
  [10000000, '1.0E7'],
  [1.2345e-7, '1.2345E-7'],
  [1e21, '1.0E21'],
  [1.7976931348623157e308, '1.7976931348623157E308'],
  [5e-324, '5.0E-324'],
  [Number.NaN, 'NaN'],
  [-Infinity, '-Infinity'],
])('the double %s is %s', (value, text) => {
  expect(doubleText(value)).toBe(text);
});

test.each([
  [Math.fround(0.1), '0.1'],
  [Math.fround(123.456), '123.456'],
  [Math.fround(3.4028235e38), '3.4028235E38'],
  [16777216, '1.6777216E7'],
])('the float %s is %s', (value, text) => {
  expect(floatText(value)).toBe(text);
});

const timestamp = (precision: number): SqlType => ({kind: 'TIMESTAMP', precision, nullable: true});
const instant = (precision: number): SqlType => ({kind: 'TIMESTAMP_LTZ', precision, nullable: true});
const row: SqlType = {
  kind: 'ROW',
  fields: [
    {name: 'a', type: intType},
    {name: 'b', type: stringType},
  ],
  nullable: true,
};
const map: SqlType = {kind: 'MAP', key: stringType, value: intType, nullable: true};
const array: SqlType = {kind: 'ARRAY', element: intType, nullable: true};
const noon = Date.UTC(2020, 9, 10, 12);

const texts: readonly [type: SqlType, value: Value, cast: string, field: string][] = [
  [{kind: 'BOOLEAN', nullable: true}, true, 'TRUE', 'true'],
  [{kind: 'BIGINT', nullable: true}, 9223372036854775807n, '9223372036854775807', '9223372036854775807'],
  [{kind: 'DECIMAL', precision: 10, scale: 2, nullable: true}, -110n, '-1.10', '-1.10'],
  [{kind: 'DECIMAL', precision: 10, scale: 8, nullable: true}, 0n, '0.00000000', '0E-8'],
  [{kind: 'VARBINARY', length: 3, nullable: true}, new Uint8Array([104, 105, 255]), 'hi\ufffd', '[104, 105, -1]'],
  [{kind: 'DATE', nullable: true}, -1, '1969-12-31', '1969-12-31'],
  [{kind: 'TIME', precision: 0, nullable: true}, 45_240_000, '12:34:00', '12:34'],
  [{kind: 'TIME', precision: 3, nullable: true}, 45_296_700, '12:34:56.700', '12:34:56.700'],
  [timestamp(3), noon, '2020-10-10 12:00:00.000', '2020-10-10T12:00'],
  [timestamp(6), BigInt(noon) * 1000n + 1n, '2020-10-10 12:00:00.000001', '2020-10-10T12:00:00.000001'],
  [timestamp(9), BigInt(noon) * 1_000_000n + 123_456_700n, '2020-10-10 12:00:00.123456700', '2020-10-10T12:00:00.123456700'],
  [instant(3), noon, '2020-10-10 20:00:00.000', '2020-10-10T12:00:00Z'],
  [{kind: 'INTERVAL', unit: 'months', nullable: true}, -14, '-1-02', 'P-1Y-2M'],
  [{kind: 'INTERVAL', unit: 'milliseconds', nullable: true}, 90_061_500, '+1 01:01:01.500', 'PT25H1M1.5S'],
  [array, [1, null, 3], '[1, NULL, 3]', '[1, null, 3]'],
  [
    map,
    new Map<Value, Value>([
      ['a', 1],
      ['b', null],
    ]),
    '{a=1, b=NULL}',
    '{a=1, b=null}',
  ],
  [row, [1, 'foo'], '(1, foo)', '+I[1, foo]'],
];

describe('texts of values', () => {
  test.each(texts)('%o %o', (type, value, cast, field) => {
    expect(valueText(value, type, 'Asia/Shanghai')).toBe(cast);
    expect(fieldText(value, type, 'Asia/Shanghai')).toBe(field);
  });
});

test('rows', () => {
  const columns = [
    {name: 'a', type: stringType},
    {name: 'b', type: intType},
    {name: 't', type: timestamp(3)},
  ];
  const values = ['a', null, Date.UTC(2020, 9, 10)];
  expect(rowText(0, values, columns, 'UTC')).toBe('+I[a, null, 2020-10-10T00:00]');
  expect(rowText(3, values, columns, 'UTC')).toBe('-D[a, null, 2020-10-10T00:00]');
  expect(rowText(null, values, columns, 'UTC')).toBe('[a, null, 2020-10-10T00:00]');
});

test.each<[SqlType, string]>([
  [{kind: 'DECIMAL', precision: 10, scale: 2, nullable: true}, 'DECIMAL(10, 2)'],
  [{kind: 'INT', nullable: false}, 'INT NOT NULL'],
  [stringType, 'STRING'],
  [{kind: 'VARCHAR', length: 5, nullable: false}, 'VARCHAR(5) NOT NULL'],
  [instant(3), 'TIMESTAMP_LTZ(3)'],
  [row, 'ROW<`a` INT, `b` STRING>'],
  [{kind: 'ROW', fields: [{name: 'a`b', type: intType}], nullable: true}, 'ROW<`a``b` INT>'],
  [{kind: 'MAP', key: stringType, value: array, nullable: true}, 'MAP<STRING, ARRAY<INT>>'],
])('the type %o is %s', (type, text) => {
  expect(typeText(type)).toBe(text);
});

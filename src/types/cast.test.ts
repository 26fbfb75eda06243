import {describe, expect, test} from 'vitest';
import {type Castability, castability, castAdvice, castValue} from './cast.ts';
import {commonType} from './common-type.ts';
import {bigintType, booleanType, doubleType, intType, type SqlType, stringType} from './sql-type.ts';
import {typeText} from './type-text.ts';
import type {Value} from './value.ts';

const tinyint: SqlType = {kind: 'TINYINT', nullable: true};
const smallint: SqlType = {kind: 'SMALLINT', nullable: true};
const float: SqlType = {kind: 'FLOAT', nullable: true};
const date: SqlType = {kind: 'DATE', nullable: true};
const bytes: SqlType = {kind: 'VARBINARY', length: 2147483647, nullable: true};
const binary2: SqlType = {kind: 'BINARY', length: 2, nullable: true};
const decimal = (precision: number, scale: number): SqlType => ({kind: 'DECIMAL', precision, scale, nullable: true});
const char = (length: number): SqlType => ({kind: 'CHAR', length, nullable: true});
const varchar = (length: number): SqlType => ({kind: 'VARCHAR', length, nullable: true});
const time = (precision: number): SqlType => ({kind: 'TIME', precision, nullable: true});
const timestamp = (precision: number): SqlType => ({kind: 'TIMESTAMP', precision, nullable: true});
const instant = (precision: number): SqlType => ({kind: 'TIMESTAMP_LTZ', precision, nullable: true});
const array = (element: SqlType): SqlType => ({kind: 'ARRAY', element, nullable: true});
const row = (...types: readonly SqlType[]): SqlType => ({
  kind: 'ROW',
  fields: types.map((type, index) => ({name: `f${index}`, type})),
  nullable: true,
});
const nothing: SqlType = {kind: 'NULL', nullable: true};

describe('castability', () => {
  test.each<[SqlType, SqlType, Castability]>([
    [intType, {...intType, nullable: false}, 'same'],
    [tinyint, intType, 'implicit'],
    [intType, tinyint, 'explicit'],
    [intType, doubleType, 'implicit'],
    [doubleType, intType, 'explicit'],
    [intType, decimal(5, 2), 'implicit'],
    [intType, stringType, 'explicit'],
    [char(3), stringType, 'implicit'],
    [stringType, char(3), 'explicit'],
    [stringType, intType, 'explicit'],
    [booleanType, intType, 'explicit'],
    [intType, booleanType, 'explicit'],
    [doubleType, booleanType, 'none'],
    [timestamp(3), date, 'implicit'],
    [timestamp(3), instant(3), 'implicit'],
    [instant(3), timestamp(3), 'implicit'],
    [date, time(0), 'none'],
    [intType, timestamp(3), 'none'],
    [timestamp(3), bigintType, 'none'],
    [intType, bytes, 'none'],
    [stringType, bytes, 'explicit'],
    [nothing, intType, 'implicit'],
    [array(intType), array(bigintType), 'implicit'],
    [array(stringType), array(intType), 'explicit'],
    [array(intType), intType, 'none'],
    [row(intType, stringType), row(stringType, stringType), 'explicit'],
    [row(intType), row(intType, intType), 'none'],
    [row(intType), stringType, 'explicit'],
  ])('%o to %o is %s', (from, to, expected) => {
    expect(castability(from, to)).toBe(expected);
  });
  test('a refused cast of numbers and times says what to write', () => {
    expect(castAdvice(intType, timestamp(3))).toContain('TO_TIMESTAMP');
    expect(castAdvice(instant(3), bigintType)).toContain('UNIX_TIMESTAMP');
    expect(castAdvice(intType, bytes)).toBeUndefined();
  });
});

const millis = (text: string): number => Date.parse(`${text}Z`);

describe('castValue', () => {
  test.each<[Value, SqlType, SqlType, Value]>([
    [null, intType, stringType, null],
    ['  12 ', stringType, intType, 12],
    ['1.99', stringType, intType, 1],
    ['9223372036854775807', stringType, bigintType, 9223372036854775807n],
    [12345678901n, bigintType, intType, -539222987],
    [1234567, intType, smallint, -10617],
    [9234567891.12345, doubleType, intType, 2147483647],
    [123456.78, doubleType, smallint, -7616],
    [Number.NaN, doubleType, bigintType, 0n],
    [1e30, doubleType, bigintType, 9223372036854775807n],
    [327691344313487n, decimal(20, 2), intType, -146603714],
    [987n, decimal(4, 2), intType, 9],
    [true, booleanType, intType, 1],
    [12345, intType, decimal(8, 4), null],
    [42, intType, decimal(5, 3), 42_000n],
    [3.123456, doubleType, decimal(8, 4), 31_235n],
    ['1.2', stringType, decimal(5, 3), 1200n],
    [' yes ', stringType, booleanType, true],
    ['F', stringType, booleanType, false],
    [-5, intType, booleanType, true],
    [true, booleanType, stringType, 'TRUE'],
    [1.5, doubleType, stringType, '1.5'],
    ['foobar', stringType, varchar(3), 'foo'],
    ['foo', stringType, char(5), 'foo  '],
    ['😀😀😀', stringType, varchar(2), '😀😀'],
    ['NaN', stringType, doubleType, Number.NaN],
    ['0.1', stringType, float, Math.fround(0.1)],
    ['a', stringType, binary2, new Uint8Array([97, 0])],
    [new Uint8Array([1, 2, 3]), bytes, binary2, new Uint8Array([1, 2])],
    ['2021-09-27 12:00:00', stringType, date, Date.parse('2021-09-27') / 86_400_000],
    ['2021-09-27', stringType, timestamp(3), millis('2021-09-27T00:00:00')],
    ['2021-09-27 12:34:56.123456789', stringType, timestamp(6), BigInt(millis('2021-09-27T12:34:56.123')) * 1000n + 456n],
    ['2021-09-27 08:00:00', stringType, instant(3), millis('2021-09-27T00:00:00')],
    [0, date, instant(3), -8 * 3_600_000],
    [millis('2021-09-24T23:54:56'), instant(3), date, Date.parse('2021-09-25') / 86_400_000],
    [millis('2021-09-24T23:54:56'), instant(3), timestamp(0), millis('2021-09-25T07:54:56')],
    [millis('2021-09-24T12:34:56.123'), timestamp(3), time(0), 45_296_000],
    [45_296_123, time(3), timestamp(3), 45_296_123],
    [[1, null], array(intType), array(stringType), ['1', null]],
    [[1, 'two'], row(intType, stringType), row(bigintType, stringType), [1n, 'two']],
    [[1, 'two'], row(intType, stringType), stringType, '(1, two)'],
  ])('%o %o to %o', (value, from, to, expected) => {
    expect(castValue(value, from, to, 'Asia/Shanghai')).toEqual(expected);
  });

  test.each<[Value, SqlType]>([
    ['abc', intType],
    ['', intType],
    ['.', intType],
    ['-130', tinyint],
    ['9223372036854775808', bigintType],
    ['1e3', intType],
    ['0x10', doubleType],
    ['12345.6789', decimal(8, 4)],
    ['maybe', booleanType],
    ['2021/09/27', date],
    ['2021-09-27T00:00:00', timestamp(3)],
    ['123:45', time(3)],
  ])('%o does not read as %o', (text, to) => {
    expect(() => castValue(text, stringType, to, 'UTC')).toThrow(`cannot cast ${JSON.stringify(text)} to ${typeText(to)}`);
  });
});

describe('commonType', () => {
  test.each<[readonly SqlType[], string | null]>([
    [[intType, bigintType], 'BIGINT'],
    [[intType, decimal(8, 4)], 'DECIMAL(14, 4)'],
    [[decimal(38, 10), decimal(38, 28)], 'DECIMAL(38, 10)'],
    [[intType, float], 'FLOAT'],
    [[decimal(5, 2), float], 'DOUBLE'],
    [
      [
        {...char(3), nullable: false},
        {...char(5), nullable: false},
      ],
      'VARCHAR(5) NOT NULL',
    ],
    [
      [
        {...char(3), nullable: false},
        {...char(3), nullable: false},
      ],
      'CHAR(3) NOT NULL',
    ],
    [[char(3), stringType], 'STRING'],
    [[timestamp(0), timestamp(3)], 'TIMESTAMP(3)'],
    [[timestamp(3), instant(0)], 'TIMESTAMP_LTZ(3)'],
    [[date, timestamp(3)], 'TIMESTAMP(3)'],
    [[nothing, {...intType, nullable: false}], 'INT'],
    [[nothing, nothing], null],
    [[intType, stringType], null],
    [[array(intType), array(bigintType)], 'ARRAY<BIGINT>'],
    [[row(intType), row(doubleType)], 'ROW<`f0` DOUBLE>'],
    [[], null],
  ])('%o', (types, expected) => {
    const common = commonType(types);
    expect(common === null ? null : typeText(common)).toBe(expected);
  });
});

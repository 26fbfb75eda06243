import avsc from 'avsc';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {bigintType, booleanType, doubleType, intType, maxLength, type SqlType, stringType, withNullable} from '../../types/sql-type.ts';
import {rowText} from '../../types/row-text.ts';
import type {Value} from '../../types/value.ts';
import {readColumns} from '../json/fixtures/type-names.ts';
import {avro} from './avro.ts';
import {deriveSchema, schemaText} from './derive.ts';
import {columnsOf, Reading, Writing} from './fixtures/messages.ts';

const bytesType: SqlType = {kind: 'VARBINARY', length: maxLength, nullable: true};
const decimal = (precision: number, scale: number): SqlType => ({kind: 'DECIMAL', precision, scale, nullable: true});
const timestamp = (precision: number): SqlType => ({kind: 'TIMESTAMP', precision, nullable: true});
const arrayOf = (element: SqlType): SqlType => ({kind: 'ARRAY', element, nullable: true});

describe('avro', () => {
  test.each(avro.examples)('$bytes', ({columns, bytes, isHex, options, row}) => {
    const wanted = readColumns(columns);
    const reading = new Reading(avro, wanted, options === undefined ? {} : {options});
    const rows = reading.rows([isHex === true ? Buffer.from(bytes.replaceAll(' ', ''), 'hex') : Buffer.from(bytes)]);
    expect(reading.rejects).toEqual([]);
    expect(rows.map(values => rowText(null, values, wanted, 'UTC'))).toEqual([row]);
  });
});

/** Of each type its edges, and what avsc makes of them. */
const values: readonly (readonly [name: string, type: SqlType, values: readonly Value[]])[] = [
  ['BOOLEAN', booleanType, [true, false]],
  ['TINYINT', {kind: 'TINYINT', nullable: true}, [-128, 0, 127]],
  ['SMALLINT', {kind: 'SMALLINT', nullable: true}, [-32768, 1, 32767]],
  ['INT', intType, [-2147483648, -65, -64, 0, 63, 64, 2147483647]],
  ['BIGINT', bigintType, [0n, -1n, 2n ** 53n, -(2n ** 53n) - 1n, 2n ** 51n + 1n, -(2n ** 51n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)]],
  ['FLOAT', {kind: 'FLOAT', nullable: true}, [0, Math.fround(0.1), Math.fround(-1e38), Number.NaN, Infinity]],
  ['DOUBLE', doubleType, [0, -0, 0.1, 1e300, Number.NaN, -Infinity]],
  ['STRING', stringType, ['', 'a', 'Ä€😀', 'quote " and \\', 'long '.repeat(40), 'ü'.repeat(300)]],
  ['BYTES', bytesType, [new Uint8Array(), new Uint8Array([0, 255, 34]), new Uint8Array(500)]],
  ['DECIMAL(10, 2)', decimal(10, 2), [0n, 1n, -1n, 127n, 128n, -128n, -129n, 9999999999n, -9999999999n]],
  ['DECIMAL(38, 10)', decimal(38, 10), [10n ** 38n - 1n, -(10n ** 38n) + 1n, 2n ** 53n]],
  ['DATE', {kind: 'DATE', nullable: true}, [0, -719162, 18545]],
  ['TIME', {kind: 'TIME', precision: 3, nullable: true}, [0, 86_399_999]],
  ['TIMESTAMP(3)', timestamp(3), [0, -1, 1602333000123]],
  ['TIMESTAMP(6)', timestamp(6), [0n, -1n, 1602333000123456n, 253402300799999999n]],
  ['TIMESTAMP_LTZ(3)', {kind: 'TIMESTAMP_LTZ', precision: 3, nullable: true}, [1602333000123]],
  ['ARRAY', arrayOf(bigintType), [[], [1n, null, 2n ** 60n]]],
  ['MAP', {kind: 'MAP', key: withNullable(stringType, false), value: decimal(5, 1), nullable: true}, [new Map(), new Map([['a', 5n]])]],
  ['MULTISET', {kind: 'MULTISET', element: withNullable(stringType, false), nullable: true}, [new Map([['a', 2]])]],
  [
    'ROW',
    {
      kind: 'ROW',
      nullable: true,
      fields: columnsOf({a: intType, b: arrayOf({kind: 'ROW', nullable: false, fields: columnsOf({c: bytesType})})}),
    },
    [
      [1, [[new Uint8Array([7])], [null]]],
      [null, null],
    ],
  ],
];

describe.each(['binary', 'json'])('every type, written and read again: %s', encoding => {
  test.each(values)('%s', (_, type, all) => {
    for (const nullable of [true, false]) {
      const columns = columnsOf({value: withNullable(type, nullable), last: intType});
      const rows = [...all, ...(nullable ? [null] : [])].map((value, index) => [value, index]);
      const messages = new Writing(avro, columns, {options: {encoding}}).messages(rows);
      const reading = new Reading(avro, columns, {options: {encoding}});
      expect(reading.rows(messages)).toEqual(rows);
      expect(reading.rejects).toEqual([]);
    }
  });
});

describe('avsc, another implementation,', () => {
  test.each(values)('writes the same bytes: %s', (_, type, all) => {
    const columns = columnsOf({value: type});
    const {schema} = deriveSchema(columns, true);
    const other = avsc.Type.forSchema(JSON.parse(schemaText(schema)) as avsc.Schema, {
      wrapUnions: true,
      typeHook: part => (part === 'long' || (part as {type?: unknown}).type === 'long' ? bigLong : undefined),
    });
    for (const message of new Writing(avro, columns).messages([...all, null].map(value => [value]))) {
      expect(other.toBuffer(other.fromBuffer(message)).equals(message)).toBe(true);
    }
  });
});

const bigLong = avsc.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: (value: number) => BigInt(value),
  toJSON: (value: bigint) => Number(value),
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
});

test('bytes that are no record are rejected, and nothing else happens', () => {
  const columns = columnsOf({
    id: bigintType,
    name: stringType,
    total: decimal(10, 2),
    at: timestamp(3),
    tags: arrayOf(stringType),
    inner: {
      kind: 'ROW',
      nullable: true,
      fields: columnsOf({x: doubleType, y: {kind: 'MAP', key: stringType, value: intType, nullable: true}}),
    },
  });
  const all = new Reading(avro, columns);
  const some = new Reading(avro, columns, {paths: [['inner.x', doubleType]]});
  const whole = new Writing(avro, columns).messages([[1n, 'abc', 5n, 0, ['a', null], [1.5, new Map([['k', 1]])]]])[0] as Buffer;
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({maxLength: 40}),
        fc.nat({max: whole.length - 1}).map(length => whole.subarray(0, length)),
      ),
      bytes => {
        all.rejects.length = 0;
        some.rejects.length = 0;
        const rows = all.rows([bytes, whole]);
        expect(rows.length + all.rejects.length).toBe(2);
        expect(rows.at(-1)?.[1]).toBe('abc');
        // What is wanted does not decide what a record is.
        expect(some.rows([bytes, whole]).length).toBe(rows.length);
      },
    ),
    {numRuns: 2000},
  );
});

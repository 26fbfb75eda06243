import fc from 'fast-check';
import {expect, test} from 'vitest';
import {jsonText, parseJson} from './json-text.ts';
import {jsonToValue, valueToJson} from './json-value.ts';
import {bigintType, booleanType, doubleType, intType, type SqlType, stringType} from './sql-type.ts';
import type {Value} from './value.ts';

const decimal: SqlType = {kind: 'DECIMAL', precision: 30, scale: 3, nullable: true};
const timestamp: SqlType = {kind: 'TIMESTAMP', precision: 9, nullable: true};
const instant: SqlType = {kind: 'TIMESTAMP_LTZ', precision: 3, nullable: true};
const bytes: SqlType = {kind: 'VARBINARY', length: 9, nullable: true};
const row: SqlType = {
  kind: 'ROW',
  fields: [
    {name: 'a', type: intType},
    {name: 'b "', type: {kind: 'ARRAY', element: stringType, nullable: true}},
  ],
  nullable: true,
};
const map: SqlType = {kind: 'MAP', key: intType, value: booleanType, nullable: true};

test.each<[SqlType, string, Value]>([
  [intType, '112.013', 112],
  [intType, '"7"', 7],
  [bigintType, '9223372036854775807', 9223372036854775807n],
  [decimal, '123456789012345678901234567.8999', 123456789012345678901234567900n],
  [decimal, '1e300', null],
  [booleanType, '"true"', true],
  [booleanType, '"trueA"', false],
  [doubleType, '"NaN"', Number.NaN],
  [stringType, '{"a": [1, 2.50]}', '{"a":[1,2.50]}'],
  [stringType, '"\\u0041\\n"', 'A\n'],
  [timestamp, '"1970-01-01T00:00:00.000000001"', 1n],
  [instant, '"1970-01-01 00:00:01Z"', 1000],
  [instant, '"1970-01-01 08:00:01"', 1000],
  [bytes, '"AQID"', new Uint8Array([1, 2, 3])],
  [row, '{"b \\"": ["x", null], "c": 1}', [null, ['x', null]]],
  [
    map,
    '{"1": true, "2": null}',
    new Map<Value, Value>([
      [1, true],
      [2, null],
    ]),
  ],
])('%o reads %s', (type, json, value) => {
  expect(jsonToValue(json, type, 'Asia/Shanghai')).toEqual(value);
});

test.each<[SqlType, string]>([
  [intType, '3000000000'],
  [intType, '"x"'],
  [{kind: 'TINYINT', nullable: true}, '1.5'],
  [timestamp, '"1970-01-01T00:00:00Z"'],
  [{kind: 'ARRAY', element: intType, nullable: true}, '{}'],
  [row, '[1]'],
  [row, '{"a": 1'],
])('%o does not read %s', (type, json) => {
  expect(() => jsonToValue(json, type, 'UTC')).toThrow('cannot read');
});

test.each<[SqlType, Value, string]>([
  [row, [1, ['x', null]], '{"a":1,"b \\"":["x",null]}'],
  [map, new Map<Value, Value>([[1, true]]), '{"1":true}'],
  [doubleType, 1e10, '1.0E10'],
  [doubleType, Infinity, '"Infinity"'],
  [decimal, 1500n, '1.500'],
  [timestamp, 1_500_000_000n, '"1970-01-01 00:00:01.5"'],
  [instant, 0, '"1970-01-01 00:00:00Z"'],
  [bytes, new Uint8Array([1, 2, 3]), '"AQID"'],
])('%o writes %o as %s, and reads it again', (type, value, json) => {
  expect(valueToJson(value, type, 'UTC')).toBe(json);
  expect(jsonToValue(json, type, 'UTC')).toEqual(value);
});

test('a MAP with a NULL key is refused', () => {
  expect(() => valueToJson(new Map<Value, Value>([[null, true]]), map, 'UTC')).toThrow('NULL key');
});

test('parseJson takes what JSON.parse takes', () => {
  fc.assert(
    fc.property(fc.json(), text => {
      const node = parseJson(text);
      expect(node === undefined ? undefined : JSON.parse(jsonText(node))).toEqual(JSON.parse(text));
    }),
  );
  for (const text of [
    '',
    '01',
    '1.',
    '[1,]',
    '{"a"}',
    "{'a':1}",
    '"\t"',
    '"\\x"',
    'nul',
    '1 2',
    '[1',
    `${'['.repeat(5000)}${']'.repeat(5000)}`,
  ]) {
    expect(parseJson(text), text.slice(0, 20)).toBeUndefined();
  }
});

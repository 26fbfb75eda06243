import {expect, test} from 'vitest';
import {parseJson} from '../types/json-text.ts';
import type {SqlType} from '../types/sql-type.ts';
import type {Value} from '../types/value.ts';
import {called, type Given} from './call-fixture.ts';
import {orderedJson} from './json-make.ts';

const of = (value: Value, type: SqlType): Given => ({value, type});
const nullable = true;

test.each<{readonly given: Given; readonly gives: string | null}>([
  {given: null, gives: null},
  {given: 'a"\\\n\u0001é', gives: String.raw`"a\"\\\n\u0001é"`},
  {given: 9223372036854775807n, gives: '9223372036854775807'},
  {given: 1.5, gives: '1.5'},
  {given: of(-0.1, {kind: 'FLOAT', nullable}), gives: '-0.1'},
  {given: of(Number.NaN, {kind: 'DOUBLE', nullable}), gives: '"NaN"'},
  {given: of(1250n, {kind: 'DECIMAL', precision: 5, scale: 2, nullable}), gives: '12.50'},
  {given: Uint8Array.from([1, 2]), gives: '"AQI="'},
  {given: of(1_600_000_000_120, {kind: 'TIMESTAMP', precision: 3, nullable}), gives: '"2020-09-13T12:26:40.12"'},
  {given: of(1_600_000_000_000_001n, {kind: 'TIMESTAMP_LTZ', precision: 6, nullable}), gives: '"2020-09-13T12:26:40.000001Z"'},
  {given: of([1, null], {kind: 'ARRAY', element: {kind: 'INT', nullable}, nullable}), gives: '[1,null]'},
])('JSON_STRING gives $gives', ({given, gives}) => {
  expect(called('JSON_STRING', given)).toBe(gives);
});

test.each<[SqlType, string]>([
  [{kind: 'DATE', nullable}, 'cannot write DATE as JSON'],
  [{kind: 'ARRAY', element: {kind: 'TIME', precision: 0, nullable}, nullable}, 'cannot write TIME(0) as JSON'],
  [{kind: 'MAP', key: {kind: 'INT', nullable}, value: {kind: 'INT', nullable}, nullable}, 'only when its keys are texts'],
])('%j does not become JSON', (type, message) => {
  expect(() => called('JSON_STRING', of(null, type))).toThrow(message);
});

test('keys of objects are in order at every depth, and numbers as they were written', () => {
  expect(orderedJson(parseJson('{"b": {"z": 1.50, "a": 1e400}, "Z": [], "a": 0, "é": null}') ?? null)).toBe(
    '{"Z":[],"a":0,"b":{"a":1e400,"z":1.50},"é":null}',
  );
});

test.each([
  ['"a\\u0041\\n\\/"', 'aA\n/'],
  ['"', '"'],
  ['""', ''],
  ['"a', '"a'],
  [String.raw`"\x"`, String.raw`"\x"`],
  [String.raw`"\u00g0"`, String.raw`"\u00g0"`],
  ['[1]', '[1]'],
])('JSON_UNQUOTE(%j)', (text, expected) => {
  expect(called('JSON_UNQUOTE', text)).toBe(expected);
});

test('JSON takes JSON only', () => {
  expect(called('JSON', ' [1, 2] ')).toBe('[1,2]');
  expect(called('JSON', '  ')).toBeNull();
  expect(() => called('JSON', '{')).toThrow('JSON wants a text that is JSON');
});

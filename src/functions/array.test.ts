import {expect, test} from 'vitest';
import type {SqlType} from '../types/sql-type.ts';
import type {Value} from '../types/value.ts';
import {called, type Given} from './call-fixture.ts';

const int: SqlType = {kind: 'INT', nullable: true};
const array = (...elements: readonly Value[]): Given => ({value: elements, type: {kind: 'ARRAY', element: int, nullable: true}});
const arrayOf = (element: SqlType, ...elements: readonly Value[]): Given => ({
  value: elements,
  type: {kind: 'ARRAY', element, nullable: true},
});

test.each<[number, number | undefined, readonly Value[]]>([
  [1, 3, [10, 20, 30]],
  [2, undefined, [20, 30, 40, 50]],
  [-2, undefined, [40, 50]],
  [-4, -3, [20, 30]],
  [0, 2, [10, 20]],
  [4, 9, [40, 50]],
  [3, 2, []],
  [6, 9, []],
  [-9, 1, [10]],
  [1, 0, [10]],
  [1, -9, []],
])('ARRAY_SLICE from %j to %j', (start, end, expected) => {
  const args = end === undefined ? [start] : [start, end];
  expect(called('ARRAY_SLICE', array(10, 20, 30, 40, 50), ...args)).toEqual(expected);
});

test('texts are ordered by code points, NaN is the greatest number', () => {
  const text: SqlType = {kind: 'VARCHAR', length: 10, nullable: true};
  const double: SqlType = {kind: 'DOUBLE', nullable: true};
  expect(called('ARRAY_SORT', arrayOf(text, '\ue000', '😀', 'a'))).toEqual(['a', '\ue000', '😀']);
  expect(called('ARRAY_MAX', arrayOf(double, 1, Number.NaN, 2))).toBeNaN();
});

test('equality is that of SQL: -0 is 0, rows and maps by their parts', () => {
  const double: SqlType = {kind: 'DOUBLE', nullable: true};
  const map: SqlType = {kind: 'MAP', key: int, value: int, nullable: true};
  const entries = (...pairs: readonly (readonly [number, number])[]): Value => new Map<Value, Value>(pairs);
  expect(called('ARRAY_DISTINCT', arrayOf(double, 0, -0, Number.NaN, Number.NaN))).toEqual([0, Number.NaN]);
  expect(called('ARRAY_POSITION', arrayOf(map, entries([1, 2], [3, 4])), {value: entries([3, 4], [1, 2]), type: map})).toBe(1);
});

test.each<[string, readonly Given[], string]>([
  ['ARRAY_APPEND', [array(1), 2n], 'does not take (ARRAY<INT>, BIGINT)'],
  ['ARRAY_SORT', [arrayOf({kind: 'BOOLEAN', nullable: true}, true)], 'does not take (ARRAY<BOOLEAN>)'],
  ['ARRAY_JOIN', [array(1), ','], 'does not take (ARRAY<INT>, CHAR(1))'],
  ['ARRAY_CONCAT', [array(1), 1], 'does not take (ARRAY<INT>, INT)'],
  ['ARRAY_UNION', [array(1)], 'takes 2 arguments, not 1'],
  ['MAP_KEYS', [array(1)], 'does not take (ARRAY<INT>)'],
])('%s refuses what does not fit', (name, givens, message) => {
  expect(() => called(name, ...givens)).toThrow(message);
});

test('as many keys as values make a map, and of equal keys the last counts', () => {
  expect(called('MAP_FROM_ARRAYS', array(1, 2, 1), array(7, 8, 9))).toEqual(
    new Map([
      [1, 9],
      [2, 8],
    ]),
  );
  expect(() => called('MAP_FROM_ARRAYS', array(1), array())).toThrow('as many values as keys');
});

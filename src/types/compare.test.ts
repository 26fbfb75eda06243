import fc from 'fast-check';
import {expect, test} from 'vitest';
import {compareValues, sameValue, valueKey} from './compare.ts';
import {bigintType, doubleType, intType, type SqlType, stringType} from './sql-type.ts';
import type {Value} from './value.ts';

const array: SqlType = {kind: 'ARRAY', element: intType, nullable: true};
const map: SqlType = {kind: 'MAP', key: stringType, value: intType, nullable: true};
const bytes: SqlType = {kind: 'VARBINARY', length: 9, nullable: true};
const mapOf = (...entries: readonly (readonly [Value, Value])[]): Value => new Map(entries);

test.each<[SqlType, Value, Value, number]>([
  [intType, 1, 2, -1],
  [bigintType, 10n, 9n, 1],
  [doubleType, -0, 0, 0],
  [doubleType, Number.NaN, Infinity, 1],
  [doubleType, Number.NaN, Number.NaN, 0],
  [stringType, 'a', 'ab', -1],
  [stringType, '\uffee', '😀', -1],
  [bytes, new Uint8Array([255]), new Uint8Array([1]), 1],
  [array, [1, null], [1, 0], -1],
  [array, [1], [1, null], -1],
  [map, mapOf(['a', 1], ['b', 2]), mapOf(['b', 2], ['a', 1]), 0],
])('%o: %o and %o', (type, a, b, sign) => {
  expect(Math.sign(compareValues(a, b, type))).toBe(sign);
  expect(Math.sign(compareValues(b, a, type))).toBe(sign === 0 ? 0 : -sign);
  expect(sameValue(a, b, type)).toBe(sign === 0);
  expect(valueKey(a, type) === valueKey(b, type)).toBe(sign === 0);
});

test('NULL is the same as NULL and as nothing else', () => {
  expect(sameValue(null, null, stringType)).toBe(true);
  expect(sameValue(null, 'null', stringType)).toBe(false);
  expect(valueKey(null, stringType)).not.toBe(valueKey('N', stringType));
});

test('texts are ordered as their UTF-8 is', () => {
  const text = fc.string({unit: fc.constantFrom('a', 'b', 'é', '\ud7ff', '\ue000', '\uffff', '😀', '\u{10ffff}')});
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareValues(a, b, stringType))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});

test('keys are equal exactly when values are', () => {
  const type: SqlType = {kind: 'ARRAY', element: {kind: 'ARRAY', element: stringType, nullable: true}, nullable: true};
  const texts = fc.array(fc.array(fc.option(fc.constantFrom('', '1', '1:', 'N', '2:1:'))));
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      expect(valueKey(a, type) === valueKey(b, type)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
});

import fc from 'fast-check';
import {expect, test} from 'vitest';
import {compileLike, likeMatcher} from './like.ts';

function matches(value: string, pattern: string, escape = ''): boolean {
  const compiled = compileLike(pattern, escape);
  if ('message' in compiled) throw new Error(compiled.message);
  return likeMatcher(compiled)(value);
}

test.each<[string, string, string, boolean]>([
  ['test', 'test', '', true],
  ['test', '', '', false],
  ['', '%', '', true],
  ['', '_', '', false],
  ['abcxxxdef', '%abc%qef%', '', false],
  ['aba', 'ab%ba', '', false],
  ['abba', 'ab%ba', '', true],
  ['te_st', 'te!_%', '!', true],
  ['test', 'te!_%', '!', false],
  ['te_st', 'te__st', '_', true],
  ['test%', 'test%%', '%', true],
  ['😀', '_', '', true],
  ['😀', '__', '', false],
  ['a\nb', 'a_b', '', true],
  ['a\nb', 'a%b', '', true],
  ['✅test', '✅✅test', '✅', true],
])('%j LIKE %j ESCAPE %j is %s', (value, pattern, escape, expected) => {
  expect(matches(value, pattern, escape)).toBe(expected);
});

test.each([
  ['te_st', '_', 'escapes nothing'],
  ['test!', '!', 'escapes nothing'],
  ['test', 'ab', "the escape 'ab'"],
])('%j ESCAPE %j is refused', (pattern, escape, message) => {
  expect(() => matches('', pattern, escape)).toThrow(message);
});

test('agrees with the regular expression that it means', () => {
  const unit = fc.constantFrom('a', 'b', '%', '_', '😀');
  fc.assert(
    fc.property(fc.string({unit, maxLength: 8}), fc.string({unit, maxLength: 8}), (value, pattern) => {
      const meant = new RegExp(`^${pattern.replaceAll('%', '.*').replaceAll('_', '.')}$`, 'su');
      expect(matches(value, pattern)).toBe(meant.test(value));
    }),
    {numRuns: 1000},
  );
});

test('takes no more than a moment for a pattern that makes a backtracking matcher run away', () => {
  expect(matches('a'.repeat(5000), `${'%a'.repeat(30)}%b`)).toBe(false);
  expect(matches('a'.repeat(5000), `${'%a_'.repeat(30)}%b`)).toBe(false);
});

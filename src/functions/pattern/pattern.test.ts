import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {compilePattern, type Pattern} from './compile.ts';
import {toLinear} from './linear.ts';
import {parseJavaPattern} from './parse.ts';
import {isRisky} from './risk.ts';
import {toRegExp} from './source.ts';
import type {JavaPattern} from './syntax.ts';

function compiled(text: string): Pattern {
  const pattern = compilePattern(text);
  if ('message' in pattern) throw new Error(pattern.message);
  return pattern;
}

describe('means what it means in Java', () => {
  test.each<[pattern: string, text: string, groups: readonly (string | null)[] | null]>([
    ['foo(.*?)(bar)', 'xfoothebar', ['foothebar', 'the', 'bar']],
    ['(a)|(b)', 'b', ['b', null, 'b']],
    [String.raw`\d+`, '١٢', null],
    [String.raw`\s`, '\u00a0', null],
    ['a$', 'a\n', ['a']],
    [String.raw`a\z`, 'a\n', null],
    ['(?m)^b', 'a\nb', ['b']],
    ['(?i)ABC', 'xabc', ['abc']],
    ['a.c', 'a\u0085c', null],
    ['(?s)a.c', 'a\nc', ['a\nc']],
    ['^.$', '😀', ['😀']],
    [String.raw`\Q.*\E`, 'a.*', ['.*']],
    [String.raw`\p{Alpha}+`, '1aé', ['a']],
    [String.raw`\p{L}+`, '1aé', ['aé']],
    [String.raw`[\w&&]`, 'a', null],
    ['[a-c[x-z]]+', 'by9', ['by']],
    [String.raw`[\W]`, 'a_!', ['!']],
    ['[]a]+', 'x]a', [']a']],
    [String.raw`\x41\u0042\t`, 'AB\t', ['AB\t']],
    ['(?<y>\\d{4})-(?<m>\\d\\d)', 'on 2020-05', ['2020-05', '2020', '05']],
    [String.raw`(a)\1`, 'aba a aa', ['aa', 'a']],
    ['a{2,3}', 'aaaa', ['aaa']],
    ['(?<=a)b', 'ab', ['b']],
    [String.raw`\bfoo\b`, 'a foo.', ['foo']],
  ])('%s in %j', (pattern, text, groups) => {
    const found = compilePattern(pattern);
    if ('message' in found) expect(groups).toBeNull();
    else expect(found.find(text, 0)?.groups ?? null).toEqual(groups);
  });
});

test.each([
  ['(', 'has no closing ")"'],
  [')', 'has a ")" without "("'],
  ['*a', 'nothing to repeat'],
  ['a{2,1}', 'greatest number is less'],
  ['a{x}', 'no quantifier'],
  ['a++', 'possessive'],
  ['(?>a)', 'atomic'],
  ['a(?i)b', 'only supported at the start'],
  ['[a&&b]', '"&&"'],
  ['[z-a]', 'out of order'],
  [String.raw`\1`, 'refers to group 1'],
  [String.raw`\p{javaLowerCase}`, 'javaLowerCase'],
  [String.raw`\y`, String.raw`"\y"`],
  ['a\\', 'ends too early'],
])('refuses %s', (pattern, message) => {
  const found = compilePattern(pattern);
  expect('message' in found ? found.message : 'compiled').toContain(message);
});

describe('never runs away', () => {
  const long = `${'a'.repeat(3000)}!`;
  test.each([
    '(a+)+$',
    '(a|a)*$',
    '(a*)*b',
    '(a|aa)+$',
    String.raw`(\w+\s*)*$`,
    '(?:a+b?)*c',
    '(.*)*x',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '(a?){50}a{50}$',
  ])('%s', pattern => {
    expect(isRisky(parsedPattern(pattern))).toBe(true);
    expect(compiled(pattern).find(long, 0)?.start ?? null).toBeOneOf([null, long.length]);
  });
  test('with look-around it is refused instead', () => {
    expect('message' in compilePattern('(?=(a+)+$)b')).toBe(true);
  });
  test.each(['(&|^)channel_id=([^&]*)', String.raw`(\w+,)*x`, '(foo|bar)*', '[a-z]+@[a-z]+', '.*foo.*', '(ab)+'])(
    '%s stays with the fast matcher',
    pattern => {
      expect(isRisky(parsedPattern(pattern))).toBe(false);
    },
  );
});

function parsedPattern(text: string): JavaPattern {
  const pattern = parseJavaPattern(text);
  if ('message' in pattern) throw new Error(pattern.message);
  return pattern;
}

test('the linear matcher finds what the backtracking one finds', () => {
  const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '^', '$', String.raw`\b`);
  const {pattern} = fc.letrec<{pattern: string}>(tie => ({
    pattern: fc.oneof(
      {maxDepth: 4},
      atom,
      fc.tuple(tie('pattern'), tie('pattern')).map(([left, right]) => left + right),
      fc.tuple(tie('pattern'), tie('pattern')).map(([left, right]) => `(${left}|${right})`),
      fc.tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{1,2}', '*?', '+?', '??')).map(([item, times]) => `(?:${item}x)${times}`),
    ),
  }));
  fc.assert(
    fc.property(pattern, fc.string({unit: fc.constantFrom('a', 'b', 'x', '\n', '😀'), maxLength: 12}), (source, text) => {
      const parsed = parsedPattern(source);
      const linear = toLinear(parsed)?.find(text, 0) ?? null;
      const expected = toRegExp(parsed).exec(text);
      expect(linear === null ? null : text.slice(linear[0], linear[1])).toBe(expected === null ? null : expected[0]);
      expect(linear === null ? null : linear[0]).toBe(expected === null ? null : expected.index);
    }),
    {numRuns: 300},
  );
});

test('names of JavaScript’s own objects are no classes', () => {
  for (const name of ['constructor', '__proto__', 'toString']) expect('message' in compilePattern(`\\p{${name}}`), name).toBe(true);
});

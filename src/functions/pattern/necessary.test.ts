import {expect, test} from 'vitest';
import {compilePattern} from './compile.ts';
import {necessaryText} from './necessary.ts';

test.each([
  ['(&|^)channel_id=([^&]*)', 'channel_id='],
  ['foo(.*?)(bar)', 'foo'],
  ['a(bc)d', 'abcd'],
  [String.raw`\[x\]+y`, '[x'],
  ['ab?c', 'a'],
  ['(?i)abc', ''],
  ['a|b', ''],
  ['[ab]', ''],
  ['[^a]', ''],
  ['(?=abc).', ''],
  [String.raw`\d+`, ''],
  ['é', ''],
  ['(', ''],
  ['', ''],
])('%s needs "%s"', (pattern, text) => {
  expect(necessaryText(pattern)).toBe(text);
});

test.each(['(&|^)channel_id=([^&]*)', 'ab?c', 'a(bc|bd)e', '(ab)+c', 'a(?:b(c))d', 'x{0}ab', '(?<!a)bc', 'a|bc', '^ab$'])(
  'no match of %s lacks it',
  pattern => {
    const needed = necessaryText(pattern);
    const compiled = compilePattern(pattern);
    if ('message' in compiled) throw new Error(compiled.message);
    for (const text of ['channel_id=', 'abc', 'ac', 'abce', 'abde', 'ababc', 'abcd', 'ab', 'bc', 'a', 'xab', 'xbc']) {
      if (compiled.find(text, 0) !== null) expect(text).toContain(needed);
    }
  },
);

import {expect, test} from 'vitest';
import {textWidth} from './text-width.ts';

test.each([
  ['', 0],
  ['plain text', 10],
  ['é', 1],
  ['世界', 4],
  ['👩‍👩‍👧', 2],
  ['e\u0301', 1],
  ['a\u200bb', 2],
])('%j takes %i cells', (text, width) => {
  expect(textWidth(text)).toBe(width);
});

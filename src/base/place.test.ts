import {expect, test} from 'vitest';
import {lineAndColumn, lineAt} from './place.ts';

test.each([
  ['', 0, 1, 1],
  ['abc', 0, 1, 1],
  ['abc', 3, 1, 4],
  ['abc', 99, 1, 4],
  ['a\nb', 1, 1, 2],
  ['a\nb', 2, 2, 1],
  ['a\r\nb', 3, 2, 1],
  ['\n\n\nx', 3, 4, 1],
  ['🎉🎉x', 4, 1, 3],
])('offset of %j at %i is line %i, column %i', (text, offset, line, column) => {
  expect(lineAndColumn(text, offset)).toEqual({line, column});
});

test('a line comes without its end', () => {
  expect(lineAt('a\r\nbc\r\nd', 4)).toEqual({start: 3, text: 'bc'});
  expect(lineAt('a\n', 2)).toEqual({start: 2, text: ''});
  expect(lineAt('', 0)).toEqual({start: 0, text: ''});
});

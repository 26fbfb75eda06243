import {expect, test} from 'vitest';
import {interpolate} from './interpolate.ts';

const values: Readonly<Record<string, string>> = {A: 'alpha', EMPTY: '', EVIL: '1\njobs: {x: ${A}}', 'vars.x': '5'};
const lookup = (name: string): string | undefined => (Object.hasOwn(values, name) ? values[name] : undefined);

test.each([
  ['plain', 'plain'],
  ['${A}', 'alpha'],
  ['<${A}|${A}>', '<alpha|alpha>'],
  ['${vars.x}', '5'],
  ['${NONE:-d}', 'd'],
  ['${NONE-d}', 'd'],
  ['${EMPTY:-d}', 'd'],
  ['${EMPTY-d}', ''],
  ['${NONE:-}', ''],
  ['${NONE:-a-b:?c}', 'a-b:?c'],
  ['${NONE:-${A}}', 'alpha'],
  ['${NONE:-${NONE2:-x}y}z', 'xyz'],
  ['$$', '$'],
  ['$${A}', '${A}'],
  ['$A $', '$A $'],
  ['100$', '100$'],
  ['${EVIL}', '1\njobs: {x: ${A}}'],
  ['a}b', 'a}b'],
])('%s', (text, expected) => {
  expect(interpolate(text, lookup)).toEqual({text: expected});
});

test.each([
  ['${NONE}', 'variable "NONE" is not set'],
  ['${NONE?tell me}', 'variable "NONE" is not set: tell me'],
  ['${EMPTY:?}', 'variable "EMPTY" is not set'],
  ['${vars.none}', 'variable "vars.none" is not set'],
  ['${A', '"${" without "}"'],
  ['${}', '"${}" names no variable'],
  ['${1+1}', '"${1+1}" names no variable'],
  ['${secret:x}', '"${secret:…}" is not supported yet'],
  ['${__proto__}', 'variable "__proto__" is not set'],
])('%s is refused', (text, fault) => {
  expect(interpolate(text, lookup)).toMatchObject({fault});
});

import {expect, test} from 'vitest';
import {interpolate, type Scope} from './interpolate.ts';

const values: Readonly<Record<string, string>> = {A: 'alpha', EMPTY: '', EVIL: '1\njobs: {x: ${A}}', 'vars.x': '5'};
const scope: Scope = {
  variable: name => (Object.hasOwn(values, name) ? {text: values[name] ?? '', shown: values[name] ?? ''} : undefined),
  secret: name => (name === 'pass-word' ? {text: 'hunter2', shown: '‹secret pass-word›'} : {fault: `there is no secret "${name}"`}),
  file: path => (path === 'dir/alpha' ? {text: 'content ${A}', shown: 'content ${A}'} : {fault: `cannot read ${path}`}),
};

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
  ['${file:dir/${A}}', 'content ${A}'],
  ['${file:dir/alpha}!', 'content ${A}!'],
])('%s', (text, expected) => {
  expect(interpolate(text, scope)).toEqual({text: expected, shown: expected});
});

test.each([
  ['${NONE}', 'variable "NONE" is not set'],
  ['${NONE?tell me}', 'variable "NONE" is not set: tell me'],
  ['${EMPTY:?}', 'variable "EMPTY" is not set'],
  ['${vars.none}', 'variable "vars.none" is not set'],
  ['${A', '"${" without "}"'],
  ['${}', '"${}" names no variable'],
  ['${1+1}', '"${1+1}" names no variable'],
  ['${secret:x}', 'there is no secret "x"'],
  ['${secret:pass-word:-x}', 'there is no secret "pass-word:-x"'],
  ['${file:none}', 'cannot read none'],
  ['${file:${NONE}}', 'variable "NONE" is not set'],
  [`${'${X:-'.repeat(30)}${'}'.repeat(30)}`, 'more than 20 "${" inside each other'],
  ['${__proto__}', 'variable "__proto__" is not set'],
])('%s is refused', (text, fault) => {
  expect(interpolate(text, scope)).toMatchObject({fault});
});

test('a secret is its value, and is shown as its name', () => {
  expect(interpolate('user:${secret:pass-word}@${A}', scope)).toEqual({text: 'user:hunter2@alpha', shown: 'user:‹secret pass-word›@alpha'});
  expect(interpolate('${NONE:-${secret:pass-word}}', scope)).toEqual({text: 'hunter2', shown: '‹secret pass-word›'});
});

import {expect, test} from 'vitest';
import {called} from './call-fixture.ts';

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

test.each<[string, string, Uint8Array]>([
  ['hé€', 'US-ASCII', bytes(0x68, 0x3f, 0x3f)],
  ['hé€', 'iso-8859-1', bytes(0x68, 0xe9, 0x3f)],
  ['é', 'utf-8', bytes(0xc3, 0xa9)],
  ['h€', 'UTF-16LE', bytes(0x68, 0, 0xac, 0x20)],
  ['h€', 'UTF-16BE', bytes(0, 0x68, 0x20, 0xac)],
  ['h', 'UTF-16', bytes(0xfe, 0xff, 0, 0x68)],
  ['', 'UTF-16', bytes()],
])('ENCODE(%j, %j)', (text, name, expected) => {
  expect(called('ENCODE', text, name)).toEqual(expected);
});

test.each<[Uint8Array, string, string]>([
  [bytes(0x68, 0xe9), 'US-ASCII', 'h\ufffd'],
  [bytes(0x68, 0xe9), 'ISO-8859-1', 'hé'],
  [bytes(0xef, 0xbb, 0xbf, 0x68), 'UTF-8', '\ufeffh'],
  [bytes(0xff, 0xfe, 0x68, 0), 'UTF-16', 'h'],
  [bytes(0xfe, 0xff, 0, 0x68), 'UTF-16', 'h'],
  [bytes(0, 0x68), 'UTF-16', 'h'],
  [bytes(0x68, 0, 0x68), 'UTF-16LE', 'h\ufffd'],
  [bytes(0, 0xd8), 'UTF-16LE', '\ufffd'],
])('DECODE(%j, %j)', (value, name, expected) => {
  expect(called('DECODE', value, name)).toBe(expected);
});

test('a character set that is none is refused, or an error of the row', () => {
  expect(() => called('ENCODE', 'a', 'latin')).toThrow('"latin", which is no character set');
});

test('UNHEX', () => {
  expect(called('UNHEX', 'abC')).toEqual(bytes(0, 0xbc));
  expect(called('UNHEX', 'xy')).toBeNull();
});

test('what is no UTF-8 becomes one replacement character for each longest beginning of a character', () => {
  expect(called('MAKE_VALID_UTF8', bytes(0xe2, 0x82, 0x41, 0xc0, 0xaf, 0xf0, 0x9f))).toBe('\ufffdA\ufffd\ufffd\ufffd');
});

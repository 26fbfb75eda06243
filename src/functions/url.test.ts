import {expect, test} from 'vitest';
import {called} from './call-fixture.ts';

const parts = ['PROTOCOL', 'AUTHORITY', 'USERINFO', 'HOST', 'PATH', 'QUERY', 'FILE', 'REF'] as const;

test.each<[string, readonly (string | null)[]]>([
  ['http://a.b/c', ['http', 'a.b', null, 'a.b', '/c', null, '/c', null]],
  ['HTTPS://u:p@h:8080/d/e?x=1&y=2#r', ['https', 'u:p@h:8080', 'u:p', 'h', '/d/e', 'x=1&y=2', '/d/e?x=1&y=2', 'r']],
  ['http://h?q=/x', ['http', 'h', null, 'h', '', 'q=/x', '?q=/x', null]],
  ['http://[::1]:80/', ['http', '[::1]:80', null, '[::1]', '/', null, '/', null]],
  ['file:/tmp/a', ['file', null, null, '', '/tmp/a', null, '/tmp/a', null]],
  ['mailto:a@b.c', ['mailto', null, null, '', 'a@b.c', null, 'a@b.c', null]],
  ['http://h/#', ['http', 'h', null, 'h', '/', null, '/', '']],
  ['http://h:port/', parts.map(() => null)],
  ['gopher://h/', parts.map(() => null)],
  ['no url', parts.map(() => null)],
  ['', parts.map(() => null)],
])('the parts of %s', (url, expected) => {
  expect(parts.map(part => called('PARSE_URL', url, part))).toEqual(expected);
});

test('the value of a key, the first one, as it stands', () => {
  expect(called('PARSE_URL', 'http://h/?ab=1&b=x%20y&b=3&c', 'QUERY', 'b')).toBe('x%20y');
  expect(called('PARSE_URL', 'http://h/?ab=1', 'QUERY', 'b')).toBeNull();
  expect(called('PARSE_URL', 'http://h/?a=', 'QUERY', 'a')).toBe('');
  expect(called('PARSE_URL', 'http://h/?a=1', 'HOST', 'a')).toBeNull();
  expect(called('PARSE_URL', 'http://h/', 'host')).toBeNull();
});

test.each([
  ['AZaz09.-*_', 'AZaz09.-*_'],
  ["a b+c~(d)!'", 'a+b%2Bc%7E%28d%29%21%27'],
  ['é😀\n', '%C3%A9%F0%9F%98%80%0A'],
])('URL_ENCODE(%j) and back', (text, encoded) => {
  expect(called('URL_ENCODE', text)).toBe(encoded);
  expect(called('URL_DECODE', encoded)).toBe(text);
});

test.each(['%', '%4', '%zz', 'a%2'])('URL_DECODE(%j) is NULL', text => {
  expect(called('URL_DECODE', text)).toBeNull();
});

test('addresses', () => {
  expect(called('INET_ATON', '1.2.3.4')).toBe(0x01020304n);
  expect(called('INET_ATON', '1.2.3.4.5')).toBeNull();
  expect(called('INET_NTOA', 0xffffffffn)).toBe('255.255.255.255');
  expect(called('INET_NTOA', -1)).toBeNull();
});

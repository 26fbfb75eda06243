import {expect, test} from 'vitest';
import {addressText, isLoopback, parseAddress} from './address.ts';

test.each([
  ['127.0.0.1:9464', '127.0.0.1:9464', true],
  ['9000', '127.0.0.1:9000', true],
  [':9000', '127.0.0.1:9000', true],
  ['localhost', 'localhost:9464', true],
  ['127.1.2.3:1', '127.1.2.3:1', true],
  ['[::1]', '[::1]:9464', true],
  ['[::]:80', '[::]:80', false],
  ['0.0.0.0:0', '0.0.0.0:0', false],
  ['metrics.example.org:80', 'metrics.example.org:80', false],
  ['127.0.0.1.example.org', '127.0.0.1.example.org:9464', false],
])('%s is %s', (text, expected, isOwn) => {
  const address = parseAddress(text);
  expect([addressText(address), isLoopback(address)]).toEqual([expected, isOwn]);
});

test.each(['', ' ', 'a b', '::1', '127.0.0.1:', '127.0.0.1:x', '1.2.3.4:70000', '70000', '[127.0.0.1]:1', '[x]', 'http://a', 'a/b'])(
  '%j is no address',
  text => expect(() => parseAddress(text)).toThrow('--http cannot be'),
);

import {expect, test} from 'vitest';
import {didYouMean, nearest} from './nearest.ts';

test.each([
  ['rnu', 'run'],
  ['EXPLIAN', 'explain'],
  ['vers', 'version'],
  ['exp', 'explain'],
  ['ex', null],
  ['frobnicate', null],
  ['', null],
])('%s is %s', (name, expected) => {
  expect(nearest(name, ['run', 'check', 'explain', 'version', '__proto__'])).toBe(expected);
});

test('what begins several names is none of them', () => {
  expect(nearest('cust', ['customer_id', 'customer_name'])).toBeNull();
  expect(didYouMean('custmer_id', ['customer_id', 'customer_name'])).toBe('did you mean "customer_id"?');
  expect(didYouMean('x', [])).toBeUndefined();
});

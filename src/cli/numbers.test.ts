import {expect, test} from 'vitest';
import {duration, grouped, short} from './numbers.ts';
import {progressText} from './progress-line.ts';

test('numbers for people', () => {
  expect([0, 999, 1000, 1234567].map(grouped)).toEqual(['0', '999', '1,000', '1,234,567']);
  expect([0, 7.4, 999, 1000, 12345, 999_499, 999_999, 4_560_000, 2e9, 3e15].map(short)).toEqual([
    '0',
    '7',
    '999',
    '1.00K',
    '12.3K',
    '999K',
    '1.00M',
    '4.56M',
    '2.00G',
    '3,000,000G',
  ]);
  expect([20, 1500, 59_900, 125_000].map(duration)).toEqual(['0.02 s', '1.5 s', '59.9 s', '2 min 05 s']);
});

test('a progress line', () => {
  const progress = {rowsIn: 50_000, rowsOut: 3, rejected: 0, readBytes: 250, totalBytes: 1000};
  expect(progressText(progress, 2000)).toBe('25 %  50.0K rows  25.0K rows/s');
  expect(progressText({...progress, totalBytes: null, rejected: 2}, 2000)).toBe('50.0K rows  25.0K rows/s  2 rejected');
});

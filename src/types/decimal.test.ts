import {describe, expect, test} from 'vitest';
import {
  computeDecimal,
  decimalOfNumber,
  decimalResultType,
  decimalText,
  decimalToNumber,
  decimalType,
  fitsPrecision,
  parseDecimal,
  rescale,
  scientificDecimalText,
  type DecimalOperator,
} from './decimal.ts';
import {typeText} from './type-text.ts';

describe('parseDecimal', () => {
  test.each([
    ['0', '0'],
    ['1.10', '1.10'],
    ['-0.05', '-0.05'],
    ['+.5', '0.5'],
    ['12.', '12'],
    ['1e3', '1000'],
    ['1.5E-3', '0.0015'],
    ['00012.30', '12.30'],
    ['1e-999999999', '0'],
  ])('%s is %s', (text, plain) => {
    const decimal = parseDecimal(text);
    expect(decimal === null ? null : decimalText(decimal.unscaled, decimal.scale)).toBe(plain);
  });
  test.each(['', '.', '-', '1.2.3', '1e', ' 1', '0x10', '1e999999999', 'NaN'])('%s is none', text => {
    expect(parseDecimal(text)).toBeNull();
  });
});

test.each([
  [125n, 2, 1, 13n],
  [124n, 2, 1, 12n],
  [-125n, 2, 1, -13n],
  [5n, 0, 2, 500n],
  [-4n, 1, 0, 0n],
])('rescale %s from %s to %s rounds half up: %s', (unscaled, from, to, expected) => {
  expect(rescale(unscaled, from, to)).toBe(expected);
});

test('fitsPrecision counts digits without the sign', () => {
  expect(fitsPrecision(999n, 3)).toBe(true);
  expect(fitsPrecision(-999n, 3)).toBe(true);
  expect(fitsPrecision(1000n, 3)).toBe(false);
});

test.each([
  [1n, 7, '1E-7'],
  [0n, 8, '0E-8'],
  [-123n, 9, '-1.23E-7'],
  [1n, 6, '0.000001'],
  [10000n, 2, '100.00'],
])('scientificDecimalText(%s, %s) is %s', (unscaled, scale, text) => {
  expect(scientificDecimalText(unscaled, scale)).toBe(text);
});

test.each<[DecimalOperator, number, number, number, number, string]>([
  ['+', 10, 2, 10, 4, 'DECIMAL(13, 4)'],
  ['+', 38, 10, 38, 28, 'DECIMAL(38, 9)'],
  ['*', 3, 3, 19, 0, 'DECIMAL(23, 3)'],
  ['*', 30, 6, 30, 6, 'DECIMAL(38, 6)'],
  ['/', 2, 1, 2, 1, 'DECIMAL(8, 6)'],
  ['/', 20, 2, 4, 3, 'DECIMAL(28, 7)'],
  ['%', 10, 2, 10, 4, 'DECIMAL(10, 4)'],
])('the type of DECIMAL %s: (%s, %s), (%s, %s) is %s', (operator, p1, s1, p2, s2, expected) => {
  expect(typeText(decimalResultType(operator, decimalType(p1, s1, true), decimalType(p2, s2, true)))).toBe(expected);
});

describe('computeDecimal', () => {
  const decimal = (text: string): {unscaled: bigint; scale: number} => parseDecimal(text) ?? {unscaled: 0n, scale: 0};
  test.each<[string, DecimalOperator, string, number, number, string | null]>([
    ['100.12', '-', '200.1234', 13, 4, '-100.0034'],
    ['2.0', '/', '3.0', 8, 6, '0.666667'],
    ['1', '/', '3', 38, 38, '0.33333333333333333333333333333333333333'],
    ['9', '*', '9', 1, 0, null],
    ['-7.5', '%', '2', 3, 1, '-1.5'],
    ['0.0000006', '*', '1.0', 38, 6, '0.000001'],
  ])('%s %s %s', (left, operator, right, precision, scale, expected) => {
    const unscaled = computeDecimal(operator, decimal(left), decimal(right), {precision, scale});
    expect(unscaled === null ? null : decimalText(unscaled, scale)).toBe(expected);
  });
});

test('numbers become decimals by their shortest text', () => {
  expect(decimalOfNumber(0.1, 3, 2)).toBe(10n);
  expect(decimalOfNumber(1.005, 5, 2)).toBe(101n);
  expect(decimalOfNumber(1e10, 5, 2)).toBeNull();
  expect(decimalOfNumber(Number.NaN, 5, 2)).toBeNull();
  expect(decimalToNumber(12345n, 3)).toBe(12.345);
  expect(decimalToNumber(12345678901234567890123n, 30)).toBe(1.2345678901234567e-8);
});

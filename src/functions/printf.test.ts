import {expect, test} from 'vitest';
import {called, type Given} from './call-fixture.ts';

const double = (value: number): Given => ({value, type: {kind: 'DOUBLE', nullable: true}});
const decimal = (value: bigint, precision: number, scale: number): Given => ({
  value,
  type: {kind: 'DECIMAL', precision, scale, nullable: true},
});

// What `String.format(Locale.ROOT, …)` of Java gives.
test.each<[string, readonly Given[], string | null]>([
  ['plain', [], 'plain'],
  ['100%%', [], '100%'],
  ['a%nb', [], 'a\nb'],
  ['%5s|%-5s|%.2s', ['ab', 'ab', 'abc'], '   ab|ab   |ab'],
  ['%S', ['aé'], 'AÉ'],
  ['%s %s %s', [true, 12n, double(1)], 'true 12 1.0'],
  ['%2$s %1$s %<s', ['a', 'b'], 'b a a'],
  ['%d|%5d|%-5d|%05d', [42, 42, -42, -42], '42|   42|-42  |-0042'],
  ['%+d|% d|%(d|%,d', [42, 42, -42, -1234567], '+42| 42|(42)|-1,234,567'],
  ['%x|%X|%o|%#x', [255, 255, 8, -1], 'ff|FF|10|0xffffffff'],
  ['%x', [-1n], 'ffffffffffffffff'],
  ['%c%c', [72, 0x1f600], 'H😀'],
  ['%b|%b', [false, 'x'], 'false|true'],
  ['%f|%.0f|%.3f|%8.2f', [double(1.5), double(2.5), double(-0.0005), double(3.14159)], '1.500000|3|-0.001|    3.14'],
  ['%,.2f|%010.2f|%(.1f', [double(1234567.891), double(-3.14159), double(-2)], '1,234,567.89|-000003.14|(2.0)'],
  ['%.2f', [decimal(12345n, 5, 3)], '12.35'],
  ['%e|%.2E|%.0e', [double(12345.678), double(0.00012), double(9.9)], '1.234568e+04|1.20E-04|1e+01'],
  ['%g|%g|%.3g', [double(0.0001), double(1234567.8), double(12345)], '0.000100000|1.23457e+06|1.23e+04'],
  ['%f|%f', [double(Number.POSITIVE_INFINITY), double(Number.NaN)], 'Infinity|NaN'],
  ['%s|%d|%5b', [null, null, null], 'null|null|false'],
  ['%d', ['a'], null],
  ['%f', [1], null],
  ['%d', [], null],
  ['%q', ['a'], null],
  ['%', [], null],
  ['%3$s', ['a'], null],
])('PRINTF(%j, …)', (pattern, values, expected) => {
  expect(called('PRINTF', pattern, ...values)).toBe(expected);
});

test('a format of NULL gives NULL, and a width beyond all measure is an error', () => {
  expect(called('PRINTF', null, 1)).toBeNull();
  expect(() => called('PRINTF', '%999999999s', 'a')).toThrow('longer than');
});

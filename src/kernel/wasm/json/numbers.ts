import {faultNumber, kindDecimal, kindInteger, kindFloat, slotDetail, slotGreatest, slotLeast} from './layout';
import {nearestDouble} from './nearest-double';
import {digitCount, skipDigits} from './skip';
import {fault} from './text';

/** Numbers into f64 cells. What is not exact here is left to the face: 17-digit doubles, integers beyond 2^53, overlong decimals. */

const powers = memory.data<f64>([
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]);
const wholePowers = memory.data<u64>([
  1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000, 10000000000000,
  100000000000000, 1000000000000000, 10000000000000000, 100000000000000000, 1000000000000000000,
]);

/** Every integer up to here is an f64. */
const EXACT: u64 = 9007199254740992;

// @ts-ignore: decorator
@inline
function wholePower(exponent: usize): u64 {
  return load<u64>(wholePowers + (exponent << 3));
}

/** The number that `count` (1 to 8) digits at the beginning of 8 bytes stand for. */
// @ts-ignore: decorator
@inline
export function digitsValue(bytes: u64, count: usize): u64 {
  let value = (bytes ^ 0x3030303030303030) << ((64 - (<u64>count << 3)) & 63);
  value = ((value * 2561) >> 8) & 0x00ff00ff00ff00ff;
  value = ((value * 6553601) >> 16) & 0x0000ffff0000ffff;
  return (value * 42949672960001) >> 32;
}

/** The integer of up to 15 digits in [pos, end), with a sign or without. */
// @ts-ignore: decorator
@inline
export function wholeOf(pos: usize, end: usize): i64 {
  const hasSign = load<u8>(pos) == 45;
  if (hasSign) pos++;
  const count = end - pos;
  let value = digitsValue(load<u64>(pos), min<usize>(count, 8));
  if (count > 8) value = digitsValue(load<u64>(pos), count - 8) * 100000000 + digitsValue(load<u64>(end - 8), 8);
  return hasSign ? -(<i64>value) : <i64>value;
}

/** The commonest integers: up to 15 digits, within the slot's bounds. Returns the byte after it; 0 when it is something else, well formed or not. */
// @ts-ignore: decorator
@inline
export function storeInteger(pos: usize, slot: usize, cell: usize): usize {
  const isNegative = load<u8>(pos) == 45;
  if (isNegative) pos++;
  const bytes = load<u64>(pos);
  let count = digitCount(bytes);
  if (count == 0 || ((bytes & 0xff) == 0x30 && count != 1)) return 0;
  let value = digitsValue(bytes, count);
  if (count == 8) {
    const more = load<u64>(pos, 8);
    const moreCount = digitCount(more);
    if (moreCount == 8) return 0;
    if (moreCount != 0) value = value * wholePower(moreCount) + digitsValue(more, moreCount);
    count += moreCount;
  }
  pos += count;
  const next: u32 = load<u8>(pos);
  if (next == 0x2e || (next | 32) == 0x65) return 0;
  const number = <f64>(isNegative ? -(<i64>value) : <i64>value);
  if (number < load<f64>(slot, slotLeast) || number > load<f64>(slot, slotGreatest)) return 0;
  store<f64>(cell, number);
  return pos;
}

/** The commonest doubles: up to 7 digits, a point, up to 7 digits. Returns the byte after it; 0 when it is something else, well formed or not. */
// @ts-ignore: decorator
@inline
export function storeDouble(pos: usize, cell: usize): usize {
  const isNegative = load<u8>(pos) == 45;
  if (isNegative) pos++;
  const bytes = load<u64>(pos);
  const count = digitCount(bytes);
  if (count == 0 || count == 8 || ((bytes & 0xff) == 0x30 && count != 1)) return 0;
  let number = <f64>(<i64>digitsValue(bytes, count));
  pos += count;
  let next: u32 = load<u8>(pos);
  if (next == 0x2e) {
    const more = load<u64>(pos, 1);
    const moreCount = digitCount(more);
    if (moreCount == 0 || moreCount == 8) return 0;
    const power = load<f64>(powers + (moreCount << 3));
    // At most 14 digits: the sum is exact, so the one division rounds correctly.
    number = (number * power + <f64>(<i64>digitsValue(more, moreCount))) / power;
    pos += moreCount + 1;
    next = load<u8>(pos);
  }
  if ((next | 32) == 0x65) return 0;
  store<f64>(cell, isNegative ? -number : number);
  return pos;
}

/** DECIMAL and FLOAT in the same way: up to 7 digits before the point, and behind it as many as the scale has, up to 7. */
export function storePlainDecimal(kind: u32, pos: usize, slot: usize, cell: usize): usize {
  if (kind == kindFloat) {
    const end = storeDouble(pos, cell);
    // Seven and seven digits are far from where a float overflows.
    if (end != 0) store<f64>(cell, <f64>(<f32>load<f64>(cell)));
    return end;
  }
  const isNegative = load<u8>(pos) == 45;
  if (isNegative) pos++;
  const bytes = load<u64>(pos);
  const count = digitCount(bytes);
  if (count == 0 || count == 8 || ((bytes & 0xff) == 0x30 && count != 1)) return 0;
  const scale: usize = load<u32>(slot, slotDetail);
  if (scale > 8) return 0;
  let value = digitsValue(bytes, count) * wholePower(scale);
  pos += count;
  let next: u32 = load<u8>(pos);
  if (next == 0x2e) {
    const more = load<u64>(pos, 1);
    const moreCount = digitCount(more);
    if (moreCount == 0 || moreCount == 8 || moreCount > scale) return 0;
    value += digitsValue(more, moreCount) * wholePower(scale - moreCount);
    pos += moreCount + 1;
    next = load<u8>(pos);
  }
  if ((next | 32) == 0x65) return 0;
  const number = <f64>(isNegative ? -(<i64>value) : <i64>value);
  if (abs(number) > load<f64>(slot, slotGreatest)) return 0;
  store<f64>(cell, number);
  return pos;
}

/** A number taken apart by `readNumber`: (-1)^negative * mantissa * 10^exponent. */
let isNegative: bool = false;
let mantissa: u64 = 0;
let exponent: i32 = 0;
/** How many digits of the mantissa come from behind the point. */
let fractionDigits: i32 = 0;
/** Whether the text has an exponent. */
let hasExponent: bool = false;
/** False when it has more than 19 significant digits or an unlikely exponent: then the parts above say nothing. */
let isWhole: bool = false;

/** From a number's first byte to the byte after it; 0 when it is none. Its parts are for `storeNumber`. */
export function readNumber(start: usize): usize {
  isNegative = load<u8>(start) == 45;
  const first = isNegative ? start + 1 : start;
  mantissa = 0;
  let pos = readDigits(first);
  if (pos == first || (load<u8>(first) == 48 && pos - first > 1)) return fault(faultNumber, start);
  let digits = pos - first;
  let fraction: usize = 0;
  if (load<u8>(pos) == 0x2e) {
    const end = readDigits(pos + 1);
    fraction = end - pos - 1;
    if (fraction == 0) return fault(faultNumber, start);
    digits = load<u8>(first) == 48 ? fraction : digits + fraction;
    pos = end;
  }
  let power = 0;
  hasExponent = (<u32>load<u8>(pos) | 32) == 0x65;
  if (hasExponent) {
    const end = skipExponent(pos + 1);
    if (end == 0) return fault(faultNumber, start);
    power = readExponent(pos + 1, end);
    pos = end;
  }
  fractionDigits = <i32>fraction;
  exponent = power - <i32>fraction;
  isWhole = digits <= 19 && power < 1000 && power > -1000;
  return pos;
}

/** Appends digits to the mantissa; returns the byte after them. */
// @ts-ignore: decorator
@inline
function readDigits(pos: usize): usize {
  let value = mantissa;
  let count: usize = 8;
  while (count == 8) {
    const bytes = load<u64>(pos);
    count = digitCount(bytes);
    if (count != 0) value = value * wholePower(count) + digitsValue(bytes, count);
    pos += count;
  }
  mantissa = value;
  return pos;
}

/** From the byte after the `e` to the end of the number; 0 when there are no digits. */
function skipExponent(pos: usize): usize {
  const sign: u32 = load<u8>(pos);
  if (sign == 43 || sign == 45) pos++;
  const end = skipDigits(pos);
  return end == pos ? 0 : end;
}

function readExponent(pos: usize, end: usize): i32 {
  let c: u32 = load<u8>(pos);
  const negative = c == 45;
  if (negative || c == 43) pos++;
  let power = 0;
  while (pos < end) {
    if (power < 100000) power = power * 10 + <i32>(<u32>load<u8>(pos) - 48);
    pos++;
  }
  return negative ? -power : power;
}

/** Puts the number just read into a numeric cell; false when the face must do it (or find that it does not fit). */
export function storeNumber(kind: u32, slot: usize, cell: usize): bool {
  if (!isWhole) return false;
  if (kind == kindInteger) return storeTruncated(slot, cell);
  if (kind == kindDecimal) return storeDecimal(slot, cell);
  let number: f64 = 0;
  if (mantissa <= EXACT && exponent >= -22 && exponent <= 22) {
    number = <f64>mantissa;
    if (exponent < 0) number /= load<f64>(powers + (-exponent << 3));
    else number *= load<f64>(powers + (exponent << 3));
  } else {
    number = nearestDouble(mantissa, exponent);
    if (number == 0) return false;
  }
  if (isNegative) number = -number;
  if (kind == kindFloat) {
    const single = <f32>number;
    if (abs<f32>(single) == Infinity) return false;
    number = <f64>single;
  }
  store<f64>(cell, number);
  return true;
}

/** Digits behind the point of an integer do not count. */
function storeTruncated(slot: usize, cell: usize): bool {
  if (hasExponent || fractionDigits > 18) return false;
  const value = mantissa / wholePower(fractionDigits);
  if (value > EXACT) return false;
  const number = <f64>(isNegative ? -(<i64>value) : <i64>value);
  if (number < load<f64>(slot, slotLeast) || number > load<f64>(slot, slotGreatest)) return false;
  store<f64>(cell, number);
  return true;
}

/** Halves are rounded away from zero. */
function storeDecimal(slot: usize, cell: usize): bool {
  const shift = exponent + load<i32>(slot, slotDetail);
  let value = mantissa;
  if (shift > 0) {
    if (shift > 18 || value > EXACT / wholePower(shift)) return false;
    value *= wholePower(shift);
  } else if (shift < 0) {
    if (shift < -18) return false;
    const power = wholePower(-shift);
    const rest = value % power;
    value /= power;
    if (rest >= power - rest) value++;
  }
  if (value > EXACT) return false;
  const number = <f64>value;
  if (number > load<f64>(slot, slotGreatest)) return false;
  store<f64>(cell, isNegative && value != 0 ? -number : number);
  return true;
}

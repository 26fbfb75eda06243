import {
  actionSkip,
  kindText,
  pairDouble,
  pairInteger,
  pairLastText,
  pairNumber,
  pairOther,
  pairTimestamp,
  pairWord,
  slotGreatest,
  slotLeast,
  stepAction,
  stepLiteral,
  stepPair,
  stepSize,
  stepTarget,
} from './layout';
import {storeDouble, wholeOf} from './numbers';
import {cellOf, setTag, setTags} from './slots';
import {matchValue} from './templates';
import {QUOTE, specialIn16, specialIn32} from './text';
import {storeTimestamps} from './times';

/** Values of two records at once. The first one's cell is that of `row`, the second one's is the next. */

// @ts-ignore: decorator
@inline
export function setTexts(step: usize, row: u32, a: usize, endA: usize, b: usize, endB: usize): void {
  const slot: usize = load<u32>(step, stepTarget);
  const cell = cellOf(slot, row);
  store<u64>(cell, <u64>a | (<u64>(endA - a) << 32));
  store<u64>(cell, <u64>b | (<u64>(endB - b) << 32), 8);
  setTags(slot, row);
}

// @ts-ignore: decorator
@inline
export function noDigits(lessZero: v128): v128 {
  return i8x16.eq(i8x16.max_u(lessZero, i8x16.splat(10)), lessZero);
}

/** A bit for each of 16 bytes that is no digit, but none for the first, which may be a sign; and one behind them. */
// @ts-ignore: decorator
@inline
export function noDigitBits(pos: usize): u32 {
  return (i8x16.bitmask(noDigits(i8x16.sub(v128.load(pos), i8x16.splat(48)))) & 0xfffe) | 0x10000;
}

/** The end of digits, the first of which may be a sign. */
// @ts-ignore: decorator
@inline
export function wholeEnd(pos: usize): usize {
  return pos + ctz<u32>(noDigitBits(pos));
}

/** The same with a fraction behind them, or without. */
// @ts-ignore: decorator
@inline
export function fractionEnd(pos: usize): usize {
  const bits = noDigitBits(pos);
  const point = ctz<u32>(bits);
  if (load<u8>(pos + point) != 0x2e) return pos + point;
  const end = ctz<u32>((bits & (bits - 1)) | 0x10000);
  return end == point + 1 ? pos + point : pos + end;
}

/** Whether the first byte of a number is right, where digits or a point follow it. */
// @ts-ignore: decorator
@inline
export function beginsNumber(pos: usize): bool {
  return <u32>load<u8>(pos) - 0x31 <= 8 || beginsOddly(pos);
}

function beginsOddly(pos: usize): bool {
  if (load<u8>(pos) == 45) pos++;
  return <u32>load<u8>(pos) - 0x31 <= 8 || (load<u8>(pos) == 48 && <u32>load<u8>(pos, 1) - 48 > 9);
}

/** 8 bytes from each. */
// @ts-ignore: decorator
@inline
export function bothLoad64(a: usize, b: usize): v128 {
  return v128.load64_lane(b, v128.load64_zero(a), 1);
}

/** By the count of digits: which of 8 bytes that end with them are theirs. */
const lastBytes = memory.data<u64>([
  0, 0xff00000000000000, 0xffff000000000000, 0xffffff0000000000, 0xffffffff00000000, 0xffffffffff000000, 0xffffffffffff0000, 0xffffffffffffff00,
  0xffffffffffffffff,
]);

/** Integers of 1 to 8 digits that end before `endA` and `endB`. */
// @ts-ignore: decorator
@inline
export function setIntegers(step: usize, row: u32, endA: usize, countA: usize, endB: usize, countB: usize): void {
  const slot: usize = load<u32>(step, stepTarget);
  const mask = bothLoad64(lastBytes + (countA << 3), lastBytes + (countB << 3));
  const digits = v128.and(i8x16.sub(bothLoad64(endA - 8, endB - 8), i8x16.splat(48)), mask);
  const twos = i16x8.add(i16x8.mul(v128.and(digits, i16x8.splat(255)), i16x8.splat(10)), i16x8.shr_u(digits, 8));
  const fours = i32x4.dot_i16x8_s(twos, i32x4.splat(0x00010064));
  const eights = i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(fours, fours), i32x4.splat(0x00012710));
  v128.store(cellOf(slot, row), f64x2.convert_low_i32x4_s(eights));
  setTags(slot, row);
}

/** Where the second value ends that `matchValues` read; 0 when it is none. It says nothing when the first is none. */
export let secondValueEnd: usize = 0;

/** Any two values for the step, the less common ones. Returns the byte after the first; 0 when it is none, and then the second was not read. */
export function matchValues(a: usize, b: usize, pair: u32, step: usize, row: u32): usize {
  if (pair <= <u32>pairLastText) growTexts(a, b, pair, step);
  if (pair <= <u32>pairLastText || pair == pairOther) return matchEach(a, b, step, row);
  if (pair == pairNumber || pair == pairInteger) {
    const endA = wholeEnd(a);
    const endB = wholeEnd(b);
    const next: u32 = load<u8>(step, stepSize + stepLiteral);
    if (((load<u8>(endA) ^ next) | (load<u8>(endB) ^ next)) == 0 && beginsNumber(a) && beginsNumber(b)) {
      if (max(endA - a, endB - b) <= 15 && setNumbers(step, row, <f64>wholeOf(a, endA), <f64>wholeOf(b, endB))) {
        secondValueEnd = endB;
        return endA;
      }
    }
  } else if (pair == pairTimestamp) {
    const slot: usize = load<u32>(step, stepTarget);
    if (storeTimestamps(a, b, slot, cellOf(slot, row))) {
      setTags(slot, row);
      secondValueEnd = b + 25;
      return a + 25;
    }
  } else if (pair == pairDouble) {
    const slot: usize = load<u32>(step, stepTarget);
    const cell = cellOf(slot, row);
    const endA = storeDouble(a, cell);
    const endB = storeDouble(b, cell + 8);
    if (endA != 0 && endB != 0) {
      setTags(slot, row);
      secondValueEnd = endB;
      return endA;
    }
  } else if (pair == pairWord) {
    const isTrueA = isTrue(a);
    const isTrueB = isTrue(b);
    if ((isTrueA | isFalse(a)) & (isTrueB | isFalse(b))) {
      if (load<u32>(step, stepAction) != actionSkip) setBoth(load<u32>(step, stepTarget), row, <f64>isTrueA, <f64>isTrueB);
      secondValueEnd = b + 5 - isTrueB;
      return a + 5 - isTrueA;
    }
  }
  return matchEach(a, b, step, row);
}

/** Longer texts than a step was made for are expected from now on, so that it fits nearly all of them soon. */
function growTexts(a: usize, b: usize, pair: u32, step: usize): void {
  const size = pair & 3;
  if (size < 2 && (isLonger(a, size) || isLonger(b, size))) store<u32>(step, pair + 1, stepPair);
}

function isLonger(pos: usize, size: u32): bool {
  return load<u8>(pos) == QUOTE && (size == 0 ? specialIn16(pos + 1) : specialIn32(pos + 1)) == 0;
}

// @ts-ignore: decorator
@inline
function matchEach(a: usize, b: usize, step: usize, row: u32): usize {
  const action = load<u32>(step, stepAction);
  const end = matchAny(a, action, step, row);
  if (end != 0) secondValueEnd = matchAny(b, action, step, row + 1);
  return end;
}

function matchAny(pos: usize, action: u32, step: usize, row: u32): usize {
  if (load<u32>(pos) == 0x6c6c756e && action <= <u32>kindText) {
    if (action != actionSkip) setTag(load<u32>(step, stepTarget), row, 1);
    return pos + 4;
  }
  return matchValue(pos, action, step, row);
}

/** False when one of them does not fit the slot. */
// @ts-ignore: decorator
@inline
function setNumbers(step: usize, row: u32, a: f64, b: f64): bool {
  const slot: usize = load<u32>(step, stepTarget);
  const least = load<f64>(slot, slotLeast);
  const greatest = load<f64>(slot, slotGreatest);
  if (a < least || b < least || a > greatest || b > greatest) return false;
  setBoth(slot, row, a, b);
  return true;
}

// @ts-ignore: decorator
@inline
function setBoth(slot: usize, row: u32, a: f64, b: f64): void {
  const cell = cellOf(slot, row);
  store<f64>(cell, a);
  store<f64>(cell, b, 8);
  setTags(slot, row);
}

// @ts-ignore: decorator
@inline
function isTrue(pos: usize): u32 {
  return load<u32>(pos) == 0x65757274 ? 1 : 0;
}

// @ts-ignore: decorator
@inline
function isFalse(pos: usize): u32 {
  return (load<u64>(pos) & 0xffffffffff) == 0x65736c6166 ? 1 : 0;
}

import {
  pairFinish,
  pairInteger,
  pairLastText,
  pairNone,
  pairOther,
  pairSkipFraction,
  pairSkipWhole,
  pairText,
  stepAction,
  stepIgnored,
  stepLength,
  stepLiteral,
  stepPair,
  stepPairIgnored,
  stepSize,
  stepTarget,
} from './layout';
import {cellOf, setTags} from './slots';
import {currentTemplate, matchFrom, matchValue, matchesRest, stepsOf, tellMissing} from './templates';
import {QUOTE, findSpecialFar, specialIn16, specialIn32, specialIn64} from './text';

/** Where the two records end, each 0 when no template fits it. The second one says nothing when the first is 0. */
export let firstEnd: usize = 0;
export let secondEnd: usize = 0;

/**
 * Two records that follow each other, by the current template, side by side: where a value begins is known only when the one before it was read, so a single
 * record keeps the processor waiting, and two wait at the same time. Only the commonest values are read here, and only when both records have them; what they
 * have in common is looked at once. As soon as one is of another shape, each goes its own way.
 */
export function matchPair(a: usize, b: usize, row: u32): void {
  const template = currentTemplate();
  let step = stepsOf(template);
  firstEnd = 0;
  secondEnd = 0;
  while (true) {
    const literal = v128.load(step, stepLiteral);
    const equal = i8x16.bitmask(v128.and(i8x16.eq(v128.load(a), literal), i8x16.eq(v128.load(b), literal)));
    let pair = load<u32>(step, stepPair);
    if ((equal | load<i32>(step, stepPairIgnored)) != 0xffff) {
      pair = unlikely(a, b, step, equal);
      if (pair == pairNone) break;
    }
    a += load<u32>(step, stepLength);
    b += load<u32>(step, stepLength);
    if (pair <= <u32>pairLastText) {
      const endA = textEnd(a + 1, pair & 3);
      const endB = textEnd(b + 1, pair & 3);
      if (((load<u8>(endA) ^ QUOTE) | (load<u8>(endB) ^ QUOTE)) == 0) {
        if (pair >= <u32>pairText) setTexts(step, row, a + 1, endA, b + 1, endB);
        a = endA + 1;
        b = endB + 1;
        step += stepSize;
        continue;
      }
    } else if (pair == pairInteger) {
      const digits = i8x16.sub(bothLoad64(a, b), i8x16.splat(48));
      const others = noDigits(digits);
      const bits = i8x16.bitmask(others);
      const endA = a + ctz<u32>(bits | 0x100);
      const endB = b + ctz<u32>((bits >> 8) | 0x100);
      const wrong = i8x16.bitmask(v128.or(others, i8x16.eq(digits, i8x16.splat(0)))) & 0x101;
      const next: u32 = load<u8>(step, stepSize + stepLiteral);
      if ((wrong | (load<u8>(endA) ^ next) | (load<u8>(endB) ^ next)) == 0) {
        setIntegers(step, row, endA, endA - a, endB, endB - b);
        a = endA;
        b = endB;
        step += stepSize;
        continue;
      }
    } else if (pair <= <u32>pairSkipFraction) {
      const endA = pair == pairSkipWhole ? wholeEnd(a) : fractionEnd(a);
      const endB = pair == pairSkipWhole ? wholeEnd(b) : fractionEnd(b);
      const next: u32 = load<u8>(step, stepSize + stepLiteral);
      if (((load<u8>(endA) ^ next) | (load<u8>(endB) ^ next)) == 0 && beginsNumber(a) && beginsNumber(b)) {
        a = endA;
        b = endB;
        step += stepSize;
        continue;
      }
    } else if (pair == pairFinish) {
      tellMissing(template, row);
      tellMissing(template, row + 1);
      firstEnd = a;
      secondEnd = b;
      return;
    }
    const action = load<u32>(step, stepAction);
    a = matchAny(a, action, step, row);
    if (a == 0) return;
    b = matchAny(b, action, step, row + 1);
    step += stepSize;
    if (b == 0) break;
  }
  firstEnd = matchFrom(a, template, step, row);
  if (b != 0 && firstEnd != 0) secondEnd = matchFrom(b, template, step, row + 1);
}

/** What else the two may have at the step: its literal is long, or not followed by texts as was expected, or does not fit. */
function unlikely(a: usize, b: usize, step: usize, equal: u32): u32 {
  if ((equal | load<u32>(step, stepIgnored)) != 0xffff) return pairNone;
  const length: usize = load<u32>(step, stepLength);
  const pair = load<u32>(step, stepPair);
  if (length < 16) return pairOther;
  if (length > 16 && !(matchesRest(a, step) && matchesRest(b, step))) return pairNone;
  return pair <= <u32>pairLastText && (load<u8>(a + length) != QUOTE || load<u8>(b + length) != QUOTE) ? pairOther : pair;
}

function matchAny(pos: usize, action: u32, step: usize, row: u32): usize {
  return matchValue(pos, action, step, row);
}

/** Where a text ends at the latest that is no longer than `size` says, from behind its quote. It holds nothing special before. */
// @ts-ignore: decorator
@inline
function textEnd(pos: usize, size: u32): usize {
  if (size == 0) return pos + ctz<u32>(specialIn16(pos) | 0x10000);
  if (size == 1) return pos + ctz<u32>(specialIn32(pos));
  if (size == 2) return pos + <usize>ctz<u64>(specialIn64(pos));
  return findSpecialFar(pos);
}

// @ts-ignore: decorator
@inline
function setTexts(step: usize, row: u32, a: usize, endA: usize, b: usize, endB: usize): void {
  const slot: usize = load<u32>(step, stepTarget);
  const cell = cellOf(slot, row);
  store<u64>(cell, <u64>a | (<u64>(endA - a) << 32));
  store<u64>(cell, <u64>b | (<u64>(endB - b) << 32), 8);
  setTags(slot, row);
}

// @ts-ignore: decorator
@inline
function noDigits(lessZero: v128): v128 {
  return i8x16.eq(i8x16.max_u(lessZero, i8x16.splat(10)), lessZero);
}

/** A bit for each of 16 bytes that is no digit, but none for the first, which may be a sign; and one behind them. */
// @ts-ignore: decorator
@inline
function noDigitBits(pos: usize): u32 {
  return (i8x16.bitmask(noDigits(i8x16.sub(v128.load(pos), i8x16.splat(48)))) & 0xfffe) | 0x10000;
}

/** The end of digits, the first of which may be a sign. */
// @ts-ignore: decorator
@inline
function wholeEnd(pos: usize): usize {
  return pos + ctz<u32>(noDigitBits(pos));
}

/** The same with a fraction behind them, or without. */
// @ts-ignore: decorator
@inline
function fractionEnd(pos: usize): usize {
  const bits = noDigitBits(pos);
  const point = ctz<u32>(bits);
  if (load<u8>(pos + point) != 0x2e) return pos + point;
  const end = ctz<u32>((bits & (bits - 1)) | 0x10000);
  return end == point + 1 ? pos + point : pos + end;
}

/** Whether the first byte of a number is right, where digits or a point follow it. */
// @ts-ignore: decorator
@inline
function beginsNumber(pos: usize): bool {
  return <u32>load<u8>(pos) - 0x31 <= 8 || beginsOddly(pos);
}

function beginsOddly(pos: usize): bool {
  if (load<u8>(pos) == 45) pos++;
  return <u32>load<u8>(pos) - 0x31 <= 8 || (load<u8>(pos) == 48 && <u32>load<u8>(pos, 1) - 48 > 9);
}

/** 8 bytes from each. */
// @ts-ignore: decorator
@inline
function bothLoad64(a: usize, b: usize): v128 {
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
function setIntegers(step: usize, row: u32, endA: usize, countA: usize, endB: usize, countB: usize): void {
  const slot: usize = load<u32>(step, stepTarget);
  const mask = bothLoad64(lastBytes + (countA << 3), lastBytes + (countB << 3));
  const digits = v128.and(i8x16.sub(bothLoad64(endA - 8, endB - 8), i8x16.splat(48)), mask);
  const twos = i16x8.add(i16x8.mul(v128.and(digits, i16x8.splat(255)), i16x8.splat(10)), i16x8.shr_u(digits, 8));
  const fours = i32x4.dot_i16x8_s(twos, i32x4.splat(0x00010064));
  const eights = i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(fours, fours), i32x4.splat(0x00012710));
  v128.store(cellOf(slot, row), f64x2.convert_low_i32x4_s(eights));
  setTags(slot, row);
}

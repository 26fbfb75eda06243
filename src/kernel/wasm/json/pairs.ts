import {
  pairFinish,
  pairInteger,
  pairLastText,
  pairNone,
  pairOther,
  pairSkipFraction,
  pairSkipWhole,
  pairText,
  stepIgnored,
  stepLength,
  stepLiteral,
  stepPair,
  stepPairIgnored,
  stepSize,
} from './layout';
import {
  beginsNumber,
  bothLoad64,
  fractionEnd,
  matchValues,
  noDigits,
  secondValueEnd,
  setIntegers,
  setTexts,
  wholeEnd,
} from './pair-values';
import {currentTemplate, matchFrom, matchesRest, stepsOf, tellMissing} from './templates';
import {QUOTE, findSpecialFar, findSpecialNear, specialIn16, specialIn32} from './text';

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
      // At a first byte: no digit, or a zero that another digit follows.
      const wrong = (bits | (i8x16.bitmask(i8x16.eq(digits, i8x16.splat(0))) & ~(bits >> 1))) & 0x101;
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
    a = matchValues(a, b, pair, step, row);
    b = secondValueEnd;
    step += stepSize;
    if (a == 0) return;
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

/** Where a text ends at the latest that is no longer than `size` says, from behind its quote. It holds nothing special before. */
// @ts-ignore: decorator
@inline
function textEnd(pos: usize, size: u32): usize {
  if (size == 0) return pos + ctz<u32>(specialIn16(pos) | 0x10000);
  if (size == 1) return pos + ctz<u32>(specialIn32(pos));
  return size == 2 ? findSpecialNear(pos) : findSpecialFar(pos);
}

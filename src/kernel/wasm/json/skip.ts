import {
  deepest,
  faultColon,
  faultCommaOrBrace,
  faultCommaOrBracket,
  faultDepth,
  faultKey,
  faultNumber,
  faultValue,
  faultWord,
} from './layout';
import {QUOTE, fault, findSpecial, skipSpace, skipString} from './text';

/** Passing over values that nobody wants. Every byte is looked at all the same: a record is valid as a whole or rejected. */

/** From a value's first byte to the byte after it; 0 when it is none. `depth`: how many containers it is in. */
export function skipValue(pos: usize, depth: u32): usize {
  const c: u32 = load<u8>(pos);
  if (c == QUOTE) {
    const end = skipString(pos + 1);
    return end == 0 ? 0 : end + 1;
  }
  if (c - 48 <= 9 || c == 45) return skipNumber(pos);
  if (c == 0x7b || c == 0x5b) return skipContainer(pos, depth);
  return skipWord(pos, c);
}

/**
 * The same with the commonest values in line: strings without escapes, and numbers of up to 7 digits. The slow way is called from in here, and not by a caller
 * that is told of it by a 0, because that would make a conditional move of a branch: then nothing behind the value could begin before the value is checked.
 */
// @ts-ignore: decorator
@inline
export function skipQuickly(pos: usize, depth: u32): usize {
  if (load<u8>(pos) == QUOTE) {
    const end = findSpecial(pos + 1);
    if (load<u8>(end) == QUOTE) return end + 1;
  } else {
    const bytes = load<u64>(pos);
    const digits = digitCount(bytes);
    const next: u32 = load<u8>(pos + digits);
    const isWhole = digits != 0 && digits != 8 && next != 0x2e && (next | 32) != 0x65;
    if (isWhole && ((bytes & 0xff) != 0x30 || digits == 1)) return pos + digits;
  }
  return skipValue(pos, depth);
}

export function skipWord(pos: usize, c: u32): usize {
  if (c == 0x74) return load<u32>(pos) == 0x65757274 ? pos + 4 : fault(faultWord, pos);
  if (c == 0x66) return load<u32>(pos, 1) == 0x65736c61 ? pos + 5 : fault(faultWord, pos);
  if (c == 0x6e) return load<u32>(pos) == 0x6c6c756e ? pos + 4 : fault(faultWord, pos);
  return fault(faultValue, pos);
}

/** How many decimal digits 8 bytes begin with. */
// @ts-ignore: decorator
@inline
export function digitCount(bytes: u64): usize {
  const digits = bytes ^ 0x3030303030303030;
  return <usize>(ctz<u64>((digits + 0x7676767676767676 | digits) & 0x8080808080808080) >> 3);
}

export function skipDigits(pos: usize): usize {
  let count = digitCount(load<u64>(pos));
  while (count == 8) {
    pos += 8;
    count = digitCount(load<u64>(pos));
  }
  return pos + count;
}

export function skipNumber(start: usize): usize {
  let pos = start;
  if (load<u8>(pos) == 45) pos++;
  const first: u32 = load<u8>(pos);
  const whole = skipDigits(pos);
  if (whole == pos || (first == 48 && whole - pos > 1)) return fault(faultNumber, start);
  pos = whole;
  if (load<u8>(pos) == 0x2e) {
    const end = skipDigits(pos + 1);
    if (end == pos + 1) return fault(faultNumber, start);
    pos = end;
  }
  if ((<u32>load<u8>(pos) | 32) == 0x65) {
    const sign: u32 = load<u8>(pos, 1);
    if (sign == 43 || sign == 45) pos++;
    const end = skipDigits(pos + 1);
    if (end == pos + 1) return fault(faultNumber, start);
    pos = end;
  }
  return pos;
}

const AT_VALUE: u32 = 0;
const AT_KEY: u32 = 1;
const AFTER_VALUE: u32 = 2;

/** One byte a level: whether the container is an object. Used within one call only. */
const levels = memory.data(513);

/** From `{` or `[` to the byte after its end. */
export function skipContainer(pos: usize, outer: u32): usize {
  let depth = outer;
  let state = AT_VALUE;
  let done = false;
  while (!done) {
    if (state == AT_VALUE) {
      const c: u32 = load<u8>(pos);
      if (c == 0x7b || c == 0x5b) {
        if (depth == deepest) return fault(faultDepth, pos);
        const isObject = c == 0x7b;
        store<u8>(levels + depth, isObject ? 1 : 0);
        depth++;
        pos = skipSpace(pos + 1);
        // Both closing brackets are their opening one plus 2.
        if (<u32>load<u8>(pos) == c + 2) {
          depth--;
          pos++;
          state = AFTER_VALUE;
        } else if (isObject) state = AT_KEY;
      } else {
        pos = skipValue(pos, depth);
        if (pos == 0) return 0;
        state = AFTER_VALUE;
      }
    } else if (state == AT_KEY) {
      pos = skipKey(pos);
      if (pos == 0) return 0;
      state = AT_VALUE;
    } else if (depth == outer) {
      done = true;
    } else {
      pos = skipSpace(pos);
      const c: u32 = load<u8>(pos);
      const isObject: u32 = load<u8>(levels + depth - 1);
      if (c == 0x2c) {
        pos = skipSpace(pos + 1);
        state = isObject ? AT_KEY : AT_VALUE;
      } else if (c == (isObject ? 0x7d : 0x5d)) {
        depth--;
        pos++;
      } else return fault(isObject ? faultCommaOrBrace : faultCommaOrBracket, pos);
    }
  }
  return pos;
}

/** From a key's quote to its value. */
function skipKey(pos: usize): usize {
  if (load<u8>(pos) != QUOTE) return fault(faultKey, pos);
  const end = skipString(pos + 1);
  if (end == 0) return 0;
  return toValue(end + 1);
}

/** From the byte after a key's closing quote to its value. */
// @ts-ignore: decorator
@inline
export function toValue(pos: usize): usize {
  pos = skipSpace(pos);
  if (load<u8>(pos) != 0x3a) return fault(faultColon, pos);
  return skipSpace(pos + 1);
}

import {faultControl, faultEscape} from './layout';

/** The fault of the last function that returned 0. It never lies beyond the byte that ends the record. */
export let faultCode: u32 = 0;
export let faultAt: usize = 0;

export function fault(code: u32, at: usize): usize {
  faultCode = code;
  faultAt = at;
  return 0;
}

/** A line feed ends a record of lines; in a message it is white space. */
let lineFeedIsSpace: bool = false;
export function setLineFeedIsSpace(value: bool): void {
  lineFeedIsSpace = value;
}

export const QUOTE: u32 = 0x22;
export const BACKSLASH: u32 = 0x5c;

// @ts-ignore: decorator
@inline
export function skipSpace(pos: usize): usize {
  return load<u8>(pos) > 32 ? pos : skipSpaceSlowly(pos);
}

function skipSpaceSlowly(pos: usize): usize {
  let c: u32 = load<u8>(pos);
  while (c == 32 || c == 9 || c == 13 || (c == 10 && lineFeedIsSpace)) c = load<u8>(++pos);
  return pos;
}

/** A bit for each of 16 bytes that ends a plain stretch of a string: quote, backslash, control character. */
// @ts-ignore: decorator
@inline
export function specialBytes(bytes: v128): i32 {
  return i8x16.bitmask(specialLanes(bytes));
}

// @ts-ignore: decorator
@inline
function specialLanes(bytes: v128): v128 {
  return v128.or(
    v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))),
    i8x16.eq(i8x16.min_u(bytes, i8x16.splat(0x1f)), bytes),
  );
}

/** The first quote, backslash or control character from `pos` on. There is one: every record ends with a control character. */
// @ts-ignore: decorator
@inline
export function findSpecial(pos: usize): usize {
  let mask = specialBytes(v128.load(pos));
  if (mask != 0) return pos + ctz<i32>(mask);
  mask = specialBytes(v128.load(pos, 16));
  if (mask != 0) return pos + 16 + ctz<i32>(mask);
  return findSpecialFar(pos + 32);
}

function findSpecialFar(pos: usize): usize {
  let a = specialLanes(v128.load(pos));
  let b = specialLanes(v128.load(pos, 16));
  let c = specialLanes(v128.load(pos, 32));
  let d = specialLanes(v128.load(pos, 48));
  while (!v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) {
    pos += 64;
    a = specialLanes(v128.load(pos));
    b = specialLanes(v128.load(pos, 16));
    c = specialLanes(v128.load(pos, 32));
    d = specialLanes(v128.load(pos, 48));
  }
  const low = <u64>(<u32>(i8x16.bitmask(a) | (i8x16.bitmask(b) << 16)));
  const high = <u64>(<u32>(i8x16.bitmask(c) | (i8x16.bitmask(d) << 16)));
  return pos + <usize>ctz<u64>(low | (high << 32));
}

/** Whether the string that `skipString` passed last holds escapes. */
export let hadEscapes: bool = false;

/** From the byte after the opening quote to the closing quote; 0 when it is no string. */
export function skipString(pos: usize): usize {
  let end = findSpecial(pos);
  hadEscapes = false;
  if (load<u8>(end) == QUOTE) return end;
  return skipEscapes(end);
}

function skipEscapes(pos: usize): usize {
  hadEscapes = true;
  let c: u32 = load<u8>(pos);
  while (c == BACKSLASH) {
    const length = escapeLength(pos);
    if (length == 0) return fault(faultEscape, pos);
    pos = findSpecial(pos + length);
    c = load<u8>(pos);
  }
  return c == QUOTE ? pos : fault(faultControl, pos);
}

/** How many bytes the escape at the backslash takes; 0 when it is none. */
function escapeLength(pos: usize): usize {
  const c: u32 = load<u8>(pos, 1);
  if (c == 0x75) return hexQuad(pos + 2) >= 0 ? 6 : 0;
  const isKnown =
    c == QUOTE || c == BACKSLASH || c == 0x2f || c == 0x62 || c == 0x66 || c == 0x6e || c == 0x72 || c == 0x74;
  return isKnown ? 2 : 0;
}

/** The number of four hexadecimal digits, or -1. */
function hexQuad(pos: usize): i32 {
  let value: i32 = 0;
  for (let i: usize = 0; i < 4; i++) {
    const c: u32 = load<u8>(pos + i);
    let digit: u32 = c - 48;
    if (digit > 9) {
      digit = (c | 32) - 97;
      if (digit > 5) return -1;
      digit += 10;
    }
    value = (value << 4) | digit;
  }
  return value;
}

/**
 * Writes the text that a valid JSON string stands for, and returns the byte after it. It is never longer than the string. A surrogate without its other half
 * becomes U+FFFD, because no UTF-8 can say it.
 */
export function unescape(pos: usize, end: usize, target: usize): usize {
  while (pos < end) {
    const c: u32 = load<u8>(pos);
    if (c != BACKSLASH) {
      let stop = findSpecial(pos);
      if (stop > end) stop = end;
      memory.copy(target, pos, stop - pos);
      target += stop - pos;
      pos = stop;
    } else if (load<u8>(pos, 1) == 0x75) {
      let code: u32 = hexQuad(pos + 2);
      pos += 6;
      if (code >= 0xd800 && code < 0xe000) {
        let low: u32 = 0;
        if (code < 0xdc00 && pos + 6 <= end && load<u16>(pos) == 0x755c) low = hexQuad(pos + 2);
        if (low >= 0xdc00 && low < 0xe000) {
          code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
          pos += 6;
        } else code = 0xfffd;
      }
      target = writeCodePoint(code, target);
    } else {
      store<u8>(target++, plainEscape(load<u8>(pos, 1)));
      pos += 2;
    }
  }
  return target;
}

function plainEscape(c: u32): u32 {
  if (c == 0x6e) return 10;
  if (c == 0x74) return 9;
  if (c == 0x72) return 13;
  if (c == 0x62) return 8;
  if (c == 0x66) return 12;
  return c;
}

function writeCodePoint(code: u32, target: usize): usize {
  if (code < 0x80) {
    store<u8>(target, code);
    return target + 1;
  }
  if (code < 0x800) {
    store<u8>(target, 0xc0 | (code >> 6));
    store<u8>(target, 0x80 | (code & 63), 1);
    return target + 2;
  }
  if (code < 0x10000) {
    store<u8>(target, 0xe0 | (code >> 12));
    store<u8>(target, 0x80 | ((code >> 6) & 63), 1);
    store<u8>(target, 0x80 | (code & 63), 2);
    return target + 3;
  }
  store<u8>(target, 0xf0 | (code >> 18));
  store<u8>(target, 0x80 | ((code >> 12) & 63), 1);
  store<u8>(target, 0x80 | ((code >> 6) & 63), 2);
  store<u8>(target, 0x80 | (code & 63), 3);
  return target + 4;
}

/** Whether bytes hold a quote, a backslash or a control character, so that they may not stand between JSON quotes as they are. */
export function needsEscapes(pos: usize, end: usize): bool {
  while (pos + 16 <= end) {
    if (specialBytes(v128.load(pos)) != 0) return true;
    pos += 16;
  }
  if (pos == end) return false;
  return (specialBytes(v128.load(pos)) & ((1 << <i32>(end - pos)) - 1)) != 0;
}

/** The line feed that ends the line. */
export function lineEnd(pos: usize): usize {
  let mask = i8x16.bitmask(i8x16.eq(v128.load(pos), i8x16.splat(10)));
  while (mask == 0) {
    pos += 16;
    mask = i8x16.bitmask(i8x16.eq(v128.load(pos), i8x16.splat(10)));
  }
  return pos + ctz<i32>(mask);
}

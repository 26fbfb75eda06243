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

/** All bytes of strings that were looked at, and some more, in one. */
let seen: v128 = i64x2.splat(0);

export function forgetSeen(): void {
  seen = i64x2.splat(0);
}

/** Whether all strings since then are ASCII. False says nothing. */
export function wereAscii(): bool {
  return i8x16.bitmask(seen) == 0;
}

// @ts-ignore: decorator
@inline
export function see(bytes: v128): void {
  seen = v128.or(seen, bytes);
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
  return v128.or(i8x16.gt_s(i8x16.splat(-95), turned(bytes)), i8x16.eq(bytes, i8x16.splat(0x5c)));
}

/**
 * Turning the highest bit lets signed bytes compare as if they were unsigned; turning another one makes the quote 0x20, just above the control characters,
 * which stay among themselves: one comparison, with 0x21, finds both.
 */
// @ts-ignore: decorator
@inline
function turned(bytes: v128): v128 {
  return v128.xor(bytes, i8x16.splat(-126));
}

/** The first quote, backslash or control character from `pos` on. There is one: every record ends with a control character. */
// @ts-ignore: decorator
@inline
export function findSpecial(pos: usize): usize {
  let mask = specialIn16(pos);
  if (mask != 0) return pos + ctz<i32>(mask);
  mask = specialIn16(pos + 16);
  if (mask != 0) return pos + 16 + ctz<i32>(mask);
  return findSpecialFar(pos + 32);
}

/** The same where it is mostly 32 to 64 bytes off. */
// @ts-ignore: decorator
@inline
export function findSpecialNear(pos: usize): usize {
  const mask = specialIn64(pos);
  return mask == 0 ? findSpecialFar(pos + 64) : pos + <usize>ctz<u64>(mask);
}

export function findSpecialFar(pos: usize): usize {
  let mask = specialIn64(pos);
  while (mask == 0) {
    pos += 64;
    while (!hasSpecial(pos)) pos += 64;
    mask = specialIn64(pos);
  }
  return pos + <usize>ctz<u64>(mask);
}

/** A bit for each of 16, 32 and 64 bytes that ends a plain stretch of a string. */
// @ts-ignore: decorator
@inline
export function specialIn16(pos: usize): u32 {
  const bytes = v128.load(pos);
  see(bytes);
  return specialBytes(bytes);
}

// @ts-ignore: decorator
@inline
export function specialIn32(pos: usize): u32 {
  const a = v128.load(pos);
  const b = v128.load(pos, 16);
  see(v128.or(a, b));
  return specialBytes(a) | (specialBytes(b) << 16);
}

// @ts-ignore: decorator
@inline
export function specialIn64(pos: usize): u64 {
  const a = v128.load(pos);
  const b = v128.load(pos, 16);
  const c = v128.load(pos, 32);
  const d = v128.load(pos, 48);
  see(v128.or(v128.or(a, b), v128.or(c, d)));
  const low: u32 = specialBytes(a) | (specialBytes(b) << 16);
  const high: u32 = specialBytes(c) | (specialBytes(d) << 16);
  return <u64>low | (<u64>high << 32);
}

/** Whether there is one among 64 bytes. */
// @ts-ignore: decorator
@inline
function hasSpecial(pos: usize): bool {
  const a = v128.load(pos);
  const b = v128.load(pos, 16);
  const c = v128.load(pos, 32);
  const d = v128.load(pos, 48);
  see(v128.or(v128.or(a, b), v128.or(c, d)));
  const least = i8x16.min_s(i8x16.min_s(turned(a), turned(b)), i8x16.min_s(turned(c), turned(d)));
  const slash = i8x16.splat(0x5c);
  const slashes = v128.or(v128.or(i8x16.eq(a, slash), i8x16.eq(b, slash)), v128.or(i8x16.eq(c, slash), i8x16.eq(d, slash)));
  return v128.any_true(v128.or(i8x16.gt_s(i8x16.splat(-95), least), slashes));
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

/** What the letter of an escape of two bytes stands for, from `"` to `u`; 0 for letters that make none. */
const plainEscapes = memory.data<u8>([
  0x22, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x2f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x5c, 0, 0, 0, 0, 0, 8, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 13, 0, 9, 0,
]);

// @ts-ignore: decorator
@inline
function plainEscape(letter: u32): u32 {
  const index = letter - 0x22;
  return index < 84 ? <u32>load<u8>(plainEscapes + index) : 0;
}

/** How many bytes the escape at the backslash takes; 0 when it is none. */
// @ts-ignore: decorator
@inline
function escapeLength(pos: usize): usize {
  const letter: u32 = load<u8>(pos, 1);
  if (plainEscape(letter) != 0) return 2;
  return letter == 0x75 && hexQuad(pos + 2) >= 0 ? 6 : 0;
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

/** Whether the text that `unescape` wrote last holds a quote, a backslash or a control character. */
export let isDirty: bool = false;

/**
 * Writes the text that a valid JSON string stands for, and returns the byte after it. It is never longer than the string, but up to 15 bytes behind it are
 * written too. A surrogate without its other half becomes U+FFFD, because no UTF-8 can say it.
 */
export function unescape(pos: usize, end: usize, target: usize): usize {
  isDirty = false;
  while (pos < end) {
    const bytes = v128.load(pos);
    v128.store(target, bytes);
    const mask = specialBytes(bytes);
    const plain: usize = mask == 0 ? 16 : ctz<i32>(mask);
    pos += plain;
    target += plain;
    // The quote at the string's end is special too.
    if (mask == 0 || pos >= end) continue;
    let code: u32 = plainEscape(load<u8>(pos, 1));
    if (code != 0) {
      store<u8>(target++, code);
      pos += 2;
    } else {
      code = hexQuad(pos + 2);
      pos += 6;
      if (code >= 0xd800 && code < 0xe000) {
        const low: u32 = code < 0xdc00 && pos + 6 <= end && load<u16>(pos) == 0x755c ? hexQuad(pos + 2) : 0;
        if (low >= 0xdc00 && low < 0xe000) {
          code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
          pos += 6;
        } else code = 0xfffd;
      }
      target = writeCodePoint(code, target);
    }
    if (code < 0x20 || code == QUOTE || code == BACKSLASH) isDirty = true;
  }
  return target;
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

/** The line feed that ends the line. */
export function lineEnd(pos: usize): usize {
  let mask = i8x16.bitmask(i8x16.eq(v128.load(pos), i8x16.splat(10)));
  while (mask == 0) {
    pos += 16;
    mask = i8x16.bitmask(i8x16.eq(v128.load(pos), i8x16.splat(10)));
  }
  return pos + ctz<i32>(mask);
}

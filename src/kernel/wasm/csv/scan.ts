// Finding bytes, sixteen at a time. Loads may go up to 64 bytes beyond the data: engine memory never ends there.

/** Nonzero once a byte beyond ASCII was seen: then the record's UTF-8 must be checked. */
export let high: u32 = 0;
export function setHigh(bits: u32): void {
  high = bits;
}

/** A bit for each of the 64 bytes from `block` that is a delimiter or a line end; none at `end` and beyond. */
// @ts-ignore: decorator
@inline
export function structural(block: u32, end: u32, delimiters: v128, lineEnds: v128): u64 {
  if (block >= end) return 0;
  const a = v128.load(block);
  const b = v128.load(block, 16);
  const c = v128.load(block, 32);
  const d = v128.load(block, 48);
  high |= <u32>i8x16.bitmask(v128.or(v128.or(a, b), v128.or(c, d)));
  const first = <u32>i8x16.bitmask(v128.or(i8x16.eq(a, delimiters), i8x16.eq(a, lineEnds)));
  const second = <u32>i8x16.bitmask(v128.or(i8x16.eq(b, delimiters), i8x16.eq(b, lineEnds)));
  const third = <u32>i8x16.bitmask(v128.or(i8x16.eq(c, delimiters), i8x16.eq(c, lineEnds)));
  const fourth = <u32>i8x16.bitmask(v128.or(i8x16.eq(d, delimiters), i8x16.eq(d, lineEnds)));
  const mask = (<u64>(first | (second << 16))) | ((<u64>(third | (fourth << 16))) << 32);
  const left = end - block;
  return left < 64 ? mask & ((<u64>1 << left) - 1) : mask;
}

/** The first line feed in [from, end), or `end`. */
export function lineEnd(from: u32, end: u32): u32 {
  let at = from;
  while (at < end) {
    const bytes = v128.load(at);
    high |= <u32>i8x16.bitmask(bytes);
    const mask = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(10)));
    if (mask != 0) return min(at + ctz(mask), end);
    at += 16;
  }
  return end;
}

/** The text has a byte that may not stand between JSON quotes as it is: a quote, a backslash, a control character. */
// @ts-ignore: decorator
@inline
export function isDirty(pointer: u32, length: i32): bool {
  let at = pointer;
  let left = length;
  while (left > 0) {
    const bytes = v128.load(at);
    let mask = i8x16.bitmask(
      v128.or(v128.or(i8x16.eq(bytes, i8x16.splat(34)), i8x16.eq(bytes, i8x16.splat(92))), i8x16.lt_u(bytes, i8x16.splat(32))),
    );
    if (left < 16) mask &= (1 << left) - 1;
    if (mask != 0) return true;
    at += 16;
    left -= 16;
  }
  return false;
}

/** What `closingQuote` found on its way. */
export let quotedLines: u32 = 0;
export let quotedEscapes: bool = false;

/**
 * The quote that closes a quoted field whose content starts at `from`, or `end` when none does. A doubled quote, and with an escape character an escaped byte, is content.
 */
export function closingQuote(from: u32, end: u32, quote: i32, escape: i32): u32 {
  quotedLines = 0;
  quotedEscapes = false;
  const quotes = i8x16.splat(<i8>quote);
  const escapes = i8x16.splat(<i8>(escape < 0 ? quote : escape));
  let at = from;
  while (at < end) {
    const bytes = v128.load(at);
    high |= <u32>i8x16.bitmask(bytes);
    const stops = i8x16.bitmask(v128.or(i8x16.eq(bytes, quotes), i8x16.eq(bytes, escapes)));
    const feeds = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(10)));
    if (stops == 0) {
      const left = end - at;
      quotedLines += popcnt(left < 16 ? feeds & ((1 << left) - 1) : feeds);
      at += 16;
      continue;
    }
    const offset = ctz(stops);
    quotedLines += popcnt(feeds & ((1 << offset) - 1));
    at += offset;
    if (at >= end) return end;
    const isEscape = <i32>load<u8>(at) == escape;
    const isDoubled = !isEscape && at + 1 < end && <i32>load<u8>(at, 1) == quote;
    if (!isEscape && !isDoubled) return at;
    if (isEscape && at + 1 < end && load<u8>(at, 1) == 10) quotedLines++;
    quotedEscapes = true;
    at += 2;
  }
  return end;
}

/** The end of an unquoted field where an escape character may hide a delimiter or a line end. Sets `quotedEscapes`, `quotedLines`. */
export function escapedFieldEnd(from: u32, end: u32, delimiter: i32, escape: i32): u32 {
  quotedLines = 0;
  quotedEscapes = false;
  let at = from;
  while (at < end) {
    const byte = <i32>load<u8>(at);
    high |= byte & 128;
    if (byte == delimiter || byte == 10) return at;
    if (byte == escape && at + 1 < end) {
      at++;
      high |= <i32>load<u8>(at) & 128;
      if (load<u8>(at) == 10) quotedLines++;
      quotedEscapes = true;
    }
    at++;
  }
  return end;
}

// Texts into the output, in as many goes as the room asks for. Each function reads [from, end), writes at `out` while there is room before `outEnd`, leaves the
// next unread byte in `unread`, and returns what comes after the written bytes.

export let unread: u32 = 0;

/** As it is. */
export function copyText(from: u32, end: u32, out: u32, outEnd: u32): u32 {
  const count = min(end - from, outEnd - out);
  let at: u32 = 0;
  while (at < count) {
    v128.store(out + at, v128.load(from + at));
    at += 16;
  }
  unread = from + count;
  return out + count;
}

/** JSON on one line: line ends between its tokens become spaces (inside its strings there are none). */
export function copyJson(from: u32, end: u32, out: u32, outEnd: u32): u32 {
  const count = min(end - from, outEnd - out);
  const spaces = i8x16.splat(32);
  let at: u32 = 0;
  while (at < count) {
    v128.store(out + at, i8x16.max_u(v128.load(from + at), spaces));
    at += 16;
  }
  unread = from + count;
  return out + count;
}

/** Between JSON quotes. */
export function escapeJson(from: u32, end: u32, out: u32, outEnd: u32): u32 {
  let read = from;
  let at = out;
  while (read < end && at < outEnd) {
    const bytes = v128.load(read);
    v128.store(at, bytes);
    const left = end - read;
    const mask =
      i8x16.bitmask(v128.or(v128.or(i8x16.eq(bytes, i8x16.splat(34)), i8x16.eq(bytes, i8x16.splat(92))), i8x16.lt_u(bytes, i8x16.splat(32)))) | 0x10000;
    const offset = min(<u32>ctz(mask), left);
    read += offset;
    at += offset;
    if (offset < 16 && read < end) at = writeJsonEscape(at, load<u8>(read++));
  }
  unread = read;
  return at;
}

function writeJsonEscape(out: u32, byte: u8): u32 {
  let short: u32 = 0;
  if (byte == 34 || byte == 92) short = byte;
  else if (byte == 10) short = 110;
  else if (byte == 13) short = 114;
  else if (byte == 9) short = 116;
  else if (byte == 8) short = 98;
  else if (byte == 12) short = 102;
  if (short != 0) {
    store<u16>(out, <u16>(92 | (short << 8)));
    return out + 2;
  }
  const low = byte & 15;
  store<u32>(out, 0x3030755c);
  store<u8>(out, 48 + (byte >> 4), 4);
  store<u8>(out, low < 10 ? 48 + low : 87 + low, 5);
  return out + 6;
}

/** Whether a CSV text must stand in quotes. A byte of -1 is none. */
export function needsQuotes(from: u32, end: u32, delimiter: i32, quote: i32, escape: i32): bool {
  const delimiters = i8x16.splat(<i8>delimiter);
  const quotes = i8x16.splat(<i8>quote);
  const escapes = i8x16.splat(<i8>(escape < 0 ? delimiter : escape));
  let at = from;
  while (at < end) {
    const bytes = v128.load(at);
    const lineEnds = v128.or(i8x16.eq(bytes, i8x16.splat(10)), i8x16.eq(bytes, i8x16.splat(13)));
    const marks = v128.or(v128.or(i8x16.eq(bytes, delimiters), i8x16.eq(bytes, quotes)), i8x16.eq(bytes, escapes));
    let mask = i8x16.bitmask(v128.or(lineEnds, marks));
    const left = end - at;
    if (left < 16) mask &= (1 << left) - 1;
    if (mask != 0) return true;
    at += 16;
  }
  return false;
}

/** Between CSV quotes: quotes and escape characters are doubled. */
export function doubleQuotes(from: u32, end: u32, out: u32, outEnd: u32, quote: i32, escape: i32): u32 {
  const quotes = i8x16.splat(<i8>quote);
  const escapes = i8x16.splat(<i8>(escape < 0 ? quote : escape));
  let read = from;
  let at = out;
  while (read < end && at < outEnd) {
    const bytes = v128.load(read);
    v128.store(at, bytes);
    const left = end - read;
    const mask = i8x16.bitmask(v128.or(i8x16.eq(bytes, quotes), i8x16.eq(bytes, escapes))) | 0x10000;
    const offset = min(<u32>ctz(mask), left);
    read += offset;
    at += offset;
    if (offset < 16 && read < end) {
      const byte = load<u8>(read++);
      store<u8>(at, byte);
      store<u8>(at, byte, 1);
      at += 2;
    }
  }
  unread = read;
  return at;
}

/** Tabs, line ends and backslashes as `\t`, `\n`, `\r`, `\\`. */
export function escapeTsv(from: u32, end: u32, out: u32, outEnd: u32): u32 {
  let read = from;
  let at = out;
  while (read < end && at < outEnd) {
    const bytes = v128.load(read);
    v128.store(at, bytes);
    const left = end - read;
    const blanks = v128.or(i8x16.eq(bytes, i8x16.splat(9)), i8x16.eq(bytes, i8x16.splat(10)));
    const others = v128.or(i8x16.eq(bytes, i8x16.splat(13)), i8x16.eq(bytes, i8x16.splat(92)));
    const mask = i8x16.bitmask(v128.or(blanks, others)) | 0x10000;
    const offset = min(<u32>ctz(mask), left);
    read += offset;
    at += offset;
    if (offset < 16 && read < end) at = writeJsonEscape(at, load<u8>(read++));
  }
  unread = read;
  return at;
}

// Texts of numbers to f64. NaN says "not by me": the text is wrong, or needs more than 53 bits, and JavaScript looks at it again.

/** 10^0 to 10^22: the powers that an f64 holds exactly. */
const powers = memory.data<f64>([
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]);

/** Digits that `digits` may be asked for: 10^18 stays below 2^63. */
const mostDigits: i32 = 18;
const exactIntegers: u64 = 9007199254740991;

/** The last `count` (1 to 8) bytes before `end` as a number, or -1 when one of them is no digit. Reads eight bytes; what stands before does not matter. */
// @ts-ignore: decorator
@inline
function lastEight(end: u32, count: i32): i64 {
  // The first byte counts most and is the lowest one: bytes before the digits become leading zeros.
  const bytes = (load<u64>(end - 8) ^ 0x3030303030303030) & (<u64>-1 << ((8 - count) << 3));
  if (((bytes + 0x7676767676767676) | bytes) & 0x8080808080808080) return -1;
  // Bytes to pairs, pairs to fours, fours to eight.
  const pairs = bytes * 10 + (bytes >> 8);
  return <i64>(((pairs & 0x000000ff000000ff) * 0x000f424000000064 + ((pairs >> 16) & 0x000000ff000000ff) * 0x0000271000000001) >> 32);
}

/** The number that `length` (1 to 18) digits spell, or -1 when one of them is no digit. */
export function digits(pointer: u32, length: i32): i64 {
  if (length <= 8) return lastEight(pointer + length, length);
  let value: u64 = 0;
  let left = length;
  while (left > 0) {
    const count = left & 7 || 8;
    const part = lastEight(pointer + length - left + count, count);
    if (part < 0) return -1;
    value = value * 100000000 + <u64>part;
    left -= count;
  }
  return <i64>value;
}

/** An integer between `least` and `most`, which are safe integers. */
// @ts-ignore: decorator
@inline
export function parseInteger(pointer: u32, length: i32, least: f64, most: f64): f64 {
  if (length <= 0) return NaN;
  const first = load<u8>(pointer);
  const signed = first == 45 || first == 43;
  const at = pointer + u32(signed);
  const count = length - i32(signed);
  if (count <= 0 || count > mostDigits) return NaN;
  const magnitude = digits(at, count);
  if (magnitude < 0 || <u64>magnitude > exactIntegers) return NaN;
  const value = first == 45 ? 0 - <f64>magnitude : <f64>magnitude;
  return value >= least && value <= most ? value : NaN;
}

/** A decimal number times 10^scale, exactly, while it lies between -most and most (a safe integer). */
export function parseDecimal(pointer: u32, length: i32, scale: i32, most: f64): f64 {
  const end = pointer + length;
  let at = pointer;
  if (at >= end) return NaN;
  const first = load<u8>(at);
  if (first == 45 || first == 43) at++;
  let magnitude: u64 = 0;
  let count = 0;
  let fraction = -1;
  while (at < end) {
    const byte = <u32>load<u8>(at++);
    const digit = byte - 48;
    if (digit <= 9) {
      if (++count > mostDigits) return NaN;
      magnitude = magnitude * 10 + digit;
      if (fraction >= 0) fraction++;
    } else if (byte == 46 && fraction < 0) {
      fraction = 0;
    } else {
      return NaN;
    }
  }
  const missing = scale - max(fraction, 0);
  if (count == 0 || missing < 0 || count + missing > mostDigits) return NaN;
  magnitude *= <u64>load<f64>(powers + (missing << 3));
  if (magnitude > <u64>most) return NaN;
  return first == 45 && magnitude != 0 ? 0 - <f64>magnitude : <f64>magnitude;
}

/** A double whose digits fit 53 bits and whose power of ten is exact: then one multiplication or division rounds correctly. */
export function parseDouble(pointer: u32, length: i32): f64 {
  const end = pointer + length;
  let at = pointer;
  if (at >= end) return NaN;
  const first = load<u8>(at);
  if (first == 45 || first == 43) at++;
  let magnitude: u64 = 0;
  let count = 0;
  let exponent = 0;
  let byte: u32 = 0;
  while (at < end) {
    byte = load<u8>(at);
    const digit = byte - 48;
    if (digit > 9) break;
    if (++count > mostDigits) return NaN;
    magnitude = magnitude * 10 + digit;
    at++;
  }
  if (at < end && byte == 46) {
    at++;
    while (at < end) {
      byte = load<u8>(at);
      const digit = byte - 48;
      if (digit > 9) break;
      if (++count > mostDigits) return NaN;
      magnitude = magnitude * 10 + digit;
      exponent--;
      at++;
    }
  }
  if (count == 0) return NaN;
  if (at < end) {
    if ((byte | 32) != 101) return NaN;
    at++;
    let negative = false;
    if (at < end && (load<u8>(at) == 45 || load<u8>(at) == 43)) negative = load<u8>(at++) == 45;
    if (at >= end || end - at > 4) return NaN;
    const power = <i32>digits(at, end - at);
    if (power < 0) return NaN;
    exponent += negative ? -power : power;
  }
  if (magnitude > exactIntegers) return NaN;
  let value = <f64>magnitude;
  if (exponent > 22 || exponent < -22) return NaN;
  if (exponent < 0) value /= load<f64>(powers + (-exponent << 3));
  else if (exponent > 0) value *= load<f64>(powers + (exponent << 3));
  return first == 45 ? -value : value;
}

/** `true` and `false` in any case. */
export function parseBoolean(value: u32, length: i32): f64 {
  if (length != 4 && length != 5) return NaN;
  const head = load<u32>(value) | 0x20202020;
  if (length == 4) return head == 0x65757274 ? 1 : NaN;
  return head == 0x736c6166 && (load<u8>(value, 4) | 32) == 101 ? 0 : NaN;
}

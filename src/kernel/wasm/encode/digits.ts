// Numbers to text. Each function writes at `out` and returns what comes after; it may write up to 32 bytes beyond that.

/** 10^0 to 10^22: the powers that an f64 holds exactly. */
const powers = memory.data<f64>([
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]);
// @ts-ignore: decorator
@inline
function power(exponent: i32): f64 {
  return load<f64>(powers + (exponent << 3));
}

const zeros: u64 = 0x3030303030303030;

/** The eight digits of a number below 10^8, one a byte, the first in the lowest byte, without the 0x30 of ASCII. */
// @ts-ignore: decorator
@inline
function eight(value: u32): u64 {
  const high = <u64>((<u64>value * 3518437209) >> 45);
  const fours = high | ((<u64>value - high * 10000) << 32);
  const hundreds = ((fours * 10486) >> 20) & 0x0000007f0000007f;
  const twos = ((fours - 100 * hundreds) << 16) + hundreds;
  const tens = ((twos * 103) >> 10) & 0x000f000f000f000f;
  return tens + ((twos - 10 * tens) << 8);
}

/** Below 10^8, without leading zeros. */
// @ts-ignore: decorator
@inline
function writeShort(out: u32, value: u32): u32 {
  const digits = eight(value);
  const leading = <u32>(ctz(digits | ((<u64>1) << 56)) >> 3);
  store<u64>(out, (digits + zeros) >> (leading << 3));
  return out + 8 - leading;
}

/** Below 10^16. */
function writeUnsigned(out: u32, value: u64): u32 {
  if (value < 100000000) return writeShort(out, <u32>value);
  const high = value / 100000000;
  const at = writeShort(out, <u32>high);
  store<u64>(at, eight(<u32>(value - high * 100000000)) + zeros);
  return at + 8;
}

export function writeInteger(out: u32, value: f64): u32 {
  let at = out;
  if (value < 0) store<u8>(at++, 45);
  return writeUnsigned(at, <u64>abs(value));
}

/** An integer that stands for itself times 10^-scale: all digits of the scale are written. */
export function writeDecimal(out: u32, value: f64, scale: i32): u32 {
  if (scale == 0) return writeInteger(out, value);
  let at = out;
  if (value < 0) store<u8>(at++, 45);
  const magnitude = <u64>abs(value);
  if (scale <= 15) {
    const unit = <u64>power(scale);
    const whole = magnitude / unit;
    at = writeUnsigned(at, whole);
    store<u8>(at, 46);
    return writePadded(at + 1, magnitude - whole * unit, scale);
  }
  // A safe integer has 16 digits at the most: what comes before them are zeros.
  store<u16>(at, 0x2e30);
  at += 2;
  for (let zero = scale - 16; zero > 0; zero--) store<u8>(at++, 48);
  return writePadded(at, magnitude, 16);
}

/** Exactly `count` digits, 16 at the most. */
function writePadded(out: u32, value: u64, count: i32): u32 {
  if (count <= 8) {
    store<u64>(out, (eight(<u32>value) + zeros) >> ((8 - count) << 3));
    return out + count;
  }
  const high = value / 100000000;
  store<u64>(out, (eight(<u32>high) + zeros) >> ((16 - count) << 3));
  store<u64>(out + count - 8, eight(<u32>(value - high * 100000000)) + zeros);
  return out + count;
}

/** Room for the digits of one number. */
const scratch = memory.data(32);

/**
 * A double whose shortest text has 15 digits at the most, without an exponent and always with a point: `12.5`, `3.0`. Returns 0 for all others.
 *
 * Such a number times the power of ten that makes it a 15-digit integer is off by less than a quarter, so rounding finds the integer; and because the integer and
 * the power are exact, dividing them gives the double again exactly if the digits mean it.
 */
export function writeDouble(out: u32, value: f64): u32 {
  return writeShortest(out, value, false);
}

/** A float: the fewest digits that are still this float. */
export function writeFloat(out: u32, value: f64): u32 {
  return writeShortest(out, value, true);
}

function writeShortest(out: u32, value: f64, isFloat: bool): u32 {
  const magnitude = abs(value);
  let at = out;
  if (reinterpret<u64>(value) >> 63) store<u8>(at++, 45);
  if (magnitude == 0) {
    store<u32>(at, 0x302e30);
    return at + 3;
  }
  if (!(magnitude >= 1e-7 && magnitude < 1e15)) return 0;
  // log10 from the binary exponent, one too small at the most.
  let exponent = ((<i32>(reinterpret<u64>(magnitude) >> 52) - 1023) * 1233) >> 12;
  if (exponent + 1 >= 0 ? magnitude >= power(exponent + 1) : magnitude * power(-exponent - 1) >= 1) exponent++;
  let integer: f64 = 0;
  if (isFloat) {
    let isFound = false;
    for (let digits = 6; digits <= 9 && !isFound; digits++) {
      const shift = digits - 1 - exponent;
      integer = nearest(shift >= 0 ? magnitude * power(shift) : magnitude / power(-shift));
      const back = shift >= 0 ? integer / power(shift) : integer * power(-shift);
      isFound = <f64>(<f32>back) == magnitude;
      integer *= power(15 - digits);
    }
    if (!isFound) return 0;
  } else {
    const shift = 14 - exponent;
    integer = nearest(magnitude * power(shift));
    if (integer / power(shift) != magnitude) return 0;
  }
  if (integer >= 1e15 || integer < 1e14) return 0;
  return writePlain(at, <u64>integer, exponent);
}

/** Fifteen digits with the point after the one of 10^exponent, and without the zeros behind. */
function writePlain(out: u32, digits: u64, exponent: i32): u32 {
  const high = digits / 100000000;
  const first = eight(<u32>high);
  const last = eight(<u32>(digits - high * 100000000));
  // The first of the sixteen is a zero, left out by starting one byte later.
  store<u64>(scratch, first + zeros);
  store<u64>(scratch, last + zeros, 8);
  store<u64>(scratch, zeros, 16);
  const source = scratch + 1;
  const trailing = last != 0 ? <i32>(clz(last) >> 3) : 8 + <i32>(clz(first) >> 3);
  const count = 15 - trailing;
  let at = out;
  if (exponent < 0) {
    store<u64>(at, 0x3030303030302e30);
    at += 1 - exponent;
    v128.store(at, v128.load(source));
    return at + count;
  }
  v128.store(at, v128.load(source));
  at += exponent + 1;
  store<u8>(at++, 46);
  v128.store(at, v128.load(source + exponent + 1));
  return at + max(count - exponent - 1, 1);
}

/** Two digits. */
// @ts-ignore: decorator
@inline
export function writeTwo(out: u32, value: i32): u32 {
  const tens = (value * 103) >> 10;
  store<u16>(out, <u16>(0x3030 + tens + ((value - tens * 10) << 8)));
  return out + 2;
}

/** A fraction of `unit` (10^scale) parts: a point and its digits without the zeros behind; nothing for 0. */
export function writeFraction(out: u32, parts: u64, scale: i32): u32 {
  if (parts == 0) return out;
  store<u8>(out, 46);
  let at = writePadded(out + 1, parts, scale);
  while (load<u8>(at - 1) == 48) at--;
  return at;
}

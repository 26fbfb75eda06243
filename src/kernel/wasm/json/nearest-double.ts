import {fivesGreatest, fivesLeast, jobFives} from './layout';

/**
 * The double nearest to mantissa * 10^exponent, by the method of Eisel and Lemire (Number parsing at a gigabyte per second, 2021): one or two products of the
 * mantissa with the first 128 bits of a power of five are enough to round correctly, except where we give up.
 */

let job: usize = 0;

export function openFives(jobPointer: usize): void {
  job = jobPointer;
}

let productHigh: u64 = 0;
let productLow: u64 = 0;

function multiply(a: u64, b: u64): void {
  const lowLow = (a & 0xffffffff) * (b & 0xffffffff);
  const lowHigh = (a & 0xffffffff) * (b >> 32);
  const highLow = (a >> 32) * (b & 0xffffffff);
  const middle = (lowLow >> 32) + (lowHigh & 0xffffffff) + (highLow & 0xffffffff);
  productLow = (lowLow & 0xffffffff) | (middle << 32);
  productHigh = (a >> 32) * (b >> 32) + (lowHigh >> 32) + (highLow >> 32) + (middle >> 32);
}

/** Greater than 0, or 0 when it cannot be told here: beyond the table of powers, below the normal doubles, for a mantissa of 0, or without the table. */
export function nearestDouble(mantissa: u64, exponent: i32): f64 {
  const fives: usize = load<u32>(job, jobFives);
  if (fives == 0 || mantissa == 0 || exponent < fivesLeast || exponent > fivesGreatest) return 0;
  const power = fives + ((exponent - fivesLeast) << 4);
  const zeros = clz<u64>(mantissa);
  const scaled = mantissa << zeros;
  multiply(scaled, load<u64>(power, 8));
  let high = productHigh;
  let low = productLow;
  // The first 55 bits decide, unless all behind them are ones, so that the lower half of the power could carry into them.
  if ((high & 0x1ff) == 0x1ff) {
    multiply(scaled, load<u64>(power));
    low += productHigh;
    if (productHigh > low) high++;
    if (low == u64.MAX_VALUE) return 0;
  }
  const upperBit = high >> 63;
  let bits = high >> (upperBit + 9);
  // Exactly in the middle of two doubles only small powers can be; then the even one is meant.
  if (low <= 1 && exponent >= -4 && exponent <= 23 && (bits & 3) == 1 && bits << (upperBit + 9) == high) bits &= ~<u64>1;
  bits += bits & 1;
  bits >>= 1;
  // floor(exponent * log2(10)) in fixed point, plus the bias.
  let binary = <i64>(((217706 * exponent) >> 16) + 63 + 1023) + <i64>upperBit - <i64>zeros;
  if (bits >= <u64>1 << 53) {
    bits = <u64>1 << 52;
    binary++;
  }
  if (binary <= 0 || binary >= 2047) return 0;
  return reinterpret<f64>((bits & ((<u64>1 << 52) - 1)) | (<u64>binary << 52));
}

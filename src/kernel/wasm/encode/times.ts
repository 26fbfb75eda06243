// Dates and times to text, as digits.ts does. 0 for what has no such text: years before 0 and after 9999.
import {writeFraction, writeTwo} from './digits';

// Most rows share their day: the last one's text.
let memoDays: f64 = NaN;
let memoHead: u64 = 0;
let memoTail: u16 = 0;

const leastDays: f64 = -719528;
const mostDays: f64 = 2932896;

/** `yyyy-MM-dd`. */
export function writeDate(out: u32, days: f64): u32 {
  if (days != memoDays) {
    if (!(days >= leastDays && days <= mostDays)) return 0;
    remember(out, <i32>days);
    memoDays = days;
    memoHead = load<u64>(out);
    memoTail = load<u16>(out, 8);
  }
  store<u64>(out, memoHead);
  store<u16>(out, memoTail, 8);
  return out + 10;
}

/** Years begin in March here, so that a leap day is the last day of its year. */
function remember(out: u32, days: i32): void {
  const shifted = days + 719468 + 146097;
  const era = shifted / 146097;
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const shiftedMonth = (5 * dayOfYear + 2) / 153;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + (era - 1) * 400 + i32(month <= 2);
  writeTwo(out, year / 100);
  writeTwo(out + 2, year % 100);
  store<u8>(out, 45, 4);
  writeTwo(out + 5, month);
  store<u8>(out, 45, 7);
  writeTwo(out + 8, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1);
}

/** `HH:mm:ss` of a second of the day. */
function writeClock(out: u32, seconds: i32): u32 {
  const hours = seconds / 3600;
  const minutes = (seconds - hours * 3600) / 60;
  writeTwo(out, hours);
  store<u8>(out, 58, 2);
  writeTwo(out + 3, minutes);
  store<u8>(out, 58, 5);
  return writeTwo(out + 6, seconds % 60);
}

/** `HH:mm:ss[.fraction]` of a millisecond of the day. */
export function writeTime(out: u32, millis: f64): u32 {
  if (!(millis >= 0 && millis < 86400000)) return 0;
  const whole = <i32>millis;
  const seconds = whole / 1000;
  return writeFraction(writeClock(out, seconds), whole - seconds * 1000, 3);
}

/** `yyyy-MM-dd HH:mm:ss[.fraction]` of a count of 10^-scale seconds since 1970. */
export function writeTimestamp(out: u32, value: f64, scale: i32, isIso: bool, isZoned: bool): u32 {
  const unit: f64 = scale == 3 ? 1e3 : scale == 6 ? 1e6 : 1e9;
  let seconds = floor(value / unit);
  // The division may round up to the next second.
  if (seconds * unit > value) seconds -= 1;
  const days = floor(seconds / 86400);
  let at = writeDate(out, days);
  if (at == 0) return 0;
  store<u8>(at, isIso ? 84 : 32);
  at = writeClock(at + 1, <i32>(seconds - days * 86400));
  at = writeFraction(at, <u64>(value - seconds * unit), scale);
  if (isZoned) store<u8>(at++, 90);
  return at;
}


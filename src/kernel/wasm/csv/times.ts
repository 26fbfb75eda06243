// Texts of dates and times to f64; NaN as in numbers.ts.
import {digits} from './numbers';

// Most rows of a file share their day: the last date's ten bytes and its day number. It starts as 1970-01-01.
let memoHead: u64 = 0x2d31302d30373931;
let memoDay: u32 = 0x3130;
let memoDays: f64 = 0;

/** `yyyy-MM-dd` as days since 1970-01-01. */
export function parseDate(pointer: u32, length: i32): f64 {
  if (length != 10) return NaN;
  const head = load<u64>(pointer);
  const tail = <u32>load<u16>(pointer, 8);
  if (head == memoHead && tail == memoDay) return memoDays;
  const year = <i32>digits(pointer, 4);
  const month = <i32>digits(pointer + 5, 2);
  const day = <i32>digits(pointer + 8, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1 || load<u8>(pointer, 4) != 45 || load<u8>(pointer, 7) != 45) return NaN;
  if (day > daysInMonth(year, month)) return NaN;
  memoHead = head;
  memoDay = tail;
  memoDays = dayNumber(year, month, day);
  return memoDays;
}

function daysInMonth(year: i32, month: i32): i32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/** Years begin in March here, so that a leap day is the last day of its year. Years are 0 to 9999. */
function dayNumber(year: i32, month: i32, day: i32): f64 {
  const shiftedYear = month < 3 ? year + 399 : year + 400;
  const era = shiftedYear / 400;
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return <f64>((era - 1) * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468);
}

/** `HH:mm:ss` as seconds, or -1. */
function parseClock(pointer: u32): i32 {
  // Every digit's byte becomes its value and every colon 0.
  const bytes = load<u64>(pointer) ^ 0x30303a30303a3030;
  if (((bytes + 0x7676767676767676) | bytes) & 0x8080808080808080) return -1;
  if (bytes & 0x0000ff0000ff0000) return -1;
  const hours = <i32>(bytes & 255) * 10 + <i32>((bytes >> 8) & 255);
  const minutes = <i32>((bytes >> 24) & 255) * 10 + <i32>((bytes >> 32) & 255);
  const seconds = <i32>((bytes >> 48) & 255) * 10 + <i32>(bytes >> 56);
  if (hours > 23 || minutes > 59 || seconds > 59) return -1;
  return (hours * 60 + minutes) * 60 + seconds;
}

/** `.` and one to nine digits as nanoseconds; an empty text is 0; -1 when it is neither. */
function parseFraction(pointer: u32, length: i32): i32 {
  if (length == 0) return 0;
  if (length < 2 || length > 10 || load<u8>(pointer) != 46) return -1;
  let nanos = <i32>digits(pointer + 1, length - 1);
  for (let count = length; count < 10 && nanos > 0; count++) nanos *= 10;
  return nanos;
}

/** `HH:mm:ss[.fraction]` as milliseconds since midnight, cut (not rounded) to `precision` digits, 3 at most. */
export function parseTime(pointer: u32, length: i32, precision: i32): f64 {
  if (length < 8) return NaN;
  const seconds = parseClock(pointer);
  const nanos = parseFraction(pointer + 8, length - 8);
  if (seconds < 0 || nanos < 0) return NaN;
  const step = precision >= 3 ? 1 : precision == 2 ? 10 : precision == 1 ? 100 : 1000;
  const millis = nanos / 1000000;
  return <f64>(seconds * 1000 + millis - (millis % step));
}

/** `yyyy-MM-dd HH:mm:ss[.fraction]`, with `T` in the middle as well, and with a final `Z` if `zoned`; in milliseconds, or in microseconds if `fine`. */
export function parseTimestamp(pointer: u32, length: i32, zoned: bool, fine: bool): f64 {
  let count = length;
  if (zoned) {
    if (count < 20 || load<u8>(pointer + count - 1) != 90) return NaN;
    count--;
  }
  if (count < 19) return NaN;
  const middle = load<u8>(pointer, 10);
  if (middle != 32 && middle != 84) return NaN;
  const days = parseDate(pointer, 10);
  const seconds = parseClock(pointer + 11);
  const nanos = parseFraction(pointer + 19, count - 19);
  if (seconds < 0 || nanos < 0) return NaN;
  const whole = days * 86400 + <f64>seconds;
  return fine ? whole * 1000000 + <f64>(nanos / 1000) : whole * 1000 + <f64>(nanos / 1000000);
}

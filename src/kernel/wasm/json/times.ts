import {
  kindDate,
  kindTime,
  kindTimestampMicros,
  slotDetail,
  slotMemo,
  slotMemoMs,
  slotStepNanos,
  slotZone,
  zoneInstant,
  zoneOffsets,
  zoneUtc,
} from './layout';
import {QUOTE} from './text';

/** Times of the plain shapes, from the opening quote to the byte after the closing one. Everything else returns 0 and is left to the face, which knows why. */

const fractionSteps = memory.data<u32>([1000000000, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1]);

/** What `readClock` found: nanoseconds within the second; the seconds come as its result. */
let nanos: u32 = 0;
let afterClock: usize = 0;

export function storeTime(kind: u32, pos: usize, slot: usize, cell: usize): usize {
  if (kind == kindDate) {
    const days = readDate(pos + 1);
    if (days == NO_DATE || load<u8>(pos, 11) != QUOTE) return 0;
    store<f64>(cell, <f64>days);
    return pos + 12;
  }
  if (kind == kindTime) return storeTimeOfDay(pos, slot, cell);
  return storeTimestamp(kind, pos, slot, cell);
}

// @ts-ignore: decorator
@inline
function twoDigits(pos: usize): u32 {
  const tens = <u32>load<u8>(pos) - 48;
  const ones = <u32>load<u8>(pos, 1) - 48;
  return tens > 9 || ones > 9 ? 100 : tens * 10 + ones;
}

const NO_DATE: i32 = i32.MIN_VALUE;

/** Days since 1970-01-01 of `YYYY-MM-DD`. */
function readDate(pos: usize): i32 {
  const century = twoDigits(pos);
  const ofCentury = twoDigits(pos + 2);
  const month = twoDigits(pos + 5);
  const day = twoDigits(pos + 8);
  if (century > 99 || ofCentury > 99 || load<u8>(pos, 4) != 45 || load<u8>(pos, 7) != 45) return NO_DATE;
  const year = century * 100 + ofCentury;
  if (month - 1 > 11 || day - 1 >= daysOfMonth(year, month)) return NO_DATE;
  // Years begin in March here, so that the leap day is a year's last.
  const shifted = month > 2 ? month - 3 : month + 9;
  const years = <i32>(month > 2 ? year : year - 1);
  const era = (years >= 0 ? years : years - 399) / 400;
  const ofEra = years - era * 400;
  const dayOfYear = (153 * <i32>shifted + 2) / 5 + <i32>day - 1;
  return era * 146097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + dayOfYear - 719468;
}

function daysOfMonth(year: u32, month: u32): u32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/** The seconds and the fraction after `HH:MM`, that is `:SS` with up to 9 digits behind a point; 60 when they are not there. */
function readSeconds(pos: usize): u32 {
  const seconds = twoDigits(pos + 1);
  if (load<u8>(pos) != 0x3a || seconds > 59) return 60;
  pos += 3;
  nanos = 0;
  if (load<u8>(pos) == 0x2e) {
    pos++;
    let value: u32 = 0;
    let count: usize = 0;
    let digit = <u32>load<u8>(pos) - 48;
    while (digit <= 9 && count < 9) {
      value = value * 10 + digit;
      count++;
      digit = <u32>load<u8>(pos + count) - 48;
    }
    if (count == 0) return 60;
    nanos = value * load<u32>(fractionSteps + (count << 2));
    pos += count;
  }
  afterClock = pos;
  return seconds;
}

function storeTimeOfDay(pos: usize, slot: usize, cell: usize): usize {
  const hour = twoDigits(pos + 1);
  const minute = twoDigits(pos + 4);
  if (hour > 23 || minute > 59 || load<u8>(pos, 3) != 0x3a) return 0;
  const seconds = readSeconds(pos + 6);
  if (seconds > 59 || load<u8>(afterClock) != QUOTE) return 0;
  const step = load<u32>(slot, slotStepNanos);
  store<f64>(cell, <f64>((hour * 60 + minute) * 60000 + seconds * 1000 + (nanos - (nanos % step)) / 1000000));
  return afterClock + 1;
}

/** The minute is looked up first: rows that follow each other mostly share it. */
function storeTimestamp(kind: u32, pos: usize, slot: usize, cell: usize): usize {
  const minute = v128.load(pos, 1);
  if (v128.any_true(v128.xor(minute, v128.load(slot, slotMemo)))) {
    if (!rememberMinute(pos + 1, slot)) return 0;
    v128.store(slot, minute, slotMemo);
  }
  const seconds = readSeconds(pos + 17);
  if (seconds > 59) return 0;
  pos = afterClock;
  let ms = load<f64>(slot, slotMemoMs) + <f64>(seconds * 1000);
  const zone = load<u32>(slot, slotZone);
  const c: u32 = load<u8>(pos);
  if (zone & zoneInstant) {
    if (c == 0x5a) pos++;
    else if (c == QUOTE) {
      if (!(zone & zoneUtc)) return 0;
    } else {
      if (!(zone & zoneOffsets) || (c != 43 && c != 45)) return 0;
      const hours = twoDigits(pos + 1);
      const minutes = twoDigits(pos + 4);
      if (hours > 18 || load<u8>(pos, 3) != 0x3a || minutes > 59) return 0;
      const offset = <f64>(<i32>(hours * 60 + minutes) * 60000);
      ms = c == 43 ? ms - offset : ms + offset;
      pos += 6;
    }
  }
  if (load<u8>(pos) != QUOTE) return 0;
  let kept = nanos;
  const step = load<u32>(slot, slotStepNanos);
  if (step != 1000000) kept -= kept % step; // Whole milliseconds, the commonest, come out of the division below.
  store<f64>(cell, kind == kindTimestampMicros ? ms * 1000 + <f64>(kept / 1000) : ms + <f64>(kept / 1000000));
  return pos + 1;
}

function rememberMinute(pos: usize, slot: usize): bool {
  const days = readDate(pos);
  const hour = twoDigits(pos + 11);
  const minute = twoDigits(pos + 14);
  if (days == NO_DATE || <u32>load<u8>(pos, 10) != load<u32>(slot, slotDetail)) return false;
  if (hour > 23 || minute > 59 || load<u8>(pos, 13) != 0x3a) return false;
  store<f64>(slot, <f64>days * 86400000 + <f64>((hour * 60 + minute) * 60000), slotMemoMs);
  return true;
}

/** Whether `storeTimestamps` may take values like the one at `pos`: `"YYYY-MM-DD HH:MM:SS.mmm"`. */
export function isPlainTimestamp(pos: usize, slot: usize): bool {
  const isToMillisecond = load<u8>(pos, 20) == 0x2e && load<u8>(pos, 24) == QUOTE;
  return isToMillisecond && load<u32>(slot, slotZone) == 0 && load<u32>(slot, slotStepNanos) <= 1000000;
}

/** Two such values of the last minute seen, into two cells that follow each other. False when one of them is anything else, and then nothing is done. */
// @ts-ignore: decorator
@inline
export function storeTimestamps(a: usize, b: usize, slot: usize, cell: usize): bool {
  const memo = v128.load(slot, slotMemo);
  const seconds = v128.load64_lane(b + 17, v128.load64_zero(a + 17), 1);
  const digits = i8x16.sub(seconds, i64x2.splat(0x223030302e30303a));
  const most = i64x2.splat(0x0009090900090500);
  const others = v128.or(v128.xor(v128.load(a, 1), memo), v128.xor(v128.load(b, 1), memo));
  if (v128.any_true(v128.or(others, v128.xor(i8x16.max_u(digits, most), most))) || load<u8>(a) != QUOTE || load<u8>(b) != QUOTE) return false;
  const weights = i16x8(0, 10000, 1000, 0, 100, 10, 1, 0);
  const partsA = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(digits), weights);
  const partsB = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(digits), weights);
  const halves = i32x4.add(v128.shuffle<i32>(partsA, partsB, 0, 1, 4, 5), v128.shuffle<i32>(partsA, partsB, 2, 3, 6, 7));
  const sums = i32x4.add(halves, v128.shuffle<i32>(halves, halves, 1, 0, 3, 2));
  const ms = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(sums, sums, 0, 2, 0, 2));
  v128.store(cell, f64x2.add(ms, v128.load64_splat(slot, slotMemoMs)));
  return true;
}

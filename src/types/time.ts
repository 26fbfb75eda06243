import {civilDate, dayNumber, daysInMonth, floorMod, msPerDay, msPerHour, msPerMinute, msPerSecond} from './calendar.ts';
import type {Value} from './value.ts';

export {instantToLocal, isTimeZone, localToInstant, zoneOffsetMs} from './time-zone.ts';

/** A point in time, or a local date and time: whole milliseconds since 1970-01-01T00:00, and the nanoseconds (0 to 999,999) within the last of them. */
export interface TimestampParts {
  readonly millis: number;
  readonly nanos: number;
}

/** The largest and smallest number of seconds that Flink takes for a timestamp: years 0 to 9999. */
export const leastEpochSeconds = -62_167_219_200;
export const greatestEpochSeconds = 253_402_300_799;

/** Days since 1970-01-01 of `2020-10-31`; also `2020-1-5`, `2020-10` and `2020` (the first of the month), and a date with a time after a blank, which is left out. */
export function parseDate(text: string): number | null {
  const match = /^\s*([+-]?\d{1,9})(?:-\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?)?(?: .*)?$/s.exec(text);
  if (match === null) return null;
  const year = Number(match[1]);
  const month = Number(match[2] ?? 1);
  const day = Number(match[3] ?? 1);
  if (year < 0 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  return dayNumber(year, month, day);
}

/** Milliseconds since midnight of `12:34:56.789`; also `12:34` and `12`, and with digits beyond the millisecond, which round. */
export function parseTime(text: string): number | null {
  const match = /^\s*(\d{1,2})\s*(?::\s*(\d{1,2})\s*(?::\s*(\d{1,2})(?:\.(\d*))?\s*)?)?$/.exec(text);
  if (match === null) return null;
  const hour = Number(match[1]);
  const minute = Number(match[2] ?? 0);
  const second = Number(match[3] ?? 0);
  if (hour > 23 || minute > 59 || second > 59) return null;
  const fraction = match[4] ?? '';
  const millis = Number(fraction.slice(0, 3).padEnd(3, '0')) + (fraction.charCodeAt(3) >= 0x35 ? 1 : 0);
  return hour * msPerHour + minute * msPerMinute + second * msPerSecond + millis;
}

/**
 * `yyyy-MM-dd HH:mm:ss[.fraction]`, also with `T` between, with single digits, or without a time. As in Java, the 31st of a shorter month is its last day and
 * 24:00:00 is the next midnight. Null for anything else.
 */
export function parseTimestamp(text: string): TimestampParts | null {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?)?$/.exec(text);
  if (match === null) return null;
  const fraction = (match[7] ?? '').padEnd(9, '0');
  return timestampOfFields({
    year: Number(match[1]),
    month: Number(match[2]),
    day: Number(match[3]),
    hour: Number(match[4] ?? 0),
    minute: Number(match[5] ?? 0),
    second: Number(match[6] ?? 0),
    nanosecond: Number(fraction),
  });
}

export interface TimestampFields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Within the second. */
  readonly nanosecond: number;
}

/** Null when a field is out of its range; a day from 29 to 31 may be beyond its month's end. */
export function timestampOfFields(fields: TimestampFields): TimestampParts | null {
  const {year, month, day, hour, minute, second, nanosecond} = fields;
  if (month < 1 || month > 12 || day < 1 || day > 31 || minute > 59 || second > 59) return null;
  const isNextMidnight = hour === 24 && minute === 0 && second === 0 && nanosecond === 0;
  if (hour > 23 && !isNextMidnight) return null;
  const days = dayNumber(year, month, Math.min(day, daysInMonth(year, month)));
  return {
    millis: days * msPerDay + hour * msPerHour + minute * msPerMinute + second * msPerSecond + Math.floor(nanosecond / 1_000_000),
    nanos: nanosecond % 1_000_000,
  };
}

export function fieldsOfTimestamp(parts: TimestampParts): TimestampFields {
  const days = Math.floor(parts.millis / msPerDay);
  const {year, month, day} = civilDate(days);
  const millisOfDay = parts.millis - days * msPerDay;
  return {
    year,
    month,
    day,
    hour: Math.floor(millisOfDay / msPerHour),
    minute: Math.floor(millisOfDay / msPerMinute) % 60,
    second: Math.floor(millisOfDay / msPerSecond) % 60,
    nanosecond: (millisOfDay % 1000) * 1_000_000 + parts.nanos,
  };
}

/** The value of a TIMESTAMP or TIMESTAMP_LTZ of that precision; digits beyond it are cut off. */
export function timestampValue(millis: number, nanos: number, precision: number): Value {
  if (precision <= 3) {
    const step = 10 ** (3 - precision);
    return Math.floor(millis / step) * step;
  }
  const step = 10 ** (9 - precision);
  const kept = BigInt(nanos - (nanos % step));
  return precision <= 6 ? BigInt(millis) * 1000n + kept / 1000n : BigInt(millis) * 1_000_000n + kept;
}

export function timestampParts(value: Value, precision: number): TimestampParts {
  if (precision <= 3) return {millis: value as number, nanos: 0};
  const perMilli = precision <= 6 ? 1000n : 1_000_000n;
  const whole = value as bigint;
  let rest = whole % perMilli;
  if (rest < 0n) rest += perMilli;
  return {millis: Number((whole - rest) / perMilli), nanos: Number(rest) * (precision <= 6 ? 1000 : 1)};
}

/** `2020-10-31`. */
export function dateText(days: number): string {
  const {year, month, day} = civilDate(days);
  return `${yearText(year)}-${twoDigits(month)}-${twoDigits(day)}`;
}

/** `12:34:56`, with `precision` digits of the fraction (those beyond the millisecond are zeros). */
export function timeText(millis: number, precision: number): string {
  const ofDay = floorMod(millis, msPerDay);
  const hour = Math.floor(ofDay / msPerHour);
  const minute = Math.floor(ofDay / msPerMinute) % 60;
  const second = Math.floor(ofDay / msPerSecond) % 60;
  const clock = `${twoDigits(hour)}:${twoDigits(minute)}:${twoDigits(second)}`;
  return precision === 0
    ? clock
    : `${clock}.${String(ofDay % 1000)
        .padStart(3, '0')
        .padEnd(9, '0')
        .slice(0, precision)}`;
}

/** `2020-10-31 12:34:56.123`, with exactly `precision` digits of the fraction. */
export function timestampText(value: Value, precision: number): string {
  const {millis, nanos} = timestampParts(value, precision);
  const days = Math.floor(millis / msPerDay);
  const clock = timeText(millis - days * msPerDay, 0);
  if (precision === 0) return `${dateText(days)} ${clock}`;
  return `${dateText(days)} ${clock}.${fractionDigits(millis, nanos).slice(0, precision)}`;
}

/** The nine digits of the fraction of a second. */
export function fractionDigits(millis: number, nanos: number): string {
  return String(floorMod(millis, 1000) * 1_000_000 + nanos).padStart(9, '0');
}

export function yearText(year: number): string {
  if (year < 0) return `-${String(-year).padStart(4, '0')}`;
  return year > 9999 ? `+${year}` : String(year).padStart(4, '0');
}

export function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {addMonths, civilDate, dayNumber, isoDayOfWeek, isoWeek} from './calendar.ts';
import {
  dateText,
  fieldsOfTimestamp,
  instantToLocal,
  isTimeZone,
  localToInstant,
  parseDate,
  parseTime,
  parseTimestamp,
  timestampOfFields,
  timestampParts,
  timestampText,
  timestampValue,
  timeText,
  zoneOffsetMs,
} from './time.ts';

const hour = 3_600_000;

test('the calendar agrees with Date', () => {
  fc.assert(
    fc.property(fc.integer({min: -700_000, max: 2_900_000}), days => {
      const date = new Date(days * 86_400_000);
      expect(civilDate(days)).toEqual({year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate()});
      expect(dayNumber(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())).toBe(days);
      expect(isoDayOfWeek(days) % 7).toBe(date.getUTCDay());
    }),
  );
});

test('months are added to the last day where there is no other', () => {
  expect(dateText(addMonths(parseDate('2020-01-31') as number, 1))).toBe('2020-02-29');
  expect(dateText(addMonths(parseDate('2020-03-31') as number, -13))).toBe('2019-02-28');
});

test.each([
  ['2006-01-01', 2005, 52],
  ['2005-01-01', 2004, 53],
  ['2020-12-31', 2020, 53],
])('the ISO week of %s', (date, weekYear, week) => {
  expect(isoWeek(parseDate(date) as number)).toEqual({weekYear, week});
});

test.each([
  ['2020-10-31', '2020-10-31'],
  ['2020-1-5', '2020-01-05'],
  ['2020-02', '2020-02-01'],
  ['2020', '2020-01-01'],
  ['2020-10-31 12:00:00', '2020-10-31'],
  ['0000-01-01', '0000-01-01'],
])('the date %s is %s', (text, expected) => {
  expect(dateText(parseDate(text) as number)).toBe(expected);
});
test.each(['2020-13-01', '2020-02-30', '2020/01/01', '10000-01-01', 'abc', '', '2020-01-01T00:00'])('%s is no date', text => {
  expect(parseDate(text)).toBeNull();
});

test.each([
  ['12:34:56', '12:34:56.000'],
  ['12:34:56.7', '12:34:56.700'],
  ['12:34:56.7896', '12:34:56.790'],
  ['12:34', '12:34:00.000'],
  ['1', '01:00:00.000'],
])('the time %s is %s', (text, expected) => {
  expect(timeText(parseTime(text) as number, 3)).toBe(expected);
});
test.each(['24:00:00', '12:60', '123', '123:45', '2021-09-27', ''])('%s is no time', text => {
  expect(parseTime(text)).toBeNull();
});

describe('timestamps', () => {
  test.each([
    ['2020-10-10 01:02:03', 0, '2020-10-10 01:02:03'],
    ['2020-10-10 01:02:03.123456789', 9, '2020-10-10 01:02:03.123456789'],
    ['2020-10-10 01:02:03.123456789', 6, '2020-10-10 01:02:03.123456'],
    ['2020-10-10T01:02:03.129', 2, '2020-10-10 01:02:03.12'],
    ['1960-01-01 00:00:00.000001', 6, '1960-01-01 00:00:00.000001'],
    ['2020-2-31', 3, '2020-02-29 00:00:00.000'],
    ['2020-12-31 24:00:00', 3, '2021-01-01 00:00:00.000'],
  ])('%s with precision %s', (text, precision, expected) => {
    const parts = parseTimestamp(text);
    expect(parts).not.toBeNull();
    if (parts !== null) expect(timestampText(timestampValue(parts.millis, parts.nanos, precision), precision)).toBe(expected);
  });
  test.each(['2020-10-10 01:02', '2020-10-10 25:00:00', '2020-10-10 24:00:01', '2020-10-10 01:02:03Z', '20-10-10', ''])(
    '%s is none',
    text => {
      expect(parseTimestamp(text)).toBeNull();
    },
  );
  test('values and parts are each other’s inverse', () => {
    fc.assert(
      fc.property(fc.integer({min: -6e13, max: 2e14}), fc.integer({min: 0, max: 999_999}), (millis, nanos) => {
        expect(timestampParts(timestampValue(millis, nanos, 9), 9)).toEqual({millis, nanos});
        expect(timestampOfFields(fieldsOfTimestamp({millis, nanos}))).toEqual({millis, nanos});
      }),
    );
  });
});

describe('time zones', () => {
  test('daylight saving: an hour is left out, an hour comes twice', () => {
    const zone = 'America/New_York';
    const spring = Date.UTC(2020, 2, 8, 7);
    expect(zoneOffsetMs(zone, spring - 1)).toBe(-5 * hour);
    expect(zoneOffsetMs(zone, spring)).toBe(-4 * hour);
    expect(instantToLocal(zone, spring)).toBe(Date.UTC(2020, 2, 8, 3));
    // 02:30 does not exist and counts as 03:30.
    expect(instantToLocal(zone, localToInstant(zone, Date.UTC(2020, 2, 8, 2, 30)))).toBe(Date.UTC(2020, 2, 8, 3, 30));
    // 01:30 exists twice; the first one is meant.
    expect(localToInstant(zone, Date.UTC(2020, 10, 1, 1, 30))).toBe(Date.UTC(2020, 10, 1, 5, 30));
    expect(localToInstant(zone, Date.UTC(2020, 10, 1, 2))).toBe(Date.UTC(2020, 10, 1, 7));
  });
  test('offsets of half and quarter hours, of long ago, and east of the date line', () => {
    expect(zoneOffsetMs('Asia/Kathmandu', Date.UTC(2020, 0, 1))).toBe(5.75 * hour);
    expect(zoneOffsetMs('Pacific/Kiritimati', Date.UTC(2020, 0, 1))).toBe(14 * hour);
    expect(zoneOffsetMs('Asia/Shanghai', Date.UTC(1900, 0, 1))).toBe((8 * 60 + 5) * 60_000 + 43_000);
  });
  test('a local time that exists comes back', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Europe/Berlin', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'Asia/Shanghai'),
        fc.integer({min: 0, max: 1.6e12}),
        (zone, instant) => {
          const local = instantToLocal(zone, instant);
          expect(instantToLocal(zone, localToInstant(zone, local))).toBe(local);
          expect(localToInstant(zone, local)).toBeLessThanOrEqual(instant);
        },
      ),
      {numRuns: 200},
    );
  });
  test('names', () => {
    for (const name of ['UTC', 'GMT-08:00', '+05:30', 'UTC+8', 'Europe/Berlin']) expect(isTimeZone(name), name).toBe(true);
    for (const name of ['', 'Mars/Olympus', '+25:00', '8']) expect(isTimeZone(name), name).toBe(false);
    expect(zoneOffsetMs('GMT-08:30', 0)).toBe(-8.5 * hour);
  });
});

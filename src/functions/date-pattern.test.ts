import {expect, test} from 'vitest';
import {parseTimestamp, type TimestampParts, timestampText, timestampValue} from '../types/time.ts';
import {compileDatePattern, type DatePattern, formatDate, parseDateText} from './date-pattern.ts';

function pattern(text: string): DatePattern {
  const compiled = compileDatePattern(text);
  if (compiled === null) throw new Error(`no pattern: ${text}`);
  return compiled;
}

const moment = parseTimestamp('2020-03-05 16:07:09.012345678') as TimestampParts;

test.each([
  ['yyyy-MM-dd HH:mm:ss.SSS', '2020-03-05 16:07:09.012'],
  ['yy/M/d h:m:s a', '20/3/5 4:7:9 PM'],
  ['EEE, dd MMM yyyy', 'Thu, 05 Mar 2020'],
  ['EEEE MMMM', 'Thursday March'],
  ["yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSS", '2020-03-05T16:07:09.012345678'],
  ["hh 'o''clock'", "04 o'clock"],
  ['D w Q e', '65 10 1 4'],
  ['k K', '16 4'],
  ['XXX Z x', '+01:00 +0100 +01'],
])('%s writes %s', (text, expected) => {
  expect(formatDate(pattern(text), moment, 'Europe/Berlin')).toBe(expected);
});

test.each(['b', "yyyy 'open", 'yyyy-JJ'])('%s is no pattern', text => {
  expect(compileDatePattern(text)).toBeNull();
});

function read(text: string, value: string, mode: 'strict' | 'lenient'): string | null {
  const parts = parseDateText(pattern(text), value, mode);
  return parts === null ? null : timestampText(timestampValue(parts.millis, parts.nanos, 3), 3);
}

test.each<[string, string, string | null]>([
  ['yyyy-MM-dd HH:mm:ss', '2020-03-05 16:07:09', '2020-03-05 16:07:09.000'],
  ['yyyyMMddHHmmss', '20170915000102', '2017-09-15 00:01:02.000'],
  ['yyyyMMdd mm:ss.SSSSSSS', '20000202 59:59.1234567', '2000-02-02 00:59:59.123'],
  ['dd.MM.yy h:mm a', '05.03.20 4:07 PM', '2020-03-05 16:07:00.000'],
  ['d MMM yyyy', '5 Mar 2020', '2020-03-05 00:00:00.000'],
  ['yyyy-MM-dd', '2020-3-5', null],
  ['yyyy-MM-dd', '2020-03-05 ', null],
  ['yyyy-MM-dd', '2020-13-05', null],
  ['HH:mm', '25:00', null],
])('%s strictly reads %s as %s', (text, value, expected) => {
  expect(read(text, value, 'strict')).toBe(expected);
});

test.each<[string, string, string | null]>([
  ['yyyy-MM-dd HH:mm:ss', '2005-3-27 2:0:0 and more', '2005-03-27 02:00:00.000'],
  ['yyyy-MM-dd', '2020-13-32', '2021-02-01 00:00:00.000'],
  ['yyyy-MM-dd', 'abc', null],
])('%s leniently reads %s as %s', (text, value, expected) => {
  expect(read(text, value, 'lenient')).toBe(expected);
});

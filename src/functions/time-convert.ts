import {fail} from '../base/problem.ts';
import {msPerDay} from '../types/calendar.ts';
import {isNumeric, isText, isTimestamp} from '../types/common-type.ts';
import {powerOfTen, truncateDecimal} from '../types/decimal.ts';
import {bigintOf, integerOfNumber} from '../types/integer.ts';
import {bigintType, type SqlType, stringType, withNullable} from '../types/sql-type.ts';
import {
  greatestEpochSeconds,
  instantToLocal,
  isTimeZone,
  leastEpochSeconds,
  localToInstant,
  parseDate,
  parseTimestamp,
  type TimestampParts,
  timestampParts,
  timestampValue,
} from '../types/time.ts';
import type {Value} from '../types/value.ts';
import {compileDatePattern, type DatePattern, formatDate, parseDateText} from './date-pattern.ts';
import type {Argument, CallSite, Refusal, ScalarFunction, Typing} from './define.ts';
import {bigint, isRefusal, takes, text, wrongCount, wrongTypes} from './typing.ts';

/** Times from and to texts and numbers. */

const timestampType: SqlType = {kind: 'TIMESTAMP', precision: 3, nullable: true};
const dateType: SqlType = {kind: 'DATE', nullable: true};

/** The compiled pattern of the call, made once for each pattern text. */
function patternOf(call: CallSite, text: string): DatePattern {
  const memo = call.memo as {readonly text: string; readonly pattern: DatePattern} | undefined;
  if (memo?.text === text) return memo.pattern;
  const pattern = compileDatePattern(text);
  if (pattern === null) throw fail('data', 'bad-date-pattern', `"${text}" is no date pattern`, {hint: patternHint});
  call.memo = {text, pattern};
  return pattern;
}

const zoneHint = 'write a name such as Europe/Berlin, or GMT+08:00';
const patternHint = "the letters are those of Java: yyyy-MM-dd HH:mm:ss.SSS; put other letters into quotes: 'T'";

/** A pattern that is constant is looked at when the query is planned. */
function withPattern(index: number, typing: ScalarFunction['typing']): ScalarFunction['typing'] {
  return (args, words) => {
    const literal = args[index]?.literal;
    if (typeof literal === 'string' && compileDatePattern(literal) === null)
      return {message: `has "${literal}", which is no date pattern`, hint: patternHint};
    return typing(args, words);
  };
}

const usualPattern = compileDatePattern('yyyy-MM-dd HH:mm:ss') as DatePattern;

/** As TO_TIMESTAMP reads: strictly by the pattern, else as `yyyy-M-d H:m:s[.f]` or `yyyy-M-d`. */
function readTimestamp(call: CallSite, value: string, pattern: Value | undefined): TimestampParts | null {
  if (pattern === undefined) return value.includes('T') ? null : parseTimestamp(value);
  const parts = parseDateText(patternOf(call, pattern as string), value, 'strict');
  return parts ?? (value.includes('T') ? null : parseTimestamp(value.trim()));
}

const toTimestamp: ScalarFunction = {
  kind: 'scalar',
  family: 'time',
  name: 'TO_TIMESTAMP',
  summary: 'Reads a text as TIMESTAMP(3), by a pattern (yyyy-MM-dd HH:mm:ss by default); NULL when it does not fit.',
  syntax: 'TO_TIMESTAMP(text [, pattern])',
  examples: [
    {sql: "TO_TIMESTAMP('2017-09-15 10:00:00')", gives: '2017-09-15 10:00:00.000'},
    {sql: "TO_TIMESTAMP('15.09.2017', 'dd.MM.yyyy')", gives: '2017-09-15 00:00:00.000'},
    {sql: "TO_TIMESTAMP('abc')", gives: 'NULL'},
  ],
  deterministic: true,
  nulls: 'propagate',
  typing: withPattern(1, takes({parameters: [text, text], optional: 1, result: timestampType, nullability: 'nullable'})),
  evaluate(args, call) {
    const parts = readTimestamp(call, args[0] as string, args[1]);
    return parts === null ? null : timestampValue(parts.millis, parts.nanos, 3);
  },
};

/** The precision asked for by a constant pattern (its digits of a second) or number; at least milliseconds. */
function instantOf(precision: number): SqlType {
  return {kind: 'TIMESTAMP_LTZ', precision: Math.min(Math.max(precision, 3), 9), nullable: true};
}

function digitsOfSecond(pattern: string): number {
  const parts = compileDatePattern(pattern)?.parts ?? [];
  return Math.max(0, ...parts.map(part => (part.kind === 'field' && part.letter === 'S' ? part.width : 0)));
}

function instantTyping(args: readonly Argument[], words: readonly string[]): Typing | Refusal {
  const [first, second, third] = args;
  if (first === undefined) return wrongCount(0, 1, 3);
  if (isText(first.type) || args.length === 3 || (second !== undefined && isText(second.type) && first.type.kind === 'NULL')) {
    const zone = third?.literal;
    if (typeof zone === 'string' && !isTimeZone(zone)) return {message: `has "${zone}", which is no time zone`, hint: zoneHint};
    const result = instantOf(typeof second?.literal === 'string' ? digitsOfSecond(second.literal) : 3);
    return takes({parameters: [text, text, text], optional: 2, result, nullability: 'nullable'})(args, words);
  }
  if (!isNumeric(first.type) && first.type.kind !== 'NULL') return wrongTypes(args, 'takes a number of seconds or milliseconds, or a text');
  const precision = second?.literal;
  if (typeof precision === 'number' && !isPrecision(precision)) return {message: badPrecision(precision), hint: precisionHint};
  const number: SqlType = first.type.kind === 'NULL' ? bigintType : first.type;
  const result = instantOf(typeof precision === 'number' ? precision : 3);
  return takes({parameters: [() => number, bigint], optional: 1, result, nullability: 'nullable'})(args, words);
}

const precisionHint = 'write 0 for seconds, 3 for milliseconds, 6 for microseconds';

function isPrecision(precision: number): boolean {
  return Number.isInteger(precision) && precision >= 0 && precision <= 9;
}

function badPrecision(precision: number): string {
  return `has the precision ${precision}, which must be 0 to 9`;
}

/** A number of seconds (precision 0), milliseconds (3) … after 1970; null outside of the years 0 to 9999. */
function epochParts(value: Value, type: SqlType, precision: number): TimestampParts | null {
  if (type.kind === 'FLOAT' || type.kind === 'DOUBLE') {
    return withinYears({millis: Number(integerOfNumber((value as number) * 10 ** (3 - precision), 'BIGINT')), nanos: 0});
  }
  const whole = type.kind === 'DECIMAL' ? truncateDecimal(value as bigint, type.scale) : bigintOf(value);
  const nanos = whole * powerOfTen(9 - precision);
  const ofMilli = ((nanos % 1_000_000n) + 1_000_000n) % 1_000_000n;
  return withinYears({millis: Number((nanos - ofMilli) / 1_000_000n), nanos: Number(ofMilli)});
}

function withinYears(parts: TimestampParts): TimestampParts | null {
  return parts.millis < leastEpochSeconds * 1000 || parts.millis > greatestEpochSeconds * 1000 + 999 ? null : parts;
}

function instantFromText(value: string, pattern: Value | undefined, zone: string, call: CallSite): TimestampParts | null {
  const parts = readTimestamp(call, value, pattern);
  if (parts === null || !isTimeZone(zone)) return null;
  return {millis: localToInstant(zone, parts.millis), nanos: parts.nanos};
}

const toTimestampLtz: ScalarFunction = {
  kind: 'scalar',
  family: 'time',
  name: 'TO_TIMESTAMP_LTZ',
  summary:
    'The instant so many milliseconds (precision 3) or seconds (0) after 1970-01-01T00:00Z, or the one that a text says in a time zone (UTC by default).',
  syntax: 'TO_TIMESTAMP_LTZ(number [, precision]), TO_TIMESTAMP_LTZ(text [, pattern [, zone]])',
  examples: [
    {sql: 'TO_TIMESTAMP_LTZ(1234, 3)', gives: '1970-01-01 00:00:01.234'},
    {sql: 'TO_TIMESTAMP_LTZ(100, 0)', gives: '1970-01-01 00:01:40.000'},
    {sql: "TO_TIMESTAMP_LTZ('01/01/2023 08:00', 'dd/MM/yyyy HH:mm', 'Asia/Shanghai')", gives: '2023-01-01 00:00:00.000'},
  ],
  deterministic: true,
  nulls: 'propagate',
  typing: withPattern(1, instantTyping),
  evaluate(args, call) {
    const [first, second, zone = 'UTC'] = args as [Value, Value | undefined, Value | undefined];
    const {type} = call.arguments[0] as Argument;
    const precision = Number(second ?? 3);
    if (!isText(type) && !isPrecision(precision)) {
      throw fail('data', 'bad-argument', `TO_TIMESTAMP_LTZ ${badPrecision(precision)}`, {hint: precisionHint});
    }
    const parts = isText(type) ? instantFromText(first as string, second, zone as string, call) : epochParts(first, type, precision);
    if (parts === null || call.result.kind !== 'TIMESTAMP_LTZ') return null;
    return timestampValue(parts.millis, parts.nanos, call.result.precision);
  },
};

const toDate: ScalarFunction = {
  kind: 'scalar',
  family: 'time',
  name: 'TO_DATE',
  summary: 'Reads a text as DATE, by a pattern (yyyy-MM-dd by default); NULL when it does not fit.',
  syntax: 'TO_DATE(text [, pattern])',
  examples: [
    {sql: "TO_DATE('2017-09-15')", gives: '2017-09-15'},
    {sql: "TO_DATE('15/09/2017', 'dd/MM/yyyy')", gives: '2017-09-15'},
  ],
  deterministic: true,
  nulls: 'propagate',
  typing: withPattern(1, takes({parameters: [text, text], optional: 1, result: dateType, nullability: 'nullable'})),
  evaluate(args, call) {
    const [value, pattern] = args as [string, string | undefined];
    if (pattern === undefined) return parseDate(value);
    const parts = parseDateText(patternOf(call, pattern), value, 'lenient');
    return parts === null ? null : Math.floor(parts.millis / msPerDay);
  },
};

function dateFormatTyping(args: readonly Argument[], words: readonly string[]): Typing | Refusal {
  const accepted = takes({
    parameters: [
      type =>
        type.kind === 'NULL'
          ? stringType
          : isText(type) || isTimestamp(type)
            ? type
            : type.kind === 'DATE'
              ? {...timestampType, nullable: type.nullable}
              : null,
      text,
    ],
    result: stringType,
  })(args, words);
  if (isRefusal(accepted)) return accepted;
  // A text that is no timestamp gives NULL.
  return isText(accepted.arguments[0] as SqlType) ? {...accepted, result: withNullable(accepted.result, true)} : accepted;
}

const dateFormat: ScalarFunction = {
  kind: 'scalar',
  family: 'time',
  name: 'DATE_FORMAT',
  summary: 'A timestamp, or a text yyyy-MM-dd HH:mm:ss, written by a pattern.',
  syntax: 'DATE_FORMAT(timestamp, pattern)',
  examples: [
    {sql: "DATE_FORMAT(TIMESTAMP '2020-05-17 12:34:56', 'dd.MM.yyyy HH:mm')", gives: '17.05.2020 12:34'},
    {sql: "DATE_FORMAT('2020-05-17 12:34:56', 'yyyyMMdd')", gives: '20200517'},
  ],
  deterministic: true,
  nulls: 'propagate',
  typing: withPattern(1, dateFormatTyping),
  evaluate(args, call) {
    const [value, patternText] = args as [Value, string];
    const pattern = patternOf(call, patternText);
    if (typeof value === 'string') {
      const parts = parseDateText(usualPattern, value, 'lenient');
      return parts === null ? null : formatDate(pattern, parts, call.timeZone);
    }
    const {type} = call.arguments[0] as Argument;
    if (!isTimestamp(type)) return null;
    const {millis, nanos} = timestampParts(value, type.precision);
    return formatDate(pattern, {millis: type.kind === 'TIMESTAMP' ? millis : instantToLocal(call.timeZone, millis), nanos}, call.timeZone);
  },
};

const fromUnixtime: ScalarFunction = {
  kind: 'scalar',
  family: 'time',
  name: 'FROM_UNIXTIME',
  summary: 'Seconds after 1970-01-01T00:00Z as a text in the session’s time zone, by a pattern (yyyy-MM-dd HH:mm:ss by default).',
  syntax: 'FROM_UNIXTIME(seconds [, pattern])',
  examples: [
    {sql: 'FROM_UNIXTIME(44)', gives: '1970-01-01 00:00:44'},
    {sql: "FROM_UNIXTIME(44, 'HH:mm')", gives: '00:00'},
  ],
  deterministic: true,
  nulls: 'propagate',
  typing: withPattern(1, takes({parameters: [bigint, text], optional: 1, result: stringType})),
  evaluate(args, call) {
    const pattern = args[1] === undefined ? usualPattern : patternOf(call, args[1] as string);
    const millis = Number(args[0]) * 1000;
    return formatDate(pattern, {millis: instantToLocal(call.timeZone, millis), nanos: 0}, call.timeZone);
  },
};

/** What Flink gives for a text that is no time: the least BIGINT as milliseconds, in seconds. */
const noUnixTimestamp = -9223372036854775n;

const unixTimestamp: ScalarFunction = {
  kind: 'scalar',
  family: 'time',
  name: 'UNIX_TIMESTAMP',
  summary: 'Seconds after 1970-01-01T00:00Z: now, or of a text in the session’s time zone, by a pattern (yyyy-MM-dd HH:mm:ss by default).',
  syntax: 'UNIX_TIMESTAMP([text [, pattern]])',
  examples: [
    {sql: "UNIX_TIMESTAMP('1970-01-01 00:01:00')", gives: '60'},
    {sql: "UNIX_TIMESTAMP('02.01.1970', 'dd.MM.yyyy')", gives: '86400'},
  ],
  deterministic: 'with-arguments',
  nulls: 'propagate',
  typing: withPattern(1, takes({parameters: [text, text], optional: 2, result: bigintType})),
  evaluate(args, call) {
    const [value, patternText] = args as [string | undefined, string | undefined];
    if (value === undefined) return BigInt(Math.floor(call.clock.now() / 1000));
    const pattern = patternText === undefined ? usualPattern : patternOf(call, patternText);
    const parts = parseDateText(pattern, value, 'lenient');
    return parts === null ? noUnixTimestamp : BigInt(Math.floor(localToInstant(call.timeZone, parts.millis) / 1000));
  },
};

const convertTz: ScalarFunction = {
  kind: 'scalar',
  family: 'time',
  name: 'CONVERT_TZ',
  summary: 'A text yyyy-MM-dd HH:mm:ss of one time zone as it reads in another.',
  syntax: 'CONVERT_TZ(text, from, to)',
  examples: [{sql: "CONVERT_TZ('2018-03-14 11:00:00', 'UTC', 'Asia/Shanghai')", gives: '2018-03-14 19:00:00'}],
  deterministic: true,
  nulls: 'propagate',
  typing(args, words) {
    for (const index of [1, 2]) {
      const zone = args[index]?.literal;
      if (typeof zone === 'string' && !isTimeZone(zone)) return {message: `has "${zone}", which is no time zone`, hint: zoneHint};
    }
    return takes({parameters: [text, text, text], result: stringType, nullability: 'nullable'})(args, words);
  },
  evaluate(args) {
    const [value, from, to] = args as [string, string, string];
    const parts = parseDateText(usualPattern, value, 'lenient');
    if (parts === null || !isTimeZone(from) || !isTimeZone(to)) return null;
    return formatDate(usualPattern, {millis: instantToLocal(to, localToInstant(from, parts.millis)), nanos: 0}, to);
  },
};

export const timeConversionFunctions: readonly ScalarFunction[] = [
  toTimestamp,
  toTimestampLtz,
  toDate,
  dateFormat,
  fromUnixtime,
  unixTimestamp,
  convertTz,
];

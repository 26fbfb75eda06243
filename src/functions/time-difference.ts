import {addMonths, floorMod, msPerDay, msPerHour, msPerMinute, msPerSecond} from '../types/calendar.ts';
import {isTimestamp} from '../types/common-type.ts';
import {wrapInteger} from '../types/integer.ts';
import {intType, type SqlType, withNullable} from '../types/sql-type.ts';
import {timestampParts} from '../types/time.ts';
import type {Value} from '../types/value.ts';
import {moveTime} from './arithmetic.ts';
import type {Argument, CallSite, Refusal, ScalarFunction, Typing} from './define.ts';
import {anyNullable, integer, wrongCount, wrongTypes} from './typing.ts';

/** TIMESTAMPDIFF and TIMESTAMPADD. */

interface Unit {
  readonly unit: 'months' | 'milliseconds';
  readonly size: number;
}

const plainUnits: Readonly<Record<string, Unit>> = {
  YEAR: {unit: 'months', size: 12},
  QUARTER: {unit: 'months', size: 3},
  MONTH: {unit: 'months', size: 1},
  WEEK: {unit: 'milliseconds', size: 7 * msPerDay},
  DAY: {unit: 'milliseconds', size: msPerDay},
  HOUR: {unit: 'milliseconds', size: msPerHour},
  MINUTE: {unit: 'milliseconds', size: msPerMinute},
  SECOND: {unit: 'milliseconds', size: msPerSecond},
};
/** Also by their names of the ODBC standard. */
const units: ReadonlyMap<string, Unit> = new Map(
  Object.entries(plainUnits).flatMap(([name, unit]): [string, Unit][] => [
    [name, unit],
    [`SQL_TSI_${name}`, unit],
  ]),
);

const noUnit: Refusal = {message: 'takes a unit first', hint: `one of ${Object.keys(plainUnits).join(', ')}`};

function timeType(type: SqlType): SqlType | null {
  if (type.kind === 'NULL') return {kind: 'TIMESTAMP', precision: 3, nullable: true};
  return type.kind === 'DATE' || type.kind === 'TIME' || isTimestamp(type) ? type : null;
}

function differenceTyping(args: readonly Argument[], words: readonly string[]): Typing | Refusal {
  if (units.get(words[0] ?? '') === undefined) return noUnit;
  const [from, to] = args.map(arg => timeType(arg.type));
  if (args.length !== 2) return wrongCount(args.length, 2, 2);
  if (!from || !to) return wrongTypes(args, 'both must be times: CAST a text to TIMESTAMP');
  if ((from.kind === 'TIMESTAMP_LTZ') !== (to.kind === 'TIMESTAMP_LTZ')) return wrongTypes(args, 'CAST one to the type of the other');
  return {arguments: [from, to], result: withNullable(intType, anyNullable([from, to]))};
}

/** Milliseconds since 1970-01-01; a TIME is one of that day. */
function millisOf(value: Value, type: SqlType): number {
  if (type.kind === 'DATE') return (value as number) * msPerDay;
  return isTimestamp(type) ? timestampParts(value, type.precision).millis : (value as number);
}

/** Whole months from one day to another, towards zero. */
function monthsBetweenDays(from: number, to: number): number {
  if (to < from) return -monthsBetweenDays(to, from);
  let months = Math.floor((to - from) / 31);
  while (addMonths(from, months + 1) <= to) months++;
  return months;
}

/** As Flink counts: a month that ends on the day of `to` is one less when the time of day has not come yet, in both directions. */
function monthsBetween(from: number, to: number): number {
  const fromDay = Math.floor(from / msPerDay);
  const toDay = Math.floor(to / msPerDay);
  const months = monthsBetweenDays(fromDay, toDay);
  return addMonths(fromDay, months) === toDay && floorMod(to, msPerDay) < floorMod(from, msPerDay) ? months - 1 : months;
}

function difference(args: readonly Value[], call: CallSite): Value {
  const {unit, size} = units.get(call.words[0] ?? '') as Unit;
  const [from, to] = call.arguments.map((arg, index) => millisOf(args[index] as Value, arg.type)) as [number, number];
  const count = unit === 'months' ? monthsBetween(from, to) : to - from;
  return wrapInteger(BigInt(Math.trunc(count / size)), 'INT');
}

/** A DATE moved by hours, minutes or seconds becomes a TIMESTAMP. */
function addTyping(args: readonly Argument[], words: readonly string[]): Typing | Refusal {
  const unit = units.get(words[0] ?? '');
  if (unit === undefined) return noUnit;
  if (args.length !== 2) return wrongCount(args.length, 2, 2);
  const [countArg, timeArg] = args as [Argument, Argument];
  const count = integer(countArg.type);
  const type = timeType(timeArg.type);
  if (count === null || type === null) return wrongTypes(args, 'takes a unit, an integer and a time');
  const isWithinDay = unit.unit === 'milliseconds' && unit.size < msPerDay;
  const moved: SqlType = type.kind === 'DATE' && isWithinDay ? {kind: 'TIMESTAMP', precision: 6, nullable: type.nullable} : type;
  return {arguments: [count, moved], result: withNullable(moved, anyNullable([count, type]))};
}

export const timeDifferenceFunctions: readonly ScalarFunction[] = [
  {
    kind: 'scalar',
    family: 'time',
    name: 'TIMESTAMPDIFF',
    summary: 'How many whole units (SECOND to YEAR) lie from the first time to the second; negative when the second is earlier.',
    syntax: 'TIMESTAMPDIFF(unit, from, to)',
    examples: [
      {sql: "TIMESTAMPDIFF(DAY, DATE '2020-01-01', DATE '2020-02-01')", gives: '31'},
      {sql: "TIMESTAMPDIFF(MONTH, TIMESTAMP '2020-01-31 12:00:00', TIMESTAMP '2020-03-31 11:00:00')", gives: '1'},
    ],
    deterministic: true,
    nulls: 'propagate',
    typing: differenceTyping,
    evaluate: difference,
  },
  {
    kind: 'scalar',
    family: 'time',
    name: 'TIMESTAMPADD',
    summary: 'A time moved by so many units (SECOND to YEAR).',
    syntax: 'TIMESTAMPADD(unit, count, time)',
    examples: [
      {sql: "TIMESTAMPADD(MONTH, 1, DATE '2020-01-31')", gives: '2020-02-29'},
      {sql: "TIMESTAMPADD(HOUR, -1, TIME '00:30:00')", gives: '23:30:00'},
    ],
    deterministic: true,
    nulls: 'propagate',
    typing: addTyping,
    evaluate(args, call) {
      const {unit, size} = units.get(call.words[0] ?? '') as Unit;
      return moveTime(args[1] as Value, (call.arguments[1] as Argument).type, unit, Number(args[0]) * size);
    },
  },
];

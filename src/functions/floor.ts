import {civilDate, dayNumber, isoDayOfWeek, msPerDay, msPerHour, msPerMinute, msPerSecond} from '../types/calendar.ts';
import {isNumeric, isTimestamp} from '../types/common-type.ts';
import {decimalType, powerOfTen} from '../types/decimal.ts';
import {type SqlType, withNullable} from '../types/sql-type.ts';
import {instantToLocal, localToInstant, timestampParts, timestampValue} from '../types/time.ts';
import type {Value} from '../types/value.ts';
import type {Argument, CallSite, Example, Refusal, ScalarFunction, Typing} from './define.ts';
import {numeric, wrongCount, wrongTypes} from './typing.ts';

/** FLOOR and CEIL, of numbers, and of times to a unit. */

type Direction = 'down' | 'up';

interface DayRange {
  readonly first: number;
  readonly next: number;
}

const unitMs: ReadonlyMap<string, number> = new Map<string, number>(
  Object.entries({
    MILLISECOND: 1,
    SECOND: msPerSecond,
    MINUTE: msPerMinute,
    HOUR: msPerHour,
    DAY: msPerDay,
  }),
);

/** Units of whole days: the first day of the unit that a day lies in, and of the next one. */
const dayUnits: ReadonlyMap<string, (day: number) => DayRange> = new Map<string, (day: number) => DayRange>(
  Object.entries({
    WEEK: day => {
      // Weeks begin on Sunday here.
      const first = day - (isoDayOfWeek(day) % 7);
      return {first, next: first + 7};
    },
    MONTH: day => monthsUnit(day, 1),
    QUARTER: day => monthsUnit(day, 3),
    YEAR: day => yearsUnit(day, 1, 0),
    DECADE: day => yearsUnit(day, 10, 0),
    // The first century and the first millennium begin with the year 1.
    CENTURY: day => yearsUnit(day, 100, 1),
    MILLENNIUM: day => yearsUnit(day, 1000, 1),
  }),
);

function monthsUnit(day: number, months: number): DayRange {
  const {year, month} = civilDate(day);
  const start = month - ((month - 1) % months);
  return {first: dayNumber(year, start, 1), next: dayNumber(year, start + months, 1)};
}

function yearsUnit(day: number, years: number, from: number): DayRange {
  const {year} = civilDate(day);
  const start = Math.floor((year - from) / years) * years + from;
  return {first: dayNumber(start, 1, 1), next: dayNumber(start + years, 1, 1)};
}

function dayTo(day: number, unit: string, direction: Direction): number {
  const found = dayUnits.get(unit)?.(day);
  if (found === undefined) return unit === 'DAY' && direction === 'up' ? day + 1 : day;
  return direction === 'down' || day === found.first ? found.first : found.next;
}

function millisTo(millis: number, unit: string, direction: Direction): number {
  const step = unitMs.get(unit);
  // Units longer than a day look at the date alone, so that CEIL leaves every time of their first day there.
  if (step === undefined) return dayTo(Math.floor(millis / msPerDay), unit, direction) * msPerDay;
  return (direction === 'down' ? Math.floor(millis / step) : Math.ceil(millis / step)) * step;
}

function timeTo(value: Value, type: SqlType, unit: string, direction: Direction, timeZone: string): Value {
  if (type.kind === 'DATE') return dayTo(value as number, unit, direction);
  if (type.kind === 'TIME') return millisTo(value as number, unit, direction);
  if (!isTimestamp(type)) return null;
  const {millis: started, nanos} = timestampParts(value, type.precision);
  // Of the parts of a millisecond only a MILLISECOND takes notice.
  const millis = direction === 'up' && unit === 'MILLISECOND' && nanos > 0 ? started + 1 : started;
  if (type.kind === 'TIMESTAMP') return timestampValue(millisTo(millis, unit, direction), 0, type.precision);
  const local = millisTo(instantToLocal(timeZone, millis), unit, direction);
  return timestampValue(localToInstant(timeZone, local), 0, type.precision);
}

function typing(args: readonly Argument[], words: readonly string[]): Typing | Refusal {
  const [arg] = args;
  const [unit] = words;
  if (arg === undefined || args.length > 1) return wrongCount(args.length, 1, 1);
  if (unit === undefined) {
    const type = numeric(arg.type);
    if (type === null) return wrongTypes(args, 'of a time, write FLOOR(time TO unit)');
    return {arguments: [type], result: type.kind === 'DECIMAL' ? decimalType(type.precision, 0, type.nullable) : type};
  }
  if (dayUnits.get(unit) === undefined && unitMs.get(unit) === undefined) return {message: `does not know the unit ${unit}`};
  const type: SqlType = arg.type.kind === 'NULL' ? {kind: 'TIMESTAMP', precision: 3, nullable: true} : arg.type;
  if (type.kind !== 'DATE' && type.kind !== 'TIME' && !isTimestamp(type))
    return wrongTypes(args, 'the argument must be a DATE, a TIME or a TIMESTAMP');
  if (type.kind === 'TIME' && (dayUnits.get(unit) !== undefined || unit === 'DAY')) return {message: `does not take a TIME to ${unit}`};
  return {arguments: [type], result: withNullable(type, type.nullable)};
}

function numberTo(value: Value, type: SqlType, direction: Direction): Value {
  if (type.kind === 'DECIMAL') {
    const unit = powerOfTen(type.scale);
    const whole = (value as bigint) / unit;
    const rest = (value as bigint) % unit;
    if (direction === 'down') return rest < 0n ? whole - 1n : whole;
    return rest > 0n ? whole + 1n : whole;
  }
  if (type.kind !== 'FLOAT' && type.kind !== 'DOUBLE') return value;
  return direction === 'down' ? Math.floor(value as number) : Math.ceil(value as number);
}

function rounding(
  name: string,
  aliases: readonly string[],
  direction: Direction,
  summary: string,
  examples: readonly [Example, ...Example[]],
): ScalarFunction {
  return {
    kind: 'scalar',
    family: 'numeric',
    name,
    aliases,
    summary,
    syntax: `${name}(number), ${name}(time TO unit)`,
    examples,
    deterministic: true,
    nulls: 'propagate',
    typing,
    evaluate(args, call: CallSite) {
      const value = args[0] as Value;
      const {type} = call.arguments[0] as Argument;
      const [unit] = call.words;
      return unit === undefined || isNumeric(type) ? numberTo(value, type, direction) : timeTo(value, type, unit, direction, call.timeZone);
    },
  };
}

export const floorFunctions: readonly ScalarFunction[] = [
  rounding('FLOOR', [], 'down', 'The whole number below, or the start of the unit (SECOND … MILLENNIUM) that a time lies in.', [
    {sql: 'FLOOR(-1.5)', gives: '-2'},
    {sql: "FLOOR(TIMESTAMP '2020-05-17 12:34:56' TO HOUR)", gives: '2020-05-17 12:00:00'},
    {sql: "FLOOR(DATE '2020-05-17' TO QUARTER)", gives: '2020-04-01'},
  ]),
  rounding('CEIL', ['CEILING'], 'up', 'The whole number above, or the start of the next unit unless a time is the start of one.', [
    {sql: 'CEIL(1.2)', gives: '2'},
    {sql: "CEIL(TIMESTAMP '2020-05-17 12:34:56' TO MINUTE)", gives: '2020-05-17 12:35:00'},
  ]),
];

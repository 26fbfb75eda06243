import {civilDate, dayOfYear, isoDayOfWeek, isoWeek, msPerDay, msPerHour, msPerMinute} from '../types/calendar.ts';
import {isTimestamp} from '../types/common-type.ts';
import {bigintType, type SqlType} from '../types/sql-type.ts';
import {instantToLocal, timestampParts} from '../types/time.ts';
import type {Value} from '../types/value.ts';
import type {Argument, Refusal, ScalarFunction, Typing} from './define.ts';
import {wrongCount, wrongTypes} from './typing.ts';

/** EXTRACT, and the functions that name their unit: YEAR, HOUR, … */

/** Local time: a day, and the time within it. */
interface Moment {
  readonly day: number;
  readonly millisOfDay: number;
  readonly nanos: number;
}

type Part = (moment: Moment) => number;

const dateParts: ReadonlyMap<string, Part> = new Map<string, Part>(
  Object.entries({
    MILLENNIUM: moment => Math.ceil(civilDate(moment.day).year / 1000),
    CENTURY: moment => Math.ceil(civilDate(moment.day).year / 100),
    DECADE: moment => Math.floor(civilDate(moment.day).year / 10),
    YEAR: moment => civilDate(moment.day).year,
    ISOYEAR: moment => isoWeek(moment.day).weekYear,
    QUARTER: moment => Math.ceil(civilDate(moment.day).month / 3),
    MONTH: moment => civilDate(moment.day).month,
    WEEK: moment => isoWeek(moment.day).week,
    DAY: moment => civilDate(moment.day).day,
    DOY: moment => dayOfYear(moment.day),
    DOW: moment => (isoDayOfWeek(moment.day) % 7) + 1,
    ISODOW: moment => isoDayOfWeek(moment.day),
    EPOCH: moment => moment.day * 86_400 + Math.floor(moment.millisOfDay / 1000),
  }),
);

const timeParts: ReadonlyMap<string, Part> = new Map<string, Part>(
  Object.entries({
    HOUR: moment => Math.floor(moment.millisOfDay / msPerHour),
    MINUTE: moment => Math.floor(moment.millisOfDay / msPerMinute) % 60,
    SECOND: moment => Math.floor(moment.millisOfDay / 1000) % 60,
    MILLISECOND: moment => moment.millisOfDay % 1000,
    MICROSECOND: moment => (moment.millisOfDay % 1000) * 1000 + Math.floor(moment.nanos / 1000),
    NANOSECOND: moment => (moment.millisOfDay % 1000) * 1_000_000 + moment.nanos,
  }),
);

const monthParts: ReadonlyMap<string, (amount: number) => number> = new Map<string, (amount: number) => number>(
  Object.entries({
    YEAR: months => Math.trunc(months / 12),
    QUARTER: months => Math.trunc((months % 12) / 3) + 1,
    MONTH: months => months % 12,
  }),
);

const intervalParts: ReadonlyMap<string, (amount: number) => number> = new Map<string, (amount: number) => number>(
  Object.entries({
    DAY: millis => Math.trunc(millis / msPerDay),
    HOUR: millis => Math.trunc(millis / msPerHour) % 24,
    MINUTE: millis => Math.trunc(millis / msPerMinute) % 60,
    SECOND: millis => Math.trunc(millis / 1000) % 60,
    MILLISECOND: millis => millis % 1000,
  }),
);

function hasPart(type: SqlType, unit: string): boolean {
  if (type.kind === 'DATE') return dateParts.has(unit);
  if (type.kind === 'TIME') return timeParts.has(unit);
  if (type.kind === 'INTERVAL') return (type.unit === 'months' ? monthParts : intervalParts).has(unit);
  return isTimestamp(type) && (dateParts.has(unit) || timeParts.has(unit));
}

function partTyping(args: readonly Argument[], unit: string): Typing | Refusal {
  const [arg] = args;
  if (arg === undefined || args.length > 1) return wrongCount(args.length, 1, 1);
  const type: SqlType = arg.type.kind === 'NULL' ? {kind: 'TIMESTAMP', precision: 3, nullable: true} : arg.type;
  if (!hasPart(type, unit))
    return wrongTypes(args, `${unit} can be taken of a ${timeParts.has(unit) ? 'TIME or TIMESTAMP' : 'DATE or TIMESTAMP'}`);
  return {arguments: [type], result: {...bigintType, nullable: type.nullable}};
}

function partOf(value: Value, type: SqlType, unit: string, timeZone: string): Value {
  if (type.kind === 'INTERVAL') {
    const part = (type.unit === 'months' ? monthParts : intervalParts).get(unit);
    return BigInt(part?.(value as number) ?? 0);
  }
  const part = dateParts.get(unit) ?? timeParts.get(unit);
  return part === undefined ? null : BigInt(part(momentOf(value, type, timeZone)));
}

function momentOf(value: Value, type: SqlType, timeZone: string): Moment {
  if (type.kind === 'DATE') return {day: value as number, millisOfDay: 0, nanos: 0};
  if (!isTimestamp(type)) return {day: 0, millisOfDay: value as number, nanos: 0};
  const {millis, nanos} = timestampParts(value, type.precision);
  const local = type.kind === 'TIMESTAMP' ? millis : instantToLocal(timeZone, millis);
  const day = Math.floor(local / msPerDay);
  return {day, millisOfDay: local - day * msPerDay, nanos};
}

function unitFunction(
  name: string,
  unit: string,
  what: string,
  gives: string,
  example = "TIMESTAMP '2020-11-29 12:34:56'",
): ScalarFunction {
  return {
    kind: 'scalar',
    family: 'time',
    name,
    summary: `${what}.`,
    syntax: `${name}(time)`,
    examples: [{sql: `${name}(${example})`, gives}],
    deterministic: true,
    nulls: 'propagate',
    typing: args => partTyping(args, unit),
    evaluate: (args, call) => partOf(args[0] as Value, (call.arguments[0] as Argument).type, unit, call.timeZone),
  };
}

const extract: ScalarFunction = {
  kind: 'scalar',
  family: 'time',
  name: 'EXTRACT',
  summary: 'A part of a time or an interval: MILLENNIUM to NANOSECOND, DOY, DOW (1 is Sunday), ISODOW, ISOYEAR, EPOCH.',
  syntax: 'EXTRACT(unit FROM time)',
  examples: [
    {sql: "EXTRACT(DAY FROM DATE '2020-11-29')", gives: '29'},
    {sql: "EXTRACT(HOUR FROM TIME '06:07:08')", gives: '6'},
    {sql: "EXTRACT(MILLISECOND FROM TIMESTAMP '2020-01-01 00:00:00.123')", gives: '123'},
  ],
  deterministic: true,
  nulls: 'propagate',
  typing: (args, words) => partTyping(args, words[0] ?? ''),
  evaluate: (args, call) => partOf(args[0] as Value, (call.arguments[0] as Argument).type, call.words[0] ?? '', call.timeZone),
};

export const timeUnitFunctions: readonly ScalarFunction[] = [
  extract,
  unitFunction('YEAR', 'YEAR', 'The year', '2020'),
  unitFunction('QUARTER', 'QUARTER', 'The quarter of the year, 1 to 4', '4'),
  unitFunction('MONTH', 'MONTH', 'The month, 1 to 12', '11'),
  unitFunction('WEEK', 'WEEK', 'The ISO week of the year, 1 to 53', '48'),
  unitFunction('DAYOFYEAR', 'DOY', 'The day of the year, 1 to 366', '334'),
  unitFunction('DAYOFMONTH', 'DAY', 'The day of the month, 1 to 31', '29'),
  unitFunction('DAYOFWEEK', 'DOW', 'The day of the week, 1 (Sunday) to 7', '1'),
  unitFunction('HOUR', 'HOUR', 'The hour, 0 to 23', '12'),
  unitFunction('MINUTE', 'MINUTE', 'The minute, 0 to 59', '34'),
  unitFunction('SECOND', 'SECOND', 'The second, 0 to 59', '56', "TIME '12:34:56'"),
];

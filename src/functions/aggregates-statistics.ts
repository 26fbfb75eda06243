import {fail} from '../base/problem.ts';
import {isInteger, isNumeric} from '../types/common-type.ts';
import {decimalType, fitsPrecision, parseDecimal, rescale} from '../types/decimal.ts';
import {isIntegerKind, wrapInteger} from '../types/integer.ts';
import {bigintType, doubleType, type SqlType, withNullable} from '../types/sql-type.ts';
import type {Row, Value} from '../types/value.ts';
import type {AggregateFunction, Argument, CallSite, Refusal, Typing} from './define.ts';
import {wrongCount, wrongTypes} from './typing.ts';

/** How values are spread: deviations, variances, percentiles. */

function numberOf(value: Value, type: SqlType): number {
  return type.kind === 'DECIMAL' ? Number(value) / 10 ** type.scale : Number(value);
}

/** In the type of the result: integers without what is after the point, a DECIMAL rounded to its digits. */
function inType(number: number, type: SqlType): Value {
  if (isIntegerKind(type.kind)) return wrapInteger(BigInt(Math.trunc(number)), type.kind);
  if (type.kind === 'FLOAT') return Math.fround(number);
  if (type.kind !== 'DECIMAL') return number;
  const decimal = parseDecimal(number.toString());
  if (decimal === null) return null;
  const unscaled = rescale(decimal.unscaled, decimal.scale, type.scale);
  return fitsPrecision(unscaled, type.precision) ? unscaled : null;
}

function spreadTyping(args: readonly Argument[]): Typing | Refusal {
  const [arg] = args;
  if (arg === undefined || args.length > 1) return wrongCount(args.length, 1, 1);
  if (!isNumeric(arg.type)) return wrongTypes(args, 'CAST the argument to a number type');
  const {type} = arg;
  return {
    arguments: [type],
    result: withNullable(type.kind === 'DECIMAL' ? decimalType(38, Math.max(6, type.scale), true) : type, true),
  };
}

interface Spread {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly isDeviation: boolean;
  /** Of a sample, which has one degree of freedom less than rows. */
  readonly isSample: boolean;
  readonly gives: string;
}

/** The sum of squared distances from the mean is kept up to date row by row, which loses less than a sum of squares. */
function spread({name, aliases, isDeviation, isSample, gives}: Spread): AggregateFunction {
  const what = isDeviation ? 'standard deviation' : 'variance';
  return {
    kind: 'aggregate',
    name,
    aliases,
    summary: `The ${what} of the values that are not NULL, taken as ${isSample ? 'a sample of all' : 'all there are'}, in the type of the argument; NULL for ${isSample ? 'fewer than two' : 'none'}.`,
    syntax: `${name}(value)`,
    examples: [{sql: `SELECT ${name}(x) FROM (VALUES (1e0), (3e0), (5e0)) AS t(x)`, gives}],
    deterministic: true,
    typing: spreadTyping,
    evaluate(rows, call) {
      const {type} = call.arguments[0] as Argument;
      let [count, mean, squares] = [0, 0, 0];
      for (const [value = null] of rows) {
        if (value === null) continue;
        const number = numberOf(value, type);
        const distance = number - mean;
        mean += distance / ++count;
        squares += distance * (number - mean);
      }
      const freedom = isSample ? count - 1 : count;
      if (freedom < 1) return null;
      const variance = squares / freedom;
      return inType(isDeviation ? Math.sqrt(variance) : variance, call.result);
    },
  };
}

function percentileTyping(args: readonly Argument[]): Typing | Refusal {
  if (args.length < 2 || args.length > 3) return wrongCount(args.length, 2, 3);
  const [value, percentage, frequency] = args as readonly [Argument, Argument, Argument | undefined];
  const isList = percentage.type.kind === 'ARRAY';
  const percentType = percentage.type.kind === 'ARRAY' ? percentage.type.element : percentage.type;
  const fits = isNumeric(value.type) && isNumeric(percentType) && (frequency === undefined || isInteger(frequency.type));
  if (!fits) return wrongTypes(args, 'it takes numbers, then a number between 0 and 1 or an ARRAY of them');
  const double = (nullable: boolean): SqlType => withNullable(doubleType, nullable);
  const list: SqlType = {kind: 'ARRAY', element: double(percentType.nullable), nullable: percentage.type.nullable};
  return {
    arguments: [
      double(value.type.nullable),
      isList ? list : double(percentage.type.nullable),
      ...(frequency === undefined ? [] : [withNullable(bigintType, frequency.type.nullable)]),
    ],
    result: isList ? {kind: 'ARRAY', element: doubleType, nullable: true} : doubleType,
  };
}

/** Between the two values next to the place there is a straight line. */
function percentile(rows: readonly Row[], call: CallSite): Value {
  const weighted = rows.flatMap(([value = null, , frequency = 1n]) => {
    const count = frequency === null ? 0 : Number(frequency);
    return value === null || count <= 0 ? [] : [{value: value as number, count}];
  });
  const sorted = weighted.sort((a, b) => a.value - b.value);
  const total = sorted.reduce((sum, {count}) => sum + count, 0);
  const at = (place: number): number => {
    let passed = 0;
    for (const {value, count} of sorted) {
      passed += count;
      if (place < passed) return value;
    }
    return Number.NaN;
  };
  const one = (percentage: number): number => {
    const place = percentage * (total - 1);
    const [below, above] = [at(Math.floor(place)), at(Math.ceil(place))];
    return below === above ? below : below + (above - below) * (place - Math.floor(place));
  };
  const percentage = rows.at(-1)?.[1] ?? null;
  const wanted = (percentage === null ? [] : Array.isArray(percentage) ? percentage : [percentage]) as readonly (number | null)[];
  for (const part of wanted) {
    if (part !== null && !(part >= 0 && part <= 1))
      throw fail('data', 'bad-percentage', `the percentage of PERCENTILE must be between 0 and 1, and is ${part}`);
  }
  if (total === 0 || wanted.length === 0) return null;
  if (call.result.kind !== 'ARRAY') return wanted[0] === null ? null : one(wanted[0] as number);
  return wanted.map(part => (part === null ? null : one(part)));
}

export const statisticalAggregates: readonly AggregateFunction[] = [
  spread({name: 'STDDEV_POP', aliases: [], isDeviation: true, isSample: false, gives: '1.632993161855452'}),
  spread({name: 'STDDEV_SAMP', aliases: ['STDDEV'], isDeviation: true, isSample: true, gives: '2.0'}),
  spread({name: 'VAR_POP', aliases: [], isDeviation: false, isSample: false, gives: '2.6666666666666665'}),
  spread({name: 'VAR_SAMP', aliases: ['VARIANCE'], isDeviation: false, isSample: true, gives: '4.0'}),
  {
    kind: 'aggregate',
    name: 'PERCENTILE',
    summary: 'The value below which a part of the values lies (0.5: the median), or an ARRAY of them for an ARRAY of parts.',
    syntax: 'PERCENTILE(value, percentage [, frequency])',
    examples: [
      {sql: 'SELECT PERCENTILE(x, 0.5) FROM (VALUES (1), (2), (4), (9)) AS t(x)', gives: '3.0'},
      {sql: 'SELECT PERCENTILE(x, ARRAY[0.0, 1.0]) FROM (VALUES (1), (2), (4)) AS t(x)', gives: '[1.0, 4.0]'},
    ],
    deterministic: true,
    typing: percentileTyping,
    evaluate: percentile,
  },
];

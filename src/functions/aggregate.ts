import {isNumeric} from '../types/common-type.ts';
import {compareValues} from '../types/compare.ts';
import {computeDecimal, decimalType, fitsPrecision} from '../types/decimal.ts';
import {bigintOf, isIntegerKind, wrapInteger} from '../types/integer.ts';
import {bigintType, type SqlType, withNullable} from '../types/sql-type.ts';
import type {Row, Value} from '../types/value.ts';
import type {AggregateFunction, Argument, CallSite, Refusal, Typing} from './define.ts';
import {anything, takes, wrongCount, wrongTypes} from './typing.ts';

function present(rows: readonly Row[]): Value[] {
  return rows.map(row => row[0] ?? null).filter(value => value !== null);
}

/** The typing of SUM and AVG: over no rows, or NULLs only, they are NULL. */
function numericAggregate(resultOf: (type: SqlType) => SqlType): (args: readonly Argument[]) => Typing | Refusal {
  return args => {
    const [arg] = args;
    if (arg === undefined || args.length > 1) return wrongCount(args.length, 1, 1);
    if (!isNumeric(arg.type)) return wrongTypes(args, 'CAST the argument to a number type');
    return {arguments: [arg.type], result: withNullable(resultOf(arg.type), true)};
  };
}

/** In the type of the result: integers wrap, a DECIMAL of more than 38 digits is NULL. */
function sum(values: readonly Value[], type: SqlType): Value {
  if (isIntegerKind(type.kind))
    return wrapInteger(
      values.reduce<bigint>((total, value) => total + bigintOf(value), 0n),
      type.kind,
    );
  if (type.kind === 'DECIMAL') {
    let total = 0n;
    for (const value of values) {
      total += value as bigint;
      if (!fitsPrecision(total, type.precision)) return null;
    }
    return total;
  }
  const round = type.kind === 'FLOAT' ? Math.fround : (number: number): number => number;
  return values.reduce<number>((total, value) => round(total + (value as number)), 0);
}

function average(values: readonly Value[], call: CallSite): Value {
  const argumentType = (call.arguments[0] as Argument).type;
  const {result} = call;
  if (isIntegerKind(result.kind)) {
    // Flink adds up in BIGINT, so a sum beyond 64 bits wraps before it is divided.
    const total = BigInt.asIntN(
      64,
      values.reduce<bigint>((sumSoFar, value) => sumSoFar + bigintOf(value), 0n),
    );
    return wrapInteger(total / BigInt(values.length), result.kind);
  }
  if (result.kind === 'DECIMAL' && argumentType.kind === 'DECIMAL') {
    const total = sum(values, decimalType(38, argumentType.scale, true));
    if (total === null) return null;
    return computeDecimal('/', {unscaled: total as bigint, scale: argumentType.scale}, {unscaled: BigInt(values.length), scale: 0}, result);
  }
  const mean = values.reduce<number>((total, value) => total + (value as number), 0) / values.length;
  return result.kind === 'FLOAT' ? Math.fround(mean) : mean;
}

function extreme(name: 'MIN' | 'MAX'): AggregateFunction {
  const isBetter = name === 'MIN' ? (order: number) => order < 0 : (order: number) => order > 0;
  return {
    kind: 'aggregate',
    name,
    summary: `The ${name === 'MIN' ? 'least' : 'greatest'} value that is not NULL; NULL when there is none.`,
    syntax: `${name}(value)`,
    examples: [{sql: `SELECT ${name}(x) FROM (VALUES (2), (1), (3)) AS t(x)`, gives: name === 'MIN' ? '1' : '3'}],
    deterministic: true,
    typing(args) {
      const [arg] = args;
      if (arg === undefined || args.length > 1) return wrongCount(args.length, 1, 1);
      if (['ARRAY', 'MAP', 'MULTISET', 'ROW', 'NULL'].includes(arg.type.kind)) return wrongTypes(args);
      return {arguments: [arg.type], result: withNullable(arg.type, true)};
    },
    evaluate(rows, call) {
      let best: Value = null;
      for (const value of present(rows)) {
        if (best === null || isBetter(compareValues(value, best, call.result))) best = value;
      }
      return best;
    },
  };
}

export const aggregateFunctions: readonly AggregateFunction[] = [
  {
    kind: 'aggregate',
    name: 'COUNT',
    summary: 'How many rows there are (`COUNT(*)`), or how many have no NULL among the arguments.',
    syntax: 'COUNT(*), COUNT(value, …)',
    examples: [
      {sql: 'SELECT COUNT(*) FROM (VALUES (1), (2)) AS t(x)', gives: '2'},
      {sql: 'SELECT COUNT(x) FROM (VALUES (1), (CAST(NULL AS INT))) AS t(x)', gives: '1'},
    ],
    deterministic: true,
    typing: takes({parameters: [], rest: anything, result: bigintType, nullability: 'notNull'}),
    evaluate: rows => BigInt(rows.filter(row => !row.includes(null)).length),
  },
  {
    kind: 'aggregate',
    name: 'SUM',
    summary:
      'The sum of the values that are not NULL, in the type of the argument (integers wrap), DECIMAL with 38 digits; NULL when there is none.',
    syntax: 'SUM(value)',
    examples: [
      {sql: 'SELECT SUM(x) FROM (VALUES (1), (2)) AS t(x)', gives: '3'},
      {sql: 'SELECT SUM(x) FROM (VALUES (1.25), (2.50)) AS t(x)', gives: '3.75'},
    ],
    deterministic: true,
    typing: numericAggregate(type => (type.kind === 'DECIMAL' ? decimalType(38, type.scale, true) : type)),
    evaluate(rows, call) {
      const values = present(rows);
      return values.length === 0 ? null : sum(values, call.result);
    },
  },
  {
    kind: 'aggregate',
    name: 'AVG',
    summary:
      'The mean of the values that are not NULL, in the type of the argument: of integers what is after the point is dropped; DECIMAL has at least six digits after it.',
    syntax: 'AVG(value)',
    examples: [
      {sql: 'SELECT AVG(x) FROM (VALUES (1), (2)) AS t(x)', gives: '1'},
      {sql: 'SELECT AVG(x) FROM (VALUES (1.0), (2.0)) AS t(x)', gives: '1.500000'},
    ],
    deterministic: true,
    typing: numericAggregate(type => (type.kind === 'DECIMAL' ? decimalType(38, Math.max(6, type.scale), true) : type)),
    evaluate(rows, call) {
      const values = present(rows);
      return values.length === 0 ? null : average(values, call);
    },
  },
  extreme('MIN'),
  extreme('MAX'),
];

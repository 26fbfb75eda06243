import {ProblemError} from '../base/problem.ts';
import {castValue} from '../types/cast.ts';
import {commonType, isNumeric, isText, isTimestamp} from '../types/common-type.ts';
import {compareNumbers, compareValues} from '../types/compare.ts';
import {booleanType, type SqlType, withNullable} from '../types/sql-type.ts';
import {typeText} from '../types/type-text.ts';
import type {Value} from '../types/value.ts';
import type {Argument, CallSite, Example, Refusal, ScalarFunction, Typing} from './define.ts';
import {anyNullable, wrongCount} from './typing.ts';

/** The type that both sides of a comparison are cast to, or why there is none. A text is read as the time that it is compared with. */
export function comparisonType(left: SqlType, right: SqlType): SqlType | Refusal {
  if (left.kind === 'NULL' && right.kind === 'NULL') return booleanType;
  if (isText(left) && isTimePoint(right)) return right;
  if (isText(right) && isTimePoint(left)) return left;
  const common = commonType([left, right]);
  if (common !== null) return common;
  const message = `does not compare ${typeText(withNullable(left, true))} with ${typeText(withNullable(right, true))}`;
  const isTextWithNumber = (isText(left) && isNumeric(right)) || (isText(right) && isNumeric(left));
  return isTextWithNumber
    ? {message, hint: 'CAST the text to a number, or the number to a text'}
    : {message, hint: 'CAST one side to the type of the other'};
}

function isTimePoint(type: SqlType): boolean {
  return type.kind === 'DATE' || type.kind === 'TIME' || isTimestamp(type);
}

/**
 * A text beside a time: a constant is cast when the query is planned, and must be one; any other stays a text, which is read leniently: what is no time is NULL.
 */
function readLeniently(arg: Argument, type: SqlType): boolean {
  return isText(arg.type) && isTimePoint(type) && arg.literal === undefined;
}

function comparisonTyping(args: readonly Argument[], isOrdered: boolean, neverNull: boolean): Typing | Refusal {
  const [left, right] = args;
  if (left === undefined || right === undefined || args.length !== 2) return wrongCount(args.length, 2, 2);
  const type = comparisonType(left.type, right.type);
  if ('message' in type) return type;
  if (isOrdered && ['ARRAY', 'MAP', 'MULTISET', 'ROW'].includes(type.kind))
    return {message: `does not order ${typeText(withNullable(type, true))}`};
  const isLenient = args.some(arg => readLeniently(arg, type));
  return {
    arguments: args.map(arg => (readLeniently(arg, type) ? arg.type : withNullable(type, anyNullable([arg.type])))),
    result: withNullable(booleanType, !neverNull && (isLenient || anyNullable([left.type, right.type]))),
  };
}

/** Both values in the type they are compared in; a text that is no time has become NULL. */
function comparable(args: readonly Value[], call: CallSite): readonly [SqlType, Value, Value] {
  const [leftType, rightType] = call.arguments.map(arg => arg.type) as [SqlType, SqlType];
  const [left, right] = args as [Value, Value];
  if (isText(leftType) === isText(rightType)) return [leftType, left, right];
  const type = isText(leftType) ? rightType : leftType;
  return [type, asTime(left, leftType, type, call), asTime(right, rightType, type, call)];
}

function asTime(value: Value, from: SqlType, to: SqlType, call: CallSite): Value {
  if (!isText(from)) return value;
  try {
    return castValue(value, from, to, call.timeZone);
  } catch (error) {
    if (error instanceof ProblemError) return null;
    throw error;
  }
}

/** NaN is neither less nor greater than, nor equal to anything here, as Java's operators have it. */
function isNaNCompared(left: Value, right: Value): boolean {
  return Number.isNaN(left) || Number.isNaN(right);
}

function comparison(
  sign: string,
  summary: string,
  holds: (order: number) => boolean,
  examples: readonly [Example, ...Example[]],
): ScalarFunction {
  const isOrdered = sign !== '=' && sign !== '<>';
  return {
    kind: 'scalar',
    family: 'operator',
    name: sign,
    ...(sign === '<>' ? {aliases: ['!=']} : {}),
    summary,
    syntax: `a ${sign} b`,
    examples,
    deterministic: true,
    nulls: 'propagate',
    typing: args => comparisonTyping(args, isOrdered, false),
    evaluate(args, call) {
      const [type, left, right] = comparable(args, call);
      if (left === null || right === null) return null;
      if (isNaNCompared(left, right)) return sign === '<>';
      return holds(compareValues(left, right, type));
    },
  };
}

function distinctFrom(negated: boolean): ScalarFunction {
  return {
    kind: 'scalar',
    family: 'operator',
    name: negated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM',
    summary: negated
      ? 'TRUE when both are the same value or both are NULL, else FALSE; never NULL.'
      : 'FALSE when both are the same value or both are NULL, else TRUE; never NULL.',
    syntax: negated ? 'a IS NOT DISTINCT FROM b' : 'a IS DISTINCT FROM b',
    examples: [
      {sql: negated ? '1 IS NOT DISTINCT FROM 1' : '1 IS DISTINCT FROM 1', gives: negated ? 'TRUE' : 'FALSE'},
      {
        sql: negated ? 'CAST(NULL AS INT) IS NOT DISTINCT FROM 1' : 'CAST(NULL AS INT) IS DISTINCT FROM 1',
        gives: negated ? 'FALSE' : 'TRUE',
      },
    ],
    deterministic: true,
    nulls: 'handled',
    typing: args => comparisonTyping(args, false, true),
    evaluate(args, call) {
      const [type, left, right] = comparable(args, call);
      const isSame =
        left === null || right === null ? left === right : !isNaNCompared(left, right) && compareValues(left, right, type) === 0;
      return isSame === negated;
    },
  };
}

function extreme(name: 'GREATEST' | 'LEAST'): ScalarFunction {
  return {
    kind: 'scalar',
    family: 'conditional',
    name,
    summary: `The ${name === 'GREATEST' ? 'greatest' : 'least'} of the values; NULL when one is NULL.`,
    syntax: `${name}(value, …)`,
    examples: [
      {sql: `${name}(1, 3, 2)`, gives: name === 'GREATEST' ? '3' : '1'},
      {sql: `${name}('a', 'b')`, gives: name === 'GREATEST' ? 'b' : 'a'},
    ],
    deterministic: true,
    nulls: 'propagate',
    typing(args) {
      if (args.length === 0) return wrongCount(0, 1, null);
      const types = args.map(arg => arg.type);
      const type = commonType(types);
      if (type === null) return {message: `has no common type of ${types.map(each => typeText(withNullable(each, true))).join(', ')}`};
      return {arguments: types.map(each => withNullable(type, each.nullable || each.kind === 'NULL')), result: type};
    },
    evaluate(args, call) {
      return args.reduce((best, value) => {
        const order =
          typeof best === 'number' && typeof value === 'number' ? compareNumbers(value, best) : compareValues(value, best, call.result);
        return (name === 'GREATEST' ? order > 0 : order < 0) ? value : best;
      });
    },
  };
}

export const comparisonOperators: readonly ScalarFunction[] = [
  comparison('=', 'Whether two values are equal; NULL when one is NULL.', order => order === 0, [
    {sql: '1 = 1.0', gives: 'TRUE'},
    {sql: "DATE '2020-01-01' = '2020-01-01'", gives: 'TRUE'},
  ]),
  comparison('<>', 'Whether two values differ; NULL when one is NULL.', order => order !== 0, [{sql: '1 <> 2', gives: 'TRUE'}]),
  comparison('<', 'Whether the left value is less.', order => order < 0, [{sql: "'a' < 'b'", gives: 'TRUE'}]),
  comparison('<=', 'Whether the left value is less or equal.', order => order <= 0, [{sql: '2 <= 2', gives: 'TRUE'}]),
  comparison('>', 'Whether the left value is greater.', order => order > 0, [{sql: '1 > 2', gives: 'FALSE'}]),
  comparison('>=', 'Whether the left value is greater or equal.', order => order >= 0, [{sql: '2.5 >= 2', gives: 'TRUE'}]),
  distinctFrom(false),
  distinctFrom(true),
  extreme('GREATEST'),
  extreme('LEAST'),
];

import {fail, type ProblemError} from '../base/problem.ts';
import {addMonths, floorMod, msPerDay} from '../types/calendar.ts';
import {commonType, isInteger, isNumeric, isTimestamp} from '../types/common-type.ts';
import {asDecimal, computeDecimal, type DecimalOperator, decimalResultType, decimalType} from '../types/decimal.ts';
import {bigintOf, isIntegerKind, wrapInteger} from '../types/integer.ts';
import {type SqlType, withNullable} from '../types/sql-type.ts';
import {timestampParts, timestampValue} from '../types/time.ts';
import type {Value} from '../types/value.ts';
import type {Argument, CallSite, Example, Refusal, ScalarFunction, Typing} from './define.ts';
import {anyNullable, wrongCount, wrongTypes} from './typing.ts';

type Sign = DecimalOperator;

export function divisionByZero(): ProblemError {
  return fail('data', 'division-by-zero', 'division by zero', {hint: 'write NULLIF(divisor, 0) to get NULL instead'});
}

/** The typing of `a sign b` on numbers; null when one is none. */
export function numericTyping(sign: Sign, left: SqlType, right: SqlType): Typing | null {
  if (!isNumeric(left) || !isNumeric(right)) return null;
  const nullable = left.nullable || right.nullable;
  const first = asDecimal(left);
  const second = asDecimal(right);
  if (first !== null && second !== null && (left.kind === 'DECIMAL' || right.kind === 'DECIMAL')) {
    return {
      arguments: [decimalType(first.precision, first.scale, left.nullable), decimalType(second.precision, second.scale, right.nullable)],
      result: decimalResultType(sign, left, right),
    };
  }
  // The rest of a division is never larger than the divisor, so its type is enough.
  if (sign === '%' && isInteger(left) && isInteger(right)) return {arguments: [left, right], result: withNullable(right, nullable)};
  const common = commonType([left, right]);
  if (common === null) return null;
  return {arguments: [withNullable(common, left.nullable), withNullable(common, right.nullable)], result: withNullable(common, nullable)};
}

/** `a sign b` on numbers of the typing's types. */
export function computeNumeric(sign: Sign, left: Value, right: Value, call: CallSite): Value {
  const {result} = call;
  if (result.kind === 'DECIMAL') return decimalNumeric(sign, left as bigint, right as bigint, call, result);
  if (isIntegerKind(result.kind)) return wrapInteger(integerNumeric(sign, bigintOf(left), bigintOf(right)), result.kind);
  const value = doubleNumeric(sign, left as number, right as number);
  return result.kind === 'FLOAT' ? Math.fround(value) : value;
}

function decimalNumeric(
  sign: Sign,
  left: bigint,
  right: bigint,
  call: CallSite,
  result: {readonly precision: number; readonly scale: number},
): Value {
  if ((sign === '/' || sign === '%') && right === 0n) throw divisionByZero();
  return computeDecimal(sign, {unscaled: left, scale: scaleOf(call, 0)}, {unscaled: right, scale: scaleOf(call, 1)}, result);
}

function scaleOf(call: CallSite, index: number): number {
  const type = call.arguments[index]?.type;
  return type?.kind === 'DECIMAL' ? type.scale : 0;
}

function integerNumeric(sign: Sign, left: bigint, right: bigint): bigint {
  switch (sign) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      if (right === 0n) throw divisionByZero();
      return left / right;
    case '%':
      if (right === 0n) throw divisionByZero();
      return left % right;
  }
}

function doubleNumeric(sign: Sign, left: number, right: number): number {
  switch (sign) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
  }
}

const intervalHint =
  'times and intervals go together as DATE + INTERVAL, TIMESTAMP - INTERVAL, INTERVAL + INTERVAL; use TIMESTAMPDIFF for the time between two';

/** The typing of `a ± b` where a time or an interval takes part; null when none does. */
function timeTyping(sign: '+' | '-', args: readonly Argument[]): Typing | null {
  const [left, right] = args.map(arg => arg.type) as [SqlType, SqlType];
  const nullable = anyNullable([left, right]);
  if (left.kind === 'INTERVAL' && right.kind === 'INTERVAL' && left.unit === right.unit) {
    return {arguments: [left, right], result: withNullable(left, nullable)};
  }
  if (isTime(left) && right.kind === 'INTERVAL') return {arguments: [left, right], result: withNullable(left, nullable)};
  if (sign === '+' && left.kind === 'INTERVAL' && isTime(right)) return {arguments: [left, right], result: withNullable(right, nullable)};
  return null;
}

function isTime(type: SqlType): boolean {
  return type.kind === 'DATE' || type.kind === 'TIME' || isTimestamp(type);
}

/** A time of the type moved by months or milliseconds. */
export function moveTime(value: Value, type: SqlType, unit: 'months' | 'milliseconds', amount: number): Value {
  if (type.kind === 'DATE') {
    return unit === 'months' ? addMonths(value as number, amount) : (value as number) + Math.trunc(amount / msPerDay);
  }
  if (type.kind === 'TIME') return unit === 'months' ? value : floorMod((value as number) + (amount % msPerDay), msPerDay);
  if (!isTimestamp(type)) return null;
  const {millis, nanos} = timestampParts(value, type.precision);
  if (unit === 'milliseconds') return timestampValue(millis + amount, nanos, type.precision);
  const days = Math.floor(millis / msPerDay);
  return timestampValue(addMonths(days, amount) * msPerDay + (millis - days * msPerDay), nanos, type.precision);
}

function computeTime(sign: '+' | '-', args: readonly Value[], call: CallSite): Value {
  const [left, right] = args as [Value, Value];
  const leftType = (call.arguments[0] as Argument).type;
  const rightType = (call.arguments[1] as Argument).type;
  if (leftType.kind === 'INTERVAL' && rightType.kind === 'INTERVAL') {
    return sign === '+' ? (left as number) + (right as number) : (left as number) - (right as number);
  }
  if (leftType.kind === 'INTERVAL') return moveTime(right, rightType, leftType.unit, left as number);
  if (rightType.kind !== 'INTERVAL') return null;
  return moveTime(left, leftType, rightType.unit, sign === '+' ? (right as number) : -(right as number));
}

/** NULL without a type takes the type of the other side. */
function withTypedNull(args: readonly Argument[]): readonly Argument[] {
  const known = args.find(arg => arg.type.kind !== 'NULL')?.type ?? {kind: 'INT', nullable: true};
  return args.map(arg => (arg.type.kind === 'NULL' ? {type: withNullable(known, true)} : arg));
}

function plusMinusTyping(sign: '+' | '-'): ScalarFunction['typing'] {
  return given => {
    const args = withTypedNull(given);
    const [left, right] = args;
    if (left === undefined || args.length > 2) return wrongCount(args.length, 1, 2);
    if (right === undefined) return unaryTyping(left);
    return numericTyping(sign, left.type, right.type) ?? timeTyping(sign, args) ?? wrongTypes(given, hintFor(left.type, right.type));
  };
}

function hintFor(left: SqlType, right: SqlType): string {
  return [left, right].some(type => isTime(type) || type.kind === 'INTERVAL')
    ? intervalHint
    : 'both sides must be numbers: CAST a text to the number type it holds';
}

function unaryTyping(arg: Argument): Typing | Refusal {
  return isNumeric(arg.type) || arg.type.kind === 'INTERVAL' ? {arguments: [arg.type], result: arg.type} : wrongTypes([arg]);
}

function negate(value: Value, call: CallSite): Value {
  if (isIntegerKind(call.result.kind)) return wrapInteger(-bigintOf(value), call.result.kind);
  if (call.result.kind === 'DECIMAL') return -(value as bigint);
  // Of doubles there is a negative zero; of intervals there is not.
  return call.result.kind === 'INTERVAL' ? 0 - (value as number) : -(value as number);
}

function plusOrMinus(sign: '+' | '-', summary: string, syntax: string, examples: readonly [Example, ...Example[]]): ScalarFunction {
  return {
    kind: 'scalar',
    family: 'operator',
    name: sign,
    summary,
    syntax,
    examples,
    deterministic: true,
    nulls: 'propagate',
    typing: plusMinusTyping(sign),
    evaluate(args, call) {
      const [left, right] = args as [Value, Value | undefined];
      if (right === undefined) return sign === '+' ? left : negate(left, call);
      return isNumeric(call.result) ? computeNumeric(sign, left, right, call) : computeTime(sign, args, call);
    },
  };
}

/** Flink refuses a constant zero that a double is divided by, although a column's zero gives Infinity. */
function isConstantZero(arg: Argument): boolean {
  return (typeof arg.literal === 'number' || typeof arg.literal === 'bigint') && Number(arg.literal) === 0;
}

function timesTyping(sign: '*' | '/' | '%'): ScalarFunction['typing'] {
  return given => {
    const args = withTypedNull(given);
    const [left, right] = args;
    if (left === undefined || right === undefined || args.length > 2) return wrongCount(args.length, 2, 2);
    const typing = numericTyping(sign, left.type, right.type) ?? (sign === '*' ? scaledInterval(left.type, right.type) : null);
    if (typing === null) return wrongTypes(given, hintFor(left.type, right.type));
    if (sign === '/' && isConstantZero(right) && !isInteger(typing.result) && typing.result.kind !== 'DECIMAL') {
      return {message: 'divides by a constant zero', hint: 'write NULLIF(divisor, 0) to get NULL instead'};
    }
    return typing;
  };
}

/** INTERVAL * integer, either way round. */
function scaledInterval(left: SqlType, right: SqlType): Typing | null {
  const interval = left.kind === 'INTERVAL' ? left : right;
  const factor = left.kind === 'INTERVAL' ? right : left;
  if (interval.kind !== 'INTERVAL' || !isInteger(factor)) return null;
  return {arguments: [left, right], result: withNullable(interval, left.nullable || right.nullable)};
}

function timesOrOver(sign: '*' | '/' | '%', summary: string, syntax: string, examples: readonly [Example, ...Example[]]): ScalarFunction {
  return {
    kind: 'scalar',
    family: 'operator',
    name: sign,
    summary,
    syntax,
    examples,
    deterministic: true,
    nulls: 'propagate',
    typing: timesTyping(sign),
    evaluate(args, call) {
      const [left, right] = args as [Value, Value];
      if (call.result.kind === 'INTERVAL') return Number(left) * Number(right);
      return computeNumeric(sign, left, right, call);
    },
  };
}

export const arithmeticOperators: readonly ScalarFunction[] = [
  plusOrMinus(
    '+',
    'The sum of two numbers, or a time moved by an interval. Integers wrap; a DECIMAL of too many digits is NULL.',
    'a + b',
    [
      {sql: '1 + 2', gives: '3'},
      {sql: '2147483647 + 1', gives: '-2147483648'},
      {sql: '1.5 + 1', gives: '2.5'},
      {sql: "DATE '2020-01-31' + INTERVAL '1' MONTH", gives: '2020-02-29'},
    ],
  ),
  plusOrMinus('-', 'The difference of two numbers, a time moved back by an interval, or with one operand its negative.', 'a - b, -a', [
    {sql: '1 - 2', gives: '-1'},
    {sql: '-(1.50)', gives: '-1.50'},
    {sql: "TIMESTAMP '2020-01-01 00:00:00' - INTERVAL '1' SECOND", gives: '2019-12-31 23:59:59'},
  ]),
  timesOrOver('*', 'The product of two numbers. Integers wrap; a DECIMAL of too many digits is NULL.', 'a * b', [
    {sql: '6 * 7', gives: '42'},
    {sql: '0.5 * 0.25', gives: '0.125'},
  ]),
  timesOrOver(
    '/',
    'The quotient of two numbers. Integers drop what is after the point; dividing integers or DECIMALs by zero fails.',
    'a / b',
    [
      {sql: '7 / 2', gives: '3'},
      {sql: '2.0 / 3.0', gives: '0.666667'},
      {sql: '1e0 / 4', gives: '0.25'},
    ],
  ),
  timesOrOver('%', 'The rest of a division, with the sign of the dividend.', 'a % b', [
    {sql: '7 % 3', gives: '1'},
    {sql: '-7 % 3', gives: '-1'},
  ]),
];

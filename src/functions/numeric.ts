import {decimalType, divideRounded, fitsPrecision, parseDecimal, powerOfTen, rescale} from '../types/decimal.ts';
import {bigintOf, isIntegerKind, wrapInteger} from '../types/integer.ts';
import {doubleType, type SqlType, stringType} from '../types/sql-type.ts';
import type {Value} from '../types/value.ts';
import {computeNumeric, numericTyping} from './arithmetic.ts';
import type {Argument, CallSite, Example, ScalarFunction} from './define.ts';
import {double, integer, isRefusal, numeric, sameAsFirst, takes, wrongCount, wrongTypes} from './typing.ts';

/** A function from doubles to a double. */
function ofDoubles(
  name: string,
  summary: string,
  syntax: string,
  compute: (first: number, second: number) => number,
  examples: readonly [Example, ...Example[]],
): ScalarFunction {
  const count = syntax.includes('()') ? 0 : syntax.includes(',') ? 2 : 1;
  return {
    kind: 'scalar',
    family: 'numeric',
    name,
    summary,
    syntax,
    examples,
    deterministic: true,
    nulls: 'propagate',
    typing: takes({parameters: [double, double].slice(0, count), result: doubleType}),
    evaluate: args => compute(args[0] as number, args[1] as number),
  };
}

/** The value as a decimal: of doubles the shortest one that reads as the same double. Null when it is not finite. */
function exactly(value: Value, type: SqlType): {readonly unscaled: bigint; readonly scale: number} | null {
  if (type.kind === 'DECIMAL') return {unscaled: value as bigint, scale: type.scale};
  return typeof value === 'number' && !Number.isInteger(value) ? parseDecimal(String(value)) : {unscaled: bigintOf(value), scale: 0};
}

/** Rounds or cuts to `digits` digits after the point (before it when negative), in the type of the result. */
function toDigits(value: Value, digits: number, call: CallSite, divide: (dividend: bigint, divisor: bigint) => bigint): Value {
  const {result} = call;
  if (typeof value === 'number' && !Number.isFinite(value)) return value;
  const exact = exactly(value, (call.arguments[0] as Argument).type);
  if (exact === null || digits >= exact.scale)
    return exact !== null && result.kind === 'DECIMAL' ? inType(exact.unscaled, exact.scale, result) : value;
  const drop = exact.scale - digits;
  // Beyond all digits there is nothing left, and no power of ten of that size is computed.
  const kept = drop > 800 ? 0n : divide(exact.unscaled, powerOfTen(drop));
  if (isIntegerKind(result.kind)) return wrapInteger(kept * powerOfTen(Math.min(-digits, 800)), result.kind);
  if (result.kind === 'DECIMAL')
    return digits >= 0 ? inType(kept, digits, result) : inType(kept * powerOfTen(Math.min(-digits, 800)), 0, result);
  const number = Number(`${kept}e${-digits}`);
  return result.kind === 'FLOAT' ? Math.fround(number) : number;
}

function inType(unscaled: bigint, scale: number, type: {readonly precision: number; readonly scale: number}): Value {
  const value = rescale(unscaled, scale, type.scale);
  return fitsPrecision(value, type.precision) ? value : null;
}

/** A DECIMAL rounded to a constant number of digits has so many; by a number that is not constant, as many as before. */
function digitsTyping(args: readonly Argument[], words: readonly string[]): ReturnType<ScalarFunction['typing']> {
  const typing = takes({parameters: [numeric, integer], optional: 1, result: sameAsFirst})(args, words);
  if (isRefusal(typing) || typing.result.kind !== 'DECIMAL') return typing;
  const literal = args.length === 1 ? 0 : args[1]?.literal;
  if (literal === undefined || literal === null) return typing;
  const digits = Number(literal);
  const {precision, scale, nullable} = typing.result;
  if (digits >= scale) return typing;
  const whole = 1 + precision - scale;
  const result = digits < 0 ? decimalType(Math.min(38, whole), 0, nullable) : decimalType(Math.min(38, whole + digits), digits, nullable);
  return {arguments: typing.arguments, result};
}

function digitsFunction(
  name: string,
  summary: string,
  divide: (dividend: bigint, divisor: bigint) => bigint,
  examples: readonly [Example, ...Example[]],
): ScalarFunction {
  return {
    kind: 'scalar',
    family: 'numeric',
    name,
    summary,
    syntax: `${name}(number [, digits])`,
    examples,
    deterministic: true,
    nulls: 'propagate',
    typing: digitsTyping,
    evaluate: (args, call) => toDigits(args[0] as Value, Number(args[1] ?? 0), call, divide),
  };
}

/** A function from a number to one of the same type. */
function sameType(
  name: string,
  summary: string,
  compute: (value: Value, call: CallSite) => Value,
  examples: readonly [Example, ...Example[]],
): ScalarFunction {
  return {
    kind: 'scalar',
    family: 'numeric',
    name,
    summary,
    syntax: `${name}(number)`,
    examples,
    deterministic: true,
    nulls: 'propagate',
    typing: takes({parameters: [numeric], result: sameAsFirst}),
    evaluate: (args, call) => compute(args[0] as Value, call),
  };
}

function absolute(value: Value, call: CallSite): Value {
  if (isIntegerKind(call.result.kind)) {
    const whole = bigintOf(value);
    return wrapInteger(whole < 0n ? -whole : whole, call.result.kind);
  }
  return typeof value === 'bigint' ? (value < 0n ? -value : value) : Math.abs(value as number);
}

function sign(value: Value, call: CallSite): Value {
  const {result} = call;
  if (typeof value === 'number') return Math.sign(value);
  const one = (value as bigint) > 0n ? 1n : (value as bigint) < 0n ? -1n : 0n;
  return result.kind === 'DECIMAL' ? inType(one, 0, result) : one;
}

const mod: ScalarFunction = {
  kind: 'scalar',
  family: 'numeric',
  name: 'MOD',
  summary: 'The rest of a division, with the sign of the dividend.',
  syntax: 'MOD(dividend, divisor)',
  examples: [
    {sql: 'MOD(17, 5)', gives: '2'},
    {sql: 'MOD(-26, 5)', gives: '-1'},
  ],
  deterministic: true,
  nulls: 'propagate',
  typing(args) {
    const [left, right] = args.map(arg => numeric(arg.type));
    if (args.length !== 2) return wrongCount(args.length, 2, 2);
    return (left && right ? numericTyping('%', left, right) : null) ?? wrongTypes(args);
  },
  evaluate: (args, call) => computeNumeric('%', args[0] as Value, args[1] as Value, call),
};

const log: ScalarFunction = {
  kind: 'scalar',
  family: 'numeric',
  name: 'LOG',
  summary: 'The natural logarithm, or with two arguments the logarithm of the second to the base of the first.',
  syntax: 'LOG([base,] number)',
  examples: [
    {sql: 'LOG(1)', gives: '0.0'},
    {sql: 'LOG(10, 100)', gives: '2.0'},
  ],
  deterministic: true,
  nulls: 'propagate',
  typing: takes({parameters: [double, double], optional: 1, result: doubleType}),
  evaluate: args => (args.length === 1 ? Math.log(args[0] as number) : Math.log(args[1] as number) / Math.log(args[0] as number)),
};

const bin: ScalarFunction = {
  kind: 'scalar',
  family: 'numeric',
  name: 'BIN',
  summary: 'An integer in binary, as its 64 bits of two’s complement without leading zeros.',
  syntax: 'BIN(integer)',
  examples: [{sql: 'BIN(12)', gives: '1100'}],
  deterministic: true,
  nulls: 'propagate',
  typing: takes({parameters: [integer], result: stringType}),
  evaluate: args => BigInt.asUintN(64, bigintOf(args[0] as Value)).toString(2),
};

export const numericFunctions: readonly ScalarFunction[] = [
  mod,
  sameType('ABS', 'The number without its sign.', absolute, [
    {sql: 'ABS(-5)', gives: '5'},
    {sql: 'ABS(-1.25)', gives: '1.25'},
  ]),
  sameType('SIGN', '1, 0 or -1, in the type of the number.', sign, [
    {sql: 'SIGN(-5)', gives: '-1'},
    {sql: 'SIGN(3.14)', gives: '1.00'},
  ]),
  digitsFunction(
    'ROUND',
    'Rounds to so many digits after the point (0 by default), halves away from zero; before the point when negative.',
    divideRounded,
    [
      {sql: 'ROUND(2.345, 2)', gives: '2.35'},
      {sql: 'ROUND(125.315)', gives: '125'},
      {sql: 'ROUND(156, -2)', gives: '200'},
    ],
  ),
  digitsFunction('TRUNCATE', 'Drops all but so many digits after the point (0 by default).', (dividend, divisor) => dividend / divisor, [
    {sql: 'TRUNCATE(42.345, 2)', gives: '42.34'},
    {sql: 'TRUNCATE(-1.9e0)', gives: '-1.0'},
  ]),
  ofDoubles('POWER', 'The first number to the power of the second.', 'POWER(base, exponent)', (base, exponent) => base ** exponent, [
    {sql: 'POWER(2, 10)', gives: '1024.0'},
  ]),
  ofDoubles('SQRT', 'The square root.', 'SQRT(number)', Math.sqrt, [{sql: 'SQRT(25)', gives: '5.0'}]),
  ofDoubles('EXP', 'e to the power of the number.', 'EXP(number)', Math.exp, [{sql: 'EXP(0)', gives: '1.0'}]),
  ofDoubles('LN', 'The natural logarithm.', 'LN(number)', Math.log, [{sql: 'LN(1)', gives: '0.0'}]),
  ofDoubles('LOG10', 'The logarithm to base 10.', 'LOG10(number)', Math.log10, [{sql: 'LOG10(1000)', gives: '3.0'}]),
  ofDoubles('LOG2', 'The logarithm to base 2.', 'LOG2(number)', value => Math.log(value) / Math.LN2, [{sql: 'LOG2(8)', gives: '3.0'}]),
  log,
  bin,
  ofDoubles('SIN', 'The sine of an angle in radians.', 'SIN(angle)', Math.sin, [{sql: 'SIN(0)', gives: '0.0'}]),
  ofDoubles('COS', 'The cosine of an angle in radians.', 'COS(angle)', Math.cos, [{sql: 'COS(0)', gives: '1.0'}]),
  ofDoubles('TAN', 'The tangent of an angle in radians.', 'TAN(angle)', Math.tan, [{sql: 'TAN(0)', gives: '0.0'}]),
  ofDoubles('COT', 'The cotangent of an angle in radians.', 'COT(angle)', angle => 1 / Math.tan(angle), [
    {sql: 'COT(0)', gives: 'Infinity'},
  ]),
  ofDoubles('ASIN', 'The angle in radians with this sine.', 'ASIN(number)', Math.asin, [{sql: 'ASIN(0)', gives: '0.0'}]),
  ofDoubles('ACOS', 'The angle in radians with this cosine.', 'ACOS(number)', Math.acos, [{sql: 'ACOS(1)', gives: '0.0'}]),
  ofDoubles('ATAN', 'The angle in radians with this tangent.', 'ATAN(number)', Math.atan, [{sql: 'ATAN(0)', gives: '0.0'}]),
  ofDoubles('ATAN2', 'The angle in radians of the point (x, y).', 'ATAN2(y, x)', Math.atan2, [{sql: 'ATAN2(0, 1)', gives: '0.0'}]),
  ofDoubles('SINH', 'The hyperbolic sine.', 'SINH(number)', Math.sinh, [{sql: 'SINH(0)', gives: '0.0'}]),
  ofDoubles('COSH', 'The hyperbolic cosine.', 'COSH(number)', Math.cosh, [{sql: 'COSH(0)', gives: '1.0'}]),
  ofDoubles('TANH', 'The hyperbolic tangent.', 'TANH(number)', Math.tanh, [{sql: 'TANH(0)', gives: '0.0'}]),
  ofDoubles('DEGREES', 'An angle in radians as degrees.', 'DEGREES(angle)', angle => angle * (180 / Math.PI), [
    {sql: 'DEGREES(PI())', gives: '180.0'},
  ]),
  ofDoubles('RADIANS', 'An angle in degrees as radians.', 'RADIANS(angle)', angle => angle * (Math.PI / 180), [
    {sql: 'RADIANS(0)', gives: '0.0'},
  ]),
  ofDoubles('PI', 'The number pi.', 'PI()', () => Math.PI, [{sql: 'PI()', gives: '3.141592653589793'}]),
  ofDoubles('E', 'The number e.', 'E()', () => Math.E, [{sql: 'E()', gives: '2.718281828459045'}]),
];

import {isExactNumeric, isInteger, isNumeric, isTimestamp} from '../types/common-type.ts';
import {divideRounded, parseDecimal, powerOfTen} from '../types/decimal.ts';
import {bigintOf, isIntegerKind} from '../types/integer.ts';
import {fieldText} from '../types/row-text.ts';
import {type SqlType, stringType} from '../types/sql-type.ts';
import type {Value} from '../types/value.ts';
import type {Argument, Refusal, ScalarFunction, Typing} from './define.ts';
import {checkLength} from './text.ts';
import {text, wrongCount, wrongTypes} from './typing.ts';

/** PRINTF, with the format strings of `java.util.Formatter`. */

interface Directive {
  readonly flags: string;
  readonly width: number;
  /** Null when none is said. */
  readonly precision: number | null;
  readonly conversion: string;
}

const directivePattern = /%(?:(\d+)\$|(<))?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/gy;

/** Null when a part of the format, or an argument for it, is none. */
function format(pattern: string, values: readonly Value[], types: readonly SqlType[]): string | null {
  let result = '';
  let next = 0;
  let last = -1;
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] !== '%') {
      result += pattern[at] as string;
      continue;
    }
    directivePattern.lastIndex = at;
    const found = directivePattern.exec(pattern);
    if (found === null) return null;
    at = directivePattern.lastIndex - 1;
    const [, number, again, flags = '', width, precision, conversion = ''] = found;
    const directive = {flags, width: Number(width ?? 0), precision: precision === undefined ? null : Number(precision), conversion};
    checkLength(result.length + Math.max(directive.width, directive.precision ?? 0));
    if (conversion === '%' || conversion === 'n') {
      result += conversion === 'n' ? '\n' : padded('%', directive);
      continue;
    }
    last = number === undefined ? (again === undefined ? next++ : last) : Number(number) - 1;
    const type = types[last];
    const piece = type === undefined ? null : converted(directive, values[last] as Value, type);
    if (piece === null) return null;
    result += conversion === conversion.toLowerCase() ? piece : piece.toUpperCase();
  }
  return result;
}

function padded(piece: string, {flags, width}: Directive): string {
  return flags.includes('-') ? piece.padEnd(width) : piece.padStart(width);
}

function converted(directive: Directive, value: Value, type: SqlType): string | null {
  const conversion = directive.conversion.toLowerCase();
  if (!'sbcdoxfeg'.includes(conversion)) return null;
  if (conversion === 'b')
    return padded(cut(String(value === null ? false : typeof value === 'boolean' ? value : true), directive), directive);
  if (value === null) return padded('fegdoxc'.includes(conversion) ? 'null' : cut('null', directive), directive);
  switch (conversion) {
    case 's':
      return padded(cut(plainText(value, type), directive), directive);
    case 'c':
      return character(value, type, directive);
    case 'd':
      return isInteger(type) ? signed(grouped(absolute(bigintOf(value)), directive), bigintOf(value) < 0n, directive) : null;
    case 'o':
    case 'x':
      return radix(value, type, directive);
    default:
      return isNumeric(type) && !isInteger(type) ? real(value, type, directive) : null;
  }
}

function cut(piece: string, {precision}: Directive): string {
  return precision === null ? piece : piece.slice(0, precision);
}

/** Dates, times and intervals are the numbers that stand for them, as in Flink; a timestamp has no zone. */
function plainText(value: Value, type: SqlType): string {
  if (type.kind === 'DATE' || type.kind === 'TIME' || type.kind === 'INTERVAL') return `${value as number}`;
  return isTimestamp(type) ? fieldText(value, {...type, kind: 'TIMESTAMP'}, 'UTC') : fieldText(value, type, 'UTC');
}

function character(value: Value, type: SqlType, directive: Directive): string | null {
  if (!isInteger(type)) return null;
  const code = Number(value);
  return code < 0 || code > 0x10ffff ? null : padded(String.fromCodePoint(code), directive);
}

function radix(value: Value, type: SqlType, directive: Directive): string | null {
  if (!isIntegerKind(type.kind)) return null;
  const bits = {TINYINT: 8, SMALLINT: 16, INT: 32, BIGINT: 64}[type.kind];
  const isHex = directive.conversion.toLowerCase() === 'x';
  const digits = BigInt.asUintN(bits, bigintOf(value)).toString(isHex ? 16 : 8);
  const prefix = directive.flags.includes('#') ? (isHex ? '0x' : '0') : '';
  return directive.flags.includes('0')
    ? prefix + digits.padStart(directive.width - prefix.length, '0')
    : padded(prefix + digits, directive);
}

function absolute(value: bigint): string {
  return String(value < 0n ? -value : value);
}

/** With commas between thousands where asked for. */
function grouped(digits: string, {flags}: Directive): string {
  if (!flags.includes(',')) return digits;
  const [whole = '', ...rest] = digits.split('.');
  return [whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ','), ...rest].join('.');
}

function signed(digits: string, isNegative: boolean, directive: Directive): string {
  const {flags, width} = directive;
  const before = isNegative ? (flags.includes('(') ? '(' : '-') : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const after = before === '(' ? ')' : '';
  const filled = flags.includes('0') ? digits.padStart(width - before.length - after.length, '0') : digits;
  return padded(before + filled + after, directive);
}

/** %f, %e and %g of a FLOAT, DOUBLE or DECIMAL: rounded half up from the digits that it is printed with. */
function real(value: Value, type: SqlType, directive: Directive): string | null {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return Number.isNaN(value)
      ? padded('NaN', directive)
      : signed('Infinity', value < 0, {...directive, flags: directive.flags.replace('0', '')});
  }
  const exact =
    isExactNumeric(type) && type.kind === 'DECIMAL'
      ? {unscaled: value as bigint, scale: type.scale}
      : parseDecimal(fieldText(value, type, 'UTC'));
  if (exact === null) return null;
  const isNegative = exact.unscaled < 0n || Object.is(value, -0);
  const digits = {unscaled: exact.unscaled < 0n ? -exact.unscaled : exact.unscaled, scale: exact.scale};
  const precision = directive.precision ?? 6;
  switch (directive.conversion.toLowerCase()) {
    case 'f':
      return signed(grouped(fixed(digits, precision), directive), isNegative, directive);
    case 'e':
      return signed(scientific(digits, precision), isNegative, directive);
    default:
      return signed(general(digits, Math.max(precision, 1), directive), isNegative, directive);
  }
}

interface Digits {
  readonly unscaled: bigint;
  readonly scale: number;
}

function fixed({unscaled, scale}: Digits, precision: number): string {
  const kept = scale > precision ? divideRounded(unscaled, powerOfTen(scale - precision)) : unscaled * powerOfTen(precision - scale);
  const text = String(kept).padStart(precision + 1, '0');
  return precision === 0 ? text : `${text.slice(0, -precision)}.${text.slice(-precision)}`;
}

/** One digit before the point. */
function scientific({unscaled, scale}: Digits, precision: number): string {
  let exponent = unscaled === 0n ? 0 : String(unscaled).length - 1 - scale;
  let text = fixed({unscaled, scale: scale + exponent}, precision);
  if (text.startsWith('10')) {
    exponent++;
    text = fixed({unscaled, scale: scale + exponent}, precision);
  }
  return `${text}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function general(digits: Digits, precision: number, directive: Directive): string {
  if (digits.unscaled === 0n) return fixed(digits, precision - 1);
  const exponent = Number(/e(.*)$/.exec(scientific(digits, precision - 1))?.[1]);
  const isPlain = exponent >= -4 && exponent < precision;
  return isPlain ? grouped(fixed(digits, precision - 1 - exponent), directive) : scientific(digits, precision - 1);
}

function printfTyping(args: readonly Argument[]): Typing | Refusal {
  const [pattern, ...values] = args;
  const type = pattern === undefined ? null : text(pattern.type);
  if (pattern === undefined) return wrongCount(0, 1, null);
  if (type === null) return wrongTypes(args, 'the format must be a text');
  if (values.some(value => ['ARRAY', 'MAP', 'MULTISET', 'ROW'].includes(value.type.kind)))
    return wrongTypes(args, 'CAST collections to STRING');
  const types = values.map(value => (value.type.kind === 'NULL' ? stringType : value.type));
  return {arguments: [type, ...types], result: stringType};
}

export const printfFunction: ScalarFunction = {
  kind: 'scalar',
  family: 'text',
  name: 'PRINTF',
  summary: 'Values put into a text with the format strings of Java; NULL when a format is none or does not fit its value.',
  syntax: 'PRINTF(format, value, …)',
  examples: [
    {sql: "PRINTF('%s is %d years and %.1f m', 'Ann', 33, 1.75e0)", gives: 'Ann is 33 years and 1.8 m'},
    {sql: "PRINTF('%08.3f|%,d|%x', 3.14159e0, 1234567, 255)", gives: '0003.142|1,234,567|ff'},
    {sql: "PRINTF('%d', 'a')", gives: 'NULL'},
  ],
  deterministic: true,
  nulls: 'handled',
  typing: printfTyping,
  evaluate: ([pattern, ...values], call) =>
    pattern === null
      ? null
      : format(
          pattern as string,
          values,
          call.arguments.slice(1).map(argument => argument.type),
        ),
};

import type {SqlType} from './sql-type.ts';
import type {Value} from './value.ts';

/** Integers as Java has them: two's complement, silently wrapping. */

/** The integer that a value of an integer type is. */
export function bigintOf(value: Value): bigint {
  return typeof value === 'bigint' ? value : BigInt(value as number);
}

export type IntegerKind = 'TINYINT' | 'SMALLINT' | 'INT' | 'BIGINT';

/** An integer as a value of the type: a number, or a bigint for BIGINT. Digits beyond the type's bits are lost. */
export function wrapInteger(value: bigint, kind: IntegerKind): number | bigint {
  switch (kind) {
    case 'TINYINT':
      return Number(BigInt.asIntN(8, value));
    case 'SMALLINT':
      return Number(BigInt.asIntN(16, value));
    case 'INT':
      return Number(BigInt.asIntN(32, value));
    case 'BIGINT':
      return BigInt.asIntN(64, value);
  }
}

const greatestLong = 9223372036854775807n;
const leastLong = -9223372036854775808n;

/** Towards zero; NaN is 0; what is too large becomes the greatest or least INT or BIGINT, of which TINYINT and SMALLINT then keep their bits. */
export function integerOfNumber(value: number, kind: IntegerKind): number | bigint {
  if (kind === 'BIGINT') {
    if (Number.isNaN(value)) return 0n;
    if (value >= 2 ** 63) return greatestLong;
    if (value <= -(2 ** 63)) return leastLong;
    return BigInt(Math.trunc(value));
  }
  const int = Number.isNaN(value) ? 0 : Math.trunc(Math.min(Math.max(value, -2147483648), 2147483647)) + 0;
  if (kind === 'TINYINT') return (int << 24) >> 24;
  return kind === 'SMALLINT' ? (int << 16) >> 16 : int;
}

/** Whether the integer lies in the type's range. */
export function fitsInteger(value: bigint, kind: IntegerKind): boolean {
  return BigInt(wrapInteger(value, kind)) === value;
}

/** `12`, `-3.99` (which is -3): an integer, blanks around it ignored; null when the text is none or the number is out of range. */
export function parseInteger(text: string, kind: IntegerKind): number | bigint | null {
  const match = /^([+-]?)(\d*)(?:\.\d*)?$/.exec(text.trim());
  if (match === null) return null;
  const [whole, sign, digits = ''] = match;
  if (!/\d/.test(whole)) return null;
  // A long row of zeros is a number too; 20 digits without them are not.
  const significant = digits.replace(/^0+/, '');
  if (significant.length > 19) return null;
  const magnitude = BigInt(significant === '' ? 0 : significant);
  const value = sign === '-' ? -magnitude : magnitude;
  return fitsInteger(value, kind) ? wrapInteger(value, kind) : null;
}

export function isIntegerKind(kind: SqlType['kind']): kind is IntegerKind {
  return kind === 'TINYINT' || kind === 'SMALLINT' || kind === 'INT' || kind === 'BIGINT';
}

/** `1.5`, `1e3`, `NaN`, `Infinity`, with blanks around: a double; null when the text is none. */
export function parseDouble(text: string): number | null {
  const trimmed = text.trim();
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?$/.test(trimmed)) return Number(trimmed.replace(/[dDfF]$/, ''));
  if (trimmed === 'NaN') return Number.NaN;
  const infinity = /^([+-]?)Infinity$/.exec(trimmed);
  if (infinity === null) return null;
  return infinity[1] === '-' ? -Infinity : Infinity;
}

import type {SqlType} from '../types/sql-type.ts';

const safe = Number.MAX_SAFE_INTEGER;
const mostOfKind: {readonly [kind in SqlType['kind']]?: number} = {
  TINYINT: 2 ** 7,
  SMALLINT: 2 ** 15,
  INT: 2 ** 31,
  DATE: 2 ** 31,
  TIME: 86_400_000,
  BOOLEAN: 1,
};
/** Milliseconds that a calendar reaches, on either side of 1970: far enough below 2^53 that moving them by an interval stays exact. */
const mostMilliseconds = 8.64e15;

/** The greatest absolute value that a cell of an exact type can hold as a plain number: what lets a check for overflow be left out. Doubles have none. */
export function mostOf(type: SqlType): number {
  if (type.kind === 'FLOAT' || type.kind === 'DOUBLE') return Infinity;
  if (type.kind === 'DECIMAL') return Math.min(safe, 10 ** type.precision - 1);
  if ((type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') && type.precision <= 3) return mostMilliseconds;
  return mostOfKind[type.kind] ?? safe;
}

export function isFloating(type: SqlType): boolean {
  return type.kind === 'FLOAT' || type.kind === 'DOUBLE';
}

export function isInteger(type: SqlType): boolean {
  return type.kind === 'TINYINT' || type.kind === 'SMALLINT' || type.kind === 'INT' || type.kind === 'BIGINT';
}

import {daysInMonth} from '../../types/calendar.ts';
import {fitsPrecision, parseDecimal, rescale} from '../../types/decimal.ts';
import {fitsInteger, type IntegerKind, wrapInteger} from '../../types/integer.ts';
import type {SqlType} from '../../types/sql-type.ts';
import {localToInstant, parseDate, parseTime, parseTimestamp, timestampValue} from '../../types/time.ts';
import type {Value} from '../../types/value.ts';

/** What reading a cell's text depends on, besides its type. */
export interface CellRules {
  readonly elementDelimiter: string;
  /** Also inside ARRAY and ROW. */
  readonly nullLiteral: string | null;
  /** What TIMESTAMP_LTZ texts without a zone mean. */
  readonly timeZone: string;
}

/** A text that does not say a value of its type. */
export const unreadable = Symbol('unreadable');

/** The value of a cell's text: what the kernel does for common texts, for all of them. Strict: nothing is cut off, wrapped or guessed. */
export function readCell(text: string, type: SqlType, rules: CellRules): Value | typeof unreadable {
  switch (type.kind) {
    case 'CHAR':
    case 'VARCHAR':
      return text;
    case 'BINARY':
    case 'VARBINARY':
      return readBytes(text);
    case 'BOOLEAN':
      return readBoolean(text.trim().toLowerCase());
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
      return readInteger(text.trim(), type.kind);
    case 'FLOAT':
    case 'DOUBLE':
      return readDouble(text.trim(), type.kind === 'FLOAT');
    case 'DECIMAL':
      return readDecimal(text.trim(), type.precision, type.scale);
    case 'DATE':
      return /^\d{4}-\d{1,2}-\d{1,2}$/.test(text.trim()) ? (parseDate(text.trim()) ?? unreadable) : unreadable;
    case 'TIME':
      return readTime(text.trim(), type.precision);
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return readTimestamp(text.trim(), type.precision, type.kind === 'TIMESTAMP' ? null : rules.timeZone);
    case 'ARRAY':
      return text === '' ? [] : readElements(text, rules, () => type.element);
    case 'ROW': {
      const elements = readElements(text, rules, index => type.fields[index]?.type);
      return elements !== unreadable && elements.length === type.fields.length ? elements : unreadable;
    }
    case 'NULL':
    case 'INTERVAL':
    case 'MAP':
    case 'MULTISET':
      return unreadable;
  }
}

function readElements(
  text: string,
  rules: CellRules,
  typeAt: (index: number) => SqlType | undefined,
): readonly Value[] | typeof unreadable {
  const values: Value[] = [];
  for (const [index, element] of text.split(rules.elementDelimiter).entries()) {
    const type = typeAt(index);
    if (type === undefined) return unreadable;
    const value = element === rules.nullLiteral ? null : readCell(element, type, rules);
    if (value === unreadable) return unreadable;
    values.push(value);
  }
  return values;
}

function readBytes(text: string): Uint8Array | typeof unreadable {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.replace(/=+$/, '').length % 4 !== 1 ? Buffer.from(text, 'base64') : unreadable;
}

function readBoolean(text: string): boolean | typeof unreadable {
  return text === 'true' ? true : text === 'false' ? false : unreadable;
}

function readInteger(text: string, kind: IntegerKind): Value | typeof unreadable {
  if (!/^[+-]?\d{1,100}$/.test(text)) return unreadable;
  const value = BigInt(text.replace(/^\+/, ''));
  return fitsInteger(value, kind) ? wrapInteger(value, kind) : unreadable;
}

function readDouble(text: string, isFloat: boolean): number | typeof unreadable {
  if (text === 'NaN') return Number.NaN;
  if (/^[+-]?Infinity$/.test(text)) return Number(text);
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return unreadable;
  const value = isFloat ? Math.fround(Number(text)) : Number(text);
  return Number.isFinite(value) ? value : unreadable;
}

function readDecimal(text: string, precision: number, scale: number): bigint | typeof unreadable {
  const decimal = parseDecimal(text);
  if (decimal === null) return unreadable;
  const unscaled = rescale(decimal.unscaled, decimal.scale, scale);
  return fitsPrecision(unscaled, precision) ? unscaled : unreadable;
}

/** Digits beyond the precision are cut off, as Flink does. */
function readTime(text: string, precision: number): number | typeof unreadable {
  const match = /^(\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,9}))?$/.exec(text);
  if (match === null) return unreadable;
  const seconds = parseTime(match[1] as string);
  return seconds === null ? unreadable : seconds + Number((match[2] ?? '').slice(0, Math.min(precision, 3)).padEnd(3, '0'));
}

/** `zone` is null for a TIMESTAMP, which must not name one. Whole milliseconds, microseconds or nanoseconds are kept, as Flink does. */
function readTimestamp(text: string, precision: number, zone: string | null): Value | typeof unreadable {
  const match = /^((\d{4})-(\d{1,2})-(\d{1,2})[ T]\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d{1,9})?)\s?(Z|[+-]\d{2}:?\d{2})?$/.exec(text);
  if (match === null) return unreadable;
  const [, local = '', year, month, day, offset] = match;
  const parts = parseTimestamp(local);
  if (parts === null || Number(day) > daysInMonth(Number(year), Number(month)) || (zone === null && offset !== undefined))
    return unreadable;
  const kept = precision <= 3 ? 3 : precision <= 6 ? 6 : 9;
  const millis = zone === null ? parts.millis : offset === undefined ? localToInstant(zone, parts.millis) : parts.millis - offsetMs(offset);
  return timestampValue(millis, parts.nanos, kept);
}

function offsetMs(offset: string): number {
  if (offset === 'Z') return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
  return (offset.startsWith('-') ? -minutes : minutes) * 60_000;
}

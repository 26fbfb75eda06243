import {type Decimal, fitsPrecision, parseDecimal, rescale} from '../../types/decimal.ts';
import {fitsInteger, type IntegerKind, parseDouble, parseInteger, wrapInteger} from '../../types/integer.ts';
import {isJsonArray, isJsonObject, type JsonNode, JsonNumber, jsonText} from '../../types/json-text.ts';
import {intType, type SqlType} from '../../types/sql-type.ts';
import {daysInMonth} from '../../types/calendar.ts';
import {localToInstant, parseDate, parseTime, parseTimestamp, timestampValue} from '../../types/time.ts';
import type {Value} from '../../types/value.ts';

/** What reading a JSON value depends on, besides its type. */
export interface NodeRules {
  readonly standard: TimeStandard;
  /** What TIMESTAMP_LTZ texts without a zone mean. */
  readonly timeZone: string;
  /** An element of an ARRAY, MAP or ROW that does not fit becomes NULL, instead of making the whole unreadable. */
  readonly badElement: 'unreadable' | 'null';
}

/** `SQL`: a blank between date and time; `ISO-8601`: a T, and instants may have an offset instead of the Z. */
export type TimeStandard = 'SQL' | 'ISO-8601';

/** A JSON value that says no value of the type. */
export const unreadable = Symbol('unreadable');
type Unreadable = typeof unreadable;

/** The value of JSON as Flink's JSON format reads it: all that the kernel leaves over. */
export function readNode(node: JsonNode, type: SqlType, rules: NodeRules): Value | Unreadable {
  if (node === null) return null;
  switch (type.kind) {
    case 'NULL':
      return null;
    case 'BOOLEAN':
      return typeof node === 'boolean' ? node : scalarText(node).trim().toLowerCase() === 'true';
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
      return readInteger(node, type.kind);
    case 'INTERVAL':
      return readInterval(node, type.unit);
    case 'FLOAT':
    case 'DOUBLE':
      return readDouble(node, type.kind === 'FLOAT');
    case 'DECIMAL':
      return readDecimal(node, type.precision, type.scale);
    case 'CHAR':
    case 'VARCHAR':
      return scalarText(node);
    case 'BINARY':
    case 'VARBINARY':
      return readBytes(node);
    case 'DATE':
      return typeof node === 'string' && /^\d{4}-\d\d-\d\d$/.test(node) ? (parseDate(node) ?? unreadable) : unreadable;
    case 'TIME':
      return typeof node === 'string' ? readTimeOfDay(node, Math.min(type.precision, 3)) : unreadable;
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return typeof node === 'string'
        ? readTimestamp(node, type.precision, type.kind === 'TIMESTAMP' ? null : rules.timeZone, rules.standard)
        : unreadable;
    case 'ARRAY':
      return isJsonArray(node) ? readElements(node, () => type.element, rules) : unreadable;
    case 'MULTISET':
      return readMap(node, type.element, intType, rules);
    case 'MAP':
      return readMap(node, type.key, type.value, rules);
    case 'ROW':
      if (!isJsonObject(node)) return unreadable;
      return readElements(
        type.fields.map(field => node.get(field.name) ?? null),
        index => type.fields[index]?.type ?? type,
        rules,
      );
  }
}

function readElements(nodes: readonly JsonNode[], typeAt: (index: number) => SqlType, rules: NodeRules): readonly Value[] | Unreadable {
  const values: Value[] = [];
  for (const [index, node] of nodes.entries()) {
    const value = readNode(node, typeAt(index), rules);
    if (value === unreadable && rules.badElement === 'unreadable') return unreadable;
    values.push(value === unreadable ? null : value);
  }
  return values;
}

function readMap(node: JsonNode, keyType: SqlType, valueType: SqlType, rules: NodeRules): ReadonlyMap<Value, Value> | Unreadable {
  if (!isJsonObject(node)) return unreadable;
  const keys = readElements([...node.keys()], () => keyType, rules);
  const values = readElements([...node.values()], () => valueType, rules);
  if (keys === unreadable || values === unreadable) return unreadable;
  return new Map(keys.map((key, index) => [key, values[index] ?? null]));
}

/** A string's own text; of anything else its JSON without blanks. */
function scalarText(node: Exclude<JsonNode, null>): string {
  return typeof node === 'string' ? node : jsonText(node);
}

/** Digits behind the point of a number do not count; a text must be whole. */
function readInteger(node: Exclude<JsonNode, null>, kind: IntegerKind): number | bigint | Unreadable {
  const text = scalarText(node).trim();
  if (!(node instanceof JsonNumber)) return text.includes('.') ? unreadable : (parseInteger(text, kind) ?? unreadable);
  const whole = wholePart(text);
  return whole !== null && fitsInteger(whole, kind) ? wrapInteger(whole, kind) : unreadable;
}

function wholePart(text: string): bigint | null {
  const decimal = decimalOf(text);
  return decimal === null ? null : decimal.unscaled / 10n ** BigInt(decimal.scale);
}

/** With exponents that no decimal can have, where the number is too small to be told from nothing. */
function decimalOf(text: string): Decimal | null {
  return parseDecimal(text) ?? (/^-?\d/.test(text) && Number(text) === 0 ? {unscaled: 0n, scale: 0} : null);
}

function readInterval(node: Exclude<JsonNode, null>, unit: 'months' | 'milliseconds'): number | Unreadable {
  const value = readInteger(node, unit === 'months' ? 'INT' : 'BIGINT');
  return value !== unreadable && Number.isSafeInteger(Number(value)) ? Number(value) : unreadable;
}

/** A number too large for the type is not infinite: it is unreadable. The texts NaN and Infinity are what they say. */
function readDouble(node: Exclude<JsonNode, null>, isFloat: boolean): number | Unreadable {
  const text = scalarText(node).trim();
  const number = parseDouble(text);
  if (number === null) return unreadable;
  const value = isFloat ? Math.fround(number) : number;
  return Math.abs(value) === Infinity && !text.endsWith('Infinity') ? unreadable : value;
}

function readDecimal(node: Exclude<JsonNode, null>, precision: number, scale: number): bigint | Unreadable {
  const decimal = decimalOf(scalarText(node).trim());
  if (decimal === null) return unreadable;
  const unscaled = rescale(decimal.unscaled, decimal.scale, scale);
  return fitsPrecision(unscaled, precision) ? unscaled : unreadable;
}

function readBytes(node: Exclude<JsonNode, null>): Uint8Array | Unreadable {
  if (typeof node !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(node)) return unreadable;
  return node.replace(/=+$/, '').length % 4 === 1 ? unreadable : new Uint8Array(Buffer.from(node, 'base64'));
}

function readTimeOfDay(text: string, digits: number): number | Unreadable {
  const match = /^(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?$/.exec(text);
  const millis = match === null ? null : parseTime(match[1] as string);
  if (match === null || millis === null) return unreadable;
  return millis + Number((match[2] ?? '').slice(0, digits).padEnd(3, '0'));
}

const timestampPatterns = {
  SQL: /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d{1,9})?(Z)?$/,
  'ISO-8601': /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)(\.\d{1,9})?(Z|[+-]\d\d(?::?\d\d)?)?$/,
} as const;

/** `timeZone`: null for TIMESTAMP, which has no zone and takes none. */
function readTimestamp(text: string, precision: number, timeZone: string | null, standard: TimeStandard): Value | Unreadable {
  const match = timestampPatterns[standard].exec(text);
  if (match === null) return unreadable;
  const [, date = '', clock = '', fraction = '', zone] = match;
  if (zone !== undefined && timeZone === null) return unreadable;
  if (clock.length === 5 && fraction !== '') return unreadable;
  // The parser takes the 31st of every month and 24:00, which the format does not.
  if (Number(date.slice(8)) > daysInMonth(Number(date.slice(0, 4)), Number(date.slice(5, 7))) || clock.startsWith('24')) return unreadable;
  const parts = parseTimestamp(`${date} ${clock.padEnd(8, ':00')}${fraction}`);
  if (parts === null) return unreadable;
  const offset = zone === undefined ? 0 : offsetMs(zone);
  if (offset === null) return unreadable;
  const instant = zone === undefined && timeZone !== null ? localToInstant(timeZone, parts.millis) : parts.millis - offset;
  return timestampValue(instant, parts.nanos, precision);
}

/** Milliseconds of `Z`, `+08:00`, `-0330`, `+01`; null beyond the 18 hours that Java knows. */
function offsetMs(zone: string): number | null {
  if (zone === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const hours = Number(digits.slice(0, 2));
  const minutes = Number(digits.slice(2));
  if (hours > 18 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

import {fail, type ProblemError} from '../base/problem.ts';
import {decimalText, fitsPrecision, parseDecimal, rescale} from './decimal.ts';
import {type IntegerKind, fitsInteger, parseDouble, parseInteger, wrapInteger} from './integer.ts';
import {isJsonArray, isJsonObject, type JsonNode, JsonNumber, jsonText, parseJson} from './json-text.ts';
import {doubleText, floatText} from './number-text.ts';
import {intType, type SqlType} from './sql-type.ts';
import {
  dateText,
  fractionDigits,
  localToInstant,
  parseDate,
  parseTime,
  parseTimestamp,
  timeText,
  timestampParts,
  timestampText,
  timestampValue,
} from './time.ts';
import {typeText} from './type-text.ts';
import type {Value} from './value.ts';

/**
 * Values as JSON and back, by the rules of Flink's JSON format: what ARRAY, MAP and ROW cells hold. A ROW is an object, a MAP an object whose keys are the
 * texts of its keys, BYTES are base64, times are texts.
 */

/** Reads the JSON text of one value. Throws a ProblemError of kind `data` with code `bad-json-value` when it does not fit the type. */
export function jsonToValue(text: string, type: SqlType, timeZone: string): Value {
  const node = parseJson(text);
  if (node === undefined) throw badValue(text, type);
  return nodeToValue(node, type, timeZone);
}

function badValue(text: string, type: SqlType): ProblemError {
  const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return fail('data', 'bad-json-value', `cannot read ${shown} as ${typeText({...type, nullable: true})}`);
}

/** As `jsonToValue`, of JSON that has been parsed. */
export function nodeToValue(node: JsonNode, type: SqlType, timeZone: string): Value {
  if (node === null) return null;
  const value = readNode(node, type, timeZone);
  if (value === undefined) throw badValue(jsonText(node), type);
  return value;
}

/** Undefined when the node does not fit. */
function readNode(node: Exclude<JsonNode, null>, type: SqlType, timeZone: string): Value | undefined {
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
    case 'FLOAT':
    case 'DOUBLE': {
      const number = parseDouble(scalarText(node));
      return number === null ? undefined : type.kind === 'FLOAT' ? Math.fround(number) : number;
    }
    case 'DECIMAL': {
      const decimal = parseDecimal(scalarText(node).trim());
      if (decimal === null) return undefined;
      const unscaled = rescale(decimal.unscaled, decimal.scale, type.scale);
      return fitsPrecision(unscaled, type.precision) ? unscaled : null;
    }
    case 'CHAR':
    case 'VARCHAR':
      return scalarText(node);
    case 'BINARY':
    case 'VARBINARY':
      return typeof node === 'string' ? new Uint8Array(Buffer.from(node, 'base64')) : undefined;
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return typeof node === 'string' ? readTime(node, type, timeZone) : undefined;
    case 'INTERVAL':
      return node instanceof JsonNumber ? Number(node.text) : undefined;
    case 'ARRAY':
      return isJsonArray(node) ? node.map(element => nodeToValue(element, type.element, timeZone)) : undefined;
    case 'MULTISET':
      return readMap(node, type.element, intType, timeZone);
    case 'MAP':
      return readMap(node, type.key, type.value, timeZone);
    case 'ROW':
      if (!isJsonObject(node)) return undefined;
      return type.fields.map(field => nodeToValue(node.get(field.name) ?? null, field.type, timeZone));
  }
}

/** The text that Flink takes where it wants one: a string itself, of anything else its JSON. */
function scalarText(node: Exclude<JsonNode, null>): string {
  return typeof node === 'string' ? node : jsonText(node);
}

/** INT and BIGINT drop the digits after the point of a number; the smaller ones, and texts, must be whole. */
function readInteger(node: Exclude<JsonNode, null>, kind: IntegerKind): Value | undefined {
  const text = scalarText(node).trim();
  if (node instanceof JsonNumber && (kind === 'INT' || kind === 'BIGINT')) {
    const decimal = parseDecimal(text);
    if (decimal === null) return undefined;
    const whole = decimal.unscaled / 10n ** BigInt(decimal.scale);
    return fitsInteger(whole, kind) ? wrapInteger(whole, kind) : undefined;
  }
  return text.includes('.') ? undefined : (parseInteger(text, kind) ?? undefined);
}

function readTime(text: string, type: SqlType, timeZone: string): Value | undefined {
  if (type.kind === 'DATE') return /^\d{4}-\d\d-\d\d$/.test(text) ? (parseDate(text) ?? undefined) : undefined;
  if (type.kind === 'TIME') {
    return /^\d\d:\d\d:\d\d(?:\.\d{1,9})?Z?$/.test(text) ? (parseTime(text.replace(/Z$/, '')) ?? undefined) : undefined;
  }
  if (type.kind !== 'TIMESTAMP' && type.kind !== 'TIMESTAMP_LTZ') return undefined;
  const isInstant = type.kind === 'TIMESTAMP_LTZ' && text.endsWith('Z');
  const parts = parseTimestamp(isInstant ? text.slice(0, -1) : text);
  if (parts === null) return undefined;
  const millis = type.kind === 'TIMESTAMP' || isInstant ? parts.millis : localToInstant(timeZone, parts.millis);
  return timestampValue(millis, parts.nanos, type.precision);
}

function readMap(node: JsonNode, keyType: SqlType, valueType: SqlType, timeZone: string): Value | undefined {
  if (!isJsonObject(node)) return undefined;
  return new Map([...node].map(([key, value]) => [readKey(key, keyType, timeZone), nodeToValue(value, valueType, timeZone)]));
}

function readKey(key: string, type: SqlType, timeZone: string): Value {
  if (type.kind === 'CHAR' || type.kind === 'VARCHAR') return key;
  const isConstructed = type.kind === 'ARRAY' || type.kind === 'MAP' || type.kind === 'MULTISET' || type.kind === 'ROW';
  return isConstructed || type.kind === 'INTERVAL' ? jsonToValue(key, type, timeZone) : nodeToValue(key, type, timeZone);
}

/** Compact JSON of one value, NULL included. Throws a ProblemError of kind `data` for a MAP with a NULL key. */
export function valueToJson(value: Value, type: SqlType, timeZone: string): string {
  if (value === null) return 'null';
  switch (type.kind) {
    case 'NULL':
      return 'null';
    case 'BOOLEAN':
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'INTERVAL':
      return `${value as boolean | number | bigint}`;
    case 'FLOAT':
    case 'DOUBLE': {
      const text = type.kind === 'FLOAT' ? floatText(value as number) : doubleText(value as number);
      return Number.isFinite(value) ? text : JSON.stringify(text);
    }
    case 'DECIMAL':
      return decimalText(value as bigint, type.scale);
    case 'CHAR':
    case 'VARCHAR':
      return JSON.stringify(value);
    case 'BINARY':
    case 'VARBINARY':
      return JSON.stringify(Buffer.from(value as Uint8Array).toString('base64'));
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return JSON.stringify(timeJson(value, type));
    case 'ARRAY':
      return `[${(value as readonly Value[]).map(element => valueToJson(element, type.element, timeZone)).join(',')}]`;
    case 'MULTISET':
      return mapJson(value as ReadonlyMap<Value, Value>, type.element, intType, timeZone);
    case 'MAP':
      return mapJson(value as ReadonlyMap<Value, Value>, type.key, type.value, timeZone);
    case 'ROW': {
      const row = value as readonly Value[];
      const fields = type.fields.map(
        (field, index) => `${JSON.stringify(field.name)}:${valueToJson(row[index] ?? null, field.type, timeZone)}`,
      );
      return `{${fields.join(',')}}`;
    }
  }
}

/** Times as the SQL standard of Flink's JSON format writes them: a fraction without closing zeros; an instant in UTC with `Z`. */
function timeJson(value: Value, type: SqlType): string {
  if (type.kind === 'DATE') return dateText(value as number);
  if (type.kind === 'TIME') return timeText(value as number, 0) + shortFraction(value as number, 0);
  if (type.kind !== 'TIMESTAMP' && type.kind !== 'TIMESTAMP_LTZ') return '';
  const {millis, nanos} = timestampParts(value, type.precision);
  const text = timestampText(timestampValue(millis, 0, 0), 0) + shortFraction(millis, nanos);
  return type.kind === 'TIMESTAMP_LTZ' ? `${text}Z` : text;
}

function shortFraction(millis: number, nanos: number): string {
  const digits = fractionDigits(millis, nanos).replace(/0+$/, '');
  return digits === '' ? '' : `.${digits}`;
}

function mapJson(map: ReadonlyMap<Value, Value>, keyType: SqlType, valueType: SqlType, timeZone: string): string {
  const entries = [...map].map(
    ([key, value]) => `${JSON.stringify(keyJson(key, keyType, timeZone))}:${valueToJson(value, valueType, timeZone)}`,
  );
  return `{${entries.join(',')}}`;
}

function keyJson(key: Value, type: SqlType, timeZone: string): string {
  if (key === null) throw fail('data', 'null-map-key', 'a MAP with a NULL key cannot be written as JSON');
  const json = valueToJson(key, type, timeZone);
  return json.startsWith('"') ? (JSON.parse(json) as string) : json;
}

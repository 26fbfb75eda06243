import {isUtf8} from 'node:buffer';
import {fail, ProblemError} from '../base/problem.ts';
import {msPerDay} from './calendar.ts';
import {isBytes, isExactNumeric, isInteger, isNumeric, isText, isTimestamp} from './common-type.ts';
import {decimalOfNumber, decimalToNumber, fitsPrecision, parseDecimal, rescale, truncateDecimal} from './decimal.ts';
import {type IntegerKind, integerOfNumber, parseDouble, parseInteger, wrapInteger} from './integer.ts';
import {maxLength, type SqlType} from './sql-type.ts';
import {localTimestamp, valueText} from './text.ts';
import {instantToLocal, localToInstant, parseDate, parseTime, parseTimestamp, timestampParts, timestampValue} from './time.ts';
import {typeText} from './type-text.ts';
import type {Value} from './value.ts';

/**
 * How a value of one type becomes one of another, nullability aside. `same`: it is one already; `implicit`: without asking, because nothing is lost; `explicit`:
 * by CAST only; `none`: not at all.
 */
export type Castability = 'same' | 'implicit' | 'explicit' | 'none';

export function castability(from: SqlType, to: SqlType): Castability {
  if (from.kind === 'NULL') return to.kind === 'NULL' ? 'same' : 'implicit';
  if (sameType(from, to)) return 'same';
  if (isConstructed(to)) return constructedCastability(from, to);
  if (isConstructed(from)) return isText(to) ? 'explicit' : 'none';
  if (isImplicit(from, to)) return 'implicit';
  return isExplicit(from, to) ? 'explicit' : 'none';
}

/** Equal but for nullability, at every depth. Names of ROW fields count. */
export function sameType(a: SqlType, b: SqlType): boolean {
  return typeText(withoutNullability(a)) === typeText(withoutNullability(b));
}

function withoutNullability(type: SqlType): SqlType {
  if (type.kind === 'ARRAY' || type.kind === 'MULTISET') return {...type, nullable: true, element: withoutNullability(type.element)};
  if (type.kind === 'MAP') return {...type, nullable: true, key: withoutNullability(type.key), value: withoutNullability(type.value)};
  if (type.kind !== 'ROW') return {...type, nullable: true};
  return {...type, nullable: true, fields: type.fields.map(field => ({...field, type: withoutNullability(field.type)}))};
}

function isConstructed(type: SqlType): boolean {
  return partsOf(type) !== null;
}

function partsOf(type: SqlType): readonly SqlType[] | null {
  if (type.kind === 'ARRAY' || type.kind === 'MULTISET') return [type.element];
  if (type.kind === 'MAP') return [type.key, type.value];
  return type.kind === 'ROW' ? type.fields.map(field => field.type) : null;
}

const castabilityOrder: readonly Castability[] = ['same', 'implicit', 'explicit', 'none'];

/** As good as the worst of the parts; ROW fields go by place, so other names alone make it `implicit`. */
function constructedCastability(from: SqlType, to: SqlType): Castability {
  const fromParts = partsOf(from);
  const toParts = partsOf(to);
  if (from.kind !== to.kind || fromParts === null || toParts === null || fromParts.length !== toParts.length) return 'none';
  const parts = fromParts.map((part, index) => castabilityOrder.indexOf(castability(part, toParts[index] as SqlType)));
  return castabilityOrder[Math.max(1, ...parts)] ?? 'none';
}

const implicitNumbers: Readonly<Record<IntegerKind | 'FLOAT', readonly SqlType['kind'][]>> = {
  TINYINT: ['TINYINT'],
  SMALLINT: ['TINYINT', 'SMALLINT'],
  INT: ['TINYINT', 'SMALLINT', 'INT'],
  BIGINT: ['TINYINT', 'SMALLINT', 'INT', 'BIGINT'],
  FLOAT: ['TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'FLOAT', 'DECIMAL'],
};

function isImplicit(from: SqlType, to: SqlType): boolean {
  switch (to.kind) {
    case 'CHAR':
    case 'BINARY':
      return from.kind === to.kind;
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return isTimestamp(from);
    case 'VARCHAR':
      return isText(from);
    case 'VARBINARY':
      return isBytes(from);
    case 'DECIMAL':
    case 'DOUBLE':
      return isNumeric(from);
    case 'DATE':
    case 'TIME':
      return from.kind === to.kind || from.kind === 'TIMESTAMP';
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'FLOAT':
      return implicitNumbers[to.kind].includes(from.kind);
    case 'NULL':
    case 'BOOLEAN':
    case 'INTERVAL':
    case 'ARRAY':
    case 'MULTISET':
    case 'MAP':
    case 'ROW':
      return false;
  }
}

function isExplicit(from: SqlType, to: SqlType): boolean {
  switch (to.kind) {
    case 'CHAR':
    case 'VARCHAR':
      return true;
    case 'BOOLEAN':
      return isText(from) || isInteger(from);
    case 'BINARY':
    case 'VARBINARY':
      return isText(from) || isBytes(from);
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'FLOAT':
    case 'DOUBLE':
    case 'DECIMAL':
      return isNumeric(from) || isText(from) || from.kind === 'BOOLEAN';
    case 'DATE':
    case 'TIME':
      return isTimestamp(from) || isText(from);
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return isTimestamp(from) || isText(from) || from.kind === 'DATE' || from.kind === 'TIME';
    case 'NULL':
    case 'INTERVAL':
    case 'ARRAY':
    case 'MULTISET':
    case 'MAP':
    case 'ROW':
      return false;
  }
}

/** What to write instead of a cast that is refused, where there is something. */
export function castAdvice(from: SqlType, to: SqlType): string | undefined {
  if (isNumeric(from) && to.kind === 'TIMESTAMP') return 'use TO_TIMESTAMP(FROM_UNIXTIME(seconds)), or TO_TIMESTAMP_LTZ(number, precision)';
  if (isNumeric(from) && to.kind === 'TIMESTAMP_LTZ')
    return 'use TO_TIMESTAMP_LTZ(number, precision), with precision 0 for seconds and 3 for milliseconds';
  if (isTimestamp(from) && isNumeric(to)) return 'use UNIX_TIMESTAMP(CAST(timestamp AS STRING))';
  return undefined;
}

/**
 * CAST. NULL stays NULL. Narrowing follows Flink: integers wrap, a number that does not fit a DECIMAL is NULL, but a text that does not read as the type fails:
 * a ProblemError of kind `data` with code `cast-failed`. The cast is a possible one.
 */
export function castValue(value: Value, from: SqlType, to: SqlType, timeZone: string): Value {
  return converted(value, from, to, {timeZone, isStrict: false});
}

/** TRY_CAST: NULL where CAST fails, and where it would write U+FFFD for bytes that are no UTF-8. */
export function tryCastValue(value: Value, from: SqlType, to: SqlType, timeZone: string): Value {
  try {
    return converted(value, from, to, {timeZone, isStrict: true});
  } catch (error) {
    if (error instanceof ProblemError) return null;
    throw error;
  }
}

interface Casting {
  readonly timeZone: string;
  /** Bytes that become a text must be UTF-8. */
  readonly isStrict: boolean;
}

function converted(value: Value, from: SqlType, to: SqlType, casting: Casting): Value {
  if (value === null || from.kind === 'NULL') return null;
  const {timeZone} = casting;
  switch (to.kind) {
    case 'CHAR':
    case 'VARCHAR':
      if (casting.isStrict && value instanceof Uint8Array && !isUtf8(value)) throw castFailed(value, from, to);
      return fitText(valueText(value, from, timeZone), to);
    case 'BINARY':
    case 'VARBINARY':
      return fitBytes(typeof value === 'string' ? new TextEncoder().encode(value) : (value as Uint8Array), to);
    case 'BOOLEAN':
      return castToBoolean(value, from);
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
      return castToInteger(value, from, to.kind);
    case 'FLOAT':
      return Math.fround(castToDouble(value, from, to));
    case 'DOUBLE':
      return castToDouble(value, from, to);
    case 'DECIMAL':
      return castToDecimal(value, from, to);
    case 'DATE':
      return castToDate(value, from, timeZone);
    case 'TIME':
      return castToTime(value, from, to.precision, timeZone);
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return castToTimestamp(value, from, to, timeZone);
    case 'ARRAY':
      return (value as readonly Value[]).map(element => converted(element, partOf(from, 0), to.element, casting));
    case 'MULTISET':
      return new Map(
        [...(value as ReadonlyMap<Value, Value>)].map(([element, count]) => [
          converted(element, partOf(from, 0), to.element, casting),
          count,
        ]),
      );
    case 'MAP':
      return new Map(
        [...(value as ReadonlyMap<Value, Value>)].map(([key, item]) => [
          converted(key, partOf(from, 0), to.key, casting),
          converted(item, partOf(from, 1), to.value, casting),
        ]),
      );
    case 'ROW':
      return to.fields.map((field, index) =>
        converted((value as readonly Value[])[index] ?? null, partOf(from, index), field.type, casting),
      );
    case 'NULL':
    case 'INTERVAL':
      return value;
  }
}

function partOf(type: SqlType, index: number): SqlType {
  return partsOf(type)?.[index] ?? type;
}

function castFailed(value: Value, from: SqlType, to: SqlType): ProblemError {
  const text = valueText(value, from, 'UTC');
  const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return fail('data', 'cast-failed', `cannot cast ${JSON.stringify(shown)} to ${typeText({...to, nullable: true})}`, {
    hint: 'use TRY_CAST to get NULL instead',
  });
}

/** Cut to the type's length in characters; CHAR is filled up with blanks. */
export function fitText(text: string, type: SqlType & {readonly length: number}): string {
  if (type.length === maxLength) return text;
  if (text.length > type.length) {
    const characters = Array.from(text);
    if (characters.length > type.length) return characters.slice(0, type.length).join('');
  }
  if (type.kind === 'VARCHAR') return text;
  const missing = type.length - Array.from(text).length;
  return missing > 0 ? text + ' '.repeat(missing) : text;
}

/** Cut to the type's length; BINARY is filled up with zeros. */
function fitBytes(bytes: Uint8Array, type: SqlType & {readonly length: number}): Uint8Array {
  if (bytes.length > type.length) return bytes.slice(0, type.length);
  if (type.kind === 'VARBINARY' || bytes.length === type.length) return bytes;
  const filled = new Uint8Array(type.length);
  filled.set(bytes);
  return filled;
}

const trueTexts = new Set(['t', 'true', 'y', 'yes', '1']);
const falseTexts = new Set(['f', 'false', 'n', 'no', '0']);

function castToBoolean(value: Value, from: SqlType): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return Number(value) !== 0;
  const lower = value.trim().toLowerCase();
  if (trueTexts.has(lower)) return true;
  if (falseTexts.has(lower)) return false;
  throw castFailed(value, from, {kind: 'BOOLEAN', nullable: true});
}

function castToInteger(value: Value, from: SqlType, kind: IntegerKind): number | bigint {
  if (typeof value === 'boolean') return wrapInteger(value ? 1n : 0n, kind);
  if (typeof value === 'string') {
    const parsed = parseInteger(value, kind);
    if (parsed === null) throw castFailed(value, from, {kind, nullable: true});
    return parsed;
  }
  if (typeof value === 'bigint') return wrapInteger(from.kind === 'DECIMAL' ? truncateDecimal(value, from.scale) : value, kind);
  return isExactNumeric(from) ? wrapInteger(BigInt(value as number), kind) : integerOfNumber(value as number, kind);
}

function castToDouble(value: Value, from: SqlType, to: SqlType): number {
  if (typeof value === 'string') {
    const parsed = parseDouble(value);
    if (parsed === null) throw castFailed(value, from, to);
    return parsed;
  }
  if (typeof value === 'bigint') return from.kind === 'DECIMAL' ? decimalToNumber(value, from.scale) : Number(value);
  return Number(value);
}

function castToDecimal(value: Value, from: SqlType, to: SqlType & {readonly kind: 'DECIMAL'}): bigint | null {
  if (typeof value === 'string') {
    const parsed = parseDecimal(value.trim());
    const unscaled = parsed === null ? null : rescale(parsed.unscaled, parsed.scale, to.scale);
    if (unscaled === null || !fitsPrecision(unscaled, to.precision)) throw castFailed(value, from, to);
    return unscaled;
  }
  if (from.kind === 'FLOAT' || from.kind === 'DOUBLE') return decimalOfNumber(value as number, to.precision, to.scale);
  const unscaled = rescale(BigInt(value as bigint | number | boolean), from.kind === 'DECIMAL' ? from.scale : 0, to.scale);
  return fitsPrecision(unscaled, to.precision) ? unscaled : null;
}

function castToDate(value: Value, from: SqlType, timeZone: string): number {
  if (typeof value === 'string') {
    const days = parseDate(value);
    if (days === null) throw castFailed(value, from, {kind: 'DATE', nullable: true});
    return days;
  }
  return isTimestamp(from) ? Math.floor(localMillis(value, from, timeZone) / msPerDay) : (value as number);
}

function castToTime(value: Value, from: SqlType, precision: number, timeZone: string): number {
  const millis = timeOf(value, from, precision, timeZone);
  const step = precision >= 3 ? 1 : 10 ** (3 - precision);
  return millis - (millis % step);
}

function timeOf(value: Value, from: SqlType, precision: number, timeZone: string): number {
  if (typeof value === 'string') {
    const millis = parseTime(value);
    if (millis === null) throw castFailed(value, from, {kind: 'TIME', precision, nullable: true});
    return millis;
  }
  if (!isTimestamp(from)) return value as number;
  const local = localMillis(value, from, timeZone);
  return local - Math.floor(local / msPerDay) * msPerDay;
}

function localMillis(value: Value, from: SqlType & {readonly kind: 'TIMESTAMP' | 'TIMESTAMP_LTZ'}, timeZone: string): number {
  const {millis} = timestampParts(value, from.precision);
  return from.kind === 'TIMESTAMP_LTZ' ? instantToLocal(timeZone, millis) : millis;
}

function castToTimestamp(value: Value, from: SqlType, to: SqlType & {readonly precision: number}, timeZone: string): Value {
  if (isTimestamp(from) && from.kind === to.kind) {
    const {millis, nanos} = timestampParts(value, from.precision);
    return timestampValue(millis, nanos, to.precision);
  }
  if (from.kind === 'TIMESTAMP_LTZ') {
    const {millis, nanos} = timestampParts(localTimestamp(value, from.precision, timeZone), from.precision);
    return timestampValue(millis, nanos, to.precision);
  }
  const {millis, nanos} = localParts(value, from, to);
  return timestampValue(to.kind === 'TIMESTAMP' ? millis : localToInstant(timeZone, millis), nanos, to.precision);
}

/** The local date and time that a text, a date, a time (of 1970-01-01) or a timestamp without zone says. */
function localParts(value: Value, from: SqlType, to: SqlType): {readonly millis: number; readonly nanos: number} {
  if (typeof value === 'string') {
    // Flink reads a blank between date and time here, not the `T` of other places.
    const parts = value.includes('T') ? null : parseTimestamp(value.trim());
    if (parts === null) throw castFailed(value, from, to);
    return parts;
  }
  if (from.kind === 'TIMESTAMP') return timestampParts(value, from.precision);
  return {millis: from.kind === 'DATE' ? (value as number) * msPerDay : (value as number), nanos: 0};
}

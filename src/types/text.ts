import {decimalText} from './decimal.ts';
import {doubleText, floatText} from './number-text.ts';
import type {SqlType} from './sql-type.ts';
import {dateText, instantToLocal, timestampParts, timestampText, timestampValue, timeText, twoDigits} from './time.ts';
import type {Value} from './value.ts';
import {msPerDay} from './calendar.ts';

/** The text of `CAST(value AS STRING)`, as Flink prints it. NULL is `NULL`, which only fields of ARRAY, MAP and ROW ever show. */
export function valueText(value: Value, type: SqlType, timeZone: string): string {
  if (value === null) return 'NULL';
  switch (type.kind) {
    case 'NULL':
      return 'NULL';
    case 'BOOLEAN':
      return value === true ? 'TRUE' : 'FALSE';
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
      return `${value as number | bigint}`;
    case 'FLOAT':
      return floatText(value as number);
    case 'DOUBLE':
      return doubleText(value as number);
    case 'DECIMAL':
      return decimalText(value as bigint, type.scale);
    case 'CHAR':
    case 'VARCHAR':
      return value as string;
    case 'BINARY':
    case 'VARBINARY':
      return bytesText(value as Uint8Array);
    case 'DATE':
      return dateText(value as number);
    case 'TIME':
      return timeText(value as number, type.precision);
    case 'TIMESTAMP':
      return timestampText(value, type.precision);
    case 'TIMESTAMP_LTZ':
      return timestampText(localTimestamp(value, type.precision, timeZone), type.precision);
    case 'INTERVAL':
      return type.unit === 'months' ? monthsText(value as number) : millisecondsText(value as number);
    case 'ARRAY':
      return `[${(value as readonly Value[]).map(element => valueText(element, type.element, timeZone)).join(', ')}]`;
    case 'MULTISET':
      return mapText(value as ReadonlyMap<Value, Value>, type.element, {kind: 'INT', nullable: false}, timeZone);
    case 'MAP':
      return mapText(value as ReadonlyMap<Value, Value>, type.key, type.value, timeZone);
    case 'ROW': {
      const fields = value as readonly Value[];
      return `(${type.fields.map((field, index) => valueText(fields[index] ?? null, field.type, timeZone)).join(', ')})`;
    }
  }
}

function mapText(map: ReadonlyMap<Value, Value>, keyType: SqlType, valueType: SqlType, timeZone: string): string {
  const entries = [...map].map(([key, value]) => `${valueText(key, keyType, timeZone)}=${valueText(value, valueType, timeZone)}`);
  return `{${entries.join(', ')}}`;
}

/** The local TIMESTAMP that a TIMESTAMP_LTZ shows in a zone, both of the same precision. */
export function localTimestamp(value: Value, precision: number, timeZone: string): Value {
  const {millis, nanos} = timestampParts(value, precision);
  return timestampValue(instantToLocal(timeZone, millis), nanos, precision);
}

const utf8 = new TextDecoder('utf-8', {ignoreBOM: true});

/** Bytes read as UTF-8; what is none becomes U+FFFD. */
export function bytesText(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/** `+1-02`: years and months. */
function monthsText(months: number): string {
  const size = Math.abs(months);
  return `${months < 0 ? '-' : '+'}${Math.floor(size / 12)}-${twoDigits(size % 12)}`;
}

/** `+1 02:03:04.500`: days, hours, minutes, seconds. */
function millisecondsText(milliseconds: number): string {
  const size = Math.abs(milliseconds);
  return `${milliseconds < 0 ? '-' : '+'}${Math.floor(size / msPerDay)} ${timeText(size % msPerDay, 3)}`;
}

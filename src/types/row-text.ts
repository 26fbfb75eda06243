import {msPerDay, msPerHour, msPerMinute} from './calendar.ts';
import {type ChangeKind, changeText} from './change.ts';
import {scientificDecimalText} from './decimal.ts';
import {doubleText, floatText} from './number-text.ts';
import type {Column, SqlType} from './sql-type.ts';
import {dateText, fractionDigits, timestampParts, twoDigits} from './time.ts';
import type {Row, Value} from './value.ts';

/** A row as Flink's `print` connector writes it: `+I[a, null, 2020-10-10T00:00]`; without a kind `[…]`. */
export function rowText(kind: ChangeKind | null, row: Row, columns: readonly Column[], timeZone: string): string {
  const fields = columns.map((column, index) => fieldText(row[index] ?? null, column.type, timeZone));
  return `${kind === null ? '' : changeText[kind]}[${fields.join(', ')}]`;
}

/** One field of `rowText`: what Java's `toString` makes of the value's usual class. */
export function fieldText(value: Value, type: SqlType, timeZone: string): string {
  if (value === null) return 'null';
  switch (type.kind) {
    case 'NULL':
      return 'null';
    case 'BOOLEAN':
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
      return `${value as boolean | number | bigint}`;
    case 'FLOAT':
      return floatText(value as number);
    case 'DOUBLE':
      return doubleText(value as number);
    case 'DECIMAL':
      return scientificDecimalText(value as bigint, type.scale);
    case 'CHAR':
    case 'VARCHAR':
      return value as string;
    case 'BINARY':
    case 'VARBINARY':
      return `[${[...(value as Uint8Array)].map(byte => (byte << 24) >> 24).join(', ')}]`;
    case 'DATE':
      return dateText(value as number);
    case 'TIME':
      return clockText(value as number, 0, false);
    case 'TIMESTAMP':
      return isoText(value, type.precision, false);
    case 'TIMESTAMP_LTZ':
      return `${isoText(value, type.precision, true)}Z`;
    case 'INTERVAL':
      return type.unit === 'months' ? periodText(value as number) : durationText(value as number);
    case 'ARRAY':
      return `[${(value as readonly Value[]).map(element => fieldText(element, type.element, timeZone)).join(', ')}]`;
    case 'MULTISET':
      return mapText(value as ReadonlyMap<Value, Value>, type.element, {kind: 'INT', nullable: false}, timeZone);
    case 'MAP':
      return mapText(value as ReadonlyMap<Value, Value>, type.key, type.value, timeZone);
    case 'ROW':
      return rowText(0, value as Row, type.fields, timeZone);
  }
}

function mapText(map: ReadonlyMap<Value, Value>, keyType: SqlType, valueType: SqlType, timeZone: string): string {
  return `{${[...map].map(([key, value]) => `${fieldText(key, keyType, timeZone)}=${fieldText(value, valueType, timeZone)}`).join(', ')}}`;
}

function isoText(value: Value, precision: number, withSeconds: boolean): string {
  const {millis, nanos} = timestampParts(value, precision);
  const days = Math.floor(millis / msPerDay);
  return `${dateText(days)}T${clockText(millis - days * msPerDay, nanos, withSeconds)}`;
}

/** `12:34`, `12:34:56`, `12:34:56.789`: seconds only where there are some (or asked for), the fraction in groups of three digits. */
function clockText(millisOfDay: number, nanos: number, withSeconds: boolean): string {
  const hour = Math.floor(millisOfDay / msPerHour);
  const minute = Math.floor(millisOfDay / msPerMinute) % 60;
  const short = `${twoDigits(hour)}:${twoDigits(minute)}`;
  const second = Math.floor(millisOfDay / 1000) % 60;
  const fraction = fractionDigits(millisOfDay, nanos).replace(/(?:000){1,3}$/, '');
  if (second === 0 && fraction === '' && !withSeconds) return short;
  return fraction === '' ? `${short}:${twoDigits(second)}` : `${short}:${twoDigits(second)}.${fraction}`;
}

/** Java's `Period`: `P1Y2M`. */
function periodText(months: number): string {
  const years = Math.trunc(months / 12);
  const rest = months % 12;
  if (months === 0) return 'P0D';
  return `P${years === 0 ? '' : `${years}Y`}${rest === 0 ? '' : `${rest}M`}`;
}

/** Java's `Duration`: `PT25H3M4.5S`. */
function durationText(milliseconds: number): string {
  if (milliseconds === 0) return 'PT0S';
  const hours = Math.trunc(milliseconds / msPerHour);
  const minutes = Math.trunc(milliseconds / msPerMinute) % 60;
  const millisOfMinute = milliseconds % msPerMinute;
  let text = 'PT';
  if (hours !== 0) text += `${hours}H`;
  if (minutes !== 0) text += `${minutes}M`;
  if (millisOfMinute !== 0) {
    const seconds = Math.abs(millisOfMinute);
    const fraction = String(seconds % 1000)
      .padStart(3, '0')
      .replace(/0+$/, '');
    text += `${millisOfMinute < 0 ? '-' : ''}${Math.floor(seconds / 1000)}${fraction === '' ? '' : `.${fraction}`}S`;
  }
  return text;
}

import type {Vector} from '../flow/batch.ts';
import type {EncodeOperation} from '../kernel/encode.ts';
import {decimalText} from '../types/decimal.ts';
import {valueToJson} from '../types/json-value.ts';
import {shortestFloat} from '../types/number-text.ts';
import type {SqlType} from '../types/sql-type.ts';
import {dateText, fractionDigits, timestampParts, timestampText, timestampValue, timeText} from '../types/time.ts';
import type {Value} from '../types/value.ts';

const nothing = new Uint8Array();

/** An operation that writes a prefix and nothing else. */
export function literalOperation(prefix: string): EncodeOperation {
  return {
    kind: 'literal',
    prefix: Buffer.from(prefix),
    nullText: nothing,
    hasComma: false,
    scale: 0,
    wrap: 0,
    isIso: false,
    isZoned: false,
    cells: 0,
    tagCells: 0,
  };
}

/** An operation that writes the change kind, between two bytes `wrap` if it is not 0. */
export function changeOperation(prefix: string, wrap: number): EncodeOperation {
  return {...literalOperation(prefix), kind: 'change', wrap};
}

/** How a text format writes the values of columns. */
export interface ValueStyle {
  /** CHAR and VARCHAR. */
  readonly text: EncodeOperation['kind'];
  /** ARRAY, MAP, MULTISET and ROW. */
  readonly constructed: EncodeOperation['kind'];
  readonly bytes: EncodeOperation['kind'];
  /** A byte around dates and times, or 0. */
  readonly wrap: number;
  /** Timestamps with `T` in the middle. */
  readonly isIso: boolean;
  readonly nullText: string | null;
}

/** The operation that writes the values of one column; what it cannot write is for `plainText`. */
export function valueOperation(type: SqlType, vector: Vector, prefix: string, style: ValueStyle): EncodeOperation {
  const {wrap, isIso, nullText} = style;
  const operation = {
    ...literalOperation(prefix),
    nullText: nullText === null ? null : Buffer.from(nullText),
    cells: vector.cells,
    tagCells: vector.tagCells,
  };
  switch (type.kind) {
    case 'BOOLEAN':
      return {...operation, kind: 'boolean'};
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'INTERVAL':
      return {...operation, kind: 'integer'};
    case 'FLOAT':
      return {...operation, kind: 'float'};
    case 'DOUBLE':
      return {...operation, kind: 'double'};
    case 'DECIMAL':
      return {...operation, kind: 'decimal', scale: type.scale};
    case 'DATE':
      return {...operation, kind: 'date', wrap};
    case 'TIME':
      return {...operation, kind: 'time', wrap};
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return {...operation, kind: 'timestamp', wrap, isIso, isZoned: type.kind === 'TIMESTAMP_LTZ', scale: countedDigits(type.precision)};
    case 'CHAR':
    case 'VARCHAR':
      return {...operation, kind: style.text};
    case 'BINARY':
    case 'VARBINARY':
      return {...operation, kind: style.bytes};
    case 'ARRAY':
    case 'MULTISET':
    case 'MAP':
    case 'ROW':
      return {...operation, kind: style.constructed};
    case 'NULL':
      return {...operation, kind: 'handed'};
  }
}

/** The digits of a second that a cell of this precision counts. */
function countedDigits(precision: number): number {
  return precision <= 3 ? 3 : precision <= 6 ? 6 : 9;
}

/** The text of a value as these formats write it, without quotes and not escaped: the same as the kernel's where the kernel writes it. */
export function plainText(value: Exclude<Value, null>, type: SqlType, isIso: boolean, timeZone: string): string {
  switch (type.kind) {
    case 'FLOAT':
      return numberText(value as number, Number.isFinite(value) ? shortestFloat(value as number) : '');
    case 'DOUBLE': {
      const number = value as number;
      return numberText(number, String(number));
    }
    case 'DECIMAL':
      return decimalText(value as bigint, type.scale);
    case 'CHAR':
    case 'VARCHAR':
      return value as string;
    case 'BINARY':
    case 'VARBINARY':
      return Buffer.from(value as Uint8Array).toString('base64');
    case 'DATE':
      return dateText(value as number);
    case 'TIME':
      return timeText(value as number, 0) + shortFraction(value as number, 0);
    case 'TIMESTAMP':
      return instantText(value, type.precision, isIso);
    case 'TIMESTAMP_LTZ':
      return `${instantText(value, type.precision, isIso)}Z`;
    case 'NULL':
    case 'BOOLEAN':
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'INTERVAL': {
      const scalar = value as boolean | number | bigint;
      return String(scalar);
    }
    case 'ARRAY':
    case 'MULTISET':
    case 'MAP':
    case 'ROW':
      return valueToJson(value, type, timeZone);
  }
}

/** A point or an exponent always, so that the text says that the number is not an integer type's. */
function numberText(value: number, shortest: string): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  if (Object.is(value, -0)) return '-0.0';
  return /^-?\d+$/.test(shortest) ? `${shortest}.0` : shortest;
}

function instantText(value: Value, precision: number, isIso: boolean): string {
  const {millis, nanos} = timestampParts(value, precision);
  const text = timestampText(timestampValue(millis, 0, 0), 0) + shortFraction(millis, nanos);
  return isIso ? text.replace(' ', 'T') : text;
}

function shortFraction(millis: number, nanos: number): string {
  const digits = fractionDigits(millis, nanos).replace(/0+$/, '');
  return digits === '' ? '' : `.${digits}`;
}

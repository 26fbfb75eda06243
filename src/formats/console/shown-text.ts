import {harmless} from '../../base/harmless.ts';
import type {SqlType} from '../../types/sql-type.ts';
import {valueText} from '../../types/text.ts';
import type {Value} from '../../types/value.ts';
import {plainText} from '../value-operation.ts';

/** A value as a person reads it, unable to move the cursor, to change colours or to break out of its line. */
export function shownText(value: Value, type: SqlType, timeZone: string): string {
  if (value === null) return 'NULL';
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`;
  const isReadable = ['TIMESTAMP', 'TIMESTAMP_LTZ', 'TIME', 'INTERVAL'].includes(type.kind);
  return harmless(isReadable ? valueText(value, type, timeZone) : plainText(value, type, false, timeZone));
}

export function isNumeric({kind}: SqlType): boolean {
  return ['TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'FLOAT', 'DOUBLE', 'DECIMAL'].includes(kind);
}

import type {SqlType} from './sql-type.ts';
import type {Value} from './value.ts';

/**
 * Order and equality of values of one type, as SQL sees them: NULL equals NULL (for keys), -0 equals 0, NaN equals NaN and is the greatest number, texts go by
 * code points and bytes by unsigned bytes, MAPs and MULTISETs have no order of their entries.
 */

/** Negative, zero, or positive. Neither is NULL; inside of ARRAY and ROW, NULL is the lowest. MAPs are only ever equal or not. */
export function compareValues(a: Value, b: Value, type: SqlType): number {
  switch (type.kind) {
    case 'NULL':
      return 0;
    case 'BOOLEAN':
      return Number(a) - Number(b);
    case 'CHAR':
    case 'VARCHAR':
      return compareText(a as string, b as string);
    case 'BINARY':
    case 'VARBINARY':
      return compareBytes(a as Uint8Array, b as Uint8Array);
    case 'ARRAY':
      return compareLists(a as readonly Value[], b as readonly Value[], () => type.element);
    case 'ROW':
      return compareLists(a as readonly Value[], b as readonly Value[], index => (type.fields[index] as {type: SqlType}).type);
    case 'MAP':
    case 'MULTISET':
      return compareText(valueKey(a, type), valueKey(b, type));
    case 'FLOAT':
    case 'DOUBLE':
      return compareNumbers(a as number, b as number);
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'DECIMAL':
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
    case 'INTERVAL':
      return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
  }
}

export function compareNumbers(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return a === b ? 0 : Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/** By code points. JavaScript's own order of code units differs where surrogates meet the characters from U+E000 on. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const first = a.charCodeAt(index);
    const second = b.charCodeAt(index);
    if (first === second) continue;
    const isFirstSurrogate = (first & 0xf800) === 0xd800;
    const isSecondSurrogate = (second & 0xf800) === 0xd800;
    return isFirstSurrogate === isSecondSurrogate ? first - second : isFirstSurrogate ? 1 : -1;
  }
  return a.length - b.length;
}

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = (a[index] as number) - (b[index] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function compareLists(a: readonly Value[], b: readonly Value[], typeOf: (index: number) => SqlType): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const first = a[index] as Value;
    const second = b[index] as Value;
    const difference =
      first === null || second === null ? Number(first !== null) - Number(second !== null) : compareValues(first, second, typeOf(index));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

export function sameValue(a: Value, b: Value, type: SqlType): boolean {
  if (a === null || b === null) return a === b;
  return compareValues(a, b, type) === 0;
}

/** A text that two values of a type share exactly when they are the same value. */
export function valueKey(value: Value, type: SqlType): string {
  if (value === null) return 'N';
  switch (type.kind) {
    case 'CHAR':
    case 'VARCHAR':
      return framed(value as string);
    case 'BINARY':
    case 'VARBINARY':
      return framed(Array.from(value as Uint8Array, byte => String.fromCharCode(byte)).join(''));
    case 'ARRAY':
      return framed((value as readonly Value[]).map(element => framed(valueKey(element, type.element))).join(''));
    case 'ROW':
      return framed(type.fields.map((field, index) => framed(valueKey((value as readonly Value[])[index] ?? null, field.type))).join(''));
    case 'MAP':
      return mapKey(value as ReadonlyMap<Value, Value>, type.key, type.value);
    case 'MULTISET':
      return mapKey(value as ReadonlyMap<Value, Value>, type.element, {kind: 'INT', nullable: false});
    case 'FLOAT':
    case 'DOUBLE':
      // Adding 0 makes -0 a plain 0.
      return `=${(value as number) + 0}`;
    case 'NULL':
    case 'BOOLEAN':
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'DECIMAL':
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
    case 'INTERVAL':
      return `=${value as number | bigint | boolean}`;
  }
}

/** Length and text, so that texts put together cannot be read in two ways. */
function framed(text: string): string {
  return `${text.length}:${text}`;
}

function mapKey(map: ReadonlyMap<Value, Value>, keyType: SqlType, valueType: SqlType): string {
  const entries = [...map].map(([key, value]) => framed(valueKey(key, keyType)) + framed(valueKey(value, valueType)));
  return framed(entries.sort().join(''));
}

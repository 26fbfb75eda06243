import {asDecimal, decimalType, maxDecimalPrecision} from './decimal.ts';
import {type SqlType, withNullable} from './sql-type.ts';

/**
 * The least type that holds values of all the types: of CASE, COALESCE, UNION, VALUES, of both sides of a comparison. Null when there is none (INT and STRING),
 * or when all are untyped NULLs. Nullable when one of them is.
 */
export function commonType(types: readonly SqlType[]): SqlType | null {
  let found: SqlType | null = null;
  let nullable = false;
  for (const type of types) {
    nullable ||= type.nullable || type.kind === 'NULL';
    if (type.kind === 'NULL') continue;
    if (found === null) {
      found = type;
      continue;
    }
    found = commonOfTwo(found, type);
    if (found === null) return null;
  }
  return found === null ? null : withNullable(found, nullable);
}

const integerOrder = ['TINYINT', 'SMALLINT', 'INT', 'BIGINT'];

export function isInteger(type: SqlType): boolean {
  return integerOrder.includes(type.kind);
}

export function isExactNumeric(type: SqlType): boolean {
  return type.kind === 'DECIMAL' || isInteger(type);
}

export function isNumeric(type: SqlType): boolean {
  return isExactNumeric(type) || type.kind === 'FLOAT' || type.kind === 'DOUBLE';
}

export function isText(type: SqlType): boolean {
  return type.kind === 'CHAR' || type.kind === 'VARCHAR';
}

export function isBytes(type: SqlType): boolean {
  return type.kind === 'BINARY' || type.kind === 'VARBINARY';
}

export function isTimestamp(type: SqlType): type is SqlType & {readonly kind: 'TIMESTAMP' | 'TIMESTAMP_LTZ'} {
  return type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ';
}

function commonOfTwo(left: SqlType, right: SqlType): SqlType | null {
  if (isNumeric(left) && isNumeric(right)) return commonNumeric(left, right);
  if ((isText(left) && isText(right)) || (isBytes(left) && isBytes(right))) return commonString(left, right);
  if (left.kind === 'INTERVAL' && right.kind === 'INTERVAL') return left.unit === right.unit ? left : null;
  if (isTimestamp(left) && isTimestamp(right)) {
    const kind = left.kind === right.kind ? left.kind : 'TIMESTAMP_LTZ';
    return {kind, precision: Math.max(left.precision, right.precision), nullable: false};
  }
  if (left.kind === 'DATE' && isTimestamp(right)) return right;
  if (right.kind === 'DATE' && isTimestamp(left)) return left;
  if (left.kind === 'TIME' && right.kind === 'TIME') return left.precision >= right.precision ? left : right;
  return left.kind === right.kind ? commonConstructed(left, right) : null;
}

function commonNumeric(left: SqlType, right: SqlType): SqlType {
  if (isInteger(left) && isInteger(right)) return integerOrder.indexOf(left.kind) >= integerOrder.indexOf(right.kind) ? left : right;
  const first = asDecimal(left);
  const second = asDecimal(right);
  if (first !== null && second !== null) {
    const whole = Math.min(Math.max(first.precision - first.scale, second.precision - second.scale), maxDecimalPrecision);
    const scale = Math.min(Math.max(first.scale, second.scale), maxDecimalPrecision - whole);
    return decimalType(whole + scale, scale, false);
  }
  // A FLOAT holds neither a DECIMAL nor a DOUBLE; that it does not hold every INT either is Flink's rule.
  const isDouble = [left, right].some(type => type.kind === 'DOUBLE' || type.kind === 'DECIMAL');
  return {kind: isDouble ? 'DOUBLE' : 'FLOAT', nullable: false};
}

function commonString(left: SqlType, right: SqlType): SqlType | null {
  if (!('length' in left) || !('length' in right)) return null;
  if (left.kind === right.kind && left.length === right.length) return left;
  return {kind: isText(left) ? 'VARCHAR' : 'VARBINARY', length: Math.max(left.length, right.length), nullable: false};
}

/** Two types of one kind that has no order: equal, or constructed of parts that have a common type. */
function commonConstructed(left: SqlType, right: SqlType): SqlType | null {
  if (left.kind === 'ROW') return right.kind === 'ROW' ? commonRow(left, right) : null;
  if (left.kind === 'MAP') {
    const key = right.kind === 'MAP' ? commonType([left.key, right.key]) : null;
    const value = right.kind === 'MAP' ? commonType([left.value, right.value]) : null;
    return key === null || value === null ? null : {kind: 'MAP', key, value, nullable: false};
  }
  if (left.kind !== 'ARRAY' && left.kind !== 'MULTISET') return left;
  const element = right.kind === left.kind ? commonType([left.element, right.element]) : null;
  return element === null ? null : {kind: left.kind, element, nullable: false};
}

function commonRow(left: SqlType & {readonly kind: 'ROW'}, right: SqlType & {readonly kind: 'ROW'}): SqlType | null {
  if (left.fields.length !== right.fields.length) return null;
  const fields = [];
  for (const [index, field] of left.fields.entries()) {
    const type = commonType([field.type, (right.fields[index] ?? field).type]);
    if (type === null) return null;
    fields.push({name: field.name, type});
  }
  return {kind: 'ROW', fields, nullable: false};
}

/** A SQL type. Nullability belongs to the type, as in Flink. Frozen plain data. */
export type SqlType = {readonly nullable: boolean} & SqlTypeShape;

export type SqlTypeShape =
  | {readonly kind: 'NULL' | 'BOOLEAN' | 'TINYINT' | 'SMALLINT' | 'INT' | 'BIGINT' | 'FLOAT' | 'DOUBLE' | 'DATE'}
  | {readonly kind: 'DECIMAL'; readonly precision: number; readonly scale: number}
  /** STRING is VARCHAR and BYTES is VARBINARY of the greatest length, `maxLength`. */
  | {readonly kind: 'CHAR' | 'VARCHAR' | 'BINARY' | 'VARBINARY'; readonly length: number}
  | {readonly kind: 'TIME' | 'TIMESTAMP' | 'TIMESTAMP_LTZ'; readonly precision: number}
  /** `months` for YEAR and MONTH, `milliseconds` for DAY to SECOND. */
  | {readonly kind: 'INTERVAL'; readonly unit: 'months' | 'milliseconds'}
  | {readonly kind: 'ARRAY' | 'MULTISET'; readonly element: SqlType}
  | {readonly kind: 'MAP'; readonly key: SqlType; readonly value: SqlType}
  | {readonly kind: 'ROW'; readonly fields: readonly Column[]};

export type SqlTypeKind = SqlType['kind'];

export const maxLength = 2147483647;

export interface Column {
  readonly name: string;
  readonly type: SqlType;
}

export interface Schema {
  readonly columns: readonly Column[];
}

/**
 * How a value stands in a batch's column, in a key and in state:
 * `number`: one f64, always exact (BOOLEAN as 0 and 1, TINYINT…INT, FLOAT, DOUBLE, DATE in days, TIME in ms, TIMESTAMP(0…3) in ms, INTERVAL);
 * `integer`: one f64 while it is a safe integer, else "wide", kept aside as a BigInt (BIGINT; DECIMAL times 10^scale; TIMESTAMP(4…6) in µs, (7…9) in ns);
 * `text`: pointer and length (CHAR, VARCHAR, BINARY, VARBINARY; ARRAY, MAP and ROW as their JSON text).
 */
export type Physical = 'number' | 'integer' | 'text';

const physicalOfKind: {readonly [K in SqlTypeKind]: Physical} = {
  NULL: 'number',
  BOOLEAN: 'number',
  TINYINT: 'number',
  SMALLINT: 'number',
  INT: 'number',
  BIGINT: 'integer',
  FLOAT: 'number',
  DOUBLE: 'number',
  DATE: 'number',
  DECIMAL: 'integer',
  CHAR: 'text',
  VARCHAR: 'text',
  BINARY: 'text',
  VARBINARY: 'text',
  TIME: 'number',
  TIMESTAMP: 'number',
  TIMESTAMP_LTZ: 'number',
  INTERVAL: 'number',
  ARRAY: 'text',
  MULTISET: 'text',
  MAP: 'text',
  ROW: 'text',
};

export function physicalOf(type: SqlType): Physical {
  if ((type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') && type.precision > 3) return 'integer';
  return physicalOfKind[type.kind];
}

/** The same type with the nullability asked for. */
export function withNullable(type: SqlType, nullable: boolean): SqlType {
  return type.nullable === nullable ? type : {...type, nullable};
}

export const stringType: SqlType = {kind: 'VARCHAR', length: maxLength, nullable: true};
export const booleanType: SqlType = {kind: 'BOOLEAN', nullable: true};
export const intType: SqlType = {kind: 'INT', nullable: true};
export const bigintType: SqlType = {kind: 'BIGINT', nullable: true};
export const doubleType: SqlType = {kind: 'DOUBLE', nullable: true};

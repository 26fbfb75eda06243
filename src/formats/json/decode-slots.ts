import type {Vector} from '../../flow/batch.ts';
import type {JsonReading, JsonSlot} from '../../kernel/json-decode.ts';
import type {SqlType} from '../../types/sql-type.ts';
import type {WantedColumn} from '../define.ts';
import type {NodeRules} from './node.ts';

/** A wanted column as the kernel sees it, with what is needed to finish its cells. */
export interface ColumnSlot extends JsonSlot {
  readonly vector: Vector;
  readonly type: SqlType;
  /** Vectors that want the same path too and get a copy. */
  readonly copies: Vector[];
}

export function slotsOf(wanted: readonly WantedColumn[], rules: NodeRules): readonly ColumnSlot[] {
  const slots = new Map<string, ColumnSlot>();
  for (const {path, type, vector} of wanted) {
    const key = JSON.stringify(path);
    const known = slots.get(key);
    if (known === undefined) slots.set(key, {path, type, vector, reading: readingOf(type, rules), copies: []});
    else known.copies.push(vector);
  }
  return [...slots.values()];
}

const greatestSafe = Number.MAX_SAFE_INTEGER;

function readingOf(type: SqlType, rules: NodeRules): JsonReading {
  switch (type.kind) {
    case 'TINYINT':
      return {kind: 'integer', least: -128, greatest: 127};
    case 'SMALLINT':
      return {kind: 'integer', least: -32768, greatest: 32767};
    case 'INT':
      return {kind: 'integer', least: -2147483648, greatest: 2147483647};
    case 'BIGINT':
      return {kind: 'integer', least: -greatestSafe, greatest: greatestSafe};
    case 'INTERVAL':
      return type.unit === 'months'
        ? {kind: 'integer', least: -2147483648, greatest: 2147483647}
        : {kind: 'integer', least: -greatestSafe, greatest: greatestSafe};
    case 'DECIMAL':
      return {kind: 'decimal', scale: type.scale, greatest: Math.min(greatestSafe, 10 ** Math.min(type.precision, 16) - 1)};
    case 'FLOAT':
      return {kind: 'float'};
    case 'DOUBLE':
      return {kind: 'double'};
    case 'BOOLEAN':
      return {kind: 'boolean'};
    case 'CHAR':
    case 'VARCHAR':
      return {kind: 'text'};
    case 'DATE':
      return {kind: 'date'};
    case 'TIME':
      return {kind: 'time', precision: type.precision};
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return timestampReading(type.kind === 'TIMESTAMP_LTZ', type.precision, rules);
    case 'ARRAY':
    case 'MAP':
    case 'MULTISET':
    case 'ROW':
      return {kind: 'container'};
    case 'NULL':
    case 'BINARY':
    case 'VARBINARY':
      return {kind: 'other'};
  }
}

function timestampReading(isInstant: boolean, precision: number, rules: NodeRules): JsonReading {
  // Nanoseconds since 1970 are no safe integer: such cells are always wide.
  if (precision > 6) return {kind: 'other'};
  const isIso = rules.standard === 'ISO-8601';
  return {
    kind: 'timestamp',
    precision,
    separator: isIso ? 'T' : ' ',
    zone: isInstant ? {takesOffsets: isIso, isUtc: isAlwaysUtc(rules.timeZone)} : null,
  };
}

function isAlwaysUtc(timeZone: string): boolean {
  return /^(?:Etc\/)?(?:UTC|GMT)$/.test(timeZone);
}

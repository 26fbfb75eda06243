import {type CsvColumn, skippedColumn} from '../../kernel/csv-decode.ts';
import type {SqlType} from '../../types/sql-type.ts';
import type {WantedColumn} from '../define.ts';

const integerRanges: Readonly<Partial<Record<SqlType['kind'], readonly [least: number, most: number]>>> = {
  TINYINT: [-128, 127],
  SMALLINT: [-32768, 32767],
  INT: [-2147483648, 2147483647],
  BIGINT: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
};

/** What the kernel does with a field that these columns want: nothing, write one cell, or hand its text over. */
export function csvColumn(wanted: readonly WantedColumn[]): CsvColumn {
  const [only] = wanted;
  if (only === undefined) return skippedColumn;
  const {vector, type} = only;
  const room = {...skippedColumn, cells: vector.cells, tagCells: vector.tagCells};
  if (wanted.length > 1 || only.path.length > 1) return {...room, kind: 'handed'};
  const range = integerRanges[type.kind];
  if (range !== undefined) return {...room, kind: 'integer', least: range[0], most: range[1]};
  switch (type.kind) {
    case 'CHAR':
    case 'VARCHAR':
      return {...room, kind: 'text'};
    case 'DOUBLE':
      return {...room, kind: 'double'};
    case 'FLOAT':
      return {...room, kind: 'float'};
    case 'BOOLEAN':
      return {...room, kind: 'boolean'};
    case 'DATE':
      return {...room, kind: 'date'};
    case 'TIME':
      return {...room, kind: 'time', precision: Math.min(type.precision, 3)};
    case 'DECIMAL':
      return {...room, kind: 'decimal', scale: type.scale, most: Math.min(10 ** type.precision - 1, Number.MAX_SAFE_INTEGER)};
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      // Nanoseconds since 1970 are beyond 53 bits.
      if (type.precision > 6) return {...room, kind: 'handed'};
      return {...room, kind: 'timestamp', precision: type.precision > 3 ? 6 : 3, isZoned: type.kind === 'TIMESTAMP_LTZ'};
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'BINARY':
    case 'VARBINARY':
    case 'ARRAY':
    case 'ROW':
    case 'MAP':
    case 'MULTISET':
    case 'INTERVAL':
    case 'NULL':
      return {...room, kind: 'handed'};
  }
}

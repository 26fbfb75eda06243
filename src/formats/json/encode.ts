import type {Batch, Vector} from '../../flow/batch.ts';
import {readValue} from '../../flow/cells.ts';
import type {EncodeOperation} from '../../kernel/encode.ts';
import type {Column, SqlType} from '../../types/sql-type.ts';
import type {EncodeSpec, RowEncoder} from '../define.ts';
import {ProgramEncoder} from '../program-encoder.ts';
import {changeOperation, literalOperation, plainText, valueOperation} from '../value-operation.ts';

/**
 * One JSON object a line. Numbers are written exactly (BIGINT and DECIMAL with all their digits; DOUBLE with the fewest that mean it); NaN and the infinities as
 * the texts "NaN", "Infinity" and "-Infinity", as Flink does, because JSON has no numbers for them. With change kinds the first field is `op`.
 */
export function jsonEncoder(spec: EncodeSpec, batch: Batch): RowEncoder {
  return jsonLines(spec, batch, {before: '{', after: '}\n'});
}

/** What stands around each object: first `head`, if there is one. */
export interface Around {
  readonly head?: EncodeOperation;
  readonly before: string;
  readonly after: string;
}

/** As `jsonEncoder`, with other texts before and after each object. */
export function jsonLines(spec: EncodeSpec, batch: Batch, around: Around): RowEncoder {
  const {memory, columns, options, timeZone} = spec;
  const isIso = options.get('timestamp-format.standard') === 'ISO-8601';
  const isMessage = spec.messages === true;
  const fields = fieldOperations(spec, batch, isIso, around.before);
  const head = around.head === undefined ? [] : [around.head];
  return new ProgramEncoder(memory, {
    operations: [...head, ...fields.operations, literalOperation(isMessage ? around.after.trimEnd() : around.after)],
    quoting: null,
    finish(operation, row) {
      const index = operation - fields.first - head.length;
      const {type} = columns[index] as Column;
      const value = readValue(memory, batch.vectors[index] as Vector, row, type, timeZone);
      if (value === null) return 'null';
      const text = plainText(value, type, isIso, timeZone);
      return isBare(type, text) ? text : JSON.stringify(text);
    },
    start: null,
    end: null,
    tellsEnds: isMessage,
  });
}

interface Fields {
  readonly operations: readonly EncodeOperation[];
  /** The operation of the first column. */
  readonly first: number;
}

function fieldOperations(spec: EncodeSpec, batch: Batch, isIso: boolean, before: string): Fields {
  const {columns, kinds} = spec;
  const leavesNulls = spec.options.get('encode.ignore-null-fields') === 'true';
  const style = {text: 'json-text', constructed: 'json', bytes: 'handed', wrap: 34, isIso, nullText: leavesNulls ? null : 'null'} as const;
  // Names are a user's text: escaped here, once.
  const key = (name: string): string => `${JSON.stringify(name)}:`;
  if (leavesNulls) {
    const head = [literalOperation(before), ...(kinds ? [{...changeOperation(key('op'), 34), hasComma: true}] : [])];
    const fields = columns.map(({name, type}, index) => ({
      ...valueOperation(type, batch.vectors[index] as Vector, key(name), style),
      hasComma: true,
    }));
    return {operations: [...head, ...fields], first: head.length};
  }
  const head = kinds ? [changeOperation(before + key('op'), 34)] : [];
  if (columns.length === 0) return {operations: [...head, ...(kinds ? [] : [literalOperation(before)])], first: 0};
  const fields = columns.map(({name, type}, index) => {
    const prefix = index === 0 && !kinds ? before : ',';
    return valueOperation(type, batch.vectors[index] as Vector, prefix + key(name), style);
  });
  return {operations: [...head, ...fields], first: head.length};
}

/** A number, or JSON already, that needs no quotes. */
function isBare(type: SqlType, text: string): boolean {
  switch (type.kind) {
    case 'FLOAT':
    case 'DOUBLE':
      return !/[NI]/.test(text);
    case 'CHAR':
    case 'VARCHAR':
    case 'BINARY':
    case 'VARBINARY':
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return false;
    case 'NULL':
    case 'BOOLEAN':
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'DECIMAL':
    case 'INTERVAL':
    case 'ARRAY':
    case 'MULTISET':
    case 'MAP':
    case 'ROW':
      return true;
  }
}

import type {TypeName} from '../../sql/ast.ts';
import {maxDecimalPrecision} from '../../types/decimal.ts';
import {maxLength, type SqlType} from '../../types/sql-type.ts';
import type {Report} from '../report.ts';

const plainKinds = ['BOOLEAN', 'TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'FLOAT', 'DOUBLE', 'DATE'] as const;
const lengthKinds = ['CHAR', 'VARCHAR', 'BINARY', 'VARBINARY'] as const;

// A precision or scale that is left out, as in Flink.
const defaultDecimal = {precision: 10, scale: 0};
const defaultTimePrecision = 0;
const defaultTimestampPrecision = 6;

/** The type that a type's name means; null after a problem was reported. Nullable unless NOT NULL is said. */
export function sqlTypeOf(name: TypeName, report: Report): SqlType | null {
  const nullable = name.nullable ?? true;
  const plain = plainKinds.find(kind => kind === name.name);
  if (plain !== undefined) return takesArguments(name, 0, report) ? {kind: plain, nullable} : null;
  const sized = lengthKinds.find(kind => kind === name.name);
  if (sized !== undefined) return lengthType(sized, name, nullable, report);
  switch (name.name) {
    case 'STRING':
      return takesArguments(name, 0, report) ? {kind: 'VARCHAR', length: maxLength, nullable} : null;
    case 'BYTES':
      return takesArguments(name, 0, report) ? {kind: 'VARBINARY', length: maxLength, nullable} : null;
    case 'DECIMAL':
      return decimalTypeOf(name, nullable, report);
    case 'TIME':
      return timeType('TIME', name, defaultTimePrecision, nullable, report);
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return timeType(name.name, name, defaultTimestampPrecision, nullable, report);
    case 'ARRAY':
    case 'MULTISET':
    case 'MAP':
    case 'ROW':
      return constructedType(name.name, name, nullable, report);
    case 'NULL':
      return {kind: 'NULL', nullable: true};
    default:
      return intervalType(name, nullable) ?? report.notSupported(`type ${name.name}`, name.span);
  }
}

/** `INTERVAL DAY(3) TO SECOND(3)` and the like; of the units only the kind counts. */
function intervalType(name: TypeName, nullable: boolean): SqlType | null {
  const unit = /^INTERVAL (\w+)/.exec(name.name)?.[1];
  if (unit === undefined) return null;
  return {kind: 'INTERVAL', unit: ['YEAR', 'QUARTER', 'MONTH'].includes(unit) ? 'months' : 'milliseconds', nullable};
}

function takesArguments(name: TypeName, most: number, report: Report): boolean {
  if (name.arguments.length <= most) return true;
  report.error('wrong-type', name.span, `type ${name.name} takes ${most === 0 ? 'no arguments' : `at most ${most}`}`);
  return false;
}

function lengthType(kind: (typeof lengthKinds)[number], name: TypeName, nullable: boolean, report: Report): SqlType | null {
  if (!takesArguments(name, 1, report)) return null;
  // In SQL texts of Flink, VARCHAR alone is as long as it can be; CHAR alone is one character.
  const length = name.arguments[0] ?? (kind === 'VARCHAR' || kind === 'VARBINARY' ? maxLength : 1);
  if (length < 1 || length > maxLength) {
    return report.error('wrong-type', name.span, `length of ${kind} must be between 1 and ${maxLength}, not ${length}`);
  }
  return {kind, length, nullable};
}

function decimalTypeOf(name: TypeName, nullable: boolean, report: Report): SqlType | null {
  if (!takesArguments(name, 2, report)) return null;
  const precision = name.arguments[0] ?? defaultDecimal.precision;
  const scale = name.arguments[1] ?? defaultDecimal.scale;
  if (precision < 1 || precision > maxDecimalPrecision) {
    return report.error('wrong-type', name.span, `precision of DECIMAL must be between 1 and ${maxDecimalPrecision}, not ${precision}`);
  }
  if (scale < 0 || scale > precision) {
    return report.error('wrong-type', name.span, `scale of DECIMAL must be between 0 and its precision ${precision}, not ${scale}`);
  }
  return {kind: 'DECIMAL', precision, scale, nullable};
}

function timeType(
  kind: 'TIME' | 'TIMESTAMP' | 'TIMESTAMP_LTZ',
  name: TypeName,
  usual: number,
  nullable: boolean,
  report: Report,
): SqlType | null {
  if (!takesArguments(name, 1, report)) return null;
  const precision = name.arguments[0] ?? usual;
  if (precision < 0 || precision > 9) {
    return report.error('wrong-type', name.span, `precision of ${kind} must be between 0 and 9, not ${precision}`);
  }
  return {kind, precision, nullable};
}

function constructedType(kind: 'ARRAY' | 'MULTISET' | 'MAP' | 'ROW', name: TypeName, nullable: boolean, report: Report): SqlType | null {
  if (kind === 'ROW') {
    const fields = name.fields.map(field => ({name: field.name.name, type: sqlTypeOf(field.type, report), span: field.name.span}));
    const seen = new Set<string>();
    for (const field of fields) {
      if (seen.has(field.name)) return report.error('duplicate-column', field.span, `ROW has two fields named "${field.name}"`);
      seen.add(field.name);
    }
    const typed = fields.flatMap(field => (field.type === null ? [] : [{name: field.name, type: field.type}]));
    return typed.length === fields.length ? {kind, fields: typed, nullable} : null;
  }
  const elements = name.elements.map(element => sqlTypeOf(element, report));
  if (kind === 'MAP') {
    const [key, value] = elements;
    return key === null || value === null || key === undefined || value === undefined ? null : {kind, key, value, nullable};
  }
  const [element] = elements;
  return element === null || element === undefined ? null : {kind, element, nullable};
}

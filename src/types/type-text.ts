import {maxLength, type SqlType} from './sql-type.ts';

/** A type as Flink prints it: `DECIMAL(10, 2)`, `INT NOT NULL`, ROW<`a` INT>; STRING and BYTES for the greatest lengths. */
export function typeText(type: SqlType): string {
  return type.nullable ? shapeText(type) : `${shapeText(type)} NOT NULL`;
}

function shapeText(type: SqlType): string {
  switch (type.kind) {
    case 'DECIMAL':
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case 'VARCHAR':
      return type.length === maxLength ? 'STRING' : `VARCHAR(${type.length})`;
    case 'VARBINARY':
      return type.length === maxLength ? 'BYTES' : `VARBINARY(${type.length})`;
    case 'CHAR':
    case 'BINARY':
      return `${type.kind}(${type.length})`;
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return `${type.kind}(${type.precision})`;
    case 'INTERVAL':
      return type.unit === 'months' ? 'INTERVAL YEAR TO MONTH' : 'INTERVAL DAY TO SECOND(3)';
    case 'ARRAY':
    case 'MULTISET':
      return `${type.kind}<${typeText(type.element)}>`;
    case 'MAP':
      return `MAP<${typeText(type.key)}, ${typeText(type.value)}>`;
    case 'ROW':
      return `ROW<${type.fields.map(field => `\`${field.name.replaceAll('`', '``')}\` ${typeText(field.type)}`).join(', ')}>`;
    case 'NULL':
    case 'BOOLEAN':
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'FLOAT':
    case 'DOUBLE':
    case 'DATE':
      return type.kind;
  }
}

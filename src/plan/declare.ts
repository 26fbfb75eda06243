import {quoteName} from '../sql/keywords.ts';
import type {Column, SqlType} from '../types/sql-type.ts';
import {typeText} from '../types/type-text.ts';
import type {DeclaredTable} from './catalog.ts';

/** The CREATE TABLE of a table, as a script would have it: what turns a one-liner into a job. */
export function declareSql(table: DeclaredTable): string {
  const lines = table.columns.map(column => `  ${columnText(column, table.primaryKey)}`);
  if (table.primaryKey.length > 0) lines.push(`  PRIMARY KEY (${names(table.primaryKey)}) NOT ENFORCED`);
  const partitions = table.partitionedBy.length > 0 ? ` PARTITIONED BY (${names(table.partitionedBy)})` : '';
  const options = table.options.map(({key, value}) => `  ${textLiteral(key)} = ${textLiteral(value)}`);
  const properties = options.length > 0 ? ` WITH (\n${options.join(',\n')}\n)` : '';
  return `CREATE TABLE ${quoteName(tableName(table.name))} (\n${lines.join(',\n')}\n)${partitions}${properties};`;
}

/** A key makes its columns NOT NULL by itself. */
function columnText({name, type}: Column, primaryKey: readonly string[]): string {
  return `${quoteName(name)} ${declaredType(primaryKey.includes(name) ? {...type, nullable: true} : type)}`;
}

/** Field names in types need their back-ticks only where names of columns do. */
function declaredType(type: SqlType): string {
  const suffix = type.nullable ? '' : ' NOT NULL';
  if (type.kind === 'ROW')
    return `ROW<${type.fields.map(field => `${quoteName(field.name)} ${declaredType(field.type)}`).join(', ')}>${suffix}`;
  if (type.kind === 'MAP') return `MAP<${declaredType(type.key)}, ${declaredType(type.value)}>${suffix}`;
  if (type.kind === 'ARRAY' || type.kind === 'MULTISET') return `${type.kind}<${declaredType(type.element)}>${suffix}`;
  // A column of nothing but NULL could be anything; text holds whatever comes.
  return type.kind === 'NULL' ? 'STRING' : typeText(type);
}

function names(list: readonly string[]): string {
  return list.map(quoteName).join(', ');
}

/** A file's path as the name of its table: the last part, without what stands after its first point. */
export function tableName(name: string): string {
  if (!/[/.\\]/.test(name)) return name;
  const base = name.split(/[/\\]/).at(-1) ?? name;
  const word = base.replace(/\..*$/, '').replaceAll(/\W+/g, '_');
  return word === '' || /^\d/.test(word) ? `t_${word}` : word;
}

function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

import type {ColumnDefinition, CreateTable, Expression, Insert, Query, Statement} from './ast.ts';
import {expressionText, queryText} from './print-query.ts';
import {columnsText, hintsText, nameText, optionsText, pathText, quoted, typeText} from './print-words.ts';
import {quoteName} from './keywords.ts';

/** A statement as SQL text that is read as the same tree again, on one line where it has no lines of its own. No `;` at its end. */
export function printStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'query':
      return queryText(statement.query);
    case 'insert':
      return insertText(statement);
    case 'create-table':
      return createTableText(statement);
    case 'create-view':
      return `CREATE ${statement.orReplace ? 'OR REPLACE ' : ''}${temporary(statement)}VIEW ${created(statement)}${columnsText(statement.columns)}${commentText(statement.comment)} AS ${queryText(statement.query)}`;
    case 'create-function': {
      const language = statement.language === null ? '' : ` LANGUAGE ${statement.language}`;
      return `CREATE ${temporary(statement)}FUNCTION ${created(statement)} AS ${quoted(statement.className)}${language}`;
    }
    case 'drop':
      return `DROP ${statement.what} ${statement.ifExists ? 'IF EXISTS ' : ''}${pathText(statement.name)}`;
    case 'set':
      return statement.pair ? `SET ${quoted(statement.pair.key)} = ${quoted(statement.pair.value)}` : 'SET';
    case 'reset':
      return statement.key === null ? 'RESET' : `RESET ${quoted(statement.key)}`;
    case 'statement-set':
      return `EXECUTE STATEMENT SET BEGIN\n${statement.inserts.map(insert => `${insertText(insert)};\n`).join('')}END`;
    case 'explain': {
      const details = statement.details.length === 0 ? '' : `${statement.details.join(', ')} `;
      return `EXPLAIN ${details}${printStatement(statement.statement)}`;
    }
    case 'describe':
      return `DESCRIBE ${pathText(statement.name)}`;
    case 'other-statement':
      return statement.text;
  }
}

/** A query as SQL text. */
export function printQuery(query: Query): string {
  return queryText(query);
}

/** An expression as SQL text. */
export function printExpression(expression: Expression): string {
  return expressionText(expression);
}

const temporary = (statement: {readonly temporary: boolean}): string => (statement.temporary ? 'TEMPORARY ' : '');
const commentText = (comment: string | null): string => (comment === null ? '' : ` COMMENT ${quoted(comment)}`);

function created({name, ifNotExists}: Pick<CreateTable, 'name' | 'ifNotExists'>): string {
  return `${ifNotExists ? 'IF NOT EXISTS ' : ''}${pathText(name)}`;
}

function insertText(insert: Insert): string {
  const target = insert.table ? pathText(insert.table) : quoted(insert.file?.target ?? '');
  const pairs = insert.partition.map(({key, value}) => `${quoteName(key)} = ${quoted(value)}`);
  const partition = pairs.length === 0 ? '' : ` PARTITION (${pairs.join(', ')})`;
  const conflict = insert.onConflict === null ? '' : ` ON CONFLICT DO ${insert.onConflict.toUpperCase()}`;
  return `INSERT ${insert.overwrite ? 'OVERWRITE' : 'INTO'} ${target}${hintsText(insert.hints)}${partition}${columnsText(insert.columns)} ${queryText(insert.query)}${conflict}`;
}

/** Clauses that stand among the columns; the others stand behind them. */
const isElement = (clause: {readonly name: string}): boolean => clause.name === 'UNIQUE' || clause.name === 'a second PRIMARY KEY';

function createTableText(table: CreateTable): string {
  const bare = table.clauses.find(clause => clause.name === 'a list of columns without types');
  const clauses = table.clauses.filter(clause => clause !== bare && !isElement(clause));
  const elements = elementsText(table);
  const parts = [
    `CREATE ${table.orReplace ? 'OR REPLACE ' : ''}${temporary(table)}TABLE ${created(table)}`,
    ...(bare ? [bare.text] : []),
    ...(elements.length === 0 ? [] : [`(\n  ${elements.join(',\n  ')}\n)`]),
    ...(table.comment === null ? [] : [`COMMENT ${quoted(table.comment)}`]),
    ...clauses.map(clause => clause.text),
    ...(table.partitionedBy.length === 0 ? [] : [`PARTITIONED BY${columnsText(table.partitionedBy)}`]),
    ...(table.options.length === 0 ? [] : [`WITH ${optionsText(table.options)}`]),
    ...(table.like ? [`LIKE ${pathText(table.like.table)}${table.like.rules.length === 0 ? '' : ` (${table.like.rules.join(' ')})`}`] : []),
    ...(table.as ? [`AS ${queryText(table.as)}`] : []),
  ];
  return parts.join(' ');
}

function elementsText(table: CreateTable): string[] {
  const {watermark, primaryKey} = table;
  const isColumnKey = table.columns.some(column => column.kind === 'physical' && column.primaryKey);
  const key = primaryKey ? `PRIMARY KEY${isColumnKey ? '' : columnsText(primaryKey.columns)}${enforcementText(primaryKey.enforced)}` : '';
  return [
    ...table.columns.map(column => columnText(column, key)),
    ...(watermark ? [`WATERMARK FOR ${pathText(watermark.column)} AS ${expressionText(watermark.expression)}`] : []),
    ...(primaryKey && !isColumnKey ? [key] : []),
    ...table.clauses.filter(isElement).map(clause => clause.text),
  ];
}

function enforcementText(enforced: boolean | null): string {
  if (enforced === null) return '';
  return enforced ? ' ENFORCED' : ' NOT ENFORCED';
}

function columnText(column: ColumnDefinition, key: string): string {
  return `${nameText(column.name)} ${columnBody(column, key)}${commentText(column.comment)}`;
}

function columnBody(column: ColumnDefinition, key: string): string {
  if (column.kind === 'computed') return `AS ${expressionText(column.expression)}`;
  if (column.kind === 'physical') return `${typeText(column.type)}${column.primaryKey ? ` ${key}` : ''}`;
  return `${typeText(column.type)} METADATA${column.from === null ? '' : ` FROM ${quoted(column.from)}`}${column.virtual ? ' VIRTUAL' : ''}`;
}

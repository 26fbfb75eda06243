import type {Span} from '../../base/problem.ts';
import type {ColumnDefinition, CreateTable, Identifier, OptionPair} from '../../sql/ast.ts';
import {isTimestamp} from '../../types/common-type.ts';
import {withNullable, type Column, type SqlType} from '../../types/sql-type.ts';
import {typeText} from '../../types/type-text.ts';
import type {DeclaredTable, ResolvedTable} from '../catalog.ts';
import type {Expr} from '../expression.ts';
import {withArticle} from '../plan-text.ts';
import type {BindContext} from './context.ts';
import {ExpressionBinder} from './expression.ts';
import {listed, Scope} from './scope.ts';
import type {Relation} from './session.ts';
import {sqlTypeOf} from './type-name.ts';

/** What a CREATE TABLE is made of, after LIKE has added its part. Each piece knows the text that it stands in. */
export interface TableParts {
  readonly columns: readonly {readonly definition: ColumnDefinition; readonly context: BindContext}[];
  readonly watermark: {readonly definition: NonNullable<CreateTable['watermark']>; readonly context: BindContext} | null;
  readonly primaryKey: readonly Identifier[];
  readonly partitionedBy: readonly Identifier[];
  readonly options: readonly {readonly pair: OptionPair; readonly context: BindContext}[];
}

/** Something that a scan gives: a physical column, or metadata under its key. */
export type BaseColumn = Column &
  ({readonly kind: 'physical'} | {readonly kind: 'metadata'; readonly key: string; readonly virtual: boolean; readonly span: Span});

/** A table that a statement created or a file that was read as one. */
export interface CreatedTable {
  readonly kind: 'table';
  readonly name: string;
  /** Where its name stands where it was created. */
  readonly span: Span;
  readonly context: BindContext;
  readonly parts: TableParts;
  readonly declared: DeclaredTable;
  readonly base: readonly BaseColumn[];
  /** All columns in the order of the declaration, each over the base columns. */
  readonly columns: readonly Column[];
  readonly outputs: readonly Expr[];
  /** Over all columns. */
  readonly watermark: {readonly column: number; readonly expression: Expr} | null;
  /** What the catalog said, and what reads it, by the options given in hints. */
  readonly resolved: Map<string, ResolvedTable | null>;
  readonly relations: Map<string, Relation | null>;
}

/** The parts as a CREATE TABLE says them by itself. */
export function partsOf(statement: CreateTable, context: BindContext): TableParts {
  const own = statement.columns.flatMap(column => (column.kind === 'physical' && column.primaryKey ? [column.name] : []));
  return {
    columns: statement.columns.map(definition => ({definition, context})),
    watermark: statement.watermark === null ? null : {definition: statement.watermark, context},
    primaryKey: statement.primaryKey?.columns ?? own,
    partitionedBy: statement.partitionedBy,
    options: statement.options.map(pair => ({pair, context})),
  };
}

/** A table from its parts; `given` are columns that a query decided. Null after a problem was reported. */
export function createTable(
  name: string,
  span: Span,
  parts: TableParts,
  context: BindContext,
  given: readonly Column[] = [],
): CreatedTable | null {
  const problemsBefore = context.report.problems.length;
  const base: BaseColumn[] = given.map(column => ({...column, kind: 'physical'}));
  for (const {definition, context: own} of parts.columns) {
    if (definition.kind === 'computed') continue;
    const type = sqlTypeOf(definition.type, own.report);
    if (type !== null) base.push(baseColumn(definition, type));
  }
  checkNames(parts, given, context);
  const keyed = withPrimaryKey(base, parts, context);
  const bound = boundColumns(keyed, given, parts);
  const watermark = bound === null ? null : boundWatermark(bound.columns, parts);
  if (bound === null || context.report.problems.slice(problemsBefore).some(problem => problem.severity === 'error')) return null;
  return {
    kind: 'table',
    name,
    span,
    context,
    parts,
    declared: declaredOf(name, keyed, parts),
    base: keyed,
    ...bound,
    watermark,
    resolved: new Map(),
    relations: new Map(),
  };
}

function baseColumn(definition: Exclude<ColumnDefinition, {readonly kind: 'computed'}>, type: SqlType): BaseColumn {
  const name = definition.name.name;
  if (definition.kind === 'physical') return {kind: 'physical', name, type};
  return {kind: 'metadata', name, type, key: definition.from ?? name, virtual: definition.virtual, span: definition.span};
}

function declaredOf(name: string, base: readonly BaseColumn[], parts: TableParts): DeclaredTable {
  // The last of equal keys counts, as in Flink; a warning was given.
  const options = new Map(parts.options.map(({pair}) => [pair.key, pair.value]));
  return {
    name,
    columns: base.flatMap(column => (column.kind === 'physical' ? [{name: column.name, type: column.type}] : [])),
    primaryKey: parts.primaryKey.map(column => column.name),
    partitionedBy: parts.partitionedBy.map(column => column.name),
    options: [...options].map(([key, value]) => ({key, value})),
  };
}

function checkNames(parts: TableParts, given: readonly Column[], context: BindContext): void {
  const seen = new Set(given.map(column => column.name));
  for (const {definition, context: own} of parts.columns) {
    const {name, span} = definition.name;
    if (seen.has(name)) own.report.error('duplicate-column', span, `the table has two columns named "${name}"`);
    seen.add(name);
  }
  const physical = [
    ...given.map(column => column.name),
    ...parts.columns.flatMap(({definition}) => (definition.kind === 'physical' ? [definition.name.name] : [])),
  ];
  const check = (what: string, names: readonly Identifier[]): void => {
    for (const {name, span} of names) {
      if (physical.includes(name)) continue;
      const why = seen.has(name)
        ? `"${name}" is no physical column, so it cannot be in ${what}`
        : `${what} names "${name}", which is no column of the table`;
      context.report.error('unknown-column', span, why, {detail: listed('columns', physical)});
    }
  };
  check('PRIMARY KEY', parts.primaryKey);
  check('PARTITIONED BY', parts.partitionedBy);
  const keys = new Set<string>();
  for (const {pair, context: own} of parts.options) {
    if (keys.has(pair.key))
      own.report.warning('duplicate-option', pair.keySpan, `option "${pair.key}" is given twice: the last one counts`);
    keys.add(pair.key);
  }
}

/** The columns of a primary key are NOT NULL, whether that is said or not. */
function withPrimaryKey(base: readonly BaseColumn[], parts: TableParts, context: BindContext): readonly BaseColumn[] {
  const names = parts.primaryKey.map(column => column.name);
  for (const {name, span} of parts.primaryKey) {
    if (names.indexOf(name) !== names.lastIndexOf(name)) {
      context.report.error('duplicate-column', span, `PRIMARY KEY names column "${name}" twice`);
      break;
    }
  }
  return base.map(column => (names.includes(column.name) ? {...column, type: withNullable(column.type, false)} : column));
}

function boundColumns(
  base: readonly BaseColumn[],
  given: readonly Column[],
  parts: TableParts,
): {readonly columns: readonly Column[]; readonly outputs: readonly Expr[]} | null {
  const scope = Scope.of(base);
  const columns: Column[] = [];
  const outputs: Expr[] = [];
  const addBase = (name: string): void => {
    const index = base.findIndex(column => column.name === name);
    const type = base[index]?.type;
    if (type === undefined) return;
    columns.push({name, type});
    outputs.push({kind: 'column', index, type, span: null});
  };
  for (const {name} of given) addBase(name);
  let isWhole = true;
  for (const {definition, context} of parts.columns) {
    if (definition.kind !== 'computed') {
      addBase(definition.name.name);
      continue;
    }
    const binder = new ExpressionBinder(context, {scope, aggregates: null, clause: 'a computed column'});
    const expression = binder.bind(definition.expression);
    if (expression === null) {
      isWhole = false;
      continue;
    }
    columns.push({name: definition.name.name, type: expression.type});
    outputs.push(expression);
  }
  return isWhole ? {columns, outputs} : null;
}

const mostRowtimePrecision = 3;

function boundWatermark(columns: readonly Column[], parts: TableParts): CreatedTable['watermark'] {
  if (parts.watermark === null) return null;
  const {definition, context} = parts.watermark;
  const {report} = context;
  const scope = Scope.of(columns);
  const rowtime = scope.resolve(definition.column.parts, definition.column.span, report);
  const expression = new ExpressionBinder(context, {scope, aggregates: null, clause: 'WATERMARK'}).bind(definition.expression);
  if (rowtime === null || expression === null) return null;
  if (rowtime.kind !== 'column') {
    return report.error('wrong-watermark', definition.column.span, 'a watermark is for a column, not for a field inside one', {
      hint: 'give the field a column of its own: ts AS event.ts',
    });
  }
  for (const [what, {type}, span] of [
    ['the column', rowtime, definition.column.span],
    ['the expression', expression, definition.expression.span],
  ] as const) {
    if (isTimestamp(type) && type.precision <= mostRowtimePrecision) continue;
    const hint = isTimestamp(type)
      ? `declare it as ${type.kind}(3)`
      : 'TO_TIMESTAMP or TO_TIMESTAMP_LTZ makes a timestamp of a text or a number';
    return report.error(
      'wrong-watermark',
      span,
      `${what} of a watermark must be a TIMESTAMP or TIMESTAMP_LTZ of precision 0 to 3, and this is ${withArticle(typeText({...type, nullable: true}))}`,
      {hint},
    );
  }
  return {column: rowtime.index, expression};
}

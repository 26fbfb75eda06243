import type {Expression, Select, TableReference} from '../../sql/ast.ts';
import type {Column} from '../../types/sql-type.ts';
import type {Expr, SortItem} from '../expression.ts';
import {mapChildren, moved} from '../expression-walk.ts';
import {joinCondition, joinedSchema, joinShape, sideOf} from '../join-condition.ts';
import {conjunctsOf} from '../conjuncts.ts';
import {ExpressionBinder} from './expression.ts';
import type {BoundFrom} from './from.ts';
import type {QueryBinder} from './query.ts';
import {renamed, Scope} from './scope.ts';
import type {CommonTables, Emit} from './session.ts';
import {keptFor} from './state-ttl.ts';
import {innerRows, limitedSelect, type InnerRows} from './subquery.ts';
import {unnamedColumn} from './values.ts';

type Derived = TableReference & {readonly kind: 'derived'};

/** How the rows of the query are joined to those before. */
export interface LateralJoin {
  readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS';
  readonly on: Expression | null;
}

/** The rows of `left`, each with those that a query gives for it, which may read its columns. Null after a problem was reported. */
export function bindLateral(
  binder: QueryBinder,
  left: BoundFrom,
  {query, alias, span}: Derived,
  join: LateralJoin,
  around: CommonTables | null,
  emit: Emit,
): BoundFrom | null {
  const {context, session} = binder;
  const {report} = context;
  const {builder} = session;
  const select = limitedSelect(query);
  if (join.type === 'RIGHT' || join.type === 'FULL') return report.notSupported(`${join.type} JOIN LATERAL`, span);
  if (select === null || select.distinct) return report.notSupported('LATERAL over a query that groups', span, 'write a join');
  const outer = {node: left.node, scope: new Scope(left.relations, left.merged)};
  const rows = innerRows(binder, select, outer, around, emit, true);
  const limits = {limit: rowCount(query.limit), offset: rowCount(query.offset) ?? 0};
  if (rows === null) return null;
  if ((query.limit !== null && limits.limit === null) || (query.offset !== null && limits.limit === null))
    return report.notSupported('LATERAL with OFFSET alone, or a limit that is no constant', span);
  const width = builder.schema(left.node).columns.length;
  const names = namesOf(select, rows);
  const columns = rows.items.map(({type}, index) => ({name: names[index] ?? unnamedColumn(index), type}));
  const shown = renamed(context, columns, alias?.columns ?? [], alias?.span);
  const right =
    limits.limit === null ? selected(binder, rows, columns, width) : ranked(binder, {rows, columns, width, query, emit}, limits);
  if (right === null || shown === null) return null;
  const type = join.type === 'LEFT' ? 'left' : 'inner';
  const schema = joinedSchema(type, builder.schema(left.node), builder.schema(right.node));
  const path = alias === null ? [] : [alias.name.name];
  const own = schema.columns.slice(width, width + columns.length).map((column, index) => ({name: shown[index]!.name, type: column.type}));
  const relations = [...left.relations, {path, columns: own, first: width}];
  const on = join.on === null ? [] : conditions(binder, new Scope(relations, left.merged), join.on);
  if (on === null) return null;
  const shape = joinShape({type, inputs: [left.node, right.node], emit, ...report.named(span)}, [...right.conjuncts, ...on], width);
  const node = builder.add(shape, {schema});
  session.origins.set(node, {report, span, name: 'LATERAL'});
  return {node, relations, merged: left.merged};
}

function conditions(binder: QueryBinder, scope: Scope, on: Expression): readonly Expr[] | null {
  const bound = new ExpressionBinder(binder.context, {scope, aggregates: null, clause: 'ON'}).bindCondition(on);
  if (bound === null) return null;
  return bound.kind === 'literal' && bound.value === true ? [] : conjunctsOf(bound);
}

/** The rows on the right, and what relates them to those on the left, numbered through. */
interface Right {
  readonly node: number;
  readonly conjuncts: readonly Expr[];
}

/** What the query selects, and behind it the columns that relate its rows to those on the left. */
function selected(binder: QueryBinder, rows: InnerRows, columns: readonly Column[], width: number): Right | null {
  const {builder} = binder.session;
  if (rows.items.some(item => ['left', 'both'].includes(sideOf(item, width)))) return mixes(binder, rows);
  const {leftKeys, rightKeys, rest} = joinCondition(rows.conjuncts, width);
  const below = builder.schema(rows.node).columns;
  // What is more than an equality may read any column of the query.
  const others = rest.length === 0 ? [] : below.map(({type}, index): Expr => ({kind: 'column', index, type, span: null}));
  const expressions = [...rows.items.map(item => moved(item, -width)), ...rightKeys, ...others];
  const all = expressions.map(({type}, index) => columns[index] ?? {name: `related${index}`, type});
  const node = builder.add({kind: 'project', input: rows.node, expressions}, {schema: {columns: all}});
  const equalities = equalitiesOf(leftKeys, rightKeys, width + columns.length);
  const first = columns.length + rightKeys.length;
  const shifted = (expression: Expr): Expr => movedFrom(expression, width, first);
  return {node, conjuncts: [...equalities, ...rest.map(shifted)]};
}

/** The first rows of the query for each of the values that relate its rows to those on the left. */
function ranked(
  binder: QueryBinder,
  given: {
    readonly rows: InnerRows;
    readonly columns: readonly Column[];
    readonly width: number;
    readonly query: Derived['query'];
    readonly emit: Emit;
  },
  {limit, offset}: {readonly limit: number | null; readonly offset: number},
): Right | null {
  const {session, context} = binder;
  const {builder} = session;
  const {rows, columns, width, query, emit} = given;
  if (rows.items.some(item => ['left', 'both'].includes(sideOf(item, width)))) return mixes(binder, rows);
  const {leftKeys, rightKeys, rest} = joinCondition(rows.conjuncts, width);
  const spans = {start: query.span.start, end: query.span.end};
  if (rest.length > 0) return context.report.notSupported('LATERAL with a limit, related by more than equalities', spans);
  const order = orderOf(binder, given);
  if (order === null) return null;
  const expressions = [
    ...rows.items.map(item => moved(item, -width)),
    ...rightKeys,
    ...order.map(({expression}) => moved(expression, -width)),
  ];
  const all = expressions.map(({type}, index) => columns[index] ?? {name: `related${index}`, type});
  const input = builder.add({kind: 'project', input: rows.node, expressions}, {schema: {columns: all}});
  const partition = rightKeys.map((_, index) => columns.length + index);
  const first = columns.length + rightKeys.length;
  const items = order.map(({descending, nullsFirst}, index): SortItem => ({index: first + index, descending, nullsFirst}));
  const shape = {kind: 'rank', input, partition, items, from: offset + 1, to: offset + (limit ?? 0), number: null, emit} as const;
  const node = builder.add({...shape, ...keptFor(session, emit)}, {schema: {columns: all}});
  return {node, conjuncts: equalitiesOf(leftKeys, rightKeys, width + columns.length)};
}

function mixes({context}: QueryBinder, rows: InnerRows): null {
  const span = rows.items.find(item => item.span !== null)?.span ?? {start: 0, end: 0};
  return context.report.notSupported('a column of LATERAL that mixes its tables with those before it', span, 'compute it in SELECT');
}

interface OrderColumn {
  readonly expression: Expr;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

function orderOf(
  binder: QueryBinder,
  {rows, columns, query}: {readonly rows: InnerRows; readonly columns: readonly Column[]; readonly query: Derived['query']},
): readonly OrderColumn[] | null {
  const aliases = new Map(columns.map(({name}, index) => [name, rows.items[index]!]));
  const options = {
    scope: rows.scope,
    aggregates: null,
    clause: 'ORDER BY',
    aliases: {expressions: aliases, use: 'before-columns'},
  } as const;
  const bound = new ExpressionBinder(binder.context, options).bindAll(query.orderBy.map(({expression}) => expression));
  return (
    bound?.map((expression, index) => {
      const {descending, nulls} = query.orderBy[index]!;
      return {expression, descending, nullsFirst: nulls === null ? !descending : nulls === 'first'};
    }) ?? null
  );
}

/** Equalities of left values and the columns of the right side from `first` on, numbered through. */
function equalitiesOf(left: readonly Expr[], right: readonly Expr[], first: number): readonly Expr[] {
  return left.map((key, index): Expr => {
    const {type} = right[index]!;
    const column: Expr = {kind: 'column', index: first + index, type, span: null};
    const nullable = key.type.nullable || type.nullable;
    return {kind: 'call', function: '=', words: [], arguments: [key, column], type: {kind: 'BOOLEAN', nullable}, span: null};
  });
}

/** The expression with its columns from `from` on so many places further right. */
function movedFrom(expression: Expr, from: number, places: number): Expr {
  if (expression.kind !== 'column') return mapChildren(expression, child => movedFrom(child, from, places));
  return expression.index < from ? expression : {...expression, index: expression.index + places};
}

/** The names of what a SELECT lists, stars expanded. */
function namesOf(select: Select, rows: InnerRows): readonly (string | null)[] {
  const {relations} = rows.scope;
  const starred = relations.flatMap(({columns}) => columns.map(({name}) => name));
  return select.items.flatMap(({expression, alias}): readonly (string | null)[] => {
    if (expression.kind === 'star') return starred;
    if (alias !== null) return [alias.name];
    return [expression.kind === 'column' ? expression.parts.at(-1)!.name : expression.kind === 'field' ? expression.name.name : null];
  });
}

function rowCount(expression: Expression | null): number | null {
  return expression?.kind === 'number' && /^\d+$/.test(expression.text) ? Number(expression.text) : null;
}

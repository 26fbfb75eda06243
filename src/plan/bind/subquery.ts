import type {Problem, Span} from '../../base/problem.ts';
import {findFunction} from '../../functions/index.ts';
import type {Expression, Query, Select} from '../../sql/ast.ts';
import {conjunction, conjunctsOf} from '../conjuncts.ts';
import type {Expr} from '../expression.ts';
import {moved} from '../expression-walk.ts';
import {joinedSchema, joinShape, sideOf} from '../join-condition.ts';
import {callOf} from './typed-call.ts';
import {ExpressionBinder} from './expression.ts';
import type {QueryBinder} from './query.ts';
import {Scope} from './scope.ts';
import type {CommonTables, Emit} from './session.ts';
import {sidesKeptFor} from './state-ttl.ts';

/** `x IN (SELECT …)` or `EXISTS (SELECT …)`, or that it is not so. */
export interface SubqueryTest {
  readonly negated: boolean;
  readonly query: Query;
  /** What must be, or not be, among the rows; null: any row will do. */
  readonly operand: Expression | null;
  readonly span: Span;
}

/** A WHERE in two parts: what is told of a row by itself, and the subqueries, which become joins. Null: there is no such part. */
export function splitWhere(where: Expression | null): {readonly plain: Expression | null; readonly subqueries: readonly SubqueryTest[]} {
  const subqueries: SubqueryTest[] = [];
  const plainOf = (expression: Expression): Expression | null => {
    if (expression.kind === 'binary' && expression.operator === 'AND') {
      const left = plainOf(expression.left);
      const right = plainOf(expression.right);
      return left === null || right === null ? (left ?? right) : {...expression, left, right};
    }
    const test = testOf(expression, false);
    if (test === null) return expression;
    subqueries.push(test);
    return null;
  };
  return {plain: where === null ? null : plainOf(where), subqueries};
}

function testOf(expression: Expression, negated: boolean): SubqueryTest | null {
  const {span} = expression;
  if (expression.kind === 'unary' && expression.operator === 'NOT') return testOf(expression.operand, !negated);
  if (expression.kind === 'exists') return {negated, query: expression.query, operand: null, span};
  if (expression.kind !== 'in-query') return null;
  return {negated: expression.negated !== negated, query: expression.query, operand: expression.operand, span};
}

/** Rows and their names. */
interface Rows {
  readonly node: number;
  readonly scope: Scope;
}

/** The rows that pass all tests: each is a semi join, or an anti join, with the subquery. Null after a problem was reported. */
export function withSubqueries(
  binder: QueryBinder,
  tests: readonly SubqueryTest[],
  rows: Rows,
  around: CommonTables | null,
  emit: Emit,
): number | null {
  let node: number | null = rows.node;
  for (const test of tests) {
    // All of them are bound, so that the problems of all are told.
    const next: number | null = withSubquery(binder, test, {node: node ?? rows.node, scope: rows.scope}, around, emit);
    node = node === null ? null : next;
  }
  return node;
}

/** A subquery's rows, what must hold of a pair of an outer and an inner row, and what it selects, numbered behind the outer columns. */
export interface InnerRows {
  readonly node: number;
  readonly conjuncts: readonly Expr[];
  readonly items: readonly Expr[];
  /** The names of both. */
  readonly scope: Scope;
}

function withSubquery(
  binder: QueryBinder,
  test: SubqueryTest,
  {node, scope}: Rows,
  around: CommonTables | null,
  emit: Emit,
): number | null {
  const {builder, origins} = binder.session;
  const width = builder.schema(node).columns.length;
  const select = plainSelect(test.query);
  const bound =
    select === null
      ? wholeQuery(binder, test, {node, scope}, around, emit)
      : innerRows(binder, select, {node, scope}, around, emit, test.operand !== null);
  const operands = test.operand === null ? [] : bindOperands(binder, test.operand, scope);
  if (bound === null || operands === null) return null;
  const equalities = compared(binder, test, operands, bound.items);
  if (equalities === null) return null;
  const type = test.negated ? 'anti' : 'semi';
  const conjuncts = [...bound.conjuncts, ...equalities];
  const ttls = sidesKeptFor(binder.session, emit);
  const shape = joinShape({type, inputs: [node, bound.node], emit, ...binder.context.report.named(test.span), ...ttls}, conjuncts, width);
  const joined = builder.add(shape, {schema: joinedSchema(type, builder.schema(node), builder.schema(bound.node))});
  const name = `${test.negated ? 'NOT ' : ''}${test.operand === null ? 'EXISTS' : 'IN'}`;
  origins.set(joined, {report: binder.context.report, span: test.span, name});
  return joined;
}

function bindOperands(binder: QueryBinder, operand: Expression, scope: Scope): readonly Expr[] | null {
  const expressions = new ExpressionBinder(binder.context, {scope, aggregates: null, clause: 'WHERE'});
  return expressions.bindAll(operand.kind === 'row' && !operand.explicit ? operand.items : [operand]);
}

/**
 * What IN compares. NOT IN is TRUE only where every comparison is FALSE: one that is NULL counts as if the value were there. Where nothing is NULL that is
 * the same, and the comparisons can be keys.
 */
function compared(binder: QueryBinder, test: SubqueryTest, operands: readonly Expr[], items: readonly Expr[]): readonly Expr[] | null {
  const {report} = binder.context;
  if (test.operand === null) return [];
  if (operands.length !== items.length) {
    const given = operands.length === 1 ? 'one value' : `${operands.length} values`;
    return report.error('wrong-column-count', test.span, `IN compares ${given} with a query of ${items.length} columns`);
  }
  const call = (name: string, args: readonly Expr[]): Expr | null => callOf(report, {name, words: [], span: test.span}, args);
  const equalities = operands.map((operand, index) => call('=', [operand, items[index]!]));
  if (equalities.includes(null)) return null;
  const all = conjunction(equalities as Expr[])!;
  if (!test.negated || !all.type.nullable) return conjunctsOf(all);
  const possible = call('IS NOT FALSE', [all]);
  return possible === null ? null : [possible];
}

/** A SELECT whose rows are those of its FROM that pass its WHERE: it may use columns of the query around it. */
export function plainSelect(query: Query): Select | null {
  return query.limit !== null || query.offset !== null ? null : limitedSelect(query);
}

/** The same, perhaps with an order and a limit. */
export function limitedSelect(query: Query): Select | null {
  const select = ungroupedSelect(query);
  return select === null || select.items.some(({expression}) => hasAggregate(expression) || hasOver(expression)) ? null : select;
}

/** A SELECT of one aggregate, or of a value made of aggregates, of all rows of its FROM that pass its WHERE. */
export function aggregateSelect(query: Query): Select | null {
  const select = query.limit !== null || query.offset !== null ? null : ungroupedSelect(query);
  const [item, ...more] = select?.items ?? [];
  return select !== null && item !== undefined && more.length === 0 && !select.distinct && hasAggregate(item.expression) ? select : null;
}

function ungroupedSelect(query: Query): Select | null {
  const {body} = query;
  if (body.kind !== 'select' || query.with.length > 0) return null;
  if (body.from === null || body.groupBy.length > 0 || body.having !== null || body.qualify !== null || body.windows.length > 0)
    return null;
  return body;
}

/** Whether a part of the syntax tree makes groups of rows: an aggregate stands in it, but for those of queries inside, and for calls with OVER themselves. */
export function hasAggregate(value: unknown): boolean {
  return someCall(value, ({name, over}) => (over ?? null) === null && findFunction(name)?.kind === 'aggregate');
}

function hasOver(value: unknown): boolean {
  return someCall(value, ({over}) => (over ?? null) !== null);
}

interface CallLike {
  readonly name: string;
  readonly over?: unknown;
}

function someCall(value: unknown, test: (call: CallLike) => boolean): boolean {
  if (Array.isArray(value)) return value.some(each => someCall(each, test));
  if (value === null || typeof value !== 'object') return false;
  const {kind, name, over} = value as {readonly kind?: unknown; readonly name?: unknown; readonly over?: unknown};
  if (kind === 'call' && typeof name === 'string' && test({name, over})) return true;
  return Object.entries(value).some(([key, inner]) => key !== 'query' && someCall(inner, test));
}

/** The rows of a SELECT without what relates them to the row around. Null after a problem was reported. */
export function innerRows(
  binder: QueryBinder,
  select: Select,
  outer: Rows,
  around: CommonTables | null,
  emit: Emit,
  needsItems: boolean,
): InnerRows | null {
  const {builder} = binder.session;
  const from = binder.bindFrom(select.from!, around, emit);
  if (from === null) return null;
  const width = builder.schema(outer.node).columns.length;
  const relations = from.relations.map(relation => ({...relation, first: relation.first + width}));
  const merged = from.merged.map(column => ({
    ...column,
    expression: moved(column.expression, width),
    columns: column.columns.map(index => index + width),
  }));
  const scope = new Scope(relations, merged, outer.scope);
  const {plain, subqueries} = splitWhere(select.where);
  const where = plain === null ? [] : bindWhere(binder, plain, scope);
  const items = needsItems ? bindItems(binder, select, scope) : [];
  if (where === null || items === null) return null;
  // What names inner columns only is settled before the join; the rest is what relates the two.
  const own = where.filter(conjunct => sideOf(conjunct, width) === 'right');
  const predicate = conjunction(own.map(conjunct => moved(conjunct, -width)));
  let {node} = from;
  if (predicate !== null) node = builder.add({kind: 'filter', input: node, predicate}, {schema: builder.schema(node)});
  const tested = withSubqueries(binder, subqueries, {node, scope: new Scope(from.relations, from.merged)}, around, emit);
  if (tested === null) return null;
  return {node: tested, conjuncts: where.filter(conjunct => !own.includes(conjunct)), items, scope};
}

function bindWhere(binder: QueryBinder, where: Expression, scope: Scope): readonly Expr[] | null {
  const bound = new ExpressionBinder(binder.context, {scope, aggregates: null, clause: 'WHERE'}).bindCondition(where);
  return bound === null ? null : conjunctsOf(bound);
}

/** The selected expressions, stars expanded. */
function bindItems(binder: QueryBinder, select: Select, scope: Scope): readonly Expr[] | null {
  const expressions = new ExpressionBinder(binder.context, {scope, aggregates: null, clause: 'SELECT'});
  const bound = select.items.map(({expression, span}) => {
    if (expression.kind !== 'star') return [expressions.bind(expression)];
    return scope.star(expression.qualifier?.parts ?? [], span, binder.context.report)?.map(column => column.expression) ?? [null];
  });
  const items = bound.flat();
  return items.includes(null) ? null : (items as readonly Expr[]);
}

/** A subquery of any other form, which must stand by itself. */
function wholeQuery(binder: QueryBinder, test: SubqueryTest, outer: Rows, around: CommonTables | null, emit: Emit): InnerRows | null {
  const {problems} = binder.context.report;
  const before = problems.length;
  const found = binder.bindNested(test.query, around, emit);
  if (found === null) {
    if (!readsAround(problems.slice(before), outer.scope)) return null;
    problems.length = before;
    return binder.context.report.notSupported('a grouped or limited subquery that reads columns of the query around it', test.span);
  }
  const {builder} = binder.session;
  const width = builder.schema(outer.node).columns.length;
  const items = found.columns.map(({type}, index): Expr => ({kind: 'column', index: width + index, type, span: null}));
  return {node: found.node, conjuncts: [], items, scope: outer.scope};
}

/** Whether a query failed for want of columns that the query around it has. */
export function readsAround(problems: readonly Problem[], around: Scope): boolean {
  return problems.some(({code, place}) => {
    if (code !== 'unknown-column' || place?.kind !== 'text') return false;
    const name = place.source.text.slice(place.span.start, place.span.end).replaceAll('`', '');
    return around.knows([{name, span: place.span, quoted: false}]);
  });
}

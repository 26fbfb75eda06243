import type {Span} from '../../base/problem.ts';
import type {Expression, Select, SelectItem, TableReference} from '../../sql/ast.ts';
import type {Column} from '../../types/sql-type.ts';
import type {Expr, SortItem} from '../expression.ts';
import {expressionKey} from '../expression-walk.ts';
import {AggregateCalls, placedBehind} from './aggregate-calls.ts';
import {askedInPlace, type Stream} from './current-watermark.ts';
import type {BindContext} from './context.ts';
import {ExpressionBinder, type Aliases, type ExpressionOptions} from './expression.ts';
import {bindFrom, type BoundFrom} from './from.ts';
import {groupedInput, lifted, type Group} from './group.ts';
import {bindGrouping, withSets, type Grouping} from './grouping-sets.ts';
import {attachWindow, withGroupWindow} from './group-window.ts';
import {sortItems, type OrderKey, type Ordered} from './order.ts';
import {withOvers, type SelectWithOvers} from './over.ts';
import type {QueryBinder} from './query.ts';
import {Scope} from './scope.ts';
import {ranked, reads} from './rank.ts';
import {hasAggregate, splitWhere, withSubqueries} from './subquery.ts';
import {QueryValues} from './subquery-values.ts';
import type {CommonTables, Emit, Session} from './session.ts';
import {checkTtls, groupsKeptFor, hintedTtls} from './state-ttl.ts';
import {checkHint} from './table.ts';
import {oneRow, unnamedColumn} from './values.ts';

/** A column of the result. */
export interface Output {
  readonly name: string;
  readonly expression: Expr;
  readonly span: Span;
}

/** A SELECT with what ORDER BY needs of it. Null after a problem was reported. */
export function bindSelect(
  binder: QueryBinder,
  written: Select,
  around: CommonTables | null,
  emit: Emit,
  order: readonly OrderKey[],
): Ordered | null {
  const {context, session} = binder;
  if (!isPlannable(binder, written)) return null;
  const from = written.from === null ? null : fromOf(binder, written, written.from, around, emit);
  if (from === null && written.from !== null) return null;
  const names = new Scope(from?.relations ?? [], from?.merged);
  const windowed = from === null ? {select: written, scope: names} : withGroupWindow(session, context, written, names, from.node);
  if (windowed === null) return null;
  const {select, scope} = windowed;
  const tests = splitWhere(select.where);
  const aggregates = new AggregateCalls(select.windows);
  const start = from?.node ?? oneRow(binder);
  const values = new QueryValues(binder, {node: start, scope}, around, emit);
  const isGrouped = select.groupBy.length > 0 || select.having !== null || select.items.some(({expression}) => hasAggregate(expression));
  const later = isGrouped ? new QueryValues(binder, {node: start, scope}, around, emit, 'groups') : values;
  const stream = {builder: session.builder, node: start};
  const ofItems = {scope, aggregates, clause: 'SELECT', values: later, rowValues: values, stream};
  const output = bindItems(new ExpressionBinder(context, ofItems), select.items);
  const aliases = aliasesOf(select.items, output ?? []);
  const where = bindWhere(binder, {...select, where: tests.plain}, scope, aliases, values, stream);
  const grouping = bindGrouping(context, select, scope, output, aliases);
  const having = bindHaving(binder, select, scope, aggregates, aliases, {values: later, rowValues: values});
  if (output === null || where === null || grouping === null || having === null) return null;
  const sorted = bindOrder(binder, select, scope, aggregates, aliases, output, order);
  if (sorted === null) return null;
  const qualify = bindQualify(binder, select, scope, aggregates, aliases);
  if (qualify === null) return null;
  const shown = [...sorted.expressions, ...(qualify === undefined ? [] : [qualify])];
  let node = values.joined(start);
  const isAlone = node === start && tests.subqueries.length === 0;
  if (!isAskedInPlace(context, select, aggregates, isAlone, where === undefined ? shown : [...shown, where])) return null;
  if (where !== undefined) {
    const read = [...shown, ...grouping.keys, ...aggregates.parts, ...(having === undefined ? [] : [having])];
    const isRead = (column: number): boolean => tests.subqueries.length > 0 || read.some(expression => reads(expression, column));
    node = filtered(session, node, where, isRead);
  }
  const tested = withSubqueries(binder, tests.subqueries, {node, scope}, around, emit);
  const attached = tested === null ? null : attachWindow(session, context, scope, tested, grouping.keys);
  if (attached === null) return null;
  node = attached;
  if (select.groupBy.length === 0 && select.having === null && aggregates.calls.length === 0)
    return projected(binder, select, {node, expressions: shown, overs: aggregates.overs}, output, sorted.items, emit);
  const bound = {grouping, aggregates, later, output, shown, having, sorted: sorted.items};
  return grouped(binder, select, node, bound, order, emit);
}

/** What a SELECT over groups is made of. */
interface GroupedParts {
  readonly grouping: Grouping;
  readonly aggregates: AggregateCalls;
  /** The queries whose values stand behind the groups. */
  readonly later: QueryValues;
  readonly output: readonly Output[];
  readonly shown: readonly Expr[];
  readonly having: Expr | undefined;
  readonly sorted: readonly SortItem[];
}

/** The groups of a SELECT, those of them that pass HAVING, and what is selected of them. */
function grouped(
  binder: QueryBinder,
  select: Select,
  input: number,
  parts: GroupedParts,
  order: readonly OrderKey[],
  emit: Emit,
): Ordered | null {
  const {context, session} = binder;
  const {grouping, aggregates, later, output, shown, having} = parts;
  const group: Group = {
    keys: grouping.keys,
    calls: aggregates.calls,
    span: groupSpan(select),
    name: select.groupBy.length > 0 ? 'GROUP BY' : 'the aggregate',
    ttlMs: groupsKeptFor(select),
  };
  const expressions = [...shown, ...aggregates.overParts, ...(having === undefined ? [] : [having]), ...later.keys];
  const asked = withSets(session, context, {node: input, group, expressions}, grouping.sets);
  if (asked === null) return null;
  if (later.isUsed && grouping.sets !== null) return context.report.notSupported('a query as a value beside GROUPING SETS', select.span);
  const count = shown.length + aggregates.overParts.length;
  const spans = shown.map((_, index) => output[index]?.span ?? order[index - output.length]?.span ?? select.span);
  const below = session.builder.schema(asked.node);
  const above = lifted(context, asked.group, below, asked.expressions.slice(0, count), spans);
  const behind = asked.expressions.slice(count);
  const kept = lifted(context, asked.group, below, behind, select.having === null ? [] : [select.having.span]);
  if (above === null || kept === null) return null;
  const named = output.map((column, index) => ({...column, expression: asked.expressions[index]!}));
  let node = groupedInput(session, context, asked.group, asked.node, emit, named);
  const width = session.builder.schema(node).columns.length;
  const placed = (expression: Expr): Expr => placedBehind(expression, width);
  node = later.joined(node, having === undefined ? kept : kept.slice(1));
  if (having !== undefined) {
    const {schema} = session.builder.at(node);
    node = session.builder.add({kind: 'filter', input: node, predicate: placed(kept[0]!)}, {schema});
  }
  const overs = aggregates.oversWith(above.slice(shown.length).map(placed));
  return projected(binder, select, {node, expressions: above.slice(0, shown.length).map(placed), overs}, output, parts.sorted, emit);
}

/** Whether nothing asks for the watermark of a row where rows are joined, grouped or kept. False after a problem was reported. */
function isAskedInPlace(
  {report}: BindContext,
  {groupBy, having, span}: Select,
  aggregates: AggregateCalls,
  isAlone: boolean,
  expressions: readonly Expr[],
): boolean {
  const {calls, overs, parts, overParts} = aggregates;
  if (isAlone && groupBy.length === 0 && having === null && calls.length === 0 && overs.length === 0) return true;
  return askedInPlace(report, span, [...expressions, ...parts, ...overParts]);
}

function groupSpan(select: Select): Span {
  const [first] = select.groupBy;
  const last = select.groupBy.at(-1);
  return first === undefined || last === undefined ? select.span : {start: first.span.start, end: last.span.end};
}

function projected(
  binder: QueryBinder,
  select: Select,
  given: SelectWithOvers,
  output: readonly Output[],
  order: readonly SortItem[],
  emit: Emit,
): Ordered {
  const {builder} = binder.session;
  const computed = withOvers(binder.session, binder.context, given, emit);
  const [expressions, qualify] =
    select.qualify === null ? [computed.expressions, undefined] : [computed.expressions.slice(0, -1), computed.expressions.at(-1)];
  const input =
    qualify === undefined
      ? computed.node
      : filtered(binder.session, computed.node, qualify, column => expressions.some(expression => reads(expression, column)));
  const all: readonly Column[] = expressions.map(({type}, index) => ({name: output[index]?.name ?? `order${index - output.length}`, type}));
  const node = builder.add({kind: 'project', input, expressions}, {schema: {columns: all}});
  const columns = all.slice(0, output.length);
  if (!select.distinct) return {node, columns, order};
  return {...binder.distinct({node, columns}, emit, select.span, 'SELECT DISTINCT'), order};
}

/** What FROM reads, under the hints of its own SELECT. Null after a problem was reported. */
function fromOf(binder: QueryBinder, select: Select, from: TableReference, around: CommonTables | null, emit: Emit): BoundFrom | null {
  const outer = binder.stateTtls;
  binder.stateTtls = hintedTtls(select);
  const bound = bindFrom(binder, from, around, emit);
  binder.stateTtls = outer;
  return bound !== null && checkTtls(binder.context, select, bound.relations) ? bound : null;
}

/** Refuses, by name, what no plan has yet. */
function isPlannable(binder: QueryBinder, select: Select): boolean {
  const {report} = binder.context;
  const before = report.problems.length;
  for (const hint of select.hints) checkHint(hint, binder.context, 'select');
  return !report.problems.slice(before).some(problem => problem.severity === 'error');
}

/** The select list, with stars expanded. Null after a problem was reported. */
function bindItems(binder: ExpressionBinder, items: readonly SelectItem[]): readonly Output[] | null {
  const output: Output[] = [];
  let isWhole = true;
  for (const {expression, alias, span} of items) {
    if (expression.kind === 'star') {
      const {scope} = binder.options;
      const {report} = binder.context;
      if (expression.qualifier === null && scope.relations.length === 0) {
        report.error('unknown-column', span, '* needs a table: the query has no FROM');
        isWhole = false;
        continue;
      }
      const columns = scope.star(expression.qualifier?.parts ?? [], span, report);
      if (columns === null) isWhole = false;
      else output.push(...columns.map(column => ({...column, span})));
      continue;
    }
    const bound = binder.bind(expression);
    if (bound === null) isWhole = false;
    else output.push({name: alias?.name ?? nameOf(expression) ?? unnamedColumn(output.length), expression: bound, span});
  }
  return isWhole ? output : null;
}

/** A column or field keeps its name; anything else is called after its place. */
function nameOf(expression: Expression): string | null {
  if (expression.kind === 'column') return expression.parts.at(-1)!.name;
  return expression.kind === 'field' ? expression.name.name : null;
}

function aliasesOf(items: readonly SelectItem[], output: readonly Output[]): ReadonlyMap<string, Expr> {
  const aliases = new Map<string, Expr>();
  for (const {alias, span} of items) {
    const found = alias === null ? undefined : output.find(column => column.span === span);
    if (alias !== null && found !== undefined && !aliases.has(alias.name)) aliases.set(alias.name, found.expression);
  }
  return aliases;
}

/** Undefined without WHERE; null after a problem was reported. */
function bindWhere(
  binder: QueryBinder,
  select: Select,
  scope: Scope,
  aliases: ReadonlyMap<string, Expr>,
  values: QueryValues,
  stream: Stream,
): Expr | undefined | null {
  if (select.where === null) return undefined;
  const options = {scope, aggregates: null, clause: 'WHERE', aliases: {expressions: aliases, use: 'refused'}, values, stream} as const;
  return new ExpressionBinder(binder.context, options).bindCondition(select.where);
}

/** The rows for which a condition is TRUE: by a ranking where that is what it asks for. */
function filtered(session: Session, node: number, condition: Expr, isRead: (column: number) => boolean): number {
  const found = ranked(session, node, condition, isRead);
  if (found.predicate === null) return found.node;
  return session.builder.add({kind: 'filter', input: found.node, predicate: found.predicate}, {schema: session.builder.schema(found.node)});
}

/** Undefined without QUALIFY, which is a condition on calls with OVER; null after a problem was reported. */
function bindQualify(
  binder: QueryBinder,
  select: Select,
  scope: Scope,
  aggregates: AggregateCalls,
  aliases: ReadonlyMap<string, Expr>,
): Expr | undefined | null {
  if (select.qualify === null) return undefined;
  const options = {scope, aggregates, clause: 'QUALIFY', aliases: {expressions: aliases, use: 'after-columns'}} as const;
  return new ExpressionBinder(binder.context, options).bindCondition(select.qualify);
}

function bindHaving(
  binder: QueryBinder,
  select: Select,
  scope: Scope,
  aggregates: AggregateCalls,
  aliases: ReadonlyMap<string, Expr>,
  queries: Pick<ExpressionOptions, 'values' | 'rowValues'>,
): Expr | undefined | null {
  if (select.having === null) return undefined;
  const use: Aliases['use'] = binder.context.lenient ? 'after-columns' : 'refused';
  const options = {scope, aggregates, clause: 'HAVING', aliases: {expressions: aliases, use}, ...queries};
  return new ExpressionBinder(binder.context, options).bindCondition(select.having);
}

/** The sort items, and the output expressions with those behind them that only the order needs. */
function bindOrder(
  binder: QueryBinder,
  select: Select,
  scope: Scope,
  aggregates: AggregateCalls,
  aliases: ReadonlyMap<string, Expr>,
  output: readonly Output[],
  order: readonly OrderKey[],
): {readonly items: readonly SortItem[]; readonly expressions: readonly Expr[]} | null {
  const expressions = output.map(column => column.expression);
  const options = {scope, aggregates, clause: 'ORDER BY', aliases: {expressions: aliases, use: 'before-columns'}} as const;
  const find = (expression: Expr, among: readonly Expr[]): number => {
    const key = expressionKey(expression);
    return among.findIndex(other => expressionKey(other) === key);
  };
  const sorted = sortItems(new ExpressionBinder(binder.context, options), order, expressions, find);
  if (sorted === null || !select.distinct || sorted.expressions.length === expressions.length) return sorted;
  const extra = sorted.items.findIndex(({index}) => index >= expressions.length);
  return binder.context.report.error(
    'wrong-order',
    order[extra]!.expression.span,
    'with SELECT DISTINCT, ORDER BY can only use what is selected',
    {hint: 'add the expression to the SELECT list'},
  );
}

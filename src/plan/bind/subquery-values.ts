import type {Span} from '../../base/problem.ts';
import type {Expression, Query, Select} from '../../sql/ast.ts';
import {bigintType, withNullable} from '../../types/sql-type.ts';
import {conjunction} from '../conjuncts.ts';
import type {AggregateCall, Expr} from '../expression.ts';
import {mapCall, mapChildren, moved, someExpression} from '../expression-walk.ts';
import {joinCondition, joinedSchema, sideOf} from '../join-condition.ts';
import type {JoinShape} from '../nodes/join.ts';
import {AggregateCalls, firstBehindGroups, isAggregateColumn, isBehindGroups} from './aggregate-calls.ts';
import {ExpressionBinder} from './expression.ts';
import {groupedInput} from './group.ts';
import type {QueryBinder} from './query.ts';
import type {Scope} from './scope.ts';
import type {CommonTables, Emit} from './session.ts';
import {aggregateSelect, innerRows, plainSelect, readsAround, type InnerRows} from './subquery.ts';
import {caseWhen, count, logic, onlyValue, quantifiedValue} from './subquery-logic.ts';

/** Rows that are joined behind those of FROM, at most one to each of them. */
interface Joined {
  readonly node: number;
  /** Over the columns of FROM, and over those of the node. */
  readonly leftKeys: readonly Expr[];
  readonly rightKeys: readonly Expr[];
  readonly span: Span;
}

/** What relates inner rows to an outer one: equalities, and conditions on the outer row alone. */
interface Related {
  readonly leftKeys: readonly Expr[];
  readonly rightKeys: readonly Expr[];
  readonly outer: readonly Expr[];
}

/**
 * The queries of one SELECT that stand for a value, or in a condition that is no test by itself: each becomes columns behind those of FROM, by a left join with
 * the query's row, or with what its rows are together for each value that relates them to the row around. Where there is none, the columns are NULL.
 */
export class QueryValues {
  readonly #binder: QueryBinder;
  readonly #around: CommonTables | null;
  readonly #emit: Emit;
  /** FROM and its names. */
  readonly #from: {readonly node: number; readonly scope: Scope};
  readonly #width: number;
  readonly #joined: Joined[] = [];
  /** The first column that is added. */
  readonly #first: number;
  #next: number;

  /** `joinedTo`: what the columns stand behind. */
  constructor(
    binder: QueryBinder,
    from: {readonly node: number; readonly scope: Scope},
    around: CommonTables | null,
    emit: Emit,
    joinedTo: 'rows' | 'groups' = 'rows',
  ) {
    this.#binder = binder;
    this.#from = from;
    this.#around = around;
    this.#emit = emit;
    this.#width = binder.session.builder.schema(from.node).columns.length;
    this.#first = joinedTo === 'rows' ? this.#width : firstBehindGroups;
    this.#next = this.#first;
  }

  get isUsed(): boolean {
    return this.#joined.length > 0;
  }

  /** What relates the queries to the rows around, in order. */
  get keys(): readonly Expr[] {
    return this.#joined.flatMap(({leftKeys}) => leftKeys);
  }

  /** The rows of FROM, or the groups, with the values behind them. `keys`: those above over the node's columns. */
  joined(from: number, keys: readonly Expr[] = this.keys): number {
    const {builder, origins} = this.#binder.session;
    const {report} = this.#binder.context;
    let taken = 0;
    return this.#joined.reduce((left, {node, rightKeys, span}) => {
      const leftKeys = keys.slice(taken, (taken += rightKeys.length));
      const leftSchema = builder.schema(left);
      const shape: JoinShape = {
        kind: 'join',
        inputs: [left, node],
        type: 'left',
        leftKeys,
        rightKeys,
        residual: null,
        leftColumns: leftSchema.columns.length,
        emit: this.#emit,
        lookup: false,
      };
      const joined = builder.add(shape, {schema: joinedSchema('left', leftSchema, builder.schema(node))});
      origins.set(joined, {report, span, name: 'a query as a value'});
      return joined;
    }, from);
  }

  /** The value of a query. Null after a problem was reported. */
  bind(query: Query, span: Span): Expr | null {
    const {report} = this.#binder.context;
    const before = report.problems.length;
    const found = this.#binder.bindNested(query, this.#around, this.#emit);
    if (found === null) {
      if (!readsAround(report.problems.slice(before), this.#from.scope)) return null;
      report.problems.length = before;
      return this.#related(query, span);
    }
    const [column] = found.columns;
    if (found.columns.length !== 1 || column === undefined) {
      return report.notSupported('a query of several columns as a value', span);
    }
    if (!this.#isSingle(found.node)) {
      const value: Expr = {kind: 'column', index: 0, type: column.type, span: null};
      const [only] = this.#grouped(found.node, {leftKeys: [], rightKeys: [], outer: []}, [onlyValue(value)], span);
      return {...only!, span: report.spanOf(span)};
    }
    const index = this.#add({node: found.node, leftKeys: [], rightKeys: [], span});
    return {kind: 'column', index, type: withNullable(column.type, true), span: report.spanOf(span)};
  }

  /** Whether a query has rows. */
  exists(query: Query, span: Span): Expr | null {
    const rows = this.#rows(query, span, false);
    return rows === null ? null : this.#hasRows(rows, rows.conjuncts, span);
  }

  /** Whether a value is among the rows of a query: NULL where that cannot be known. */
  isIn(operands: readonly Expr[], query: Query, span: Span): Expr | null {
    const {report} = this.#binder.context;
    const rows = this.#rows(query, span, true);
    if (rows === null) return null;
    if (operands.length !== rows.items.length) {
      const given = operands.length === 1 ? 'one value' : `${operands.length} values`;
      return report.error('wrong-column-count', span, `IN compares ${given} with a query of ${rows.items.length} columns`);
    }
    const equalities = operands.map((operand, index) => logic(report, span, '=', operand, rows.items[index]!));
    if (equalities.includes(null)) return null;
    const isAmong = this.#hasRows(rows, [...rows.conjuncts, ...(equalities as readonly Expr[])], span);
    if (isAmong === null || equalities.every(equality => equality?.type.nullable === false)) return isAmong;
    const [operand, item] = [operands[0]!, rows.items[0]!];
    if (operands.length > 1) return report.notSupported('IN of several values, some of which may be NULL, in such a condition', span);
    const totals = this.#totals(rows, item, span, []);
    return totals === null ? null : quantifiedValue(report, span, 'SOME', {...totals, operand, test: isAmong});
  }

  /** `x < ALL (SELECT …)` and its like. */
  quantified(operand: Expr, expression: Expression & {readonly kind: 'quantified'}): Expr | null {
    const {report} = this.#binder.context;
    const {operator, quantifier, query, span} = expression;
    if (query === null) return null;
    const rows = this.#rows(query, span, true);
    if (rows === null) return null;
    const [item] = rows.items;
    if (item === undefined || rows.items.length > 1)
      return report.error('wrong-column-count', span, `${operator} ${quantifier} compares with a query of one column`);
    const bounds = boundsOf(operator, quantifier);
    if (bounds === null) return report.notSupported(`${operator} ${quantifier} (SELECT …)`, span);
    const totals = this.#totals(rows, item, span, bounds);
    if (totals === null) return null;
    const tests = totals.bounds.map(bound => logic(report, span, operator, operand, bound));
    const test = tests.reduce((one, other) =>
      one === null || other === null ? null : logic(report, span, quantifier === 'ALL' ? 'AND' : 'OR', one, other),
    );
    return test === null || test === undefined ? null : quantifiedValue(report, span, quantifier, {...totals, operand, test});
  }

  #add(joined: Joined): number {
    const first = this.#next;
    this.#joined.push(joined);
    this.#next += this.#binder.session.builder.schema(joined.node).columns.length;
    return first;
  }

  /** Whether a node never has more than one row. */
  #isSingle(index: number): boolean {
    const node = this.#binder.session.builder.at(index);
    if (node.kind === 'values') return node.rows.length <= 1;
    if ((node.kind === 'limit' || node.kind === 'sort') && node.limit !== null && node.limit <= 1) return true;
    return node.key?.length === 0 || ((node.kind === 'project' || node.kind === 'filter') && this.#isSingle(node.input));
  }

  /** The rows of a query that may read columns of the query around it: its columns are numbered behind those of FROM. */
  #rows(query: Query, span: Span, needsItems: boolean): InnerRows | null {
    const {report} = this.#binder.context;
    const select = plainSelect(query);
    if (select !== null) return innerRows(this.#binder, select, this.#from, this.#around, this.#emit, needsItems);
    const before = report.problems.length;
    const found = this.#binder.bindNested(query, this.#around, this.#emit);
    if (found === null) {
      if (!readsAround(report.problems.slice(before), this.#from.scope)) return null;
      report.problems.length = before;
      return report.notSupported('a grouped or limited subquery that reads columns of the query around it', span);
    }
    const items = found.columns.map(({type}, index): Expr => ({kind: 'column', index: this.#width + index, type, span: null}));
    return {node: found.node, conjuncts: [], items, scope: this.#from.scope};
  }

  /** What relates rows: only equalities can be looked up. */
  #relation(conjuncts: readonly Expr[], span: Span): Related | null {
    const {leftKeys, rightKeys, rest} = joinCondition(conjuncts, this.#width);
    const others = rest.filter(conjunct => ['right', 'both'].includes(sideOf(conjunct, this.#width)));
    if (others.length === 0) return {leftKeys, rightKeys, outer: rest};
    return this.#binder.context.report.notSupported(
      'a query in an expression that is related to the query around it by more than equalities',
      span,
      'write a join',
    );
  }

  #hasRows(rows: InnerRows, conjuncts: readonly Expr[], span: Span): Expr | null {
    const {report} = this.#binder.context;
    const related = this.#relation(conjuncts, span);
    if (related === null) return null;
    const [rowCount] = this.#grouped(rows.node, related, [count([])], span);
    const zero: Expr = {kind: 'literal', value: 0n, type: withNullable(bigintType, false), span: null};
    const isPositive = logic(report, span, '>', rowCount!, zero);
    const hasRows = isPositive === null ? null : logic(report, span, 'IS TRUE', isPositive);
    return hasRows === null ? null : conjunction([...related.outer, hasRows]);
  }

  /** The columns of aggregates of rows for each of the values that relate them. */
  #grouped(node: number, related: Related, calls: readonly Omit<AggregateCall, 'name'>[], span: Span): readonly Expr[] {
    const {session, context} = this.#binder;
    const named = calls.map((call, index) => ({...call, name: `${call.function.toLowerCase()}${index}`}));
    const group = {keys: related.rightKeys, calls: named, span, name: 'a query as a value'};
    const grouped = groupedInput(session, context, group, node, this.#emit, []);
    const rightKeys = related.rightKeys.map(({type}, index): Expr => ({kind: 'column', index, type, span: null}));
    const first = this.#add({node: grouped, leftKeys: related.leftKeys, rightKeys, span}) + rightKeys.length;
    return calls.map(({type}, index) => ({kind: 'column', index: first + index, type: withNullable(type, true), span: null}));
  }

  /** How many rows there are, how many have a value, and bounds of the values. */
  #totals(
    rows: InnerRows,
    item: Expr,
    span: Span,
    bounds: readonly ('MIN' | 'MAX')[],
  ): {readonly all: Expr; readonly known: Expr; readonly bounds: readonly Expr[]; readonly outer: readonly Expr[]} | null {
    const related = this.#relation(rows.conjuncts, span);
    if (related === null) return null;
    if (sideOf(item, this.#width) === 'left' || sideOf(item, this.#width) === 'both')
      return this.#binder.context.report.notSupported('a query in a condition that gives values of the query around it', span);
    const value = moved(item, -this.#width);
    const type = withNullable(item.type, true);
    const calls = bounds.map(name => ({function: name, arguments: [value], distinct: false, filter: null, type}));
    const [all, known, ...found] = this.#grouped(rows.node, related, [count([]), count([value]), ...calls], span);
    return {all: all!, known: known!, bounds: found, outer: related.outer};
  }

  /** The value of a query that reads columns of the query around it: an aggregate, or the column of the row that a key names. */
  #related(query: Query, span: Span): Expr | null {
    const {report} = this.#binder.context;
    const aggregate = aggregateSelect(query);
    if (aggregate !== null) return this.#relatedAggregate(aggregate, span);
    const plain = plainSelect(query);
    if (plain !== null) return this.#relatedColumn(plain, span);
    return report.notSupported('a grouped or limited query as a value that reads columns of the query around it', span);
  }

  #relatedAggregate(select: Select, span: Span): Expr | null {
    const {context} = this.#binder;
    const {report} = context;
    const rows = innerRows(this.#binder, select, this.#from, this.#around, this.#emit, false);
    if (rows === null) return null;
    const aggregates = new AggregateCalls([]);
    const item = new ExpressionBinder(context, {scope: rows.scope, aggregates, clause: 'SELECT'}).bind(select.items[0]!.expression);
    const related = this.#relation(rows.conjuncts, span);
    if (item === null || related === null) return null;
    const isOuter = aggregates.parts.some(part => ['left', 'both'].includes(sideOf(part, this.#width)));
    const isLoose = someExpression(item, inner => inner.kind === 'column' && inner.index >= this.#width && !isBehindGroups(inner));
    if (isOuter || isLoose || aggregates.overs.length > 0 || related.outer.length > 0)
      return report.notSupported('a query as a value that mixes its aggregates with columns of the query around it', span);
    const calls = aggregates.calls.map(call => mapCall(call, expression => moved(expression, -this.#width)));
    const columns = this.#grouped(rows.node, related, calls, span);
    const lift = (expression: Expr): Expr => {
      if (!isAggregateColumn(expression)) return mapChildren(expression, lift);
      const at = -1 - (expression as Expr & {readonly kind: 'column'}).index;
      const column = columns[at]!;
      // Over no rows a count is zero, and everything else NULL.
      if (calls[at]!.function !== 'COUNT') return column;
      const zero: Expr = {kind: 'literal', value: 0n, type: withNullable(bigintType, false), span: null};
      return caseWhen([{when: logic(report, span, 'IS NULL', column)!, then: zero}], column);
    };
    return lift(item);
  }

  #relatedColumn(select: Select, span: Span): Expr | null {
    const {session, context} = this.#binder;
    const {builder} = session;
    const {report} = context;
    const rows = innerRows(this.#binder, select, this.#from, this.#around, this.#emit, true);
    if (rows === null) return null;
    const [item] = rows.items;
    if (item === undefined || rows.items.length > 1) return report.notSupported('a query of several columns as a value', span);
    const related = this.#relation(rows.conjuncts, span);
    if (related === null) return null;
    if (related.outer.length > 0 || ['left', 'both'].includes(sideOf(item, this.#width)))
      return report.notSupported('a query as a value that mixes its columns with those of the query around it', span);
    const value = moved(item, -this.#width);
    const {key} = builder.at(rows.node);
    const isKeyed = key?.every(column => related.rightKeys.some(other => other.kind === 'column' && other.index === column)) === true;
    if (!isKeyed) {
      const [only] = this.#grouped(rows.node, related, [onlyValue(value)], span);
      return {...only!, span: report.spanOf(span)};
    }
    const expressions = [value, ...related.rightKeys];
    const columns = expressions.map(({type}, index) => ({name: index === 0 ? 'value' : `key${index}`, type}));
    const node = builder.add({kind: 'project', input: rows.node, expressions}, {schema: {columns}});
    const rightKeys = related.rightKeys.map(({type}, index): Expr => ({kind: 'column', index: index + 1, type, span: null}));
    const index = this.#add({node, leftKeys: related.leftKeys, rightKeys, span});
    return {kind: 'column', index, type: withNullable(item.type, true), span: report.spanOf(span)};
  }
}

/** The bounds of the other values by which all comparisons, or one of them, are decided. */
function boundsOf(operator: string, quantifier: 'ALL' | 'SOME'): readonly ('MIN' | 'MAX')[] | null {
  const isAll = quantifier === 'ALL';
  if (operator === '<' || operator === '<=') return [isAll ? 'MIN' : 'MAX'];
  if (operator === '>' || operator === '>=') return [isAll ? 'MAX' : 'MIN'];
  if ((operator === '=' && isAll) || (operator === '<>' && !isAll)) return ['MIN', 'MAX'];
  return null;
}

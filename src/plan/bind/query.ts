import type {Span} from '../../base/problem.ts';
import type {CommonTable, Expression, Query, QueryBody, TableReference} from '../../sql/ast.ts';
import type {Expr, SortItem} from '../expression.ts';
import {noLimit} from '../nodes/limit.ts';
import type {BindContext} from './context.ts';
import {ExpressionBinder} from './expression.ts';
import {bindFrom, type BoundFrom} from './from.ts';
import {renamed, Scope} from './scope.ts';
import {sortItems, type OrderKey, type Ordered} from './order.ts';
import {bindSelect} from './select.ts';
import {bindSetOperation} from './set-operation.ts';
import type {CommonTables, Emit, NamedQuery, Relation, Session} from './session.ts';
import {keptFor, noTtls, type StateTtls} from './state-ttl.ts';
import {bindValues} from './values.ts';
import {updatesOf} from './sink-rules.ts';

/** Turns the queries of one text into nodes. Every method gives null after a problem was reported. */
export class QueryBinder {
  readonly session: Session;
  readonly context: BindContext;
  /** What a hint of the SELECT says whose FROM is being read. */
  stateTtls: StateTtls = noTtls;

  constructor(session: Session, context: BindContext) {
    this.session = session;
    this.context = context;
  }

  /** A query of a statement. */
  bindQuery(query: Query): Relation | null {
    return this.#bound(query, null, this.session.isFinal ? 'final' : 'changes', true);
  }

  /** What a FROM clause reads, or a part of it. */
  bindFrom(reference: TableReference, around: CommonTables | null, emit: Emit): BoundFrom | null {
    return bindFrom(this, reference, around, emit);
  }

  /** A query inside another one: without LIMIT its order means nothing, as in Flink. */
  bindNested(query: Query, around: CommonTables | null, emit: Emit): Relation | null {
    return this.#bound(query, around, emit, query.limit !== null || query.offset !== null);
  }

  /** A view or a table of WITH, bound once and then shared. */
  bindNamed(named: NamedQuery, emit: Emit): Relation | null {
    const known = named.bound.get(emit);
    if (known !== undefined) return known;
    const binder = new QueryBinder(this.session, named.context);
    const found = binder.bindNested(named.query, named.around, emit);
    const columns = found === null ? null : renamed(named.context, found.columns, named.columns, named.columns[0]?.span);
    const relation = found === null || columns === null ? null : {node: found.node, columns};
    named.bound.set(emit, relation);
    return relation;
  }

  #bound(query: Query, outer: CommonTables | null, emit: Emit, isOrdered: boolean): Relation | null {
    const around = this.#withCommonTables(query.with, outer, emit);
    const limit = this.#rowCount(query.limit, 'LIMIT');
    const offset = this.#rowCount(query.offset, 'OFFSET');
    const order = query.orderBy.map(({expression, descending, nulls, span}) => ({
      expression,
      descending,
      span,
      nullsFirst: nulls === null ? !descending : nulls === 'first',
    }));
    const body = this.#body(query.body, around, emit, order);
    if (body === null || limit === null || offset === null) return null;
    if (!isOrdered || (order.length === 0 && limit === undefined && offset === undefined)) return this.#finished(body, body.node);
    const node = this.session.builder.at(body.node);
    const isRanked = emit === 'changes' && limit !== undefined && limit > 0 && limit !== noLimit;
    if (isRanked && (order.length > 0 || node.changelog !== 'append'))
      return this.#finished(body, this.#ranked(body, limit, offset ?? 0, query));
    // Order and limits are for rows that stay: over bounded input the last state of each can be waited for.
    if (node.changelog !== 'append' && node.bounded && emit === 'changes') return this.#bound(query, outer, 'final', true);
    if (this.#isSortedByTime(body) && limit === undefined && offset === undefined) {
      const sorted = this.session.builder.add({kind: 'time-sort', input: body.node, items: body.order}, {schema: node.schema});
      return this.#finished(body, sorted);
    }
    const what = order.length > 0 ? 'ORDER BY' : limit === undefined ? 'OFFSET' : 'LIMIT';
    const span = query.orderBy[0]?.span ?? query.limit?.span ?? query.offset?.span ?? query.span;
    if (!this.#canBeOrdered(body.node, what, span, body.order[0])) return null;
    return this.#finished(body, this.#limited(body, order.length > 0 ? body.order : [], limit, offset ?? 0, span));
  }

  /** The first rows of a stream: which they are changes as it goes on. */
  #ranked(body: Ordered, limit: number, offset: number, query: Query): number {
    const {builder, origins} = this.session;
    const items = body.order;
    const shape = {
      kind: 'rank',
      input: body.node,
      partition: [],
      items,
      from: offset + 1,
      to: offset + limit,
      number: null,
      emit: 'changes',
      ...keptFor(this.session, 'changes'),
    } as const;
    const node = builder.add(shape, {schema: builder.schema(body.node)});
    const span = query.orderBy[0]?.span ?? query.limit?.span ?? query.span;
    origins.set(node, {report: this.context.report, span, name: items.length > 0 ? 'ORDER BY … LIMIT' : 'LIMIT over rows that change'});
    return node;
  }

  /** A stream is sorted by its time as its watermark goes on; rows that come too late are dropped, other ones than at the end of input. */
  #isSortedByTime({node, order}: Ordered): boolean {
    const {rowtime, changelog} = this.session.builder.at(node);
    const [first] = order;
    return first !== undefined && first.index === rowtime && !first.descending && changelog === 'append';
  }

  #limited(body: Ordered, items: readonly SortItem[], limit: number | undefined, offset: number, span: Span): number {
    const {builder, origins} = this.session;
    const {schema} = builder.at(body.node);
    if (items.length > 0) return builder.add({kind: 'sort', input: body.node, items, offset, limit: limit ?? null}, {schema});
    const node = builder.add({kind: 'limit', input: body.node, offset, limit: limit ?? noLimit}, {schema});
    origins.set(node, {report: this.context.report, span, name: 'LIMIT'});
    return node;
  }

  #canBeOrdered(index: number, what: string, span: Span, first: SortItem | undefined): boolean {
    const {report} = this.context;
    const node = this.session.builder.at(index);
    if (what === 'ORDER BY' && !node.bounded) {
      report.notSupported(
        'ORDER BY over input that never ends',
        span,
        "bound the input, or read it in batch mode: SET 'execution.runtime-mode' = 'batch'",
      );
      return false;
    }
    // By time a stream is sorted as its watermark goes on, and rows that come too late are dropped: other rows than at the end of input.
    if (first !== undefined && first.index === node.rowtime && !first.descending) {
      report.notSupported(
        'OFFSET over a stream that is sorted by its time',
        span,
        "read the input in batch mode: SET 'execution.runtime-mode' = 'batch'",
      );
      return false;
    }
    if (node.changelog === 'append') return true;
    const updates = updatesOf(this.session, index);
    report.error(
      'not-supported',
      span,
      `${what} over rows that change is not supported yet`,
      updates === null ? {} : {detail: updates.reason, notes: updates.notes},
    );
    return false;
  }

  /** Drops the columns that were only there to sort by. */
  #finished(body: Ordered, node: number): Relation {
    const {builder} = this.session;
    const {schema} = builder.at(node);
    if (schema.columns.length === body.columns.length) return {node, columns: body.columns};
    const columns = schema.columns.slice(0, body.columns.length);
    const expressions = columns.map(({type}, index): Expr => ({kind: 'column', index, type, span: null}));
    return {node: builder.add({kind: 'project', input: node, expressions}, {schema: {columns}}), columns: body.columns};
  }

  #withCommonTables(tables: readonly CommonTable[], outer: CommonTables | null, emit: Emit): CommonTables | null {
    let around = outer;
    const seen = new Set<string>();
    for (const {name, columns, query} of tables) {
      if (seen.has(name.name)) this.context.report.error('duplicate-table', name.span, `WITH names "${name.name}" twice`);
      seen.add(name.name);
      const table: NamedQuery = {kind: 'query', name: name.name, query, columns, around, context: this.context, bound: new Map()};
      // Bound now, so that its problems are told even when nobody reads it.
      this.bindNamed(table, emit);
      around = {table, outer: around};
    }
    return around;
  }

  #body(body: QueryBody, around: CommonTables | null, emit: Emit, order: readonly OrderKey[]): Ordered | null {
    switch (body.kind) {
      case 'select':
        return bindSelect(this, body, around, emit, order);
      case 'set-operation':
        return this.#ordered(bindSetOperation(this, body, around, emit), order);
      case 'values':
        return this.#ordered(bindValues(this, body), order);
      case 'table': {
        const select = selectAll(body);
        return bindSelect(this, select, around, emit, order);
      }
    }
  }

  /** ORDER BY over a result that has only its own columns. */
  #ordered(found: Relation | null, order: readonly OrderKey[]): Ordered | null {
    if (found === null || order.length === 0) return found === null ? null : {...found, order: []};
    const {builder} = this.session;
    const columns = found.columns;
    const expressions = columns.map(({type}, index): Expr => ({kind: 'column', index, type, span: null}));
    const binder = new ExpressionBinder(this.context, {scope: Scope.of(columns), aggregates: null, clause: 'ORDER BY'});
    const sorted = sortItems(binder, order, expressions);
    if (sorted === null) return null;
    if (sorted.expressions.length === columns.length) return {...found, order: sorted.items};
    const schema = {columns: sorted.expressions.map(({type}, index) => columns[index] ?? {name: `order${index}`, type})};
    return {
      ...found,
      node: builder.add({kind: 'project', input: found.node, expressions: sorted.expressions}, {schema}),
      order: sorted.items,
    };
  }

  /** Each different row once: grouped by all columns. */
  distinct(found: Relation, emit: Emit, span: Span, name: string): Relation {
    const {builder, origins} = this.session;
    const keys = found.columns.map(({type}, index): Expr => ({kind: 'column', index, type, span: null}));
    const node = builder.add(
      {kind: 'aggregate', input: found.node, keys, calls: [], emit, ...keptFor(this.session, emit)},
      {schema: {columns: found.columns}},
    );
    origins.set(node, {report: this.context.report, span, name});
    return {node, columns: found.columns};
  }

  /** The number of LIMIT or OFFSET; undefined when not said, null after a problem. */
  #rowCount(expression: Expression | null, what: string): number | undefined | null {
    if (expression === null) return undefined;
    const {report} = this.context;
    const binder = new ExpressionBinder(this.context, {scope: Scope.of([]), aggregates: null, clause: what});
    const bound = binder.bind(expression);
    if (bound === null) return null;
    if (bound.kind === 'literal' && (bound.type.kind === 'INT' || bound.type.kind === 'BIGINT')) {
      const count = Number(bound.value);
      if (count >= 0) return Math.min(count, noLimit);
    }
    return report.error('wrong-limit', expression.span, `${what} needs a whole number that is not negative`);
  }
}

/** `TABLE t` as a SELECT. */
function selectAll(body: QueryBody & {readonly kind: 'table'}): QueryBody & {readonly kind: 'select'} {
  const {span, name} = body;
  return {
    kind: 'select',
    span,
    hints: [],
    distinct: false,
    items: [{span, expression: {kind: 'star', span, qualifier: null}, alias: null}],
    from: {kind: 'named', span, name, hints: [], systemTime: null, alias: null},
    where: null,
    groupBy: [],
    having: null,
    qualify: null,
    windows: [],
  };
}

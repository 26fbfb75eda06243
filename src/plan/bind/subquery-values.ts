import type {Span} from '../../base/problem.ts';
import type {Query} from '../../sql/ast.ts';
import {withNullable} from '../../types/sql-type.ts';
import type {Expr} from '../expression.ts';
import {joinedSchema, joinShape} from '../join-condition.ts';
import type {QueryBinder} from './query.ts';
import type {Scope} from './scope.ts';
import type {CommonTables, Emit} from './session.ts';
import {readsAround} from './subquery.ts';

/**
 * The queries of one SELECT that stand for a value: each becomes a column behind those of FROM, by a left join with the query's one row. Where it has none, the
 * value is NULL.
 */
export class QueryValues {
  readonly #binder: QueryBinder;
  readonly #around: CommonTables | null;
  readonly #emit: Emit;
  /** The names of FROM, and how many columns it has. */
  readonly #scope: Scope;
  readonly #width: number;
  readonly #found: {readonly node: number; readonly span: Span}[] = [];

  constructor(binder: QueryBinder, scope: Scope, around: CommonTables | null, emit: Emit, width: number) {
    this.#binder = binder;
    this.#scope = scope;
    this.#around = around;
    this.#emit = emit;
    this.#width = width;
  }

  /** The value of a query. Null after a problem was reported. */
  bind(query: Query, span: Span): Expr | null {
    const {report} = this.#binder.context;
    const before = report.problems.length;
    const found = this.#binder.bindNested(query, this.#around, this.#emit);
    if (found === null) {
      if (!readsAround(report.problems.slice(before), this.#scope)) return null;
      report.problems.length = before;
      return report.notSupported('a query as a value that reads columns of the query around it', span);
    }
    const [column] = found.columns;
    if (found.columns.length !== 1 || column === undefined) {
      return report.notSupported('a query of several columns as a value', span);
    }
    if (!this.#isSingle(found.node))
      return report.notSupported('a query as a value that may have several rows', span, 'aggregate its column: MAX(x)');
    const index = this.#width + this.#found.push({node: found.node, span}) - 1;
    return {kind: 'column', index, type: withNullable(column.type, true), span: report.spanOf(span)};
  }

  /** Whether a node never has more than one row. */
  #isSingle(index: number): boolean {
    const node = this.#binder.session.builder.at(index);
    if (node.kind === 'values') return node.rows.length <= 1;
    return node.key?.length === 0 || ((node.kind === 'project' || node.kind === 'filter') && this.#isSingle(node.input));
  }

  /** The rows of FROM with the values behind them. */
  joined(from: number): number {
    const {builder, origins} = this.#binder.session;
    const {report} = this.#binder.context;
    return this.#found.reduce((left, {node, span}) => {
      const leftSchema = builder.schema(left);
      const shape = joinShape({type: 'left', inputs: [left, node], emit: this.#emit}, [], leftSchema.columns.length);
      const joined = builder.add(shape, {schema: joinedSchema('left', leftSchema, builder.schema(node))});
      origins.set(joined, {report, span, name: 'a query as a value'});
      return joined;
    }, from);
  }
}

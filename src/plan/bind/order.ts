import type {Span} from '../../base/problem.ts';
import type {Expression} from '../../sql/ast.ts';
import {typeText} from '../../types/type-text.ts';
import type {Expr, SortItem} from '../expression.ts';
import type {ExpressionBinder} from './expression.ts';
import type {Relation} from './session.ts';

/** One item of ORDER BY, its NULLs decided: they count as the least value. */
export interface OrderKey {
  readonly expression: Expression;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
  readonly span: Span;
}

/** A result and how to sort it. The node may have more columns behind those of the result, which are only there to sort by. */
export interface Ordered extends Relation {
  readonly order: readonly SortItem[];
}

/**
 * The items of ORDER BY over a list of output expressions: an ordinal or an equal expression names one of them; any other expression is added behind them.
 * Null after a problem was reported.
 */
export function sortItems(
  binder: ExpressionBinder,
  order: readonly OrderKey[],
  output: readonly Expr[],
  find: (expression: Expr, expressions: readonly Expr[]) => number = sameColumn,
): {readonly items: readonly SortItem[]; readonly expressions: readonly Expr[]} | null {
  const expressions = [...output];
  const items: SortItem[] = [];
  let isWhole = true;
  for (const {expression, descending, nullsFirst} of order) {
    const index =
      expression.kind === 'number' ? ordinalOf(binder, expression, output.length) : boundIndex(binder, expression, expressions, find);
    if (index === null) isWhole = false;
    else items.push({index, descending, nullsFirst});
  }
  return isWhole ? {items, expressions} : null;
}

function ordinalOf(binder: ExpressionBinder, expression: Expression & {readonly kind: 'number'}, count: number): number | null {
  const ordinal = Number(expression.text);
  if (Number.isInteger(ordinal) && ordinal >= 1 && ordinal <= count) return ordinal - 1;
  return binder.context.report.error('wrong-ordinal', expression.span, `ORDER BY ${expression.text} names no column: there are ${count}`);
}

function boundIndex(
  binder: ExpressionBinder,
  expression: Expression,
  expressions: Expr[],
  find: (expression: Expr, expressions: readonly Expr[]) => number,
): number | null {
  const bound = binder.bind(expression);
  if (bound === null) return null;
  if (['ARRAY', 'MAP', 'MULTISET', 'ROW'].includes(bound.type.kind)) {
    return binder.context.report.error(
      'wrong-type',
      expression.span,
      `ORDER BY cannot compare values of ${typeText({...bound.type, nullable: true})}`,
    );
  }
  const known = find(bound, expressions);
  return known === -1 ? expressions.push(bound) - 1 : known;
}

function sameColumn(expression: Expr, expressions: readonly Expr[]): number {
  return expressions.findIndex(other => expression.kind === 'column' && other.kind === 'column' && other.index === expression.index);
}

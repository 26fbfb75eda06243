import type {Span} from '../../base/problem.ts';
import type {CallExpression} from '../../sql/ast.ts';
import type {PlanBuilder} from '../builder.ts';
import type {Expr} from '../expression.ts';
import {asksForWatermark} from '../expression-walk.ts';
import type {Report} from '../report.ts';
import type {ExpressionBinder} from './expression.ts';
import {timeAttribute} from './time-attribute.ts';
import {callOf} from './typed-call.ts';

/** The rows that the FROM of a SELECT gives. */
export interface Stream {
  readonly builder: PlanBuilder;
  readonly node: number;
}

const elsewhere = 'ask for it in a query of its own over the table: FROM (SELECT *, CURRENT_WATERMARK(ts) AS w FROM t)';

/**
 * CURRENT_WATERMARK(rowtime): of a stream as it is read, row by row. Behind operators that keep rows or join streams, how far time has come at a row would be a
 * matter of chance. Null after a problem was reported.
 */
export function bindCurrentWatermark(binder: ExpressionBinder, call: CallExpression, bound: readonly Expr[]): Expr | null {
  const {report} = binder.context;
  const {stream, clause} = binder.options;
  const [time] = bound;
  const typed = callOf(report, {name: call.name, words: [], span: call.span}, bound);
  if (typed === null || time === undefined) return null;
  if (stream === undefined) return report.notSupported(`CURRENT_WATERMARK in ${clause}`, call.span, elsewhere);
  const {builder, node} = stream;
  const column = time.kind === 'column' && time.index < builder.schema(node).columns.length ? time.index : null;
  if (column === null || timeAttribute(builder, node, column) !== 'event') {
    return report.error('wrong-time', call.span, 'CURRENT_WATERMARK takes the event time of a stream', {
      hint: 'name a column that has a WATERMARK in its CREATE TABLE; in batch mode, and for final rows, there are none',
    });
  }
  if (!isReadDirectly(builder, node)) {
    return report.notSupported('CURRENT_WATERMARK behind a join, a window or whatever else keeps rows', call.span, elsewhere);
  }
  if (builder.at(node).changelog !== 'append') return report.notSupported('CURRENT_WATERMARK of rows that change', call.span);
  return typed;
}

/** Whether nothing but filters and projections stands between a node and the watermark. */
function isReadDirectly(builder: PlanBuilder, index: number): boolean {
  const node = builder.at(index);
  if (node.kind === 'watermark') return true;
  return (node.kind === 'project' || node.kind === 'filter') && isReadDirectly(builder, node.input);
}

/** That none of the expressions of a SELECT that does more than go row by row asks for the watermark. False after a problem was reported. */
export function askedInPlace(report: Report, span: Span, expressions: readonly Expr[]): boolean {
  if (!asksForWatermark(expressions)) return true;
  report.notSupported('CURRENT_WATERMARK beside aggregates, OVER, GROUP BY or subqueries', span, elsewhere);
  return false;
}

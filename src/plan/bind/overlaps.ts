import type {Expression} from '../../sql/ast.ts';
import type {Expr} from '../expression.ts';
import {callOf} from './typed-call.ts';
import type {ExpressionBinder} from './expression.ts';

type Overlaps = Expression & {readonly kind: 'overlaps'};

interface Period {
  readonly start: Expr;
  readonly end: Expr;
}

/**
 * `(start, end) OVERLAPS (start, end)`, where an end may also be how long the period is: each begins before the other ends, or when it does. The ends of a period
 * may come in any order. Null after a problem was reported.
 */
export function bindOverlaps(binder: ExpressionBinder, expression: Overlaps): Expr | null {
  const {report} = binder.context;
  const left = periodOf(binder, expression.left);
  const right = periodOf(binder, expression.right);
  if (left === null || right === null) return null;
  const call = (name: string, operands: readonly (Expr | null)[]): Expr | null =>
    operands.includes(null) ? null : callOf(report, {name, words: [], span: expression.span}, operands as readonly Expr[]);
  return call('AND', [call('>=', [left.end, right.start]), call('>=', [right.end, left.start])]);
}

function periodOf(binder: ExpressionBinder, side: Expression): Period | null {
  const {report} = binder.context;
  if (side.kind !== 'row' || side.items.length !== 2) {
    return report.error('wrong-argument', side.span, 'OVERLAPS needs a period on each side', {
      hint: 'write (start, end), or (start, INTERVAL …)',
    });
  }
  const bound = binder.bindAll(side.items);
  if (bound === null) return null;
  const [start, last] = bound as readonly [Expr, Expr];
  const head = {words: [], span: side.span};
  const end = last.type.kind === 'INTERVAL' ? callOf(report, {...head, name: '+'}, [start, last]) : last;
  if (end === null) return null;
  const first = callOf(report, {...head, name: 'LEAST'}, [start, end]);
  const second = callOf(report, {...head, name: 'GREATEST'}, [start, end]);
  return first === null || second === null ? null : {start: first, end: second};
}

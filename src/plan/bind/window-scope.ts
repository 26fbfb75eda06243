import type {CallExpression, Expression} from '../../sql/ast.ts';
import {printExpression} from '../../sql/print.ts';
import type {Column} from '../../types/sql-type.ts';
import type {Expr} from '../expression.ts';
import type {ExpressionBinder} from './expression.ts';
import {Scope} from './scope.ts';
import type {Window} from './window.ts';

/** A window in GROUP BY: `GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE)`, with TUMBLE_START and the like for its bounds. */
export interface GroupWindow {
  readonly call: CallExpression;
  readonly time: Expr;
  readonly window: Window;
  /** How many columns stand before those of the window. */
  readonly width: number;
}

/** The names of an input whose rows are put into windows before they are grouped. */
export class WindowScope extends Scope {
  readonly groupWindow: GroupWindow;

  constructor(scope: Scope, groupWindow: GroupWindow, columns: readonly Column[]) {
    super([...scope.relations, {path: [], columns, first: groupWindow.width}], scope.merged);
    this.groupWindow = groupWindow;
  }
}

/** The columns of the window have names that nobody writes. */
export function hiddenName(column: string): string {
  return `$window_${column}`;
}

const auxiliary = /^(TUMBLE|HOP|SESSION)_(START|END|ROWTIME|PROCTIME)$/;

/**
 * TUMBLE_START(ts, INTERVAL …) and its like: a column of the window of GROUP BY, or PROCTIME() for TUMBLE_PROCTIME. Undefined: some other call; null after a
 * problem was reported.
 */
export function bindAuxiliary(binder: ExpressionBinder, call: CallExpression): Expr | 'processing-time' | null | undefined {
  const match = auxiliary.exec(call.name);
  if (match === null) return undefined;
  const {report} = binder.context;
  const {scope} = binder.options;
  const [, name, what] = match as unknown as readonly [string, string, string];
  if (
    !(scope instanceof WindowScope) ||
    name !== scope.groupWindow.call.name ||
    !sameArguments(call.arguments, scope.groupWindow.call.arguments)
  ) {
    return report.error(
      'misplaced-window',
      call.span,
      `${call.name} needs the same window in GROUP BY: ${name}(…) with the same arguments`,
    );
  }
  if (what === 'PROCTIME') return 'processing-time';
  const column = what === 'ROWTIME' ? 'time' : what.toLowerCase();
  return scope.resolve([{span: call.span, name: hiddenName(column), quoted: true}], call.span, report);
}

function sameArguments(left: readonly Expression[], right: readonly Expression[]): boolean {
  return left.length === right.length && left.every((argument, index) => printExpression(argument) === printExpression(right[index]!));
}

import type {AggregateCall, Expr} from '../expression.ts';
import {callKey} from '../expression-walk.ts';

/**
 * The aggregates of one SELECT. While its expressions are bound, the nth call stands in them as column -1 - n, because how many grouping columns will stand
 * before it is not known yet; `lifted` puts the real columns in.
 */
export class AggregateCalls {
  readonly calls: AggregateCall[] = [];
  readonly #keys: string[] = [];

  /** The column that stands for the call; equal calls are computed once. */
  add(call: Omit<AggregateCall, 'name'>): Expr {
    const named: AggregateCall = {...call, name: `${call.function.toLowerCase()}${this.calls.length}`};
    const key = callKey(named);
    let index = this.#keys.indexOf(key);
    if (index === -1) {
      index = this.calls.push(named) - 1;
      this.#keys.push(key);
    }
    return {kind: 'column', index: -1 - index, type: call.type, span: null};
  }
}

export function isAggregateColumn(expression: Expr): boolean {
  return expression.kind === 'column' && expression.index < 0;
}

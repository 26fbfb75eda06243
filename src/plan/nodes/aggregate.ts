import type {AggregateCall, Expr} from '../expression.ts';

/**
 * Output: the keys, then the calls. `changes`: every input row may change its group's row, and the change is emitted; `final`: each group's row once, at the
 * end of input. Without keys and with `final` there is always one row, also over no input; with `changes` none until the first input row.
 */
export interface AggregateShape {
  readonly kind: 'aggregate';
  readonly input: number;
  readonly keys: readonly Expr[];
  readonly calls: readonly AggregateCall[];
  readonly emit: 'changes' | 'final';
}

import type {Expr} from '../expression.ts';

/** Keeps the rows for which the predicate is TRUE. */
export interface FilterShape {
  readonly kind: 'filter';
  readonly input: number;
  readonly predicate: Expr;
}

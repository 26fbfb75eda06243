import type {Expr} from '../expression.ts';

/** Computes one column an expression. */
export interface ProjectShape {
  readonly kind: 'project';
  readonly input: number;
  readonly expressions: readonly Expr[];
}

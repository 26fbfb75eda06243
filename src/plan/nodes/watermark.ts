import type {Expr} from '../expression.ts';

/** Passes rows on; the watermark after each row is the largest value of `expression` so far. A NULL in `column` stops the job. */
export interface WatermarkShape {
  readonly kind: 'watermark';
  readonly input: number;
  readonly column: number;
  readonly expression: Expr;
}

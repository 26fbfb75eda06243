import type {SortItem} from '../expression.ts';

/** Bounded input only: at its end, in order. `limit` counts after `offset`. */
export interface SortShape {
  readonly kind: 'sort';
  readonly input: number;
  readonly items: readonly SortItem[];
  readonly offset: number;
  readonly limit: number | null;
}

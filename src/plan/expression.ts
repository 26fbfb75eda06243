import type {Span} from '../base/problem.ts';
import type {SqlType} from '../types/sql-type.ts';
import type {Value} from '../types/value.ts';

/** A typed expression over one input row. */
export type Expr = {readonly type: SqlType; readonly span: Span | null} & (
  | {readonly kind: 'column'; readonly index: number}
  | {readonly kind: 'literal'; readonly value: Value}
  /** A field of a ROW value. */
  | {readonly kind: 'field'; readonly operand: Expr; readonly field: number}
  /** `function` is the definition's name. Arguments have exactly the types of its typing. */
  | {readonly kind: 'call'; readonly function: string; readonly words: readonly string[]; readonly arguments: readonly Expr[]}
  /** `lenient`: TRY_CAST. `implicit` casts were added by the planner. */
  | {readonly kind: 'cast'; readonly operand: Expr; readonly lenient: boolean; readonly implicit: boolean}
  /** Evaluated in order; a branch only when its condition is TRUE. CASE, IF, and COALESCE and NULLIF too. All values have the expression's type. */
  | {readonly kind: 'case'; readonly branches: readonly {readonly when: Expr; readonly then: Expr}[]; readonly otherwise: Expr}
);

export type ExprKind = Expr['kind'];

export interface AggregateCall {
  readonly function: string;
  readonly arguments: readonly Expr[];
  readonly distinct: boolean;
  /** As of a scalar call; absent: none. */
  readonly words?: readonly string[];
  readonly filter: Expr | null;
  readonly type: SqlType;
  readonly name: string;
  /** Where it stands in the text, for messages. */
  readonly span?: Span;
}

export interface SortItem {
  /** Column of the input. */
  readonly index: number;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

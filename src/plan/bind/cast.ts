import type {Span} from '../../base/problem.ts';
import {castability} from '../../types/cast.ts';
import {commonType} from '../../types/common-type.ts';
import {asDecimal} from '../../types/decimal.ts';
import {withNullable, type SqlType} from '../../types/sql-type.ts';
import type {Expr} from '../expression.ts';
import {nullLiteral} from './literal.ts';

/**
 * The expression as a value of `type`, nullability aside (it stays the expression's). The cast is known to be possible; it is marked as the planner's own.
 */
export function coerced(expression: Expr, type: SqlType): Expr {
  if (expression.kind === 'literal' && expression.value === null) return nullLiteral(type, expression.span);
  if (castability(expression.type, type) === 'same') return expression;
  return castTo(expression, type, true, false);
}

export function castTo(expression: Expr, type: SqlType, implicit: boolean, lenient: boolean): Expr {
  return {
    kind: 'cast',
    operand: expression,
    type: withNullable(type, lenient || expression.type.nullable || canOverflow(expression.type, type)),
    implicit,
    lenient,
    span: expression.span,
  };
}

/** `WHEN … THEN …` with one type for all results: that of the smallest type that holds them all. Null when there is none. */
export function caseOf(branches: readonly {readonly when: Expr; readonly then: Expr}[], otherwise: Expr, span: Span | null): Expr | null {
  const results = [...branches.map(branch => branch.then), otherwise];
  const type = results.every(result => result.type.kind === 'NULL') ? results[0]!.type : commonType(results.map(result => result.type));
  if (type === null) return null;
  return {
    kind: 'case',
    branches: branches.map(({when, then}) => ({when, then: coerced(then, type)})),
    otherwise: coerced(otherwise, type),
    type,
    span,
  };
}

/**
 * A number that has too many digits for a DECIMAL becomes NULL, so the result is nullable even where the number is not. Rounding may give it one digit more:
 * 9.99 with one digit after the point is 10.0.
 */
function canOverflow(from: SqlType, to: SqlType): boolean {
  if (to.kind !== 'DECIMAL') return false;
  const exact = asDecimal(from);
  if (exact === null) return true;
  const whole = exact.precision - exact.scale + (exact.scale > to.scale ? 1 : 0);
  return whole > to.precision - to.scale;
}

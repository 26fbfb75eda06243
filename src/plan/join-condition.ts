import type {Span} from '../base/problem.ts';
import {castability} from '../types/cast.ts';
import {isText} from '../types/common-type.ts';
import type {Schema, SqlType} from '../types/sql-type.ts';
import {conjunction} from './conjuncts.ts';
import {childrenOf} from './demand.ts';
import type {Expr} from './expression.ts';
import {isDeterministic, moved} from './expression-walk.ts';
import {joinedColumns, type JoinShape, type JoinType} from './nodes/join.ts';

/** What a condition over left and right columns is to a join. */
export interface JoinCondition {
  readonly leftKeys: readonly Expr[];
  readonly rightKeys: readonly Expr[];
  /** What is no equality of the two sides. */
  readonly rest: readonly Expr[];
}

/** Of which side an expression reads columns: `none` of a constant. */
export function sideOf(expression: Expr, leftColumns: number): 'left' | 'right' | 'both' | 'none' {
  if (expression.kind === 'column') return expression.index < leftColumns ? 'left' : 'right';
  const sides = new Set(childrenOf(expression).map(child => sideOf(child, leftColumns)));
  sides.delete('none');
  if (sides.size > 1) return 'both';
  return [...sides][0] ?? 'none';
}

/** Takes the equalities of a left and a right value out of conjuncts, as keys. */
export function joinCondition(conjuncts: readonly Expr[], leftColumns: number): JoinCondition {
  const leftKeys: Expr[] = [];
  const rightKeys: Expr[] = [];
  const rest: Expr[] = [];
  for (const conjunct of conjuncts) {
    const sides = equalSides(conjunct, leftColumns);
    if (sides === null) rest.push(conjunct);
    else {
      leftKeys.push(sides[0]);
      rightKeys.push(moved(sides[1], -leftColumns));
    }
  }
  return {leftKeys, rightKeys, rest};
}

function equalSides(conjunct: Expr, leftColumns: number): readonly [Expr, Expr] | null {
  if (conjunct.kind !== 'call' || conjunct.function !== '=' || !isDeterministic(conjunct)) return null;
  const [first, second] = conjunct.arguments as readonly [Expr, Expr];
  if (!areAlike(first.type, second.type)) return null;
  const sides = `${sideOf(first, leftColumns)} ${sideOf(second, leftColumns)}`;
  if (sides === 'left right') return [first, second];
  return sides === 'right left' ? [second, first] : null;
}

/** Equal values are the same in keys. */
function areAlike(first: SqlType, second: SqlType): boolean {
  return castability(first, second) === 'same' || (isText(first) && isText(second));
}

/** A join by what holds for its pairs. */
export function joinShape(
  join: {
    readonly type: JoinType;
    readonly inputs: readonly [number, number];
    readonly emit: 'changes' | 'final';
    readonly lookup?: boolean;
    readonly ttlMs?: readonly [number | null, number | null];
    readonly span?: Span;
  },
  conjuncts: readonly Expr[],
  leftColumns: number,
): JoinShape {
  const {leftKeys, rightKeys, rest} = joinCondition(conjuncts, leftColumns);
  return {kind: 'join', lookup: false, ...join, leftKeys, rightKeys, residual: conjunction(rest), leftColumns};
}

/** The columns of a join of two schemas. */
export function joinedSchema(type: JoinType, left: Schema, right: Schema): Schema {
  return {columns: joinedColumns(type, left.columns, right.columns)};
}

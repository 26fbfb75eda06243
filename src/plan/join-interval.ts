import {conjunctsOf} from './conjuncts.ts';
import type {Expr} from './expression.ts';
import {moved} from './expression-walk.ts';
import type {JoinShape} from './nodes/join.ts';
import type {Traits} from './nodes/index.ts';

/** How far apart, in milliseconds, the event times of a pair may be: left − right is between `least` and `most`. */
export interface JoinInterval {
  readonly leftTime: number;
  readonly rightTime: number;
  readonly least: number;
  readonly most: number;
}

/**
 * The bounds that a join's condition sets to the times of its two sides, where it sets both: then a row need be kept only until the other side is past it, and
 * that it has no partner is known for good. The bounds say how long rows stay; the condition itself still decides about each pair.
 */
export function joinInterval(
  node: Pick<JoinShape, 'type' | 'leftKeys' | 'rightKeys' | 'residual' | 'leftColumns' | 'emit' | 'lookup'>,
  left: Pick<Traits, 'rowtime' | 'changelog'>,
  right: Pick<Traits, 'rowtime' | 'changelog'>,
): JoinInterval | null {
  if (left.rowtime === null || right.rowtime === null || left.changelog !== 'append' || right.changelog !== 'append') return null;
  if (node.emit === 'final' || node.lookup || node.type === 'semi' || node.type === 'anti') return null;
  const times = {left: left.rowtime, right: right.rowtime + node.leftColumns};
  const equalities = node.leftKeys.map((key, index) => ({sign: '=', first: key, second: moved(node.rightKeys[index]!, node.leftColumns)}));
  const comparisons = node.residual === null ? [] : conjunctsOf(node.residual).flatMap(comparisonOf);
  let least = -Infinity;
  let most = Infinity;
  for (const {sign, first, second} of [...equalities, ...comparisons]) {
    const bound = differenceOf(first, second, times);
    if (bound === null) continue;
    const isLower = (sign.startsWith('>') && !bound.isTurned) || (sign.startsWith('<') && bound.isTurned);
    if (sign === '=' || isLower) least = Math.max(least, bound.difference);
    if (sign === '=' || !isLower) most = Math.min(most, bound.difference);
  }
  if (least === -Infinity || most === Infinity) return null;
  return {leftTime: left.rowtime, rightTime: right.rowtime, least, most};
}

function comparisonOf(conjunct: Expr): readonly {readonly sign: string; readonly first: Expr; readonly second: Expr}[] {
  if (conjunct.kind !== 'call' || !['=', '<', '<=', '>', '>='].includes(conjunct.function)) return [];
  const [first, second] = conjunct.arguments as readonly [Expr, Expr];
  return [{sign: conjunct.function, first, second}];
}

/** `left + a` beside `right + b` compares left − right with b − a; turned, where the right side stands first. */
function differenceOf(
  first: Expr,
  second: Expr,
  times: {readonly left: number; readonly right: number},
): {readonly difference: number; readonly isTurned: boolean} | null {
  const one = shiftedTime(first);
  const other = shiftedTime(second);
  if (one === null || other === null) return null;
  if (one.column === times.left && other.column === times.right) return {difference: other.shift - one.shift, isTurned: false};
  if (one.column === times.right && other.column === times.left) return {difference: one.shift - other.shift, isTurned: true};
  return null;
}

/** A column and how many milliseconds are added to it. */
function shiftedTime(expression: Expr): {readonly column: number; readonly shift: number} | null {
  if (expression.kind === 'column') return {column: expression.index, shift: 0};
  if (expression.kind === 'cast') return expression.implicit ? shiftedTime(expression.operand) : null;
  if (expression.kind !== 'call' || (expression.function !== '+' && expression.function !== '-')) return null;
  const [first, second] = expression.arguments as readonly [Expr, Expr];
  const isForward = expression.function === '+' && millisecondsOf(first) !== null;
  const by = millisecondsOf(isForward ? first : second);
  const base = shiftedTime(isForward ? second : first);
  if (by === null || base === null) return null;
  return {column: base.column, shift: base.shift + (expression.function === '-' ? -by : by)};
}

function millisecondsOf(expression: Expr): number | null {
  if (expression.kind !== 'literal' || expression.type.kind !== 'INTERVAL' || expression.type.unit !== 'milliseconds') return null;
  return typeof expression.value === 'number' ? expression.value : null;
}

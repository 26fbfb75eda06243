import {type Js, js} from '../code/js.ts';
import type {Expr} from '../plan/expression.ts';
import {sameType} from '../types/cast.ts';
import {physicalOf} from '../types/sql-type.ts';
import {equalTo, textOrder} from './bytes.ts';
import {both, bothOrNull, type Cell, type ConditionCell, type Expressions, presence, type TextCell} from './cell.ts';

type Call = Expr & {readonly kind: 'call'};

const signs: {readonly [name: string]: Js} = {
  '=': js`===`,
  '<>': js`!==`,
  '<': js`<`,
  '<=': js`<=`,
  '>': js`>`,
  '>=': js`>=`,
};

export function isComparison(name: string): boolean {
  return Object.hasOwn(signs, name) || name === 'IS DISTINCT FROM' || name === 'IS NOT DISTINCT FROM';
}

/** Both sides have one type. ARRAY, MAP and ROW are left to the definition: their texts may differ where they are equal. */
export function comparisonCell(expressions: Expressions, call: Call): Cell | null {
  const [leftExpr, rightExpr] = call.arguments as [Expr, Expr];
  if (['ARRAY', 'MAP', 'MULTISET', 'ROW', 'NULL'].includes(leftExpr.type.kind)) return null;
  if (physicalOf(leftExpr.type) !== 'text' && !sameType(leftExpr.type, rightExpr.type)) return null;
  const left = expressions.operand(leftExpr);
  const right = expressions.operand(rightExpr);
  if (left === null || right === null) return null;
  const isDistinct = call.function.endsWith('DISTINCT FROM');
  const holds = holding(expressions, isDistinct ? '=' : call.function, left, right);
  if (holds === null) return null;
  const present = bothOrNull(presence(left), presence(right));
  if (!isDistinct) return {kind: 'condition', isTrue: both(present, holds), isFalse: both(present, js`!(${holds})`)};
  const isSame = same(left, right, holds);
  const isOther = js`!${isSame}`;
  return call.function === 'IS NOT DISTINCT FROM'
    ? {kind: 'condition', isTrue: isSame, isFalse: isOther}
    : {kind: 'condition', isTrue: isOther, isFalse: isSame};
}

/** Equal where both are there, or both absent. */
function same(left: Cell, right: Cell, holds: Js): Js {
  const leftPresent = presence(left);
  const rightPresent = presence(right);
  if (leftPresent === null && rightPresent === null) return js`(${holds})`;
  if (leftPresent === null || rightPresent === null) return js`(${both(leftPresent ?? rightPresent, holds)})`;
  return js`((${leftPresent}) ? (${rightPresent}) && ${holds} : !(${rightPresent}))`;
}

/** The comparison, where both sides are there. */
function holding(expressions: Expressions, name: string, left: Cell, right: Cell): Js | null {
  const sign = signs[name] as Js;
  if (left.kind === 'number' && right.kind === 'number') return js`${left.value} ${sign} ${right.value}`;
  if (left.kind === 'condition' && right.kind === 'condition') return js`${asNumber(left)} ${sign} ${asNumber(right)}`;
  if (left.kind === 'text' && right.kind === 'text') return textHolding(expressions, name, left, right);
  return null;
}

function asNumber(condition: ConditionCell): Js {
  return js`(${condition.isTrue} ? 1 : 0)`;
}

function textHolding(expressions: Expressions, name: string, left: TextCell, right: TextCell): Js {
  const {writer, memory} = expressions.segment;
  if (name === '=' || name === '<>') {
    const fixed = right.constant ?? left.constant;
    if (fixed !== null) {
      const other = right.constant === null ? right : left;
      const test = writer.bind('isText', equalTo(memory, fixed), `= ${JSON.stringify(new TextDecoder().decode(fixed))}`);
      const equal = js`${test}(${other.pointer}, ${other.length})`;
      return name === '=' ? equal : js`!${equal}`;
    }
  }
  const order = writer.bind('order', textOrder(memory), 'of two texts, by bytes');
  return js`${order}(${left.pointer}, ${left.length}, ${right.pointer}, ${right.length}) ${signs[name] as Js} 0`;
}

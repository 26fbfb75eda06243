import {type Js, js} from '../code/js.ts';
import type {Expr} from '../plan/expression.ts';
import {type Cell, type ConditionCell, type Expressions, type NumberCell} from './cell.ts';

/** CASE as nested choices. Every branch but the first condition may not be reached. */
export function caseCell(expressions: Expressions, expr: Expr & {readonly kind: 'case'}): Cell | null {
  const [firstBranch, ...others] = expr.branches;
  const first = firstBranch === undefined ? null : expressions.condition(firstBranch.when);
  if (firstBranch === undefined || first === null) return null;
  return expressions.lazily(() => {
    const whens = [first, ...others.map(({when}) => expressions.condition(when))];
    const cells = [...expr.branches.map(({then}) => expressions.operand(then)), expressions.operand(expr.otherwise)];
    if (whens.includes(null) || cells.includes(null)) return null;
    return choose(
      whens.map(when => (when as ConditionCell).isTrue),
      cells as Cell[],
    );
  });
}

function choose(whens: readonly Js[], cells: readonly Cell[]): Cell | null {
  const nest = (parts: readonly Js[]): Js =>
    parts
      .slice(0, -1)
      .reduceRight<Js>((otherwise, part, index) => js`(${whens[index] as Js} ? ${part} : ${otherwise})`, parts.at(-1) as Js);
  if (cells.every(cell => cell.kind === 'condition')) {
    const conditions = cells;
    return {kind: 'condition', isTrue: nest(conditions.map(cell => cell.isTrue)), isFalse: nest(conditions.map(cell => cell.isFalse))};
  }
  const isAlwaysPresent = (cells as readonly NumberCell[]).every(cell => cell.present === null);
  const present = isAlwaysPresent ? null : nest((cells as readonly NumberCell[]).map(cell => cell.present ?? js`true`));
  if (cells.every(cell => cell.kind === 'number')) {
    const numbers = cells;
    return {kind: 'number', value: nest(numbers.map(cell => cell.value)), present, most: Math.max(...numbers.map(cell => cell.most))};
  }
  if (!cells.every(cell => cell.kind === 'text')) return null;
  const texts = cells;
  return {
    kind: 'text',
    pointer: nest(texts.map(cell => cell.pointer)),
    length: nest(texts.map(cell => cell.length)),
    tag: nest(texts.map(cell => cell.tag)),
    present,
    constant: null,
  };
}

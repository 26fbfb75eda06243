import {type Js, js} from '../code/js.ts';
import type {Expr} from '../plan/expression.ts';
import type {ColumnSource} from './columns.ts';
import type {Cell} from './cell.ts';
import {ExpressionWriter} from './expression.ts';
import type {SegmentWriter} from './segment-writer.ts';

/**
 * The column that holds an expression's value at the row being worked on: the input's own where the expression only names it, a constant one, or a new one
 * that the lines written here fill.
 */
export function materialize(segment: SegmentWriter, expr: Expr, columns: readonly ColumnSource[], title: string): ColumnSource {
  if (expr.kind === 'column') return columns[expr.index] as ColumnSource;
  if (expr.kind === 'literal') return segment.constantColumn(expr, title);
  const target = segment.newColumn(expr.type, title);
  const expressions = new ExpressionWriter(segment, columns);
  const cell = segment.attempt(() => expressions.write(expr));
  const {writer} = segment;
  if (cell === null) {
    writer.line(js`if (!${segment.computing(expr, columns, target)}(row)) ${segment.leave}`);
    return target;
  }
  const {doubt} = expressions;
  if (doubt === null) store(segment, cell, target);
  else {
    writer.branch(
      doubt,
      () => writer.line(js`if (!${segment.computing(expr, columns, target)}(row)) ${segment.leave}`),
      () => store(segment, cell, target),
    );
  }
  return target;
}

function store(segment: SegmentWriter, cell: Cell, target: ColumnSource): void {
  const {writer} = segment;
  const tags = js`${segment.tags(target)}[row]`;
  const put = (place: Js, value: Js): void => writer.line(js`${place} = ${value};`);
  if (cell.kind === 'text') {
    put(js`${segment.ranges(target)}[2 * row]`, cell.pointer);
    put(js`${segment.ranges(target)}[2 * row + 1]`, cell.length);
    put(tags, cell.present === null ? cell.tag : js`${cell.present} ? ${cell.tag} : 1`);
    return;
  }
  const numbers = js`${segment.numbers(target)}[row]`;
  if (cell.kind === 'number') {
    put(numbers, cell.value);
    put(tags, cell.present === null ? js`0` : js`${cell.present} ? 0 : 1`);
    return;
  }
  put(numbers, js`${cell.isTrue} ? 1 : 0`);
  put(tags, target.type.nullable ? js`${cell.isTrue} || ${cell.isFalse} ? 0 : 1` : js`0`);
}

import {js} from '../code/js.ts';
import type {Expr} from '../plan/expression.ts';
import {asksForWatermark, isCurrentWatermark, mapChildren} from '../plan/expression-walk.ts';
import type {ColumnSource, RowShape} from './columns.ts';
import type {SegmentWriter} from './segment-writer.ts';

/** The columns of a segment's rows, and expressions over them. */
interface Computable {
  readonly columns: readonly ColumnSource[];
  readonly expressions: readonly Expr[];
}

/** The same expressions with the watermark before the row as a column, which the lines written here fill, in place of each CURRENT_WATERMARK. */
export function withWatermark(segment: SegmentWriter, input: RowShape, expressions: readonly Expr[]): Computable {
  if (!asksForWatermark(expressions)) return {columns: input.columns, expressions};
  const {writer} = segment;
  const column = segment.newColumn({kind: 'TIMESTAMP', precision: 3, nullable: true}, 'the watermark before the row');
  const before = writer.const('watermark', input.time.before(writer));
  writer.line(js`${segment.numbers(column)}[row] = ${before};`);
  writer.line(js`${segment.tags(column)}[row] = ${before} === -Infinity ? 1 : 0;`);
  const index = input.columns.length;
  const asColumn = (expression: Expr): Expr =>
    isCurrentWatermark(expression)
      ? {kind: 'column', index, type: expression.type, span: expression.span}
      : mapChildren(expression, asColumn);
  // A time of either kind is the same number, so one column serves for both.
  return {columns: [...input.columns, column], expressions: expressions.map(asColumn)};
}

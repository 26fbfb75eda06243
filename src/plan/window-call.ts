import type {Schema} from '../types/sql-type.ts';
import type {SqlType} from '../types/sql-type.ts';
import type {Expr} from './expression.ts';
import {expressionText} from './plan-text.ts';

/**
 * The rows around a row that a call looks at. A bound counts from the row: rows (ROWS), or the difference in the order's only column (RANGE, in units of its
 * physical value); negative is before, 0 with RANGE means all rows that are equal in order. null: to the end of the partition.
 */
export interface Frame {
  readonly unit: 'ROWS' | 'RANGE';
  readonly start: number | null;
  readonly end: number | null;
}

/** A call with OVER: a window function, or an aggregate over a frame. Its arguments are columns and constants. */
export interface WindowCall {
  readonly function: string;
  readonly arguments: readonly Expr[];
  readonly distinct: boolean;
  readonly frame: Frame;
  readonly type: SqlType;
  readonly name: string;
}

/** All rows before in order, and those that are equal to the row. */
export const runningFrame: Frame = {unit: 'RANGE', start: null, end: 0};
export const wholeFrame: Frame = {unit: 'RANGE', start: null, end: null};

/** `SUM(v) ROWS BETWEEN 2 PRECEDING AND CURRENT ROW` */
export function windowCallText(call: WindowCall, input: Schema): string {
  const {frame, distinct} = call;
  const args = call.arguments.map(argument => expressionText(argument, input)).join(', ');
  const text = `${call.function}(${distinct ? 'DISTINCT ' : ''}${args === '' && call.function === 'COUNT' ? '*' : args})`;
  if (frame.unit === runningFrame.unit && frame.start === runningFrame.start && frame.end === runningFrame.end) return text;
  return `${text} ${frame.unit} BETWEEN ${boundText(frame.start, 'PRECEDING')} AND ${boundText(frame.end, 'FOLLOWING')}`;
}

function boundText(bound: number | null, side: 'PRECEDING' | 'FOLLOWING'): string {
  if (bound === null) return `UNBOUNDED ${side}`;
  if (bound === 0) return 'CURRENT ROW';
  return `${Math.abs(bound)} ${bound < 0 ? 'PRECEDING' : 'FOLLOWING'}`;
}

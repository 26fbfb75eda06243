import type {SortItem} from '../expression.ts';
import type {Frame, WindowCall} from '../window-call.ts';
import type {Session} from './session.ts';
import {timeAttribute} from './time-attribute.ts';

interface Window {
  readonly partition: readonly number[];
  readonly items: readonly SortItem[];
  readonly calls: readonly WindowCall[];
}

/** Why a stream cannot have a window. `not-supported`: Flink can. */
export interface StreamRefusal {
  readonly code: 'wrong-window' | 'not-supported';
  readonly message: string;
  readonly hint: string;
  /** A number of which the query around asks for those up to a bound is allowed. */
  readonly isLiftedByBound?: true;
}

/** Why a stream cannot have a window, in Flink's rules; null: it can. `windows`: how many different ones the SELECT has. */
export function streamingRefusal(session: Session, input: number, {items, calls}: Window, windows: number): StreamRefusal | null {
  const {changelog} = session.builder.at(input);
  const batch = "read the input in batch mode: SET 'execution.runtime-mode' = 'batch'";
  const topN = 'ROW_NUMBER() in a query of its own, with WHERE n <= 10 around it, is a Top-N, which takes any order';
  const refused = (message: string, hint = batch): StreamRefusal => ({code: 'wrong-window', message, hint});
  if (windows > 1) return refused('all calls with OVER in one SELECT must have the same window over a stream');
  const [item] = items;
  const isTime = item !== undefined && items.length === 1 && timeAttribute(session.builder, input, item.index) !== null;
  if (!isTime && item !== undefined && calls.every(isRunning)) return null;
  const unfit = calls.find(call => !streamed.has(call.function) && !isAggregate(call));
  if (unfit !== undefined) {
    const message = `${unfit.function} over a stream is not supported, because it needs rows that have not come yet, or all of them`;
    return isRanking(unfit) ? {code: 'not-supported', message, hint: topN} : refused(message);
  }
  if (!isTime) {
    const hint = calls.some(call => call.function === 'ROW_NUMBER') ? topN : batch;
    if (item === undefined) return refused('OVER over a stream needs ORDER BY', hint);
    if (hint === topN)
      return {...refused('ROW_NUMBER over a stream by another order than its time needs an upper bound', hint), isLiftedByBound: true};
    return refused('a frame of OVER over a stream that is not ordered by its time holds all rows up to the current one', hint);
  }
  if (changelog !== 'append') return refused('OVER by time over rows that change is not supported over a stream');
  if (item.descending) return refused('OVER over a stream must be ordered by its time, ascending');
  if (calls.every(isLag)) return lagRefusal(calls, batch);
  const frames = calls.map(streamedFrame);
  if (frames.some(frame => frame.end !== 0)) return refused('a frame of OVER over a stream must end with CURRENT ROW');
  const differs = frames.some(frame => frame.unit !== frames[0]!.unit || frame.start !== frames[0]!.start);
  if (differs) return refused('all calls with OVER in one SELECT must have the same frame over a stream');
  return null;
}

/** It looks at the rows before its own in order, and at those that are equal to it. */
function isRunning(call: WindowCall): boolean {
  return (
    isAggregate(call) && call.function !== 'LAG' && call.function !== 'ROW_NUMBER' && call.frame.start === null && call.frame.end === 0
  );
}

/** By the time at which rows are worked on each row has a place of its own, and its rank is the number of its place. */
export function numbered(session: Session, input: number, items: readonly SortItem[], call: WindowCall): WindowCall {
  const [item] = items;
  const isArrival = items.length === 1 && !item!.descending && timeAttribute(session.builder, input, item!.index) === 'processing';
  return isArrival && isRanking(call) ? {...call, function: 'ROW_NUMBER'} : call;
}

function isRanking(call: WindowCall): boolean {
  return call.function === 'RANK' || call.function === 'DENSE_RANK';
}

/** Whether the calls of a window in a stream are given for rows in an order of their own, not as they come. */
export function isByRank(session: Session, input: number, {items}: Pick<Window, 'items'>): boolean {
  const [item] = items;
  return items.length !== 1 || timeAttribute(session.builder, input, item!.index) === null;
}

/** The frame of a call as a stream goes through it: a number of rows counts all rows up to its own. */
export function streamedFrame(call: WindowCall): Frame {
  return call.function === 'ROW_NUMBER' ? {unit: 'ROWS', start: null, end: 0} : call.frame;
}

export function isLag(call: WindowCall): boolean {
  return call.function === 'LAG';
}

/** A stream keeps as many rows as LAG looks back, so that is a constant. */
function lagRefusal(lags: readonly WindowCall[], hint: string): StreamRefusal | null {
  const isFit = ({arguments: [value, offset]}: WindowCall): boolean =>
    value?.kind === 'column' && (offset === undefined || (offset.kind === 'literal' && offset.value !== null && Number(offset.value) >= 0));
  return lags.every(isFit)
    ? null
    : {code: 'not-supported', message: 'LAG over a stream looks back by a constant number of rows, at a value of the row', hint};
}

/** Window functions that need only what has come. */
const streamed: ReadonlySet<string> = new Set(['ROW_NUMBER', 'LAG', 'FIRST_VALUE', 'LAST_VALUE']);
const windowOnly: ReadonlySet<string> = new Set(['RANK', 'DENSE_RANK', 'PERCENT_RANK', 'CUME_DIST', 'NTILE', 'LEAD']);

function isAggregate(call: WindowCall): boolean {
  return !windowOnly.has(call.function);
}

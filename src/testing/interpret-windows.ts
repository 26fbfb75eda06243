import type {Expr} from '../plan/expression.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import {valueKey} from '../types/compare.ts';
import {instantToLocal, localToInstant} from '../types/time-zone.ts';
import type {Row, Value} from '../types/value.ts';

/** What windows mean, for the interpreter: every row counts, whenever it comes. */
type WindowNode = NodeOf<'assign-window'> | NodeOf<'assign-windows'> | NodeOf<'session-window'>;
type Evaluate = (expression: Expr, row: Row) => Value;

/** Each row once for each of its windows, with the columns of the window behind it. */
export function windowedRows(node: WindowNode, rows: readonly Row[], evaluate: Evaluate, timeZone: string): readonly Row[] {
  const isLocal = node.time.type.kind === 'TIMESTAMP_LTZ';
  const timed = rows.flatMap(row => {
    const time = evaluate(node.time, row);
    return time === null ? [] : [{row, time: isLocal ? instantToLocal(timeZone, Number(time)) : Number(time)}];
  });
  const added = (start: number, end: number): Row =>
    node.adds.map(column => {
      if (column === 'start') return start;
      if (column === 'end') return end;
      return isLocal ? localToInstant(timeZone, end - 1) : end - 1;
    });
  if (node.kind === 'session-window') {
    return sessions(node, timed, evaluate).flatMap(({start, end, rows: own}) => own.map(row => [...row, ...added(start, end)]));
  }
  return timed.flatMap(({row, time}) => windowsAround(node, time).map(([start, end]) => [...row, ...added(start, end)]));
}

/** All windows [start, end) that hold a time. */
function windowsAround({spec}: NodeOf<'assign-window'> | NodeOf<'assign-windows'>, time: number): readonly (readonly [number, number])[] {
  const {kind, sizeMs, stepMs, offsetMs} = spec;
  const every = kind === 'cumulate' ? sizeMs : stepMs;
  const found: (readonly [number, number])[] = [];
  for (let number = Math.floor((time - offsetMs - sizeMs) / every); number * every + offsetMs <= time; number++) {
    const start = number * every + offsetMs;
    for (let end = kind === 'cumulate' ? start + stepMs : start + sizeMs; end <= start + sizeMs; end += stepMs) {
      if (start <= time && time < end) found.push([start, end]);
      if (kind !== 'cumulate') break;
    }
  }
  return found;
}

interface Session {
  readonly start: number;
  end: number;
  readonly rows: Row[];
}

function sessions(
  node: NodeOf<'session-window'>,
  timed: readonly {readonly row: Row; readonly time: number}[],
  evaluate: Evaluate,
): readonly Session[] {
  const byKey = new Map<string, {readonly row: Row; readonly time: number}[]>();
  for (const one of timed) {
    const key = JSON.stringify(node.keys.map(expression => valueKey(evaluate(expression, one.row), expression.type)));
    byKey.set(key, [...(byKey.get(key) ?? []), one]);
  }
  return [...byKey.values()].flatMap(rows => {
    const found: Session[] = [];
    for (const {row, time} of [...rows].sort((a, b) => a.time - b.time)) {
      const last = found.at(-1);
      if (last === undefined || time > last.end) found.push({start: time, end: time + node.gapMs, rows: [row]});
      else {
        last.rows.push(row);
        last.end = time + node.gapMs;
      }
    }
    return found;
  });
}

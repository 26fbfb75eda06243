import type {NodeOf} from '../plan/nodes/index.ts';
import type {Frame, WindowCall} from '../plan/window-call.ts';
import {sameValue} from '../types/compare.ts';
import type {SqlType} from '../types/sql-type.ts';
import type {Row, Value} from '../types/value.ts';

/** What the interpreter knows that calls with OVER need. */
export interface OverTools {
  /** Negative, zero or positive: two rows by the order of the window. */
  readonly compare: (left: Row, right: Row) => number;
  readonly orderType: SqlType | null;
  readonly value: (call: WindowCall, argument: number, row: Row) => Value;
  readonly aggregate: (call: WindowCall, rows: readonly Row[]) => Value;
}

/** A partition in order, each row with what the calls give: every frame looked up anew for every row. */
export function overPartition(node: NodeOf<'over'>, rows: readonly Row[], tools: OverTools): readonly Row[] {
  return rows.map((row, at) => [...row.slice(0, node.first), ...node.calls.map(call => callValue(node, call, rows, at, tools))]);
}

function callValue(node: NodeOf<'over'>, call: WindowCall, rows: readonly Row[], at: number, tools: OverTools): Value {
  const row = rows[at] as Row;
  const isPeer = (other: Row): boolean => tools.compare(other, row) === 0;
  const before = rows.filter(other => tools.compare(other, row) < 0).length;
  const upTo = before + rows.filter(isPeer).length;
  const frame = (): readonly Row[] => rows.filter((other, index) => isInside(node, call.frame, rows, at, index, tools, other));
  switch (call.function) {
    case 'ROW_NUMBER':
      return BigInt(at + 1);
    case 'RANK':
      return BigInt(before + 1);
    case 'DENSE_RANK':
      return BigInt(
        rows.slice(0, before).filter((other, index) => index === 0 || tools.compare(rows[index - 1] as Row, other) !== 0).length + 1,
      );
    case 'PERCENT_RANK':
      return rows.length === 1 ? 0 : before / (rows.length - 1);
    case 'CUME_DIST':
      return upTo / rows.length;
    case 'NTILE':
      return bucketOf(at, rows.length, Number(tools.value(call, 0, row)));
    case 'LAG':
    case 'LEAD': {
      const offset = call.arguments.length > 1 ? tools.value(call, 1, row) : 1;
      if (offset === null) return null;
      const other = rows[at + (call.function === 'LAG' ? -Number(offset) : Number(offset))];
      if (other !== undefined) return tools.value(call, 0, other);
      return call.arguments.length > 2 ? tools.value(call, 2, row) : null;
    }
    case 'FIRST_VALUE':
    case 'LAST_VALUE': {
      const found = frame().at(call.function === 'FIRST_VALUE' ? 0 : -1);
      return found === undefined ? null : tools.value(call, 0, found);
    }
    default:
      return tools.aggregate(call, frame());
  }
}

/** The first buckets have one row more where they do not come out even. */
function bucketOf(at: number, rows: number, buckets: number): number {
  let left = at;
  for (let bucket = 1; ; bucket++) {
    const size = Math.floor(rows / buckets) + (bucket <= rows % buckets ? 1 : 0);
    if (left < size) return bucket;
    left -= size;
  }
}

function isInside(
  node: NodeOf<'over'>,
  frame: Frame,
  rows: readonly Row[],
  at: number,
  index: number,
  tools: OverTools,
  other: Row,
): boolean {
  const inBound = (bound: number | null, side: 'start' | 'end'): boolean => {
    if (bound === null) return true;
    const isStart = side === 'start';
    if (frame.unit === 'ROWS') return isStart ? index >= at + bound : index <= at + bound;
    const row = rows[at] as Row;
    const order = tools.compare(other, row);
    if (bound === 0) return isStart ? order >= 0 : order <= 0;
    const item = node.items[0];
    const [mine, theirs] = [row[item?.index ?? 0] as Value, other[item?.index ?? 0] as Value];
    // NULL is at no distance from NULL, and far from all else.
    if (mine === null && theirs === null) return isStart ? bound <= 0 : bound >= 0;
    if (mine === null || theirs === null) return isStart ? order >= 0 : order <= 0;
    const distance = item?.descending === true ? -bound : bound;
    const limit = typeof mine === 'bigint' ? mine + BigInt(Math.trunc(distance)) : (mine as number) + distance;
    if (tools.orderType !== null && sameValue(theirs, limit, tools.orderType)) return true;
    return (theirs as number | bigint) > limit === (isStart !== (item?.descending === true));
  };
  return inBound(frame.start, 'start') && inBound(frame.end, 'end');
}

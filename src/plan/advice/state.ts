import {quoteName} from '../../sql/keywords.ts';
import {isText} from '../../types/common-type.ts';
import {someBelow} from '../below.ts';
import type {Origin} from '../builder.ts';
import type {Expr} from '../expression.ts';
import type {StateGrowth} from '../nodes/behaviour.ts';
import {someExpression} from '../expression-walk.ts';
import {behaviourOf, type NodeOf, type PlanNode} from '../nodes/index.ts';
import type {Plan} from '../plan.ts';
import type {Advised, Advisor} from './advisor.ts';

/** State that grows as long as a stream goes on, where something can be written against it. */
export function adviseOnState(advised: Advised, plan: Plan, advisor: Advisor): void {
  if (!advised.isStreaming) return;
  for (const index of advised.used) {
    const node = advised.nodes[index]!;
    const behaviour = behaviourOf<PlanNode>(node);
    const inputs = behaviour.inputs(node).map(input => advised.nodes[input]!);
    const origin = advised.origins.get(index);
    if (origin === undefined || inputs.every(input => input.bounded)) continue;
    const growth = node.kind === 'join' ? joinGrowth(node, plan) : behaviour.growth(node, inputs);
    if (growth === null) continue;
    const fix = fixFor(node, advised.nodes, growth, origin.name === 'GROUP BY');
    if (fix !== null) tell(growth, origin, fix, advisor);
  }
}

/** What a join keeps once WHERE has been moved into it, which may bound the times of its sides; null where it is not known any more. */
function joinGrowth({span}: NodeOf<'join'>, plan: Plan): StateGrowth | null {
  const same = plan.nodes.find(
    other => other.kind === 'join' && span !== undefined && other.span?.start === span.start && other.span.end === span.end,
  );
  return same === undefined ? null : growthIn(plan, same);
}

function growthIn(plan: Plan, node: PlanNode): StateGrowth {
  const behaviour = behaviourOf<PlanNode>(node);
  return behaviour.growth(
    node,
    behaviour.inputs(node).map(input => plan.nodes[input]!),
  );
}

interface Fix {
  /** Why the state has no end. */
  readonly because?: string;
  readonly hint: string;
}

function tell({text}: StateGrowth, {report, span, name}: Origin, {because, hint}: Fix, advisor: Advisor): void {
  advisor.in(report, span, 'growing-state', `the state of ${name} grows for ever: ${text}`, {
    ...(because === undefined ? {} : {detail: because}),
    hint,
  });
}

/** What to write instead (`isGrouped`: GROUP BY made the node); null where nothing is known, or where most likely nothing needs to be done. */
function fixFor(node: PlanNode, nodes: readonly PlanNode[], growth: StateGrowth, isGrouped: boolean): Fix | null {
  const [first, second] = behaviourOf<PlanNode>(node)
    .inputs(node)
    .map(input => nodes[input]!);
  if (node.kind === 'join' && growth.kind === 'rows' && second !== undefined) return joinFix(node, first!, second, nodes);
  if (node.kind === 'over' && growth.kind === 'rows' && first!.changelog === 'append') return overFix(first!);
  if (node.kind === 'aggregate' && (growth.kind === 'keys' || growth.kind === 'rows')) return aggregateFix(node, first!, isGrouped);
  return null;
}

/** Rows in another order than that of their time are all kept. */
function overFix({rowtime, schema}: PlanNode): Fix {
  const because = 'a row that comes later may stand before any of them, and then changes what was computed';
  const time = rowtime === null ? null : quoteName(schema.columns[rowtime]!.name);
  return {
    because,
    hint: time === null ? 'declare WATERMARK FOR a time column, and order by that' : `order by the time of the stream: ORDER BY ${time}`,
  };
}

/** Rows that come, and never go, are all kept; of rows that are taken back the present ones are kept, and those may be few. */
function joinFix(node: NodeOf<'join'>, left: PlanNode, right: PlanNode, nodes: readonly PlanNode[]): Fix | null {
  const isGrowing = [left, right].some(side => side.changelog === 'append' && !side.bounded && side.key === null);
  const isSemi = node.type === 'semi' || node.type === 'anti';
  // NOT IN over what may be NULL is told of by itself.
  if (!isGrowing || (isSemi && node.leftKeys.length === 0)) return null;
  if (right.bounded && !isSemi && node.type !== 'right' && node.type !== 'full') {
    return {
      because: 'rows of the left side are kept as if the right side, which ends, could give more',
      hint: 'look it up: add now AS PROCTIME() to the table on the left, and write JOIN t FOR SYSTEM_TIME AS OF a.now',
    };
  }
  const because = 'a row of one side may still be asked for by any row that the other side will ever give';
  if (left.window !== null && right.window !== null)
    return {because, hint: 'compare both bounds of the windows: a.window_start = b.window_start AND a.window_end = b.window_end'};
  if (isSemi) return {because, hint: 'read both sides through TUMBLE, and compare window_start and window_end as well'};
  if (left.rowtime === null || right.rowtime === null) {
    const isLost = node.inputs.every(input => someBelow(nodes, input, ({kind}) => kind === 'watermark'));
    const how = isLost
      ? 'let both sides give the time of their tables (of windows: window_time)'
      : 'declare WATERMARK FOR a time column of both tables';
    return {because, hint: `${how}, and bound it: AND ${bounds('a.ts', 'b.ts')}`};
  }
  const name = (side: PlanNode): string => quoteName(side.schema.columns[side.rowtime!]!.name);
  return {because, hint: `bound the times of both sides: AND ${bounds(`a.${name(left)}`, `b.${name(right)}`)}`};
}

function bounds(left: string, right: string): string {
  return `${left} BETWEEN ${right} - INTERVAL '1' HOUR AND ${right} + INTERVAL '1' HOUR`;
}

const forgetting = "SET 'table.exec.state.ttl' = '1 d'";

/** A time, or a text or a day that is made of the time of the stream; its hour would come again. */
function isEndless(key: Expr, rowtime: number | null): boolean {
  const {type} = key;
  if (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') return true;
  return (isText(type) || type.kind === 'DATE') && someExpression(key, inner => inner.kind === 'column' && inner.index === rowtime);
}

/** Groups are as many as their keys, which may be few. Keys of time, and keys that tell rows apart, never end. */
function aggregateFix(node: NodeOf<'aggregate'>, input: PlanNode, isGrouped: boolean): Fix | null {
  const columns = node.keys.map(key => (key.kind === 'column' ? key.index : -1));
  const {window, rowtime} = input;
  if (window !== null && (columns.includes(window.start) || columns.includes(window.end))) {
    const missing = columns.includes(window.start) ? window.end : window.start;
    return {
      because: 'only groups of both bounds of a window are over when the window closes',
      hint: `add ${quoteName(input.schema.columns[missing]!.name)} to GROUP BY, or ${forgetting}`,
    };
  }
  const isOfTime = node.keys.some(key => isEndless(key, rowtime));
  const isOfRows =
    input.changelog === 'append' && input.key !== null && input.key.length > 0 && input.key.every(column => columns.includes(column));
  if (!isOfTime && !isOfRows) return null;
  const because = isOfTime
    ? 'time goes on, and with it new keys come'
    : 'the key of the table is a key here, so every row makes a new group';
  // SELECT DISTINCT and its like have no GROUP BY to add to.
  if (!isGrouped) return {because, hint: forgetting};
  const time = rowtime === null ? null : quoteName(input.schema.columns[rowtime]!.name);
  const table = `TUMBLE(TABLE t, DESCRIPTOR(${time ?? 'ts'}), INTERVAL '1' HOUR)`;
  const way = `group by the window_start and window_end of ${table}`;
  return {because, hint: `${time === null ? `declare WATERMARK FOR a time column, and ${way}` : way}, or ${forgetting}`};
}

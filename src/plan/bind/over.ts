import {type Column, intType, withNullable} from '../../types/sql-type.ts';
import type {Expr, SortItem} from '../expression.ts';
import {expressionKey, mapChildren} from '../expression-walk.ts';
import type {Lag} from '../nodes/frame.ts';
import type {Frame, WindowCall} from '../window-call.ts';
import {type OverCall, overIndex} from './aggregate-calls.ts';
import type {BindContext} from './context.ts';
import type {Emit, Session} from './session.ts';
import {isByRank, isLag, numbered, streamedFrame, streamingRefusal} from './streaming-over.ts';

/** A SELECT on its way: the expressions of its list over the node's columns, in which calls with OVER have a column each. */
export interface SelectWithOvers {
  readonly node: number;
  readonly expressions: readonly Expr[];
  readonly overs: readonly OverCall[];
}

/** Computes the calls with OVER behind the node's columns: one node for all calls with the same window. */
export function withOvers(session: Session, context: BindContext, given: SelectWithOvers, emit: Emit): Omit<SelectWithOvers, 'overs'> {
  if (given.overs.length === 0) return given;
  const {builder} = session;
  const used = usedOvers(given);
  const inputs = new Inputs(builder.schema(given.node).columns);
  const placed = used.map(index => placedCall(given.overs[index]!, inputs, index));
  let node = inputs.isPlain
    ? given.node
    : builder.add({kind: 'project', input: given.node, expressions: inputs.expressions}, {schema: {columns: inputs.columns}});
  const columns = [...inputs.columns];
  const places = new Map<number, number>();
  const windows = sameWindows(placed);
  // Over a stream the rows before are known to the frames themselves: calls that look there come first, and the others see their rows.
  const groups = emit === 'final' ? windows : windows.flatMap(withLagsApart);
  for (const group of groups) {
    const first = columns.length;
    const {partition, items} = group[0]!;
    for (const [position, {index, call}] of group.entries()) {
      places.set(index, first + position);
      columns.push({name: call.name, type: call.type});
    }
    const calls = group.map(({call, items: order}) => (emit === 'final' ? call : numbered(session, node, order, call)));
    const refusal = emit === 'final' ? null : streamingRefusal(session, node, {partition, items, calls}, windows.length);
    const isFramed = emit === 'changes' && refusal === null && !isByRank(session, node, {items});
    if (isFramed && isLag(calls[0]!)) {
      node = lagged(session, node, group);
      continue;
    }
    const input = isFramed ? framed(session, node, {...group[0]!, call: calls[0]!}) : node;
    const step = isFramed ? first : null;
    node = builder.add({kind: 'over', input, first, partition, items, calls, emit, step}, {schema: {columns: [...columns]}});
    const {span} = given.overs[group[0]!.index]!;
    if (!isFramed && refusal === null && emit === 'changes') session.origins.set(node, {report: context.report, span, name: 'OVER'});
    if (refusal !== null) session.refusals.push({node, report: context.report, span, ...refusal});
  }
  const replaced = (expression: Expr): Expr => {
    const index = overIndex(expression);
    if (index < 0) return mapChildren(expression, replaced);
    return {kind: 'column', index: places.get(index)!, type: expression.type, span: expression.span};
  };
  return {node, expressions: given.expressions.map(replaced)};
}

/** The rows of a stream as they go through the frames of a call. */
function framed(
  session: Session,
  input: number,
  {partition, items, call}: PlacedCall,
  lags: readonly Lag[] = [],
  columns: readonly Column[] = [],
): number {
  const {builder} = session;
  const {rowtime, schema} = builder.at(input);
  const order = items[0]!.index;
  const step = schema.columns.length + lags.length;
  const deepest = Math.max(0, ...lags.map(lag => lag.offset));
  const frame: Frame = lags.length === 0 ? streamedFrame(call) : {unit: 'ROWS', start: 0 - deepest, end: 0};
  const shape = {kind: 'frame', input, partition, order, isEventTime: order === rowtime, frame, step, lags} as const;
  return builder.add(shape, {schema: {columns: [...schema.columns, ...columns, {name: 'step', type: withNullable(intType, false)}]}});
}

/** LAG of a stream: the frames know the rows before. */
function lagged(session: Session, input: number, group: readonly PlacedCall[]): number {
  const {builder} = session;
  const lags = group.map(({call}): Lag => {
    const [value, offset, otherwise] = call.arguments;
    return {
      column: value?.kind === 'column' ? value.index : -1,
      offset: offset === undefined ? 1 : offsetOf(offset),
      otherwise: otherwise ?? {kind: 'literal', value: null, type: call.type, span: null},
    };
  });
  const columns = group.map(({call}) => ({name: call.name, type: call.type}));
  const frames = framed(session, input, group[0]!, lags, columns);
  const given = builder.schema(frames).columns.slice(0, -1);
  const expressions = given.map(({type}, index): Expr => ({kind: 'column', index, type, span: null}));
  return builder.add({kind: 'project', input: frames, expressions}, {schema: {columns: given}});
}

function offsetOf(expression: Expr): number {
  return expression.kind === 'literal' ? Number(expression.value) : -1;
}

/** Calls may have been bound twice: for the list, and where ORDER BY names the same. */
function usedOvers({expressions, overs}: SelectWithOvers): readonly number[] {
  const used = new Set<number>();
  const visit = (expression: Expr): Expr => {
    const index = overIndex(expression);
    if (index >= 0) used.add(index);
    return mapChildren(expression, visit);
  };
  for (const expression of expressions) visit(expression);
  return overs.flatMap((_, index) => (used.has(index) ? [index] : []));
}

/** The columns that calls read: those of the node, and behind them what has to be computed. */
class Inputs {
  readonly columns: Column[];
  readonly expressions: Expr[];
  readonly #count: number;

  constructor(columns: readonly Column[]) {
    this.columns = [...columns];
    this.expressions = columns.map(({type}, index) => ({kind: 'column', index, type, span: null}));
    this.#count = columns.length;
  }

  get isPlain(): boolean {
    return this.columns.length === this.#count;
  }

  column(expression: Expr): number {
    if (expression.kind === 'column') return expression.index;
    const key = expressionKey(expression);
    const known = this.expressions.findIndex(other => expressionKey(other) === key);
    if (known !== -1) return known;
    this.columns.push({name: `over${this.columns.length}`, type: expression.type});
    return this.expressions.push(expression) - 1;
  }
}

interface PlacedCall {
  readonly index: number;
  readonly partition: readonly number[];
  readonly items: readonly SortItem[];
  readonly call: WindowCall;
}

function placedCall(over: OverCall, inputs: Inputs, index: number): PlacedCall {
  const asColumn = (expression: Expr): Expr =>
    expression.kind === 'literal' ? expression : {kind: 'column', index: inputs.column(expression), type: expression.type, span: null};
  return {
    index,
    partition: [...new Set(over.partition.map(expression => inputs.column(expression)))],
    items: over.order.map(({expression, descending, nullsFirst}) => ({index: inputs.column(expression), descending, nullsFirst})),
    call: {
      function: over.function,
      arguments: over.arguments.map(asColumn),
      distinct: over.distinct,
      frame: over.frame satisfies Frame,
      type: over.type,
      name: `${over.function.toLowerCase()}${index}`,
    },
  };
}

function withLagsApart(group: readonly PlacedCall[]): readonly (readonly PlacedCall[])[] {
  const lags = group.filter(({call}) => isLag(call));
  return lags.length === 0 || lags.length === group.length ? [group] : [lags, group.filter(({call}) => !isLag(call))];
}

/** Calls by window, in the order in which the windows come first. */
function sameWindows(calls: readonly PlacedCall[]): readonly (readonly PlacedCall[])[] {
  const groups = new Map<string, PlacedCall[]>();
  for (const call of calls) {
    const key = JSON.stringify([call.partition, call.items]);
    groups.set(key, [...(groups.get(key) ?? []), call]);
  }
  return [...groups.values()];
}

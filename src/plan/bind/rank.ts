import {conjunction, conjunctsOf} from '../conjuncts.ts';
import type {Expr} from '../expression.ts';
import {someExpression} from '../expression-walk.ts';
import type {NodeOf} from '../nodes/index.ts';
import type {WindowColumns} from '../nodes/window.ts';
import type {Session} from './session.ts';
import {keptFor} from './state-ttl.ts';
import {timeAttribute} from './time-attribute.ts';

/** A node and what is still to be filtered of its rows; null: nothing. */
export interface Filtered {
  readonly node: number;
  readonly predicate: Expr | null;
}

/**
 * Top-N: a condition on a ROW_NUMBER() that a query below computes keeps only some rows of each partition, so only those are ranked at all. `isRead`: whether
 * the query around reads a column. Gives what it got where the condition says nothing of the kind.
 */
export function ranked(session: Session, node: number, predicate: Expr, isRead: (column: number) => boolean): Filtered {
  const unchanged = {node, predicate};
  const conjuncts = conjunctsOf(predicate);
  const numbered = conjuncts.flatMap(conjunct => boundOf(conjunct) ?? []).find(bound => numberingOf(session, node, bound.column) !== null);
  if (numbered === undefined) {
    for (const conjunct of conjuncts) allowVariableBound(session, node, conjunct);
    return unchanged;
  }
  const {column} = numbered;
  const over = numberingOf(session, node, column)!;
  let [from, to] = [1, Infinity];
  const rest: Expr[] = [];
  for (const conjunct of conjuncts) {
    const bounds = boundOf(conjunct)?.filter(bound => bound.column === column) ?? [];
    if (bounds.length === 0) rest.push(conjunct);
    for (const bound of bounds) [from, to] = [Math.max(from, bound.from), Math.min(to, bound.to)];
  }
  if (to === Infinity || to < from) return unchanged;
  const isUsed = isRead(column) || rest.some(conjunct => reads(conjunct, column));
  return {node: rebuilt(session, node, over, {from, to, isUsed}), predicate: conjunction(rest)};
}

/** Whether an expression reads a column. */
export function reads(expression: Expr, column: number): boolean {
  return someExpression(expression, inner => inner.kind === 'column' && inner.index === column);
}

interface Bound {
  readonly column: number;
  readonly from: number;
  readonly to: number;
}

/** A number of which at most as many are asked for as a column of the row says is counted for all rows; without any bound a stream has none. */
function allowVariableBound(session: Session, node: number, expression: Expr): void {
  if (expression.kind !== 'call' || !['<', '<=', '>', '>=', '='].includes(expression.function)) return;
  const [left, right] = expression.arguments.map(withoutCast) as [Expr, Expr];
  const bounded = expression.function === '=' ? [left, right] : expression.function.startsWith('<') ? [left] : [right];
  if (left.kind !== 'column' || right.kind !== 'column') return;
  for (const number of bounded) {
    const over = number.kind === 'column' ? numberingOf(session, node, number.index) : null;
    const at = session.refusals.findIndex(refusal => refusal.isLiftedByBound === true && session.builder.at(refusal.node) === over);
    if (at >= 0) session.refusals.splice(at, 1);
  }
}

const mirrored: Readonly<Record<string, string>> = {'<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '='};

/** What a comparison with a constant says of the number in a column; null: it is no such comparison. */
function boundOf(expression: Expr): readonly Bound[] | null {
  if (expression.kind !== 'call' || mirrored[expression.function] === undefined) return null;
  const [left, right] = expression.arguments.map(withoutCast) as [Expr, Expr];
  const isMirrored = left.kind === 'literal';
  const [column, limit] = isMirrored ? [right, left] : [left, right];
  const operator = isMirrored ? mirrored[expression.function]! : expression.function;
  if (column.kind !== 'column' || limit.kind !== 'literal') return null;
  if (typeof limit.value !== 'bigint' && typeof limit.value !== 'number') return null;
  const scale = limit.type.kind === 'DECIMAL' ? 10 ** limit.type.scale : 1;
  const value = Number(limit.value) / scale;
  const from = operator === '>' ? Math.floor(value) + 1 : operator === '>=' || operator === '=' ? Math.ceil(value) : -Infinity;
  const to = operator === '<' ? Math.ceil(value) - 1 : operator === '<=' || operator === '=' ? Math.floor(value) : Infinity;
  return [{column: column.index, from, to}];
}

function withoutCast(expression: Expr): Expr {
  return expression.kind === 'cast' && expression.implicit ? withoutCast(expression.operand) : expression;
}

/** The node that numbers rows in a column, when all between only hands columns on. */
function numberingOf(session: Session, node: number, column: number): NodeOf<'over'> | null {
  const found = session.builder.at(node);
  if (found.kind === 'project') {
    const expression = found.expressions[column];
    return expression?.kind === 'column' ? numberingOf(session, found.input, expression.index) : null;
  }
  const isNumbering =
    found.kind === 'over' && found.calls.length === 1 && column === found.first && found.calls[0]!.function === 'ROW_NUMBER';
  return isNumbering ? found : null;
}

/** The projections above the numbering again, over a ranking in its place. */
function rebuilt(session: Session, node: number, over: NodeOf<'over'>, range: {from: number; to: number; isUsed: boolean}): number {
  const {builder} = session;
  const found = builder.at(node);
  if (found.kind === 'project') return builder.add({...found, input: rebuilt(session, found.input, over, range)}, {schema: found.schema});
  const {from, to} = range;
  const input = rankedInput(session, over);
  const columns = builder.schema(input).columns;
  const {partition, items, emit} = over;
  const isNumbered = range.isUsed && from < to;
  const kept = from === 1 && to === 1 ? timeOf(session, over) : undefined;
  const windowKeys = windowKeysOf(session, over);
  const rows =
    windowKeys !== null
      ? builder.add(
          {
            kind: 'window-rank',
            input,
            partition,
            items,
            from,
            to,
            ties: tiesOf(session, over),
            number: isNumbered ? columns.length : null,
            windowKeys,
          },
          {schema: isNumbered ? over.schema : {columns}},
        )
      : kept === undefined
        ? builder.add(
            {kind: 'rank', input, partition, items, from, to, number: isNumbered ? columns.length : null, emit, ...keptFor(session, emit)},
            {schema: isNumbered ? over.schema : {columns}},
          )
        : builder.add({kind: 'deduplicate', input, keys: partition, ...kept, ...keptFor(session, emit)}, {schema: {columns}});
  if (isNumbered) return rows;
  // The number is known, or nobody reads it.
  const number: Expr = {kind: 'literal', value: BigInt(from), type: over.schema.columns[over.first]!.type, span: null};
  const expressions = [...columns.map(({type}, index): Expr => ({kind: 'column', index, type, span: null})), number];
  return builder.add({kind: 'project', input: rows, expressions}, {schema: over.schema});
}

/** What is ranked: not the frames that the numbering would need. */
function rankedInput(session: Session, over: NodeOf<'over'>): number {
  const input = session.builder.at(over.input);
  return over.step !== null && input.kind === 'frame' ? input.input : over.input;
}

/** Where each partition is within one window of a stream, its ranking is decided when that closes. */
function windowKeysOf(session: Session, over: NodeOf<'over'>): WindowColumns | null {
  const {window, changelog} = session.builder.at(rankedInput(session, over));
  if (session.isFinal || window === null || changelog !== 'append') return null;
  const isInside = over.partition.includes(window.start) && over.partition.includes(window.end);
  return isInside ? {...window, time: null, sessionKeys: null} : null;
}

/** Of rows of the same time the last one that came is the latest. */
function tiesOf(session: Session, over: NodeOf<'over'>): 'first' | 'last' {
  const [item] = over.items;
  return item !== undefined && item.descending && timeAttribute(session.builder, rankedInput(session, over), item.index) !== null
    ? 'last'
    : 'first';
}

/** The first row by a stream's time is one that is kept and compared only with what comes; undefined: it is no such order. */
function timeOf(session: Session, over: NodeOf<'over'>): {readonly time: number | null; readonly keep: 'first' | 'last'} | undefined {
  const [item] = over.items;
  const input = rankedInput(session, over);
  const {changelog, rowtime} = session.builder.at(input);
  if (over.emit === 'final' || changelog !== 'append' || item === undefined || over.items.length > 1) return undefined;
  const keep = item.descending ? 'last' : 'first';
  if (item.index === rowtime) return {time: rowtime, keep};
  return timeAttribute(session.builder, input, item.index) === 'processing' ? {time: null, keep} : undefined;
}

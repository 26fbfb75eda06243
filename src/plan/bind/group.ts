import type {Span} from '../../base/problem.ts';
import type {Expression} from '../../sql/ast.ts';
import type {Column, Schema} from '../../types/sql-type.ts';
import {typeText} from '../../types/type-text.ts';
import type {AggregateCall, Expr} from '../expression.ts';
import {expressionKey, mapChildren, someExpression} from '../expression-walk.ts';
import type {WindowColumns} from '../nodes/window.ts';
import {nameText} from '../plan-text.ts';
import {isAggregateColumn, isBehindGroups, overIndex} from './aggregate-calls.ts';
import type {BindContext} from './context.ts';
import type {ExpressionBinder} from './expression.ts';
import {numberLiteral} from './literal.ts';
import type {Output} from './select.ts';
import type {Emit, Session} from './session.ts';
import {keptFor} from './state-ttl.ts';

/** What an aggregate node is made of. */
export interface Group {
  readonly keys: readonly Expr[];
  readonly calls: readonly AggregateCall[];
  readonly span: Span;
  /** For messages: `GROUP BY`. */
  readonly name: string;
  /** What a hint says of how long groups are kept, in milliseconds; null: nothing. */
  readonly ttlMs?: number | null;
}

/** One key, over the input's columns. Null after a problem was reported. */
export function bindKey(
  binder: ExpressionBinder,
  expression: Expression,
  output: readonly Output[] | null,
  aliases: ReadonlyMap<string, Expr>,
): Expr | null {
  const {report, lenient} = binder.context;
  if (expression.kind === 'number' && /^\d+$/.test(expression.text)) return ordinalKey(binder, expression.text, expression.span, output);
  const alias = expression.kind === 'column' && expression.parts.length === 1 ? expression.parts[0]!.name : undefined;
  const aliased = alias === undefined || binder.options.scope.has(alias) ? undefined : aliases.get(alias);
  if (aliased === undefined) return comparable(binder, expression.span, binder.bind(expression));
  const column = output?.find(candidate => candidate.expression === aliased);
  if (lenient) return keyOf(binder, expression.span, aliased);
  return report.error('group-by-alias', expression.span, `GROUP BY "${alias}" names a SELECT alias, which Flink does not take`, {
    hint: `write GROUP BY ${column === undefined ? 'the expression itself' : selected(report.textOf(column.span))}`,
  });
}

/** An item of the select list without its alias. */
function selected(text: string): string {
  return text.replace(/\s+(?:AS\s+)?(?:`[^`]*`|[A-Za-z_]\w*)\s*$/i, '');
}

/**
 * GROUP BY 2: for a one-liner the second column of the result. In Flink it groups by the number 2, that is all rows together, so where the second column could
 * be meant a script is refused.
 */
function ordinalKey(binder: ExpressionBinder, text: string, span: Span, output: readonly Output[] | null): Expr | null {
  const {report, lenient} = binder.context;
  if (output === null) return null;
  const column = output[Number(text) - 1];
  if (lenient && column !== undefined) return keyOf(binder, span, column.expression);
  if (lenient) return report.error('wrong-ordinal', span, `GROUP BY ${text} names no column: there are ${output.length}`);
  const couldBeMeant =
    column !== undefined && someExpression(column.expression, inner => inner.kind === 'column' && !isAggregateColumn(inner));
  if (!couldBeMeant) return numberLiteral(text, false, span, report);
  return report.error('group-by-ordinal', span, `GROUP BY ${text} groups by the number ${text} in Flink, not by the column at that place`, {
    hint: `write GROUP BY ${selected(report.textOf(column.span))}`,
  });
}

/** An expression of the select list as a key. */
function keyOf(binder: ExpressionBinder, span: Span, expression: Expr): Expr | null {
  if (!someExpression(expression, inner => isAggregateColumn(inner) || overIndex(inner) >= 0)) return comparable(binder, span, expression);
  return binder.context.report.error('misplaced-aggregate', span, 'GROUP BY cannot name an aggregate');
}

function comparable(binder: ExpressionBinder, span: Span, key: Expr | null): Expr | null {
  if (key?.type.kind !== 'MULTISET' && key?.type.kind !== 'MAP') return key;
  return binder.context.report.error('wrong-type', span, `GROUP BY cannot compare values of ${typeText({...key.type, nullable: true})}`);
}

/** The expressions over the aggregate's output instead of its input. Null after a problem was reported. */
export function lifted(
  context: BindContext,
  group: Group,
  input: Schema,
  expressions: readonly Expr[],
  spans: readonly Span[],
): readonly Expr[] | null {
  const keys = new Map(group.keys.map((key, index) => [expressionKey(key), index]));
  const told = new Set<string>();
  let isWhole = true;
  const lift = (expression: Expr, span: Span): Expr => {
    const key = keys.get(expressionKey(expression));
    if (key !== undefined) return {kind: 'column', index: key, type: expression.type, span: expression.span};
    if (expression.kind !== 'column') return mapChildren(expression, child => lift(child, span));
    if (overIndex(expression) >= 0 || isBehindGroups(expression)) return expression;
    if (isAggregateColumn(expression)) return {...expression, index: group.keys.length - 1 - expression.index};
    isWhole = false;
    const {name} = input.columns[expression.index]!;
    const place = expression.span ?? span;
    if (!told.has(`${name} ${place.start}`)) notGrouped(context, name, place, group);
    told.add(`${name} ${place.start}`);
    return expression;
  };
  const found = expressions.map((expression, index) => lift(expression, spans[index] ?? group.span));
  return isWhole ? found : null;
}

function notGrouped(context: BindContext, name: string, span: Span, group: Group): void {
  const shown = nameText(name);
  context.report.error('not-grouped', span, `column "${name}" is neither grouped by nor inside an aggregate`, {
    hint: `${group.keys.length > 0 ? `add ${shown} to GROUP BY` : `write GROUP BY ${shown}`}, or aggregate it: MAX(${shown})`,
  });
}

/** The aggregate node over its input. */
export function groupedInput(
  session: Session,
  context: BindContext,
  group: Group,
  input: number,
  emit: Emit,
  output: readonly Output[],
): number {
  const {builder, origins} = session;
  const below = builder.schema(input);
  const columns: Column[] = group.keys.map((key, index) => ({name: keyName(key, below, output) ?? `key${index}`, type: key.type}));
  const calls = group.calls.map((call, index) => ({...call, name: callName(index, output) ?? call.name}));
  for (const {name, type} of calls) columns.push({name, type});
  const windowKeys = session.isFinal ? null : windowKeysOf(builder.at(input).window, group.keys);
  const shape =
    windowKeys === null
      ? ({kind: 'aggregate', input, keys: group.keys, calls, emit, ...keptFor(session, emit, group.ttlMs)} as const)
      : ({kind: 'window-aggregate', input, keys: group.keys, calls, windowKeys} as const);
  const node = builder.add(shape, {schema: {columns}});
  origins.set(node, {report: context.report, span: group.span, name: group.name});
  return node;
}

/** Where a window's columns stand among the keys: groups of a stream that have both bounds are complete when the window closes. */
function windowKeysOf(window: WindowColumns | null, keys: readonly Expr[]): WindowColumns | null {
  if (window === null) return null;
  const place = (column: number | null): number => keys.findIndex(key => key.kind === 'column' && key.index === column);
  const [start, end, time] = [place(window.start), place(window.end), place(window.time)];
  if (start === -1 || end === -1) return null;
  // Sessions are of their own keys: of other groups nobody knows when they are complete.
  const sessionKeys = window.sessionKeys?.map(place) ?? null;
  const others = keys.flatMap((_, index) => ([start, end, time].includes(index) ? [] : [index]));
  const isSame = sessionKeys === null || (sessionKeys.length === others.length && others.every(key => sessionKeys.includes(key)));
  return isSame ? {...window, start, end, time: time === -1 ? null : time, sessionKeys} : null;
}

function keyName(key: Expr, below: Schema, output: readonly Output[]): string | undefined {
  if (key.kind === 'column') return below.columns[key.index]!.name;
  const wanted = expressionKey(key);
  return output.find(column => expressionKey(column.expression) === wanted)?.name;
}

/** The alias of an aggregate that stands alone in the select list. */
function callName(index: number, output: readonly Output[]): string | undefined {
  const name = output.find(({expression}) => expression.kind === 'column' && expression.index === -1 - index)?.name;
  return name === undefined || name.startsWith('EXPR$') ? undefined : name;
}

import type {Span} from '../../base/problem.ts';
import type {CallExpression, Expression} from '../../sql/ast.ts';
import type {SqlType} from '../../types/sql-type.ts';
import {typeText} from '../../types/type-text.ts';
import type {Expr} from '../expression.ts';
import {someBelow} from '../below.ts';
import {behaviourOf} from '../nodes/index.ts';
import {windowColumns, windowedSchema, type WindowSpec} from '../nodes/window.ts';
import {quoteName} from '../../sql/keywords.ts';
import {withArticle} from '../plan-text.ts';
import {castTo} from './cast.ts';
import type {BindContext} from './context.ts';
import {ExpressionBinder} from './expression.ts';
import type {QueryBinder} from './query.ts';
import {Scope} from './scope.ts';
import type {CommonTables, Emit, Relation, Session} from './session.ts';
import {placedArguments, tableArgument, tableReference, type FunctionReference, type TableArgument} from './table-function.ts';
import {timeOf} from './time-attribute.ts';

/** The table functions that put rows into windows, with the names of what they take after the table and the time. */
const functions = {
  TUMBLE: {spans: ['SIZE', 'OFFSET'], needed: 1, syntax: "TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' MINUTES)"},
  HOP: {spans: ['SLIDE', 'SIZE', 'OFFSET'], needed: 2, syntax: "HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '5' MINUTES, INTERVAL '10' MINUTES)"},
  CUMULATE: {
    spans: ['STEP', 'SIZE', 'OFFSET'],
    needed: 2,
    syntax: "CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '1' DAY)",
  },
  SESSION: {spans: ['GAP'], needed: 1, syntax: "SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' MINUTES)"},
} as const;
type WindowFunction = keyof typeof functions;

export function isWindowFunction(name: string): name is WindowFunction {
  return Object.hasOwn(functions, name);
}

/** `TABLE(TUMBLE(…))` in FROM: the input's columns, and window_start, window_end and window_time. Null after a problem was reported. */
export function bindWindowFunction(
  binder: QueryBinder,
  {call}: FunctionReference,
  name: WindowFunction,
  around: CommonTables | null,
  emit: Emit,
): Relation | null {
  const {context} = binder;
  const given = argumentsOf(context, call, name);
  if (given === null) return null;
  const {table, times, spans} = given;
  const from = binder.bindFrom(tableReference(table), around, emit);
  if (from === null) return null;
  const scope = new Scope(from.relations, from.merged);
  const expressions = new ExpressionBinder(context, {scope, aggregates: null, clause: name});
  const time = expressions.bind(times);
  const keys = expressions.bindAll(table.partitionBy);
  const lengths = spans.map(argument => spanOf(context, expressions, argument));
  if (time === null || keys === null || lengths.includes(null)) return null;
  const window = windowOf(context, {name, lengths: lengths as readonly number[], span: call.span});
  if (window === null) return null;
  const node = windowed(binder.session, context, {input: from.node, time, timeSpan: times.span, window, keys});
  return node === null ? null : {node, columns: binder.session.builder.schema(node).columns};
}

interface Arguments {
  readonly table: TableArgument;
  /** The column of the descriptor. */
  readonly times: Expression;
  readonly spans: readonly Expression[];
}

function argumentsOf(context: BindContext, call: CallExpression, name: WindowFunction): Arguments | null {
  const {report} = context;
  const {spans, needed, syntax} = functions[name];
  const names = ['DATA', 'TIMECOL', ...spans];
  const placed = placedArguments(context, call, names, syntax);
  if (placed === null) return null;
  const at = (index: number): Expression | undefined => placed[index];
  const [first, descriptor] = placed;
  const wrong = (why: string, span: Span): null => report.error('wrong-argument', span, why, {hint: `write ${syntax}`});
  const table = tableArgument(first);
  if (table === null) return wrong(`the first argument of ${name} is a table`, first?.span ?? call.span);
  if (table.orderBy.length > 0) return report.notSupported(`ORDER BY in a table argument of ${name}`, table.span);
  if (table.partitionBy.length > 0 && name !== 'SESSION') return wrong(`only SESSION takes PARTITION BY`, table.span);
  if (descriptor?.kind !== 'descriptor')
    return wrong(`the second argument of ${name} names the time column`, descriptor?.span ?? call.span);
  if (descriptor.columns.length !== 1) return wrong(`${name} has one time column, not ${descriptor.columns.length}`, descriptor.span);
  const lengths = spans.flatMap((_, index) => at(index + 2) ?? []);
  if (lengths.length < needed || spans.slice(0, needed).some((_, index) => at(index + 2) === undefined))
    return wrong(`${name} needs ${spans.slice(0, needed).join(' and ').toLowerCase()}`, call.span);
  const [column] = descriptor.columns;
  return {table, times: {kind: 'column', span: column!.span, parts: [column!]}, spans: lengths};
}

/** A constant length of time in milliseconds. Null after a problem was reported. */
export function spanOf(context: BindContext, binder: ExpressionBinder, argument: Expression): number | null {
  const bound = binder.bind(argument);
  if (bound === null) return null;
  if (bound.kind === 'literal' && bound.type.kind === 'INTERVAL' && bound.type.unit === 'milliseconds' && bound.value !== null)
    return Number(bound.value);
  return context.report.error('wrong-argument', argument.span, 'the lengths of windows are constant intervals of days to seconds', {
    hint: "write INTERVAL '10' MINUTES",
  });
}

export type Window = {readonly kind: 'fixed'; readonly spec: WindowSpec} | {readonly kind: 'session'; readonly gapMs: number};

/** The windows that a function means. Null after a problem was reported. */
export function windowOf(
  context: BindContext,
  given: {
    readonly name: WindowFunction;
    readonly lengths: readonly number[];
    readonly span: Span;
    /** The windows of GROUP BY may be of any size. */
    readonly isLoose?: boolean;
  },
): Window | null {
  const {name, lengths, span, isLoose = false} = given;
  const wrong = (message: string): null => context.report.error('wrong-window', span, message);
  const [first = 0, second = 0, third = 0] = lengths;
  if (first <= 0 || (name !== 'TUMBLE' && name !== 'SESSION' && second <= 0))
    return wrong(`the lengths of ${name} must be greater than zero`);
  if (name === 'SESSION') return {kind: 'session', gapMs: first};
  if (name === 'TUMBLE') {
    if (Math.abs(second) >= first) return wrong('the offset of TUMBLE must be less than its size');
    return {kind: 'fixed', spec: {kind: 'tumble', sizeMs: first, stepMs: first, offsetMs: second}};
  }
  const what = name === 'HOP' ? 'slide' : 'step';
  if (second % first !== 0 && !isLoose) return wrong(`the size of ${name} must be a multiple of its ${what}`);
  if (Math.abs(third) >= (name === 'HOP' ? first : second))
    return wrong(`the offset of ${name} must be less than its ${name === 'HOP' ? 'slide' : 'size'}`);
  const kind = name === 'HOP' && first === second ? 'tumble' : name === 'HOP' ? 'hop' : 'cumulate';
  return {kind: 'fixed', spec: {kind, sizeMs: second, stepMs: first, offsetMs: third}};
}

interface Windowing {
  readonly input: number;
  readonly time: Expr;
  readonly timeSpan: Span;
  readonly window: Window;
  /** Of sessions: what they are kept apart by. */
  readonly keys: readonly Expr[];
}

/** The node that puts rows into windows. Null after a problem was reported. */
export function windowed(session: Session, context: BindContext, given: Windowing): number | null {
  const {builder} = session;
  const {input, window, keys} = given;
  const found = windowTime(session, context, given);
  if (found === null) return null;
  const {time, isProcessing} = found;
  const {columns} = builder.schema(input);
  const common = {input, width: columns.length, time, isProcessing, adds: windowColumns};
  const traits = {schema: windowedSchema({columns}, time, windowColumns)};
  if (window.kind === 'session') return builder.add({kind: 'session-window', ...common, gapMs: window.gapMs, keys}, traits);
  const {spec} = window;
  return builder.add({kind: spec.kind === 'tumble' ? 'assign-window' : 'assign-windows', ...common, spec}, traits);
}

/** The time of a window must be a time attribute where windows close as time goes on; at the end of input any timestamp will do. */
function windowTime(
  session: Session,
  context: BindContext,
  {input, time, timeSpan}: Windowing,
): {readonly time: Expr; readonly isProcessing: boolean} | null {
  const {type} = time;
  if (type.kind !== 'TIMESTAMP' && type.kind !== 'TIMESTAMP_LTZ') {
    return context.report.error(
      'wrong-time',
      timeSpan,
      `the time of a window is a TIMESTAMP or TIMESTAMP_LTZ, and this is ${withArticle(typeText({...type, nullable: true}))}`,
    );
  }
  const attribute = timeOf(session.builder, input, time);
  if (session.isFinal) return {time: inMilliseconds(time, type), isProcessing: false};
  if (attribute !== null) return {time, isProcessing: attribute === 'processing'};
  if (isWrittenInQuery(session, input)) return {time: inMilliseconds(time, type), isProcessing: false};
  const isLost = someBelow(session.builder.nodes, input, ({kind}) => kind === 'watermark');
  const shown = time.kind === 'column' ? quoteName(session.builder.schema(input).columns[time.index]!.name) : 'ts';
  const declare = `write WATERMARK FOR ${shown} AS ${shown} - INTERVAL '5' SECOND into CREATE TABLE`;
  return context.report.error('wrong-time', timeSpan, 'the time of a window must be a time attribute, and this is an ordinary column', {
    detail: isLost
      ? 'what is computed is none any more, nor is what comes out of a join, a ranking or a GROUP BY without windows'
      : 'without a watermark nobody knows when a window is over',
    hint: `${isLost ? 'use the time of the table as it is' : declare}, or read the input to its end: SET 'execution.runtime-mode' = 'batch'`,
  });
}

/** Rows of the query itself are all there before time begins. */
function isWrittenInQuery(session: Session, input: number): boolean {
  const node = session.builder.at(input);
  if (node.kind === 'scan') return false;
  return behaviourOf(node)
    .inputs(node)
    .every(below => isWrittenInQuery(session, below));
}

function inMilliseconds(time: Expr, type: SqlType & {readonly kind: 'TIME' | 'TIMESTAMP' | 'TIMESTAMP_LTZ'}): Expr {
  return type.precision <= 3 ? time : castTo(time, {...type, precision: 3}, true, false);
}

import type {CallExpression, Expression, FrameBound, WindowSpec} from '../../sql/ast.ts';
import {findFunction} from '../../functions/index.ts';
import {isNumeric} from '../../types/common-type.ts';
import {isIntegerKind} from '../../types/integer.ts';
import {bigintType, doubleType, intType, type SqlType, withNullable} from '../../types/sql-type.ts';
import {typeText} from '../../types/type-text.ts';
import type {Expr} from '../expression.ts';
import {someExpression} from '../expression-walk.ts';
import {type Frame, runningFrame, wholeFrame} from '../window-call.ts';
import {type OverCall, overIndex} from './aggregate-calls.ts';
import {coerced} from './cast.ts';
import type {ExpressionBinder} from './expression.ts';
import {aggregateTyping} from './typed-call.ts';

interface WindowFunction {
  readonly syntax: string;
  readonly least: number;
  readonly most: number;
  /** It looks at the frame; the others at the whole partition, and take none. */
  readonly takesFrame?: true;
  readonly needsOrder?: true;
  readonly typeOf: (args: readonly Expr[]) => SqlType;
}

const counted = (): SqlType => withNullable(bigintType, false);
const shared = (): SqlType => withNullable(doubleType, false);
const argument = (args: readonly Expr[]): SqlType => withNullable(args[0]!.type, true);

/** Functions that mean something only with OVER. */
const windowFunctions: ReadonlyMap<string, WindowFunction> = new Map<string, WindowFunction>([
  ['ROW_NUMBER', {syntax: 'ROW_NUMBER()', least: 0, most: 0, typeOf: counted}],
  ['RANK', {syntax: 'RANK()', least: 0, most: 0, needsOrder: true, typeOf: counted}],
  ['DENSE_RANK', {syntax: 'DENSE_RANK()', least: 0, most: 0, needsOrder: true, typeOf: counted}],
  ['PERCENT_RANK', {syntax: 'PERCENT_RANK()', least: 0, most: 0, needsOrder: true, typeOf: shared}],
  ['CUME_DIST', {syntax: 'CUME_DIST()', least: 0, most: 0, needsOrder: true, typeOf: shared}],
  ['NTILE', {syntax: 'NTILE(buckets)', least: 1, most: 1, needsOrder: true, typeOf: () => withNullable(intType, false)}],
  ['LAG', {syntax: 'LAG(value [, offset [, default]])', least: 1, most: 3, needsOrder: true, typeOf: argument}],
  ['LEAD', {syntax: 'LEAD(value [, offset [, default]])', least: 1, most: 3, needsOrder: true, typeOf: argument}],
  ['FIRST_VALUE', {syntax: 'FIRST_VALUE(value)', least: 1, most: 1, takesFrame: true, typeOf: argument}],
  ['LAST_VALUE', {syntax: 'LAST_VALUE(value)', least: 1, most: 1, takesFrame: true, typeOf: argument}],
]);

/** A call with OVER: the column that stands for it. Null after a problem was reported. */
export function bindOver(binder: ExpressionBinder, call: CallExpression, over: WindowSpec): Expr | null {
  const {report} = binder.context;
  const {aggregates, clause} = binder.options;
  if (aggregates === null || !['SELECT', 'ORDER BY', 'QUALIFY'].includes(clause)) {
    return report.error('misplaced-aggregate', call.span, `${call.name}(…) OVER cannot stand in ${clause}`, {
      hint: 'compute it in a query of its own: FROM (SELECT …, ROW_NUMBER() OVER (…) AS n FROM …) WHERE n <= 3',
    });
  }
  if (call.filter !== null) return report.notSupported('FILTER with OVER', call.span);
  if (call.ignoreNulls !== null) return report.notSupported('IGNORE or RESPECT NULLS', call.span);
  if (call.withinGroup.length > 0) return report.notSupported('WITHIN GROUP with OVER', call.span);
  const spec = wholeSpec(binder, over);
  if (spec === null) return null;
  const partition = binder.bindAll(spec.partitionBy);
  const order = binder.bindAll(spec.orderBy.map(item => item.expression));
  const head = boundHead(binder, call);
  if (partition === null || order === null || head === null) return null;
  const unordered = [...partition, ...order].find(expression => ['MAP', 'MULTISET', 'ARRAY', 'ROW'].includes(expression.type.kind));
  if (unordered !== undefined) {
    return report.error('wrong-type', over.span, `OVER cannot compare values of ${typeText({...unordered.type, nullable: true})}`);
  }
  const known = windowFunctions.get(call.name);
  if (known?.needsOrder === true && order.length === 0) {
    return report.error('wrong-window', call.span, `${call.name} needs an order`, {hint: 'write OVER (… ORDER BY …)'});
  }
  if (known !== undefined && known.takesFrame !== true && spec.frame !== null) {
    return report.error('wrong-window', call.span, `${call.name} takes no ROWS or RANGE`);
  }
  const frame = known !== undefined && known.takesFrame !== true ? wholeFrame : frameOf(binder, spec, order);
  if (frame === null) return null;
  const bound: OverCall = {
    ...head,
    partition,
    order: spec.orderBy.map(({descending, nulls}, index) => ({
      expression: order[index]!,
      descending,
      nullsFirst: nulls === null ? !descending : nulls === 'first',
    })),
    frame,
    span: call.span,
  };
  const all = [...bound.arguments, ...partition, ...order];
  if (all.some(expression => someExpression(expression, inner => overIndex(inner) >= 0))) {
    return report.error('misplaced-aggregate', call.span, `${call.name}(…) OVER cannot hold another call with OVER`, {
      hint: 'compute the inner one in a query of its own: FROM (SELECT …)',
    });
  }
  return {...aggregates.addOver(bound), span: report.spanOf(call.span)};
}

/** The window with what a named one adds to it. */
function wholeSpec(binder: ExpressionBinder, over: WindowSpec): WindowSpec | null {
  if (over.base === null) return over;
  const {name} = over.base;
  const window = binder.options.aggregates?.windows.find(candidate => candidate.name.name === name);
  if (window === undefined) return binder.context.report.error('unknown-window', over.base.span, `there is no window "${name}"`);
  const base = wholeSpec(binder, window.spec);
  if (base === null) return null;
  return {
    span: over.span,
    base: null,
    partitionBy: over.partitionBy.length > 0 ? over.partitionBy : base.partitionBy,
    orderBy: over.orderBy.length > 0 ? over.orderBy : base.orderBy,
    frame: over.frame ?? base.frame,
  };
}

/** The function and its arguments. */
function boundHead(binder: ExpressionBinder, call: CallExpression): Pick<OverCall, 'function' | 'arguments' | 'distinct' | 'type'> | null {
  const {report} = binder.context;
  const known = windowFunctions.get(call.name);
  const definition = findFunction(call.name);
  const isStar = call.name === 'COUNT' && call.arguments.length === 1 && call.arguments[0]!.kind === 'star' && !call.distinct;
  const args = isStar ? [] : binder.bindAll(call.arguments);
  if (args === null) return null;
  if (known === undefined) {
    if (definition?.kind !== 'aggregate') {
      if (definition === undefined) return report.notSupported(`${call.name}(…) OVER`, call.span);
      return report.error('wrong-argument', call.span, `function "${call.name}" is no aggregate, so it takes no OVER`);
    }
    const typed = aggregateTyping(report, call, definition, args);
    if (typed === null) return null;
    // A frame may hold no rows at all.
    const type = definition.name === 'COUNT' ? typed.type : withNullable(typed.type, true);
    const distinct = call.distinct && definition.name !== 'MIN' && definition.name !== 'MAX';
    return {function: definition.name, arguments: typed.arguments, distinct, type};
  }
  if (call.distinct) return report.error('wrong-argument', call.span, `${call.name} takes no DISTINCT`);
  if (args.length < known.least || args.length > known.most) {
    return report.error('wrong-argument', call.span, `function "${call.name}" cannot take ${args.length} arguments`, {
      hint: `it is written ${known.syntax}`,
    });
  }
  const isWrongBucket = call.name === 'NTILE' && (!isWholeNumber(args[0]!) || countOf(args[0]!) < 1);
  if (isWrongBucket || (args[1] !== undefined && !isIntegerKind(args[1].type.kind))) {
    return report.error(
      'wrong-argument',
      call.span,
      `function "${call.name}" counts with a ${isWrongBucket ? 'constant ' : ''}whole number`,
      {
        hint: `it is written ${known.syntax}`,
      },
    );
  }
  const type = known.typeOf(args);
  const [value, offset, otherwise] = args;
  const typed = otherwise === undefined ? args : [value!, offset!, coerced(otherwise, withNullable(type, otherwise.type.nullable))];
  return {function: call.name, arguments: typed, distinct: false, type};
}

function isWholeNumber(expression: Expr): boolean {
  return expression.kind === 'literal' && expression.value !== null && isIntegerKind(expression.type.kind);
}

function countOf(expression: Expr): number {
  return expression.kind === 'literal' ? Number(expression.value) : 0;
}

function frameOf(binder: ExpressionBinder, spec: WindowSpec, order: readonly Expr[]): Frame | null {
  const {report} = binder.context;
  const {frame} = spec;
  if (frame === null) return order.length === 0 ? wholeFrame : runningFrame;
  const end: FrameBound = frame.end ?? {kind: 'current-row'};
  const isOffset = [frame.start, end].some(bound => bound.kind === 'preceding' || bound.kind === 'following');
  if (frame.unit === 'RANGE' && isOffset && order.length !== 1) {
    return report.error('wrong-window', spec.span, 'RANGE with a distance needs exactly one column to order by', {
      hint: 'count rows: ROWS BETWEEN …',
    });
  }
  const unit = frame.unit === 'ROWS' ? null : (order[0]?.type ?? null);
  const first = boundOf(binder, frame.start, unit);
  const last = boundOf(binder, end, unit);
  if (first === undefined || last === undefined) return null;
  const isWrong =
    frame.start.kind === 'unbounded-following' || end.kind === 'unbounded-preceding' || (first !== null && last !== null && first > last);
  if (isWrong) return report.error('wrong-window', spec.span, 'the frame of OVER ends before it begins');
  return {unit: frame.unit, start: first, end: last};
}

/** `orderType`: of the column that RANGE counts in; null: rows are counted. Undefined after a problem was reported. */
function boundOf(binder: ExpressionBinder, bound: FrameBound, orderType: SqlType | null): number | null | undefined {
  if (bound.kind === 'current-row') return 0;
  if (bound.kind !== 'preceding' && bound.kind !== 'following') return null;
  const distance = orderType === null ? rowCount(binder, bound.distance) : difference(binder, bound.distance, orderType);
  if (distance === null) return undefined;
  return bound.kind === 'preceding' ? 0 - distance : distance + 0;
}

function rowCount(binder: ExpressionBinder, expression: Expression): number | null {
  const bound = binder.bind(expression);
  if (bound === null) return null;
  if (isWholeNumber(bound)) return countOf(bound);
  return binder.context.report.error('wrong-window', expression.span, 'ROWS counts with a constant whole number');
}

/** In units of the order's physical value. */
function difference(binder: ExpressionBinder, expression: Expression, type: SqlType): number | null {
  const bound = binder.bind(expression);
  if (bound === null) return null;
  const {report} = binder.context;
  const refuse = (): null =>
    report.error('wrong-window', expression.span, `RANGE over ${typeText({...type, nullable: true})} cannot count in this`, {
      hint: isNumeric(type) ? 'write a constant number' : "write an interval: INTERVAL '5' MINUTE",
    });
  if (bound.kind !== 'literal' || bound.value === null) return refuse();
  if (isNumeric(type) && isNumeric(bound.type)) {
    const scale = bound.type.kind === 'DECIMAL' ? bound.type.scale : 0;
    const value = Number(bound.value) / 10 ** scale;
    return type.kind === 'DECIMAL' ? Math.round(value * 10 ** type.scale) : value;
  }
  if (bound.type.kind !== 'INTERVAL' || bound.type.unit !== 'milliseconds') return refuse();
  const millis = Number(bound.value);
  if (type.kind === 'DATE') return millis / 86_400_000;
  if (type.kind === 'TIME') return millis;
  if (type.kind !== 'TIMESTAMP' && type.kind !== 'TIMESTAMP_LTZ') return refuse();
  return type.precision <= 3 ? millis : type.precision <= 6 ? millis * 1000 : millis * 1_000_000;
}

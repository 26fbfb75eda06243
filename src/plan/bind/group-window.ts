import type {CallExpression, GroupItem, Select} from '../../sql/ast.ts';
import type {Expr} from '../expression.ts';
import {windowColumns, windowedSchema} from '../nodes/window.ts';
import type {BindContext} from './context.ts';
import {ExpressionBinder} from './expression.ts';
import type {Scope} from './scope.ts';
import type {Session} from './session.ts';
import {hiddenName, WindowScope} from './window-scope.ts';
import {isWindowFunction, spanOf, windowed, windowOf} from './window.ts';

/** A SELECT grouped by a window, as one that is grouped by the window's columns; the same SELECT where it is not. Null after a problem was reported. */
export function withGroupWindow(
  session: Session,
  context: BindContext,
  select: Select,
  scope: Scope,
  input: number,
): {readonly select: Select; readonly scope: Scope} | null {
  const item = select.groupBy.find(isWindowItem);
  if (item === undefined) return {select, scope};
  const {report} = context;
  const call = item.expression;
  const others = select.groupBy.filter(other => other !== item && isWindowItem(other));
  if (others.length > 0) return report.error('wrong-window', others[0]!.span, 'GROUP BY takes one window');
  const name = call.name as Parameters<typeof windowOf>[1]['name'];
  const binder = new ExpressionBinder(context, {scope, aggregates: null, clause: name});
  const [times, ...lengths] = call.arguments;
  const most = name === 'HOP' ? 2 : 1;
  if (times === undefined || lengths.length < most || lengths.length > most + 1) {
    const syntax = name === 'HOP' ? "HOP(ts, INTERVAL '5' MINUTES, INTERVAL '10' MINUTES)" : `${name}(ts, INTERVAL '10' MINUTES)`;
    return report.error('wrong-argument', call.span, `${name} in GROUP BY takes a time and ${most === 1 ? 'a length' : 'two lengths'}`, {
      hint: `write ${syntax}`,
    });
  }
  if (lengths.length > most) return report.notSupported(`${name} with a time of day to align to`, lengths.at(-1)!.span);
  const time = binder.bind(times);
  const spans = lengths.map(length => spanOf(context, binder, length));
  if (time === null || spans.includes(null)) return null;
  const window = windowOf(context, {name, lengths: spans as readonly number[], span: call.span, isLoose: true});
  if (window === null) return null;
  const below = session.builder.schema(input);
  const width = below.columns.length;
  const columns = windowedSchema({columns: []}, time, windowColumns).columns.map(({type}, index) => ({
    name: hiddenName(windowColumns[index]!),
    type,
  }));
  const keys = windowColumns.map(column => keyItem(call, column));
  const groupBy = select.groupBy.flatMap(other => (other === item ? keys : [other]));
  return {select: {...select, groupBy}, scope: new WindowScope(scope, {call, time, window, width}, columns)};
}

function keyItem({span}: CallExpression, column: string): GroupItem {
  return {kind: 'expression', span, expression: {kind: 'column', span, parts: [{span, name: hiddenName(column), quoted: true}]}};
}

type WindowItem = GroupItem & {readonly kind: 'expression'; readonly expression: CallExpression};

function isWindowItem(item: GroupItem): item is WindowItem {
  return (
    item.kind === 'expression' &&
    item.expression.kind === 'call' &&
    isWindowFunction(item.expression.name) &&
    item.expression.name !== 'CUMULATE'
  );
}

/** Puts the rows that are to be grouped into their windows. Null after a problem was reported. */
export function attachWindow(session: Session, context: BindContext, scope: Scope, input: number, keys: readonly Expr[]): number | null {
  if (!(scope instanceof WindowScope)) return input;
  const {call, time, window, width} = scope.groupWindow;
  const ownKeys = keys.filter(key => !(key.kind === 'column' && key.index >= width));
  return windowed(session, context, {input, time, timeSpan: call.arguments[0]!.span, window, keys: ownKeys});
}

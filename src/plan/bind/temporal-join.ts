import type {Expression} from '../../sql/ast.ts';
import {conjunction, conjunctsOf} from '../conjuncts.ts';
import type {Expr} from '../expression.ts';
import {moved} from '../expression-walk.ts';
import type {JoinShape, JoinType} from '../nodes/join.ts';
import {nameText} from '../plan-text.ts';
import type {TemporalJoinShape} from '../nodes/temporal-join.ts';
import type {BindContext} from './context.ts';
import {ExpressionBinder} from './expression.ts';
import type {BoundFrom} from './from.ts';
import {Scope} from './scope.ts';
import type {Session} from './session.ts';
import {timeAttribute, timeOf} from './time-attribute.ts';
import {callOf} from './typed-call.ts';

/** FOR SYSTEM_TIME AS OF, and what it means: what the right side was at a time of the left one, or what a table has when a row is worked on. */
export type AsOf = {readonly kind: 'looked-up'} | {readonly kind: 'versions'; readonly leftTime: number; readonly rightTime: number};

/** The two sides of the join, each by its own columns. */
interface TimedSides {
  readonly asOf: Expression;
  readonly type: JoinType;
  readonly left: BoundFrom;
  readonly right: BoundFrom;
}

/** Null after a problem was reported. */
export function bindAsOf(session: Session, context: BindContext, {asOf, type, left, right}: TimedSides): AsOf | null {
  const {report} = context;
  const {builder} = session;
  const scope = new Scope(left.relations, left.merged);
  const time = new ExpressionBinder(context, {scope, aggregates: null, clause: 'FOR SYSTEM_TIME AS OF'}).bind(asOf);
  if (time === null) return null;
  if (type !== 'inner' && type !== 'left') return report.notSupported('FOR SYSTEM_TIME AS OF of a RIGHT or FULL JOIN', asOf.span);
  const attribute = timeOf(builder, left.node, time);
  if (attribute === 'event' && time.kind === 'column') return versions(session, context, {asOf, left: time.index, right: right.node});
  if (attribute === 'processing') return lookUp(session, context, asOf, right.node);
  if (session.isFinal) {
    return report.error(
      'wrong-time',
      asOf.span,
      'what a table was at a time of events is known to a stream only, as its watermark goes on',
      {
        hint: "SET 'execution.runtime-mode' = 'streaming'",
      },
    );
  }
  return report.error('wrong-time', asOf.span, 'FOR SYSTEM_TIME AS OF needs a time attribute of the left side', {
    detail: 'that is a column with a WATERMARK, as it is in its table, or PROCTIME()',
  });
}

/** The table is looked up as it stands, and ours stand still once they are read. */
function lookUp({builder}: Session, {report}: BindContext, asOf: Expression, right: number): AsOf | null {
  const {changelog, bounded} = builder.at(right);
  if (changelog === 'append' && bounded) return {kind: 'looked-up'};
  const why = bounded ? 'whose rows change' : 'that never ends';
  return report.error('wrong-time', asOf.span, `a table ${why} cannot be looked up by the time at which a row is worked on`, {
    detail: 'what it holds just then depends on how far it was read; Flink refuses it as well',
    hint: 'use the time of the events: FOR SYSTEM_TIME AS OF a column with a WATERMARK',
  });
}

function versions(
  {builder}: Session,
  {report}: BindContext,
  {asOf, left, right}: {readonly asOf: Expression; readonly left: number; readonly right: number},
): AsOf | null {
  const {key, rowtime, schema} = builder.at(right);
  const rightTime = rowtime ?? schema.columns.findIndex((_, column) => timeAttribute(builder, right, column) === 'event');
  if (rightTime >= 0 && key !== null && key.length > 0) return {kind: 'versions', leftTime: left, rightTime};
  const missing = rightTime >= 0 ? 'PRIMARY KEY' : key === null ? 'PRIMARY KEY and a WATERMARK' : 'WATERMARK';
  return report.error('wrong-time', asOf.span, `the right side of FOR SYSTEM_TIME AS OF has no ${missing}`, {
    detail: 'the key tells which rows are versions of one another, the time from when on each counts',
    hint: `declare ${rightTime >= 0 ? 'the key' : 'them'} in CREATE TABLE, or take the last row of each key: ROW_NUMBER() OVER (PARTITION BY … ORDER BY … DESC) = 1`,
  });
}

/** The join, whose condition must compare the whole key of the right side. Null after a problem was reported. */
export function temporalShape(
  session: Session,
  {report}: BindContext,
  shape: JoinShape,
  asOf: Expression,
  {leftTime, rightTime}: AsOf & {readonly kind: 'versions'},
): TemporalJoinShape | null {
  const [, right] = shape.inputs as readonly [number, number];
  const {key, schema} = session.builder.at(right);
  const keys = (key ?? []).map(column => ({
    column,
    at: shape.rightKeys.findIndex(expression => expression.kind === 'column' && expression.index === column),
  }));
  const missing = keys.find(({at}) => at < 0);
  if (missing !== undefined) {
    const name = nameText(schema.columns[missing.column]!.name);
    return report.error('wrong-time', asOf.span, `the condition does not compare ${name}, which is part of the key of the right side`, {
      detail: 'a row meets what its key was at its time, so the whole key must be known',
      hint: `write ON … = ${name}`,
    });
  }
  // Other equalities are asked of what the key was.
  const others = shape.leftKeys.flatMap((leftKey, index): readonly Expr[] => {
    if (keys.some(({at}) => at === index)) return [];
    const rightKey = moved(shape.rightKeys[index]!, shape.leftColumns);
    return [callOf(report, {name: '=', words: [], span: asOf.span}, [leftKey, rightKey])!];
  });
  return {
    kind: 'temporal-join',
    inputs: shape.inputs,
    type: shape.type === 'left' ? 'left' : 'inner',
    leftKeys: keys.map(({at}) => shape.leftKeys[at]!),
    rightKeys: keys.map(({column}) => column),
    residual: conjunction([...others, ...(shape.residual === null ? [] : conjunctsOf(shape.residual))]),
    leftColumns: shape.leftColumns,
    leftTime,
    rightTime,
  };
}

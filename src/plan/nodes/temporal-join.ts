import type {Schema} from '../../types/sql-type.ts';
import {Demand} from '../demand.ts';
import type {Expr} from '../expression.ts';
import {expressionText, nameText} from '../plan-text.ts';
import type {Behaviour} from './behaviour.ts';
import type {Traits} from './index.ts';
import {joinedColumns} from './join.ts';

/**
 * Pairs each left row with the row that its key had on the right side at the time of the left row: the last one whose time is not later, unless that was
 * deleted. It is given when the watermarks of both sides have come to its time. Output: the left columns, then the right ones; of `left` also the rows without
 * a partner, or whose partner does not pass the residual, with NULLs. What takes a left row back finds what was there at its own time.
 */
export interface TemporalJoinShape {
  readonly kind: 'temporal-join';
  /** Left, then right; they may be the same node. */
  readonly inputs: readonly number[];
  readonly type: 'inner' | 'left';
  /** Over the left input; as many as there are right keys, of equal types. */
  readonly leftKeys: readonly Expr[];
  /** Columns of the right input: its key. */
  readonly rightKeys: readonly number[];
  /** Over the left columns and then the right ones. */
  readonly residual: Expr | null;
  readonly leftColumns: number;
  /** The times of events, columns of the left input and of the right one. */
  readonly leftTime: number;
  readonly rightTime: number;
}

export const temporalJoin: Behaviour<TemporalJoinShape> = {
  inputs: node => node.inputs,
  withInputs: (node, inputs) => ({...node, inputs}),
  mapExpressions: (node, map) => ({
    ...node,
    leftKeys: node.leftKeys.map(map),
    residual: node.residual === null ? null : map(node.residual),
  }),
  traits: (node, _given, inputs) => {
    const [left, right] = inputs as readonly [Traits, Traits];
    return {
      schema: {columns: joinedColumns(node.type, left.schema.columns, right.schema.columns)},
      changelog: left.changelog,
      key: left.key,
      rowtime: left.rowtime,
      bounded: left.bounded && right.bounded,
      window: left.window,
    };
  },
  changes: (_node, [left]) => left!,
  oldRows: 'passed',
  // What was there at a time is replaced by what comes later; only a delete says that nothing is there any more.
  needsOldRows: (_node, isNeeded) => [isNeeded, false],
  demand: (node, wanted) => {
    const left = new Demand();
    const right = new Demand();
    const read = new Demand();
    read.addAll(wanted);
    if (node.residual !== null) read.addExpression(node.residual);
    for (const {column, path} of read.list()) {
      if (column < node.leftColumns) left.add(column, path);
      else right.add(column - node.leftColumns, path);
    }
    for (const key of node.leftKeys) left.addExpression(key);
    for (const key of node.rightKeys) right.add(key);
    left.add(node.leftTime);
    right.add(node.rightTime);
    return [left, right];
  },
  growth: (node, [, right]) => ({
    kind: 'keys',
    text: `one row per key of ${node.rightKeys.map(key => nameText(right!.schema.columns[key]!.name)).join(', ')}, and the rows that wait for their time`,
  }),
  describe: (node, [left, right]) => {
    const both: Schema = {columns: [...left!.columns, ...right!.columns]};
    const on = node.leftKeys.map(
      (key, index) => `${expressionText(key, left!)} = ${nameText(right!.columns[node.rightKeys[index]!]!.name)}`,
    );
    const residual = node.residual === null ? '' : ` where ${expressionText(node.residual, both)}`;
    return `${node.type} join on ${on.join(', ')}${residual}, as of ${nameText(left!.columns[node.leftTime]!.name)}`;
  },
};

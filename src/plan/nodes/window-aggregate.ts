import {Demand} from '../demand.ts';
import type {AggregateCall, Expr} from '../expression.ts';
import {aggregateCallText, expressionText, nameText} from '../plan-text.ts';
import type {Behaviour} from './behaviour.ts';
import type {WindowColumns} from './window.ts';

/**
 * Output: the keys, then the calls, once for each group of a window, when the window closes. The window's columns are among the keys; rows that come for a
 * window that has closed are dropped.
 */
export interface WindowAggregateShape {
  readonly kind: 'window-aggregate';
  readonly input: number;
  readonly keys: readonly Expr[];
  readonly calls: readonly AggregateCall[];
  /** Places among the keys. */
  readonly windowKeys: WindowColumns;
}

export const windowAggregate: Behaviour<WindowAggregateShape> = {
  inputs: node => [node.input],
  withInputs: (node, [input]) => ({...node, input: input!}),
  mapExpressions: (node, map) => ({
    ...node,
    keys: node.keys.map(map),
    calls: node.calls.map(call => ({
      ...call,
      arguments: call.arguments.map(map),
      filter: call.filter === null ? null : map(call.filter),
    })),
  }),
  traits: (node, given, [input]) => ({
    schema: given.schema,
    changelog: 'append',
    key: node.keys.map((_, index) => index),
    rowtime: node.windowKeys.isProcessing ? null : node.windowKeys.time,
    bounded: input!.bounded,
    window: node.windowKeys,
  }),
  demand: (node, wanted) => {
    const demand = new Demand();
    for (const key of node.keys) demand.addExpression(key);
    for (const [index, call] of node.calls.entries()) {
      if (!wanted.has(node.keys.length + index)) continue;
      for (const argument of call.arguments) demand.addExpression(argument);
      if (call.filter !== null) demand.addExpression(call.filter);
    }
    return [demand];
  },
  growth: () => ({kind: 'time', text: 'the groups of open windows'}),
  describe: (node, [input], output) => {
    const keys = node.keys.map(key => expressionText(key, input!)).join(', ');
    const calls = node.calls.map((call, index) => {
      const name = nameText(output.columns[node.keys.length + index]!.name);
      return `${aggregateCallText(call, input!)} AS ${name}`;
    });
    const when = node.windowKeys.isProcessing ? 'when the clock has passed a window' : 'when a window closes';
    return `aggregate by ${keys}${calls.length > 0 ? `: ${calls.join(', ')}` : ''}, ${when}`;
  },
};

import {Demand} from '../demand.ts';
import type {AggregateCall, Expr} from '../expression.ts';
import {aggregateCallText, expressionText, nameText} from '../plan-text.ts';
import type {Behaviour} from './behaviour.ts';

/**
 * Output: the keys, then the calls. `changes`: every input row may change its group's row, and the change is emitted; `final`: each group's row once, at the
 * end of input. Without keys and with `final` there is always one row, also over no input; with `changes` none until the first input row.
 */
export interface AggregateShape {
  readonly kind: 'aggregate';
  readonly input: number;
  readonly keys: readonly Expr[];
  readonly calls: readonly AggregateCall[];
  readonly emit: 'changes' | 'final';
}

export const aggregate: Behaviour<AggregateShape> = {
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
    changelog: node.emit === 'final' ? 'append' : 'retract',
    key: node.keys.map((_, index) => index),
    rowtime: null,
    bounded: input!.bounded,
  }),
  changes: (_node, [input]) => ({updates: true, deletes: input!.updates || input!.deletes}),
  oldRows: 'asked',
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
  describe: (node, [input], output) => {
    const keys = node.keys.map(key => expressionText(key, input!)).join(', ');
    const calls = node.calls.map((call, index) => {
      const text = aggregateCallText(call, input!);
      const name = nameText(output.columns[node.keys.length + index]!.name);
      return `${text} AS ${name}`;
    });
    const words = [node.keys.length === 0 ? 'all rows' : `by ${keys}`];
    if (calls.length > 0) words.push(calls.join(', '));
    return `aggregate ${words.join(': ')}${node.emit === 'changes' ? ', on every change' : ', at the end of input'}`;
  },
};

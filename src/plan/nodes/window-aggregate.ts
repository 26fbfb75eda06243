import type {AggregateCall, Expr} from '../expression.ts';
import {expressionText} from '../plan-text.ts';
import type {Behaviour} from './behaviour.ts';
import {callsText, groupingDemand, mapGrouping} from './grouping.ts';
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
  mapExpressions: mapGrouping,
  traits: (node, given, [input]) => ({
    schema: given.schema,
    changelog: 'append',
    key: node.keys.map((_, index) => index),
    rowtime: node.windowKeys.isProcessing ? null : node.windowKeys.time,
    bounded: input!.bounded,
    window: node.windowKeys,
  }),
  demand: groupingDemand,
  growth: () => ({kind: 'time', text: 'the groups of open windows'}),
  describe: (node, [input], output) => {
    const keys = node.keys.map(key => expressionText(key, input!)).join(', ');
    const when = node.windowKeys.isProcessing ? 'when the clock has passed a window' : 'when a window closes';
    return `aggregate by ${keys}${node.calls.length > 0 ? `: ${callsText(node, input!, output)}` : ''}, ${when}`;
  },
};

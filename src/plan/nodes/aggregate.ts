import type {AggregateCall, Expr} from '../expression.ts';
import {aggregateCallText, expressionText} from '../plan-text.ts';
import {growthByKey, type Behaviour} from './behaviour.ts';
import {callsText, groupingDemand, mapGrouping} from './grouping.ts';
import {forgottenText, kept} from './time-to-live.ts';

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
  /** A group that has not changed for so long is forgotten, and begins anew with its next row; absent: never. */
  readonly ttlMs?: number;
}

// What these give cannot be had from less than all values.
const collecting = /^(?:LISTAGG|ARRAY_AGG|COLLECT|PERCENTILE|JSON_ARRAYAGG|JSON_OBJECTAGG)/;
// From the state of these a value can be taken back.
const summing = /^(?:COUNT|SUM|AVG|STDDEV|VAR|\$SUM0)/;

/** Whether an aggregate keeps each value; `retracts`: values may be taken back. */
function keepsValues({function: name}: AggregateCall, retracts: boolean): boolean {
  return collecting.test(name) || (retracts && !summing.test(name));
}

export const aggregate: Behaviour<AggregateShape> = {
  inputs: node => [node.input],
  withInputs: (node, [input]) => ({...node, input: input!}),
  mapExpressions: mapGrouping,
  traits: (node, given, [input]) => ({
    schema: given.schema,
    changelog: node.emit === 'final' ? 'append' : 'retract',
    key: node.keys.map((_, index) => index),
    rowtime: null,
    bounded: input!.bounded,
  }),
  changes: (_node, [input]) => ({updates: true, deletes: input!.updates || input!.deletes}),
  oldRows: 'asked',
  demand: groupingDemand,
  growth: (node, [input]) => {
    const {schema, changelog} = input!;
    const names = node.keys.map(key => expressionText(key, schema));
    const whole = node.calls.filter(call => !call.distinct && keepsValues(call, changelog !== 'append'));
    const distinct = node.calls.filter(call => call.distinct);
    const own = growthByKey('one row', names);
    const valuesOf = (what: string, calls: readonly AggregateCall[]): readonly string[] =>
      calls.length > 2
        ? [`${what} values of ${calls.length} aggregates`]
        : calls.map(call => `${what} values of ${aggregateCallText(call, schema)}`);
    const more = [...valuesOf('the different', distinct), ...valuesOf('all', whole)];
    const kind = whole.length > 0 ? 'rows' : distinct.length > 0 ? 'keys' : own.kind;
    const text = more.length === 0 ? own.text : `${own.text}, with ${more.join(' and ')}`;
    return kept({kind, text}, node.ttlMs);
  },
  describe: (node, [input], output) => {
    const keys = node.keys.map(key => expressionText(key, input!)).join(', ');
    const words = [node.keys.length === 0 ? 'all rows' : `by ${keys}`];
    if (node.calls.length > 0) words.push(callsText(node, input!, output));
    return `aggregate ${words.join(': ')}${node.emit === 'changes' ? ', on every change' : ', at the end of input'}${forgottenText(node.ttlMs)}`;
  },
};

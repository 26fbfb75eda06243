import {Demand} from '../demand.ts';
import type {SortItem} from '../expression.ts';
import {nameText} from '../plan-text.ts';
import {type WindowCall, windowCallText} from '../window-call.ts';
import {growthByKey, type Behaviour} from './behaviour.ts';
import {sortText} from './sort.ts';

/**
 * Each row with what the calls give over the rows around it in its partition; their columns stand behind those of the input, which `first` counts. Equal rows
 * are in the order of arrival. `final`: at the end of input. `changes`: the input are rows as they go through frames, the same for all calls; `step` is the
 * column that says what each is for, which is not given on.
 */
export interface OverShape {
  readonly kind: 'over';
  readonly input: number;
  readonly first: number;
  /** Columns of the input. */
  readonly partition: readonly number[];
  readonly items: readonly SortItem[];
  readonly calls: readonly WindowCall[];
  readonly emit: 'changes' | 'final';
  readonly step: number | null;
}

export const over: Behaviour<OverShape> = {
  inputs: node => [node.input],
  withInputs: (node, [input]) => ({...node, input: input!}),
  mapExpressions: (node, map) => ({...node, calls: node.calls.map(call => ({...call, arguments: call.arguments.map(map)}))}),
  traits: (node, given, [input]) => ({...input!, schema: given.schema, rowtime: node.emit === 'final' ? null : input!.rowtime}),
  demand: (node, wanted) => {
    const demand = new Demand();
    for (const {column, path} of wanted.list()) if (column < node.first) demand.add(column, path);
    for (const column of node.partition) demand.add(column);
    for (const {index} of node.items) demand.add(index);
    if (node.step !== null) demand.add(node.step);
    for (const [index, call] of node.calls.entries()) {
      if (wanted.has(node.first + index)) for (const argument of call.arguments) demand.addExpression(argument);
    }
    return [demand];
  },
  growth: (node, [input]) => {
    if (node.emit === 'final') return {kind: 'rows', text: 'all rows'};
    return growthByKey(
      'one state',
      node.partition.map(column => nameText(input!.schema.columns[column]!.name)),
    );
  },
  describe: (node, [input]) => {
    const by = node.partition.map(column => nameText(input!.columns[column]!.name)).join(', ');
    const calls = node.calls.map(call => windowCallText(call, input!)).join(', ');
    const order = node.items.length === 0 ? '' : ` ordered by ${sortText(node.items, input!)}`;
    const when = node.emit === 'final' ? 'at the end of input' : 'as rows come';
    return `over ${by === '' ? 'all rows' : by}${order}: ${calls}, ${when}`;
  },
};

import {Demand} from '../demand.ts';
import type {SortItem} from '../expression.ts';
import {nameText} from '../plan-text.ts';
import {type WindowCall, windowCallText} from '../window-call.ts';
import {growthByKey, type Behaviour} from './behaviour.ts';
import {sortText} from './sort.ts';

/**
 * Each row with what the calls give over the rows around it in its partition; their columns stand behind those of the input, which `first` counts. Equal rows
 * are in the order of arrival. `final`: at the end of input. `changes`: as rows come and go, also what becomes of the rows behind them; or, where `step` says
 * so, the input are rows as they go through frames, the same for all calls: that is the column that says what each is for, which is not given on.
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

/** Rows of a stream are kept in an order that is not that of their coming. */
export function isInOrder(node: Pick<OverShape, 'emit' | 'step'>): boolean {
  return node.emit === 'changes' && node.step === null;
}

export const over: Behaviour<OverShape> = {
  inputs: node => [node.input],
  withInputs: (node, [input]) => ({...node, input: input!}),
  mapExpressions: (node, map) => ({...node, calls: node.calls.map(call => ({...call, arguments: call.arguments.map(map)}))}),
  traits: (node, given, [input]) => {
    if (isInOrder(node)) {
      // Rows of one key may be in several partitions one after the other, and then are not told apart by it alone, as in Flink.
      const key = node.partition.every(column => input!.key?.includes(column) === true) ? input!.key : null;
      return {schema: given.schema, changelog: 'retract', key, rowtime: null, bounded: input!.bounded};
    }
    return {...input!, schema: given.schema, rowtime: node.emit === 'final' ? null : input!.rowtime};
  },
  changes: (node, [input]) => (isInOrder(node) ? {updates: true, deletes: input!.updates || input!.deletes} : input!),
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
    if (isInOrder(node)) return {kind: 'rows', text: input!.changelog === 'append' ? 'all rows' : 'the present rows'};
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
    const when = node.emit === 'final' ? 'at the end of input' : isInOrder(node) ? 'on every change' : 'as rows come';
    return `over ${by === '' ? 'all rows' : by}${order}: ${calls}, ${when}`;
  },
};

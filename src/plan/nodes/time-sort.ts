import type {SortItem} from '../expression.ts';
import type {Behaviour} from './behaviour.ts';
import {sortDemand, sortText} from './sort.ts';

/** Rows of a stream in the order of its time, each when the watermark has come to it; the first item is the time, ascending. Rows that come later are dropped. */
export interface TimeSortShape {
  readonly kind: 'time-sort';
  readonly input: number;
  readonly items: readonly SortItem[];
}

export const timeSort: Behaviour<TimeSortShape> = {
  inputs: node => [node.input],
  withInputs: (node, [input]) => ({...node, input: input!}),
  mapExpressions: node => node,
  traits: (_node, _given, [input]) => input!,
  demand: sortDemand,
  growth: () => ({kind: 'time', text: 'rows that the watermark has not come to'}),
  describe: (node, [input]) => `sort by ${sortText(node.items, input!)}, as time goes on`,
};

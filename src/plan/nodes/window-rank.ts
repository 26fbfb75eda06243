import type {SortItem} from '../expression.ts';
import {counted} from '../plan-text.ts';
import type {Behaviour} from './behaviour.ts';
import {rankDemand, rankKey, rankText} from './rank.ts';
import type {WindowColumns} from './window.ts';

/**
 * The rows from rank `from` to rank `to` (from 1, both included) of each partition, once, when their window closes: the window's bounds are columns of the
 * partition. Of equal rows the first that came ranks first, or the last. `number`: the column of the rank, the one behind those of the input; null: it is not given.
 */
export interface WindowRankShape {
  readonly kind: 'window-rank';
  readonly input: number;
  /** Columns of the input. */
  readonly partition: readonly number[];
  readonly items: readonly SortItem[];
  readonly from: number;
  readonly to: number;
  readonly ties: 'first' | 'last';
  readonly number: number | null;
  /** Columns of the input. */
  readonly windowKeys: WindowColumns;
}

export const windowRank: Behaviour<WindowRankShape> = {
  inputs: node => [node.input],
  withInputs: (node, [input]) => ({...node, input: input!}),
  mapExpressions: node => node,
  traits: (node, given, [input]) => ({
    ...input!,
    schema: given.schema,
    changelog: 'append',
    key: rankKey(node, input!),
  }),
  demand: rankDemand,
  growth: node => ({kind: 'time', text: `${counted(node.to, 'row')} per key of open windows`}),
  describe: (node, [input], output) => `${rankText(node, input!, output)}, when a window closes`,
};

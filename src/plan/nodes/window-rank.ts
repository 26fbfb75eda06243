import {Demand} from '../demand.ts';
import type {SortItem} from '../expression.ts';
import {counted, nameText} from '../plan-text.ts';
import type {Behaviour} from './behaviour.ts';
import {sortText} from './sort.ts';
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
    key: node.number !== null ? [...node.partition, node.number] : node.from === node.to ? node.partition : input!.key,
  }),
  demand: (node, wanted) => {
    const demand = new Demand();
    for (const {column, path} of wanted.list()) if (column !== node.number) demand.add(column, path);
    for (const column of node.partition) demand.add(column);
    for (const {index} of node.items) demand.add(index);
    return [demand];
  },
  growth: node => ({kind: 'time', text: `${counted(node.to, 'row')} per key of open windows`}),
  describe: (node, [input], output) => {
    const by = node.partition.map(column => nameText(input!.columns[column]!.name)).join(', ');
    const range = node.from === node.to ? `${node.from}` : `${node.from} to ${node.to}`;
    const order = node.items.length === 0 ? 'in order of arrival' : `by ${sortText(node.items, input!)}`;
    const number = node.number === null ? '' : `, its number as ${nameText(output.columns[node.number]!.name)}`;
    return `rank ${range} ${order} of each ${by}${number}, when a window closes`;
  },
};

import type {Schema} from '../../types/sql-type.ts';
import {Demand} from '../demand.ts';
import type {SortItem} from '../expression.ts';
import {counted, nameText} from '../plan-text.ts';
import {growthByKey, type Behaviour} from './behaviour.ts';
import type {Traits} from './index.ts';
import {sortText} from './sort.ts';
import {forgottenText, kept} from './time-to-live.ts';

/**
 * The rows from rank `from` to rank `to` (from 1, both included) of each partition, in the order of the items; equal rows rank in the order of arrival.
 * `number`: the column of the rank, the one behind those of the input; null: it is not given. `changes`: each change of the ranking is given on; `final`: the rows at the end of input.
 */
export interface RankShape {
  readonly kind: 'rank';
  /** What has not changed for so long is forgotten; absent: nothing is. */
  readonly ttlMs?: number;
  readonly input: number;
  /** Columns of the input. */
  readonly partition: readonly number[];
  readonly items: readonly SortItem[];
  readonly from: number;
  readonly to: number;
  readonly number: number | null;
  readonly emit: 'changes' | 'final';
}

export const rank: Behaviour<RankShape> = {
  inputs: node => [node.input],
  withInputs: (node, [input]) => ({...node, input: input!}),
  mapExpressions: node => node,
  traits: (node, given, [input]) => ({
    schema: given.schema,
    changelog: node.emit === 'final' ? 'append' : 'retract',
    key: rankKey(node, input!),
    rowtime: null,
    bounded: input!.bounded,
  }),
  demand: rankDemand,
  growth: (node, [input]) => {
    if (input!.changelog !== 'append') return kept({kind: 'rows', text: 'the present rows of its input'}, node.ttlMs);
    const names = node.partition.map(column => nameText(input!.schema.columns[column]!.name));
    return kept(growthByKey(counted(node.to, 'row'), names), node.ttlMs);
  },
  describe: (node, [input], output) => {
    const when = node.emit === 'changes' ? 'on every change' : 'at the end of input';
    return `${rankText(node, input!, output)}, ${when}${forgottenText(node.ttlMs)}`;
  },
};

type Ranked = Pick<RankShape, 'partition' | 'items' | 'from' | 'to' | 'number'>;

/** A row is told from the others by its number in its partition; where each partition has one row, by that. */
export function rankKey(node: Ranked, input: Pick<Traits, 'key'>): readonly number[] | null {
  if (node.number !== null) return [...node.partition, node.number];
  return node.from === node.to ? node.partition : input.key;
}

export function rankDemand(node: Ranked, wanted: Demand): readonly Demand[] {
  const demand = new Demand();
  for (const {column, path} of wanted.list()) if (column !== node.number) demand.add(column, path);
  for (const column of node.partition) demand.add(column);
  for (const {index} of node.items) demand.add(index);
  return [demand];
}

/** `rank 1 to 3 by a DESC of each b, its number as n` */
export function rankText(node: Ranked, input: Schema, output: Schema): string {
  const by = node.partition.map(column => nameText(input.columns[column]!.name)).join(', ');
  const range = node.from === node.to ? `${node.from}` : `${node.from} to ${node.to}`;
  const order = node.items.length === 0 ? 'in order of arrival' : `by ${sortText(node.items, input)}`;
  const number = node.number === null ? '' : `, its number as ${nameText(output.columns[node.number]!.name)}`;
  return `rank ${range} ${order}${by === '' ? '' : ` of each ${by}`}${number}`;
}

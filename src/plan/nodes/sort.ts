import type {Schema} from '../../types/sql-type.ts';
import {Demand} from '../demand.ts';
import type {SortItem} from '../expression.ts';
import {counted, nameText} from '../plan-text.ts';
import type {Behaviour} from './behaviour.ts';

/** Bounded input only: at its end, in order. `limit` counts after `offset`. */
export interface SortShape {
  readonly kind: 'sort';
  readonly input: number;
  readonly items: readonly SortItem[];
  readonly offset: number;
  readonly limit: number | null;
}

export const sort: Behaviour<SortShape> = {
  inputs: node => [node.input],
  withInputs: (node, [input]) => ({...node, input: input!}),
  mapExpressions: node => node,
  traits: (_node, _given, [input]) => input!,
  demand: sortDemand,
  growth: node =>
    node.limit === null ? {kind: 'rows', text: 'all rows'} : {kind: 'fixed', text: `the first ${counted(node.offset + node.limit, 'row')}`},
  describe: (node, [input]) => {
    const limit = node.limit === null ? '' : `, first ${node.limit}`;
    return `sort by ${sortText(node.items, input!)}${limit}${node.offset === 0 ? '' : `, after ${node.offset}`}`;
  },
};

/** What is wanted, and what rows are sorted by. */
export function sortDemand({items}: {readonly items: readonly SortItem[]}, wanted: Demand): readonly Demand[] {
  const demand = new Demand();
  demand.addAll(wanted);
  for (const item of items) demand.add(item.index);
  return [demand];
}

/** `a DESC, b NULLS LAST` */
export function sortText(items: readonly SortItem[], input: Schema): string {
  return items
    .map(item => {
      const usual = item.nullsFirst !== item.descending; // NULL counts as the least value.
      const nulls = usual ? '' : item.nullsFirst ? ' NULLS FIRST' : ' NULLS LAST';
      return `${nameText(input.columns[item.index]!.name)}${item.descending ? ' DESC' : ''}${nulls}`;
    })
    .join(', ');
}

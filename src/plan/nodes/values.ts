import type {Row} from '../../types/value.ts';
import {leafTraits, stateless, type Behaviour} from './behaviour.ts';
import {Demand} from '../demand.ts';
import {literalText} from '../plan-text.ts';

/** Rows written in the query. */
export interface ValuesShape {
  readonly kind: 'values';
  readonly rows: readonly Row[];
}

const shownRows = 4;

export const values: Behaviour<ValuesShape> = {
  inputs: () => [],
  withInputs: node => node,
  mapExpressions: node => node,
  traits: (_node, given) => leafTraits(given),
  demand: () => [] as readonly Demand[],
  growth: () => stateless,
  describe: (node, _inputs, output) => {
    if (node.rows.length === 0) return 'values: no rows';
    const shown = node.rows
      .slice(0, shownRows)
      .map(row => `(${row.map((value, index) => literalText(value, output.columns[index]!.type)).join(', ')})`);
    const more = node.rows.length - shown.length;
    return `values ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  },
};

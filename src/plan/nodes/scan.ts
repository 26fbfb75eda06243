import {nameText, quotedText} from '../plan-text.ts';
import type {TablePlan, WantedPath} from '../table.ts';
import {leafTraits, stateless, type Behaviour} from './behaviour.ts';

/** Reads a table: its columns are what the plan wants of a record, in this order. */
export interface ScanShape {
  readonly kind: 'scan';
  readonly table: TablePlan;
  readonly wanted: readonly WantedPath[];
}

export const scan: Behaviour<ScanShape> = {
  inputs: () => [],
  withInputs: node => node,
  mapExpressions: node => node,
  traits: (_node, given) => leafTraits(given),
  changes: ({table}) => table.changes ?? {updates: false, deletes: false},
  demand: () => [],
  growth: () => stateless,
  describe: node => {
    const {table} = node;
    const place = table.options.get('path') ?? table.options.get('topic');
    const format = table.format === null ? '' : ` ${nameText(table.format)}`;
    return `scan ${nameText(table.name)} from ${nameText(table.connector)}${format}${place === undefined ? '' : ` ${quotedText(place)}`}`;
  },
};

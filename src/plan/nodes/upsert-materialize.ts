import {Demand} from '../demand.ts';
import {nameText} from '../plan-text.ts';
import type {Behaviour} from './behaviour.ts';
import {forgottenText, kept} from './time-to-live.ts';

/**
 * Makes rows by one key of rows that are told apart by another: of the rows that meet in a key the last one that came is given, and when it is taken back the
 * one before it again (`last`); or the first alone (`first`); or that they meet is an error (`error`).
 */
export interface UpsertMaterializeShape {
  readonly kind: 'upsert-materialize';
  /** What has not changed for so long is forgotten; absent: nothing is. */
  readonly ttlMs?: number;
  readonly input: number;
  readonly keys: readonly number[];
  /** The columns that tell the rows of the input apart; null: all of them do. */
  readonly rowKey: readonly number[] | null;
  readonly keeps: 'last' | 'first' | 'error';
}

export const upsertMaterialize: Behaviour<UpsertMaterializeShape> = {
  inputs: node => [node.input],
  withInputs: (node, [input]) => ({...node, input: input!}),
  mapExpressions: node => node,
  traits: (node, _given, [input]) => ({...input!, changelog: 'upsert', key: node.keys, rowtime: null, window: null}),
  changes: (_node, [input]) => ({updates: true, deletes: input!.updates || input!.deletes}),
  oldRows: 'never',
  demand: (node, wanted) => {
    const demand = new Demand();
    demand.addAll(wanted);
    for (const column of [...node.keys, ...(node.rowKey ?? [])]) demand.add(column);
    return [demand];
  },
  growth: (node, [input]) =>
    kept({kind: 'rows', text: input!.changelog === 'append' ? 'all rows' : 'the present rows of its input'}, node.ttlMs),
  describe: (node, [input]) => {
    const keys = node.keys.map(key => nameText(input!.columns[key]!.name)).join(', ');
    const what = {last: 'the last row', first: 'the first row', error: 'the only row'}[node.keeps];
    return `${what} of each ${keys}${forgottenText(node.ttlMs)}`;
  },
};

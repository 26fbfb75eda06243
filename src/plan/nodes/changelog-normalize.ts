import {Demand} from '../demand.ts';
import {nameText} from '../plan-text.ts';
import {growthByKey, type Behaviour} from './behaviour.ts';
import {forgottenText, kept} from './time-to-live.ts';

/**
 * Keeps the last row of each key, and so makes whole changes of rows that come without the old one, of deletes that name the key alone, and of events that
 * come twice. Old rows in its input are passed over: it knows them.
 */
export interface ChangelogNormalizeShape {
  readonly kind: 'changelog-normalize';
  /** What has not changed for so long is forgotten; absent: nothing is. */
  readonly ttlMs?: number;
  readonly input: number;
  readonly keys: readonly number[];
}

export const changelogNormalize: Behaviour<ChangelogNormalizeShape> = {
  inputs: node => [node.input],
  withInputs: (node, [input]) => ({...node, input: input!}),
  mapExpressions: node => node,
  traits: (node, _given, [input]) => ({...input!, changelog: 'retract', key: node.keys}),
  changes: () => ({updates: true, deletes: true}),
  oldRows: 'asked',
  needsOldRows: () => [false],
  demand: (node, wanted) => {
    const demand = new Demand();
    demand.addAll(wanted);
    for (const key of node.keys) demand.add(key);
    return [demand];
  },
  growth: (node, [input]) => {
    const names = node.keys.map(key => nameText(input!.schema.columns[key]!.name));
    return kept(growthByKey('one row', names), node.ttlMs);
  },
  describe: (node, [input]) =>
    `the last row of each ${node.keys.map(key => nameText(input!.columns[key]!.name)).join(', ')}${forgottenText(node.ttlMs)}`,
};

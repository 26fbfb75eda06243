import {Demand} from '../demand.ts';
import {nameText} from '../plan-text.ts';
import {stateless, type Behaviour} from './behaviour.ts';

/** Gives each row as many times as its column `count` (a BIGINT) says; not at all when that is not positive. */
export interface ReplicateShape {
  readonly kind: 'replicate';
  readonly input: number;
  readonly count: number;
}

export const replicate: Behaviour<ReplicateShape> = {
  inputs: node => [node.input],
  withInputs: (node, [input]) => ({...node, input: input!}),
  mapExpressions: node => node,
  // An update may change how often a row is there, so its two halves are no pair any more.
  traits: (_node, _given, [input]) => ({...input!, changelog: input!.changelog === 'append' ? 'append' : 'retract', key: null}),
  demand: (node, wanted) => {
    const demand = new Demand();
    demand.addAll(wanted);
    demand.add(node.count);
    return [demand];
  },
  growth: () => stateless,
  describe: (node, [input]) => `replicate ${nameText(input!.columns[node.count]!.name)} times`,
};

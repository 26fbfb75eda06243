import {Demand} from '../demand.ts';
import {joinedChanges, stateless, type Behaviour} from './behaviour.ts';

/** All rows of all inputs, in the order in which they come. */
export interface UnionShape {
  readonly kind: 'union';
  readonly inputs: readonly number[];
}

export const union: Behaviour<UnionShape> = {
  inputs: node => node.inputs,
  withInputs: (node, inputs) => ({...node, inputs}),
  mapExpressions: node => node,
  traits: (_node, given, inputs) => {
    const rowtime = inputs[0]!.rowtime;
    return {
      schema: given.schema,
      changelog: inputs.every(input => input.changelog === 'append') ? 'append' : 'retract',
      key: null,
      rowtime: inputs.every(input => input.rowtime === rowtime) ? rowtime : null,
      bounded: inputs.every(input => input.bounded),
    };
  },
  changes: (_node, inputs) => joinedChanges(inputs),
  oldRows: 'passed',
  needsOldRows: (node, isNeeded) => node.inputs.map(() => isNeeded),
  demand: (node, wanted) =>
    node.inputs.map(() => {
      const demand = new Demand();
      demand.addAll(wanted);
      return demand;
    }),
  growth: () => stateless,
  describe: node => `union of ${node.inputs.length}`,
};

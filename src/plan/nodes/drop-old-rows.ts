import {stateless, type Behaviour} from './behaviour.ts';

/** Takes the old rows of updates out, or makes deletes of them, for those who take updates by key. */
export interface DropOldRowsShape {
  readonly kind: 'drop-old-rows';
  readonly input: number;
}

export const dropOldRows: Behaviour<DropOldRowsShape> = {
  inputs: node => [node.input],
  withInputs: (node, [input]) => ({...node, input: input!}),
  mapExpressions: node => node,
  traits: (_node, _given, [input]) => ({...input!, changelog: 'upsert'}),
  demand: (_node, wanted) => [wanted],
  growth: () => stateless,
  describe: () => 'drop the old rows of updates',
  changes: (_node, [input]) => ({updates: input!.updates, deletes: true}),
  needsOldRows: () => [false],
};

import {Demand} from '../demand.ts';
import {nameText} from '../plan-text.ts';
import type {SinkTarget} from '../table.ts';
import {stateless, type Behaviour} from './behaviour.ts';

/** Hands rows to the edge. Its schema has the target's columns: where one of them is NOT NULL and the input's is not, a NULL is an error of the row. */
export interface SinkShape {
  readonly kind: 'sink';
  readonly input: number;
  readonly target: SinkTarget;
}

export const sink: Behaviour<SinkShape> = {
  inputs: node => [node.input],
  withInputs: (node, [input]) => ({...node, input: input!}),
  mapExpressions: node => node,
  traits: (_node, given, [input]) => ({...input!, schema: given.schema}),
  changes: (_node, [input]) => input!,
  oldRows: 'passed',
  needsOldRows: ({target}, isNeeded) => [target.kind === 'console' ? isNeeded : target.byKey !== true],
  demand: (_node, wanted) => {
    const demand = new Demand();
    demand.addAll(wanted);
    return [demand];
  },
  growth: () => stateless,
  describe: ({target}) => {
    if (target.kind === 'console') return `result ${target.ordinal}`;
    const format = target.table.format === null ? '' : ` ${nameText(target.table.format)}`;
    return `${target.overwrite ? 'overwrite' : 'insert into'} ${nameText(target.table.name)}: ${nameText(target.table.connector)}${format}`;
  },
};

import {Demand} from '../demand.ts';
import type {Expr} from '../expression.ts';
import {expressionText} from '../plan-text.ts';
import {stateless, type Behaviour} from './behaviour.ts';

/** Keeps the rows for which the predicate is TRUE. */
export interface FilterShape {
  readonly kind: 'filter';
  readonly input: number;
  readonly predicate: Expr;
}

export const filter: Behaviour<FilterShape> = {
  inputs: node => [node.input],
  withInputs: (node, [input]) => ({...node, input: input!}),
  mapExpressions: (node, map) => ({...node, predicate: map(node.predicate)}),
  traits: (_node, _given, [input]) => input!,
  changes: (_node, [input]) => input!,
  oldRows: 'passed',
  // Unless only the key decides, the new row of an update may not pass where the old one did.
  needsOldRows: (node, isNeeded, [input]) => {
    const demand = new Demand();
    demand.addExpression(node.predicate);
    return [isNeeded || !demand.list().every(({column}) => input!.key?.includes(column) === true)];
  },
  demand: (node, wanted) => {
    const demand = new Demand();
    demand.addAll(wanted);
    demand.addExpression(node.predicate);
    return [demand];
  },
  growth: () => stateless,
  describe: (node, [input]) => `filter ${expressionText(node.predicate, input!)}`,
};

import {Demand} from '../demand.ts';
import type {Expr} from '../expression.ts';
import {expressionText, nameText} from '../plan-text.ts';
import {stateless, type Behaviour} from './behaviour.ts';

/** Passes rows on; the watermark after each row is the largest value of `expression` so far. A NULL in `column` stops the job. */
export interface WatermarkShape {
  readonly kind: 'watermark';
  readonly input: number;
  readonly column: number;
  readonly expression: Expr;
  /** An input without rows for so long holds nobody back; null: it always does. */
  readonly idleAfterMs: number | null;
}

export const watermark: Behaviour<WatermarkShape> = {
  inputs: node => [node.input],
  withInputs: (node, [input]) => ({...node, input: input!}),
  mapExpressions: (node, map) => ({...node, expression: map(node.expression)}),
  traits: (node, _given, [input]) => ({...input!, rowtime: node.column}),
  changes: (_node, [input]) => input!,
  oldRows: 'passed',
  needsOldRows: (_node, isNeeded) => [isNeeded],
  demand: (node, wanted) => {
    const demand = new Demand();
    demand.addAll(wanted);
    demand.add(node.column);
    demand.addExpression(node.expression);
    return [demand];
  },
  growth: () => stateless,
  describe: (node, [input]) => `watermark for ${nameText(input!.columns[node.column]!.name)} is ${expressionText(node.expression, input!)}`,
};

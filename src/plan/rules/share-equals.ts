import type {Expr} from '../expression.ts';
import {isDeterministic} from '../expression-walk.ts';
import {behaviourOf, type PlanNode} from '../nodes/index.ts';
import {rewritten, type Rule} from './rule.ts';

/** Nodes that do the same to the same input are one node, so that what several statements need is read and computed once. */
export const shareEquals: Rule = {
  name: 'share-equals',
  summary: 'makes one node of equal ones, so that a source is decoded once for all that read it',
  apply(graph) {
    const known = new Map<string, number>();
    return rewritten(graph, (node, {builder}) => {
      if (node.kind === 'sink' || !isRepeatable(node)) return builder.add(node, node);
      const key = nodeKey(node);
      const equal = known.get(key);
      if (equal !== undefined) return equal;
      const added = builder.add(node, node);
      known.set(key, added);
      return added;
    });
  },
};

function isRepeatable(node: PlanNode): boolean {
  let isSame = true;
  behaviourOf<PlanNode>(node).mapExpressions(node, (expression: Expr) => {
    isSame &&= isDeterministic(expression);
    return expression;
  });
  return isSame;
}

/** Equal for equal nodes. Where an expression stands in the text does not count. */
function nodeKey(node: PlanNode): string {
  return JSON.stringify(node, (key, value: unknown) => {
    if (key === 'span') return undefined;
    if (typeof value === 'bigint') return {bigint: value.toString()};
    if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)))
      return {number: Object.is(value, -0) ? '-0' : String(value)};
    return value instanceof Map ? {map: [...(value as ReadonlyMap<unknown, unknown>)]} : value;
  });
}

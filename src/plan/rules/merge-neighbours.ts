import type {Row} from '../../types/value.ts';
import {both} from '../conjuncts.ts';
import type {Expr} from '../expression.ts';
import {isCheap, isDeterministic, someExpression, substitute} from '../expression-walk.ts';
import type {PlanNode} from '../nodes/index.ts';
import {rewritten, type Rewriting, type Rule} from './rule.ts';

/**
 * Makes one of two filters, projections or lists of values that stand next to each other, and moves a filter below a projection. Only where nobody else reads
 * the one below, and nothing is computed twice that was computed once.
 */
export const mergeNeighbours: Rule = {
  name: 'merge-neighbours',
  summary: 'makes one filter of two, one projection of two and one list of values of two, and filters before projecting',
  apply(graph) {
    return rewritten(graph, (node, rewriting) => {
      if (node.kind === 'filter') return filtered(node.input, node.predicate, rewriting);
      if (node.kind === 'project') return projected(node, rewriting);
      if (node.kind === 'union') return united(node, rewriting);
      return rewriting.builder.add(node, node);
    });
  },
};

function filtered(input: number, predicate: Expr, rewriting: Rewriting): number {
  const {builder} = rewriting;
  const below = builder.at(input);
  if (!rewriting.isShared(input)) {
    if (below.kind === 'filter') return filtered(below.input, both(below.predicate, predicate), rewriting);
    if (below.kind === 'project' && readsOnlyCheap(predicate, below.expressions)) {
      const lower = filtered(below.input, substitute(predicate, below.expressions), rewriting);
      return builder.add({...below, input: lower}, below);
    }
  }
  return builder.add({kind: 'filter', input, predicate}, {schema: below.schema});
}

function readsOnlyCheap(expression: Expr, columns: readonly Expr[]): boolean {
  return !someExpression(expression, inner => inner.kind === 'column' && !isCheap(columns[inner.index]!));
}

function projected(node: PlanNode & {readonly kind: 'project'}, rewriting: Rewriting): number {
  const {builder} = rewriting;
  const below = builder.at(node.input);
  if (below.kind !== 'project' || rewriting.isShared(node.input) || !canMerge(node.expressions, below.expressions))
    return builder.add(node, node);
  const expressions = node.expressions.map(expression => substitute(expression, below.expressions));
  return builder.add({...node, input: below.input, expressions}, node);
}

/** Rows of the query that follow each other in a union are one list. */
function united(node: PlanNode & {readonly kind: 'union'}, rewriting: Rewriting): number {
  const {builder} = rewriting;
  const inputs: number[] = [];
  let list: (readonly Row[])[] = [];
  const flush = (): void => {
    if (list.length > 0) inputs.push(builder.add({kind: 'values', rows: list.flat()}, {schema: node.schema}));
    list = [];
  };
  for (const input of node.inputs) {
    const below = builder.at(input);
    if (below.kind === 'values' && !rewriting.isShared(input)) {
      list.push(below.rows);
    } else {
      flush();
      inputs.push(input);
    }
  }
  flush();
  return inputs.length === 1 ? inputs[0]! : builder.add({...node, inputs}, node);
}

/** Each computed column below is read once at most, so it is not computed twice; and not where its value is a matter of chance or time. */
function canMerge(above: readonly Expr[], below: readonly Expr[]): boolean {
  return below.every((expression, index) => {
    if (isCheap(expression)) return true;
    return isDeterministic(expression) && above.reduce((count, user) => count + readCount(user, index), 0) <= 1;
  });
}

function readCount(expression: Expr, column: number): number {
  let count = 0;
  someExpression(expression, inner => {
    if (inner.kind === 'column' && inner.index === column) count++;
    return false;
  });
  return count;
}

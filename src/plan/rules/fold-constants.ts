import type {Value} from '../../types/value.ts';
import {folded} from '../fold.ts';
import {behaviourOf, type PlanNode} from '../nodes/index.ts';
import {rewritten, type Rewriting, type Rule} from './rule.ts';

/** Computes what is the same for every row. */
export const foldConstants: Rule = {
  name: 'fold-constants',
  summary: 'computes constant expressions once, and rows of constants become values',
  apply(graph, {timeZone, source, warn}) {
    return rewritten(graph, (node, rewriting) => {
      const simpler = behaviourOf<PlanNode>(node).mapExpressions(node, expression =>
        folded(expression, timeZone, (failing, problem) => {
          warn({
            ...problem,
            kind: 'invalid',
            severity: 'warning',
            code: 'always-fails',
            message: `this fails for every row that reaches it: ${problem.message}`,
            ...(failing.span === null ? {} : {place: {kind: 'text', source, span: failing.span}}),
          });
        }),
      );
      return asValues(simpler, rewriting) ?? rewriting.builder.add(simpler, node);
    });
  },
};

/** A projection of constants over rows of the query. */
function asValues(node: PlanNode, {builder}: Rewriting): number | null {
  if (node.kind !== 'project') return null;
  const input = builder.at(node.input);
  if (input.kind !== 'values' || !node.expressions.every(expression => expression.kind === 'literal')) return null;
  const row = node.expressions.map((expression): Value => (expression.kind === 'literal' ? expression.value : null));
  return builder.add({kind: 'values', rows: input.rows.map(() => row)}, {schema: node.schema});
}

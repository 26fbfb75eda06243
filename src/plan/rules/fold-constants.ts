import type {Value} from '../../types/value.ts';
import type {Expr} from '../expression.ts';
import {substitute} from '../expression-walk.ts';
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
      return asValues(simpler, rewriting, timeZone) ?? rewriting.builder.add(simpler, node);
    });
  },
};

/** So many values are computed while planning; longer lists are left to the engine. */
const mostValues = 10_000;

/** A projection of rows of the query that needs nothing but them. */
function asValues(node: PlanNode, {builder}: Rewriting, timeZone: string): number | null {
  if (node.kind !== 'project') return null;
  const input = builder.at(node.input);
  if (input.kind !== 'values' || input.rows.length * node.expressions.length > mostValues) return null;
  const {columns} = input.schema;
  const rows: Value[][] = [];
  for (const row of input.rows) {
    const literals = row.map((value, index): Expr => ({kind: 'literal', value, type: columns[index]!.type, span: null}));
    const computed = node.expressions.map(expression => folded(substitute(expression, literals), timeZone));
    if (!computed.every(expression => expression.kind === 'literal')) return null;
    rows.push(computed.map(expression => expression.value));
  }
  return builder.add({kind: 'values', rows}, {schema: node.schema});
}

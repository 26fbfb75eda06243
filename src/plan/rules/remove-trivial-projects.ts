import {rewritten, type Rule} from './rule.ts';

/** A projection that gives its input as it is. Only its names are lost, and nobody below the sinks reads names. */
export const removeTrivialProjects: Rule = {
  name: 'remove-trivial-projects',
  summary: 'drops projections that change nothing but names',
  apply(graph) {
    return rewritten(graph, (node, {builder}) => {
      if (node.kind !== 'project') return builder.add(node, node);
      const {columns} = builder.schema(node.input);
      const isTrivial =
        columns.length === node.expressions.length &&
        node.expressions.every((expression, index) => expression.kind === 'column' && expression.index === index);
      return isTrivial ? node.input : builder.add(node, node);
    });
  },
};

import type {PlanNode} from '../nodes/index.ts';
import {rewritten, type Rewriting, type Rule} from './rule.ts';

/** Filters and limits that let everything or nothing through. */
export const decideFilters: Rule = {
  name: 'decide-filters',
  summary: 'drops filters that are always TRUE; what lets nothing through becomes no rows',
  apply(graph) {
    return rewritten(graph, (node, rewriting) => decided(node, rewriting) ?? rewriting.builder.add(node, node));
  },
};

function decided(node: PlanNode, {builder}: Rewriting): number | null {
  const nothing = (): number => builder.add({kind: 'values', rows: []}, {schema: node.schema});
  const isEmpty = (input: number): boolean => {
    const below = builder.at(input);
    return below.kind === 'values' && below.rows.length === 0;
  };
  switch (node.kind) {
    case 'filter':
      if (node.predicate.kind !== 'literal') return isEmpty(node.input) ? nothing() : null;
      return node.predicate.value === true ? node.input : nothing();
    case 'project':
    case 'expand':
    case 'over':
    case 'frame':
    case 'rank':
    case 'deduplicate':
    case 'replicate':
    case 'from-changelog':
    case 'to-changelog':
    case 'unnest':
    case 'assign-window':
    case 'assign-windows':
    case 'session-window':
    case 'time-sort':
    case 'window-aggregate':
    case 'window-rank':
      return isEmpty(node.input) ? nothing() : null;
    case 'limit':
    case 'sort':
      return node.limit === 0 || isEmpty(node.input) ? nothing() : null;
    case 'union':
      return withoutEmpty(node, {isEmpty, nothing, builder});
    case 'scan':
    case 'values':
    case 'watermark':
    case 'aggregate':
    case 'changelog-normalize':
    case 'drop-old-rows':
    case 'upsert-materialize':
    case 'join':
    case 'temporal-join':
    case 'sink':
      return null;
  }
}

function withoutEmpty(
  node: PlanNode & {readonly kind: 'union'},
  {isEmpty, nothing, builder}: {isEmpty: (input: number) => boolean; nothing: () => number; builder: Rewriting['builder']},
): number | null {
  const inputs = node.inputs.filter(input => !isEmpty(input));
  if (inputs.length === node.inputs.length) return null;
  if (inputs.length === 0) return nothing();
  return inputs.length === 1 ? inputs[0]! : builder.add({...node, inputs}, node);
}

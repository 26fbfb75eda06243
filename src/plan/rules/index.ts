import {decideFilters} from './decide-filters.ts';
import {foldConstants} from './fold-constants.ts';
import {mergeNeighbours} from './merge-neighbours.ts';
import {pushDownFilters} from './push-down-filters.ts';
import {pruneColumns} from './prune-columns.ts';
import {removeTrivialProjects} from './remove-trivial-projects.ts';
import {withoutUnused, type Graph, type Rule, type RuleContext} from './rule.ts';
import {shareEquals} from './share-equals.ts';

export type {Graph} from './rule.ts';

/** In the order in which they are applied: each makes more for the next one to find. */
export const rules: readonly Rule[] = [
  foldConstants,
  decideFilters,
  mergeNeighbours,
  pushDownFilters,
  shareEquals,
  pruneColumns,
  removeTrivialProjects,
];

/** The graph after all rules, or after none; in both cases without what no sink needs. */
export function applyRules(graph: Graph, context: RuleContext, enabled: boolean): Graph {
  const ruled = enabled ? rules.reduce((current, rule) => rule.apply(current, context), graph) : graph;
  return withoutUnused(ruled);
}

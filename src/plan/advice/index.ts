import type {Problem} from '../../base/problem.ts';
import type {BoundScript} from '../bind/statements.ts';
import type {Plan} from '../plan.ts';
import {usersOf} from '../rules/rule.ts';
import {type Advised, Advisor} from './advisor.ts';
import {adviseOnExpressions} from './expressions.ts';
import {adviseOnOptions} from './options.ts';
import {adviseOnRelations} from './relations.ts';
import {adviseOnState} from './state.ts';

/**
 * What is right and may still not be what is wanted: as warnings, each with its place and with what to write instead, in the order of the text. `plan` is what
 * became of the sinks.
 */
export function adviceOn(bound: BoundScript, plan: Plan, isOneLiner: boolean, sinks: readonly number[]): readonly Problem[] {
  const advisor = new Advisor(bound.report);
  const users = usersOf({nodes: bound.nodes, sinks});
  const used = [...bound.nodes.keys()].filter(index => users[index]! > 0);
  const advised: Advised = {nodes: bound.nodes, used, origins: bound.origins, isStreaming: !bound.isBatch, isOneLiner};
  adviseOnExpressions(advised, advisor);
  adviseOnRelations(advised, advisor);
  adviseOnState(advised, plan, advisor);
  // What one query does not use another one may: options are about all that is run.
  if (sinks === bound.sinks) adviseOnOptions(plan, bound.settings.placed, bound.tables, advisor);
  const start = ({place}: Problem): number => (place?.kind === 'text' ? place.span.start : 0);
  return advisor.advice.sort((left, right) => start(left) - start(right));
}

import type {Problem, SourceText} from '../base/problem.ts';
import type {Script} from '../sql/ast.ts';
import type {Catalog, Parameters} from './catalog.ts';
import {bindStatements, type BoundScript} from './bind/statements.ts';
import {decideChangelogModes} from './changelog-modes.ts';
import {adviceOn} from './advice/index.ts';
import {adviceText, explainPlan, planJson} from './explain.ts';
import {frozenPlan} from './freeze.ts';
import {behaviourOf, type PlanNode} from './nodes/index.ts';
import type {Plan} from './plan.ts';
import {replayCauses, type ReplayCause} from './replay.ts';
import {applyRules, type Graph} from './rules/index.ts';

/** What is to be planned, and what of the world it may use. */
export interface PlanRequest {
  readonly source: SourceText;
  readonly script: Script;
  readonly catalog: Catalog;
  /** Values of `:name`. */
  readonly parameters: Parameters;
  /** `query`: a one-liner, with a few spellings that Flink refuses; `script`: what Flink would take. */
  readonly mode: 'query' | 'script';
  /** Give every change as it happens. Without it, a one-liner gives final rows, and its input is taken to end. */
  readonly changelog: boolean;
  /** IANA name; SET 'table.local-time-zone' goes before it. */
  readonly timeZone: string;
  /** Scripts that are planned first, strictly: their tables, views and settings count for the main one. */
  readonly initial?: readonly {readonly source: SourceText; readonly script: Script}[];
  /** False when nobody asks for advice, or whether a replay gives the same values: that saves the time. */
  readonly advise?: boolean;
  /** False leaves the plan as it was written. For tests: the rows must be the same. */
  readonly rules?: boolean;
}

export interface PlanResult {
  /** Null when there is an error. Without sinks when the script has nothing to run. */
  readonly plan: Plan | null;
  readonly problems: readonly Problem[];
  /** One text for each EXPLAIN of the script, in order. */
  readonly explain: readonly string[];
  /** What is right and may still not be what is wanted, as warnings: for those who ask. */
  readonly advice: readonly Problem[];
  /** What in the plan gives other values when the same input is read again. */
  readonly replay: readonly ReplayCause[];
}

/** Names → types → logical plan → changelog modes → rules. Never throws for what a script can say. */
export function planScript(request: PlanRequest): PlanResult {
  let bound = bindStatements(request, 'streaming');
  // `automatic` is batch where all input ends, and that is known only after the first time.
  if (bound.settings.runtimeMode === 'automatic' && isBounded(bound)) bound = bindStatements(request, 'batch');
  const problems = withoutRepeats(bound.problems);
  if (problems.some(problem => problem.severity === 'error')) return {plan: null, problems, explain: [], advice: [], replay: []};
  const settings: Plan['settings'] = {
    runtimeMode: bound.isBatch ? 'batch' : 'streaming',
    timeZone: bound.settings.timeZone,
    given: bound.settings.given,
  };
  const warnings: Problem[] = [];
  const finished = (sinks: readonly number[], isAsked = true): {readonly plan: Plan; readonly modes: readonly string[]} => {
    const graph: Graph = {nodes: bound.nodes, sinks};
    const ruled = applyRules(
      graph,
      {timeZone: settings.timeZone, source: request.source, warn: problem => warnings.push(problem)},
      request.rules ?? true,
    );
    const {modes, ...moded} = decideChangelogModes(ruled, isAsked);
    return {plan: frozenPlan({...moded, settings}), modes};
  };
  const {plan} = finished(bound.sinks);
  const isAdvised = request.advise ?? true;
  const advised = (sinks: readonly number[], of: Plan): readonly Problem[] =>
    withoutRepeats(adviceOn(bound, of, request.mode === 'query', sinks));
  const explained = bound.explained.map(({sinks, details}) => {
    // As in Flink, nobody asks for old rows of a query that stands alone.
    const isModed = details.includes('CHANGELOG_MODE');
    const found = finished(sinks, !isModed);
    const advice = advised(sinks, found.plan);
    return {text: explainedText(found.plan, details, {modes: isModed ? found.modes : null, request, advice}), advice};
  });
  const advice = withoutRepeats([...(isAdvised ? advised(bound.sinks, plan) : []), ...explained.flatMap(({advice: own}) => own)]);
  return {
    plan,
    problems: withoutRepeats([...problems, ...warnings]),
    explain: explained.map(({text}) => text),
    advice,
    replay: isAdvised ? replayCauses(plan.nodes, request.source) : [],
  };
}

/** What an EXPLAIN prints: what `explain` does, or the plan as JSON; with PLAN_ADVICE the advice, too. */
function explainedText(
  plan: Plan,
  details: readonly string[],
  {modes, request, advice}: {readonly modes: readonly string[] | null; readonly request: PlanRequest; readonly advice: readonly Problem[]},
): string {
  const replay = replayCauses(plan.nodes, request.source);
  if (details.includes('JSON_EXECUTION_PLAN')) return `${planJson(plan, replay)}\n`;
  const text = explainPlan(plan, {modes, replay});
  return details.includes('PLAN_ADVICE') ? `${text}${adviceText(advice)}` : text;
}

function isBounded(bound: BoundScript): boolean {
  const isEnding = (index: number): boolean => {
    const node = bound.nodes[index] as PlanNode;
    return node.bounded && behaviourOf(node).inputs(node).every(isEnding);
  };
  return bound.sinks.every(isEnding);
}

/** A query that is bound twice (for changes, then for final rows) tells its warnings twice. */
function withoutRepeats(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return problems.filter(({code, message, place}) => {
    const where = place?.kind === 'text' ? `${place.source.name} ${place.span.start} ${place.span.end}` : '';
    const key = JSON.stringify([code, message, where]);
    return !seen.has(key) && seen.add(key);
  });
}

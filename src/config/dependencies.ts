import {didYouMean} from '../base/nearest.ts';
import type {Problem} from '../base/problem.ts';
import {type ConfigNode, type MapNode, mapAt, textAt} from './config-node.ts';
import {invalid} from './invalid.ts';

/** One `depends-on` of a job. */
interface Dependency {
  readonly on: string;
  /** Where it is written. */
  readonly node: ConfigNode;
}

/** What is wrong with the dependencies of jobs on each other. `absent`: jobs that are not there without one of these profiles. */
export function dependencyProblems(jobs: ReadonlyMap<string, MapNode>, absent: ReadonlyMap<string, readonly string[]>): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [job, node] of jobs) {
    for (const dependency of dependenciesOf(node)) {
      if (jobs.has(dependency.on)) continue;
      problems.push(missing(job, dependency, jobs, absent));
    }
  }
  const told = new Set<string>();
  for (const job of jobs.keys()) {
    const circle = circleFrom(job, jobs, []);
    if (circle === null || circle.names.some(name => told.has(name))) continue;
    for (const name of circle.names) told.add(name);
    const message = `jobs wait for each other in a circle: ${[...circle.names, circle.names[0] ?? ''].join(' → ')}`;
    problems.push(invalid('circle', message, 'take one of them out of the circle', circle.node.origin.place));
  }
  return problems;
}

function missing(
  job: string,
  {on, node}: Dependency,
  jobs: ReadonlyMap<string, MapNode>,
  absent: ReadonlyMap<string, readonly string[]>,
): Problem {
  const place = node.origin.keyPlace;
  const profiles = absent.get(on);
  if (profiles !== undefined)
    return invalid('unknown-job', `job "${job}" depends on "${on}", which is not there`, `call with -p ${profiles[0] ?? ''}`, place);
  return invalid('unknown-job', `job "${job}" depends on "${on}", and there is no such job`, didYouMean(on, jobs.keys()), place);
}

function dependenciesOf(node: MapNode): readonly Dependency[] {
  const given = node.entries.get('depends-on');
  if (given?.kind === 'list') return given.items.map(item => ({on: textAt(item) ?? '', node: item}));
  return [...(mapAt(given)?.entries ?? [])].map(([on, state]) => ({on, node: state}));
}

/** The first circle that leads from a job back to itself. */
function circleFrom(
  job: string,
  jobs: ReadonlyMap<string, MapNode>,
  around: readonly string[],
  seen = new Set<string>(),
): {readonly names: readonly string[]; readonly node: ConfigNode} | null {
  const names = [...around, job];
  for (const {on, node} of dependenciesOf(jobs.get(job) as MapNode)) {
    if (on === names[0]) return {names, node};
    if (!jobs.has(on) || seen.has(on)) continue;
    seen.add(on);
    const circle = circleFrom(on, jobs, names, seen);
    if (circle !== null) return circle;
  }
  return null;
}

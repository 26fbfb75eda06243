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
  for (const {names, node} of circlesOf(jobs)) {
    const message = `jobs wait for each other in a circle: ${[...names, names[0] ?? ''].join(' → ')}`;
    problems.push(invalid('circle', message, 'take one of them out of the circle', node.origin.place));
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
  const hint = didYouMean(on, jobs.keys()) ?? `there are: ${[...jobs.keys()].join(', ')}`;
  return invalid('unknown-job', `job "${job}" depends on "${on}", and there is no such job`, hint, place);
}

function dependenciesOf(node: MapNode): readonly Dependency[] {
  const given = node.entries.get('depends-on');
  if (given?.kind === 'list') return given.items.map(item => ({on: textAt(item) ?? '', node: item}));
  return [...(mapAt(given)?.entries ?? [])].map(([on, state]) => ({on, node: state}));
}

interface Circle {
  readonly names: readonly string[];
  /** The dependency that closes it. */
  readonly node: ConfigNode;
}

/** Every job is looked at once; a circle is met where a way leads back into itself. */
function circlesOf(jobs: ReadonlyMap<string, MapNode>): readonly Circle[] {
  const circles: Circle[] = [];
  const done = new Set<string>();
  for (const start of jobs.keys()) {
    // The way from here, with what is still to be looked at behind each of its jobs.
    const way: {readonly job: string; readonly rest: Dependency[]}[] = [];
    const onWay = new Set<string>();
    const enter = (job: string): void => {
      way.push({job, rest: [...dependenciesOf(jobs.get(job) as MapNode)]});
      onWay.add(job);
    };
    if (!done.has(start)) enter(start);
    for (let last = way.at(-1); last !== undefined; last = way.at(-1)) {
      const dependency = last.rest.shift();
      if (dependency === undefined) {
        way.pop();
        onWay.delete(last.job);
        done.add(last.job);
      } else if (onWay.has(dependency.on)) {
        const names = way.map(({job}) => job);
        circles.push({names: names.slice(names.indexOf(dependency.on)), node: dependency.node});
      } else if (jobs.has(dependency.on) && !done.has(dependency.on)) {
        enter(dependency.on);
      }
    }
  }
  return circles;
}

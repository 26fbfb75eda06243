import {didYouMean} from '../base/nearest.ts';
import type {Problem} from '../base/problem.ts';
import type {JobSpec} from '../config/job-file.ts';

/** Jobs that wait for one that is not there, or for each other: they would never start. */
export function dependencyProblems(specs: readonly JobSpec[]): readonly Problem[] {
  const names = specs.map(({name}) => name);
  const problem = (code: string, message: string, hint: string): Problem => ({kind: 'invalid', severity: 'error', code, message, hint});
  const unknown = specs.flatMap(({name, supervision}) =>
    [...supervision.dependsOn.keys()]
      .filter(on => !names.includes(on))
      .map(on =>
        problem(
          'unknown-dependency',
          `job "${name}" depends on job "${on}", which is not there`,
          didYouMean(on, names) ?? `jobs are ${names.join(', ')}`,
        ),
      ),
  );
  const circle = firstCircle(specs);
  if (circle === null) return unknown;
  const way = circle.map(name => `"${name}"`).join(' on ');
  return [
    ...unknown,
    problem('dependency-circle', `jobs depend on each other: ${way}`, 'take one of these out of depends-on: none of them would ever start'),
  ];
}

/** A way along dependencies that comes back to where it began. */
function firstCircle(specs: readonly JobSpec[]): readonly string[] | null {
  const open = new Map(specs.map(({name, supervision}) => [name, [...supervision.dependsOn.keys()]]));
  const walk = (name: string, way: readonly string[]): readonly string[] | null => {
    const at = way.indexOf(name);
    if (at !== -1) return [...way.slice(at), name];
    const next = open.get(name);
    if (next === undefined) return null;
    for (const on of next) {
      const found = walk(on, [...way, name]);
      if (found !== null) return found;
    }
    open.delete(name); // Nothing behind it leads back: it need not be walked again.
    return null;
  };
  for (const {name} of specs) {
    const found = walk(name, []);
    if (found !== null) return found;
  }
  return null;
}

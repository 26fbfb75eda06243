import {didYouMean} from '../base/nearest.ts';
import type {Place, Problem} from '../base/problem.ts';
import {type ConfigNode, type MapNode, mapOf, type Origin} from './config-node.ts';
import {invalid} from './invalid.ts';
import {merge} from './merge.ts';

export interface ReadSettings {
  /** A job file that holds nothing but what was set. */
  readonly root: MapNode;
  readonly problems: readonly Problem[];
}

const settable: readonly string[] = ['project', 'state-dir', 'vars', 'secrets', 'defaults', 'jobs'];
/** What has been looked at by the time that `--set` counts. */
const tooLate: readonly string[] = ['include', 'templates', 'profiles', 'version'];

/**
 * Reads `a.b=value` pairs of the command line. Values are read as YAML reads a plain scalar of JSON's: numbers, booleans, else text. `jobs`: names that may hold
 * dots. `folder`: where relative paths start.
 */
export function readSettings(settings: readonly string[], jobs: readonly string[], folder: string): ReadSettings {
  const problems: Problem[] = [];
  const whole: Place = {kind: 'text', source: {name: '--set', text: ''}, span: {start: 0, end: 0}};
  const top: Origin = {place: whole, keyPlace: whole, folder, layer: '--set', rank: 0};
  let root: MapNode = mapOf([], top);
  for (const text of settings) {
    const source = {name: '--set', text};
    const at = text.indexOf('=');
    const keys = keysOf(text.slice(0, Math.max(0, at)), jobs);
    const keyPlace: Place = {kind: 'text', source, span: {start: 0, end: at === -1 ? text.length : at}};
    const [first = ''] = keys;
    if (at < 1 || keys.some(key => key === '' || key === '__proto__')) {
      problems.push({
        kind: 'usage',
        severity: 'error',
        code: 'bad-argument',
        message: '--set wants KEY=VALUE with a dotted key',
        place: keyPlace,
      });
    } else if (tooLate.includes(first) || (first === 'jobs' && ['extends', 'profiles'].includes(keys[2] ?? ''))) {
      const message = `--set of ${first === 'jobs' ? (keys[2] ?? '') : first} would have no effect: it comes after that`;
      problems.push(invalid('too-late', message, 'set a value of defaults, of vars or of a job', keyPlace));
    } else if (!settable.includes(first)) {
      problems.push(
        invalid(
          'unknown-field',
          `unknown field "${first}" in the job file`,
          didYouMean(first, settable) ?? `fields are ${settable.join(', ')}`,
          keyPlace,
        ),
      );
    } else {
      const last: Place = {kind: 'text', source, span: {start: at - (keys.at(-1) ?? '').length, end: at}};
      const place: Place = {kind: 'text', source, span: {start: at + 1, end: text.length}};
      const origin: Origin = {...top, place, keyPlace: last};
      const value: ConfigNode = {kind: 'scalar', value: scalarOf(text.slice(at + 1)), isPlain: true, written: null, origin};
      root = merge(root, nested(keys, value, {...origin, keyPlace})) as MapNode;
    }
  }
  return {root, problems};
}

function nested(keys: readonly string[], value: ConfigNode, origin: Origin): MapNode {
  return mapOf([[keys[0] as string, keys.length === 1 ? value : nested(keys.slice(1), value, origin)]], origin);
}

/** Names of jobs and of options may hold dots; an option's is all that is left. */
function keysOf(text: string, jobs: readonly string[]): readonly string[] {
  const inJobs = text.startsWith('jobs.') ? text.slice('jobs.'.length) : null;
  const job = jobs.filter(name => inJobs?.startsWith(`${name}.`)).sort((left, right) => right.length - left.length)[0];
  const head = job === undefined ? [] : ['jobs', job];
  const rest = job === undefined ? text : text.slice(`jobs.${job}.`.length);
  const keys = [...head, ...rest.split('.')];
  const options = keys.indexOf('options');
  const isOption = options === (keys[0] === 'jobs' ? 2 : 1) && keys.length > options + 2;
  return isOption ? [...keys.slice(0, options + 1), keys.slice(options + 1).join('.')] : keys;
}

function scalarOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(text) ? Number(text) : text;
}

import {didYouMean} from '../base/nearest.ts';
import type {OptionSpec, OptionSpecs} from '../base/options.ts';
import type {Problem} from '../base/problem.ts';
import type {OptionProblem} from '../plan/catalog.ts';
import {parseBytes, parseDuration} from '../base/quantity.ts';

/** What every table that is read takes, whatever its connector: how its watermark is made. The planner reads them. */
export const watermarkOptions: OptionSpecs = {
  'scan.watermark.idle-timeout': {
    type: 'duration',
    help: 'after so long without rows nobody waits for the watermark of this table; 0 ms: it is always waited for',
  },
  'scan.watermark.emit.strategy': {
    type: ['on-event', 'on-periodic'],
    help: 'when a watermark is given on: here after every row',
    ignored: true,
  },
};

export interface GivenOption {
  readonly key: string;
  readonly value: string;
}

export interface OptionsRequest {
  readonly specs: OptionSpecs;
  /** Keys without the owner's prefix. */
  readonly given: readonly GivenOption[];
  /** In a message: `connector "filesystem"`, `format "json"`. */
  readonly owner: string;
  /** What stands before each key as the person wrote it: empty, or `json.`. */
  readonly prefix: string;
}

/** Values by key: as given (trimmed, in the spelling of the definition where that lists the values), or the default. */
export interface CheckedOptions {
  readonly values: ReadonlyMap<string, string>;
  readonly problems: readonly OptionProblem[];
}

/** The one judge of every connector's and format's options: unknown names, wrong types, missing ones. All problems, not only the first. */
export function checkOptions(request: OptionsRequest): CheckedOptions {
  const {specs, given, owner, prefix} = request;
  const values = new Map<string, string>();
  const problems: OptionProblem[] = [];
  for (const {key, value} of given) {
    const written = prefix + key;
    const spec = specOf(specs, key);
    if (spec === undefined) {
      problems.push({option: written, problem: unknownOption(written, owner, Object.keys(specs), prefix)});
      continue;
    }
    const text = readOption(spec, value);
    if (text === null) {
      const shown = spec.secret === true ? 'the value given' : JSON.stringify(value);
      problems.push({
        option: written,
        problem: invalid('bad-option', `option "${written}" cannot be ${shown}`, `give ${wanted(spec)}`, spec.help),
      });
      continue;
    }
    if (spec.ignored === true) problems.push({option: written, problem: withoutEffect(written, owner)});
    values.set(key, text);
  }
  for (const [key, spec] of Object.entries(specs)) {
    if (key.includes('#') || values.has(key)) continue;
    if (spec.required === true && !given.some(option => option.key === key)) {
      const hint = `add '${prefix}${key}' = '…' to WITH`;
      problems.push({option: null, problem: invalid('missing-option', `${owner} needs option "${prefix}${key}"`, hint, spec.help)});
    } else if (spec.default !== undefined) values.set(key, spec.default);
  }
  return {values, problems};
}

/** The definition of an option; a `#` in a definition's name stands for one name of the user's, which may hold anything, dots too. */
export function specOf(specs: OptionSpecs, key: string): OptionSpec | undefined {
  if (Object.hasOwn(specs, key)) return key.includes('#') ? undefined : specs[key];
  for (const [pattern, spec] of Object.entries(specs)) {
    if (placeholder(pattern, key) !== null) return spec;
  }
  return undefined;
}

/** What stands in a key where its pattern has `#`, or null when the key is not of the pattern. */
export function placeholder(pattern: string, key: string): string | null {
  const at = pattern.indexOf('#');
  if (at < 0) return null;
  const before = pattern.slice(0, at);
  const after = pattern.slice(at + 1);
  const fits = key.startsWith(before) && key.endsWith(after) && key.length > before.length + after.length;
  return fits ? key.slice(before.length, key.length - after.length) : null;
}

/** The value in its plain form, or null when it is not of the option's type. */
function readOption(spec: OptionSpec, value: string): string | null {
  const {type} = spec;
  if (typeof type !== 'string') return type.find(word => word.toLowerCase() === value.trim().toLowerCase()) ?? null;
  switch (type) {
    case 'string':
      return value;
    case 'int':
      return /^-?\d{1,18}$/.test(value.trim()) ? value.trim() : null;
    case 'boolean':
      return /^(?:true|false)$/i.test(value.trim()) ? value.trim().toLowerCase() : null;
    case 'duration':
      return parseDuration(value) === null ? null : value.trim();
    case 'bytes':
      return parseBytes(value) === null ? null : value.trim();
  }
}

function wanted({type}: OptionSpec): string {
  if (typeof type !== 'string') return `one of ${type.map(word => `'${word}'`).join(', ')}`;
  switch (type) {
    case 'string':
      return 'a text';
    case 'int':
      return 'a whole number';
    case 'boolean':
      return `'true' or 'false'`;
    case 'duration':
      return `a duration such as '10 s' or '500 ms'`;
    case 'bytes':
      return `a size such as '16 mb' or '64 kb'`;
  }
}

function unknownOption(written: string, owner: string, known: readonly string[], prefix: string): Problem {
  const names = known.map(name => prefix + name);
  const hint = didYouMean(written, names) ?? (names.length === 0 ? `${owner} has no options` : `it has ${names.join(', ')}`);
  return invalid('unknown-option', `${owner} has no option "${written}"`, hint);
}

function withoutEffect(written: string, owner: string): Problem {
  return {
    kind: 'invalid',
    severity: 'warning',
    code: 'no-effect',
    message: `option "${written}" of ${owner} has no effect here`,
    hint: 'it is kept for Flink; remove it if the script runs here only',
  };
}

export function invalid(code: string, message: string, hint: string, detail?: string): Problem {
  return {kind: 'invalid', severity: 'error', code, message, hint, ...(detail === undefined ? {} : {detail})};
}

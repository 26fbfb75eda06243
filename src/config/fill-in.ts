import {fail, type Problem} from '../base/problem.ts';
import {interpolate, type Lookup} from './interpolate.ts';
import type {Path, YamlFile} from './yaml-file.ts';

export interface FilledIn {
  readonly data: unknown;
  readonly problems: readonly Problem[];
  /** Where a problem was, as JSON pointers: what stands there now says nothing. */
  readonly unknownAt: ReadonlySet<string>;
  /** What a value of WITH (…) or SET in the SQL of a job stands for. Throws what is wrong with it, without a place. */
  readonly optionValue: (job: string, text: string) => string;
  /** Variables of the file that something has read; grows with each call of `optionValue`. */
  readonly usedVariables: ReadonlySet<string>;
}

/** What the outside may give. */
export interface Outside {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly variables: ReadonlyMap<string, string>;
}

/**
 * Replaces `${…}` in the texts of a job file's data; never in keys. SQL is left as it is: once it is parsed, `optionValue` gives the values of its options, and a
 * query's values are bound as `:name`; nothing is ever spliced. What came in unquoted and reads as a number or a boolean becomes one; quotes keep it a text.
 */
export function fillIn(data: unknown, file: YamlFile, outside: Outside): FilledIn {
  const problems: Problem[] = [];
  const unknownAt = new Set<string>();
  const vars = new Map<string, string>();
  const usedVariables = new Set<string>();
  const lookup: Lookup = name => {
    if (name.startsWith('vars.')) {
      usedVariables.add(name.slice(5));
      return outside.variables.get(name.slice(5)) ?? vars.get(name.slice(5));
    }
    return Object.hasOwn(outside.environment, name) ? outside.environment[name] : undefined;
  };
  const fillText = (text: string, path: Path, known: Lookup): unknown => {
    if (!text.includes('$') || isSql(path)) return text;
    const filled = interpolate(text, known);
    if ('text' in filled) {
      const isPlain = file.scalarAt(path)?.type === 'PLAIN';
      return isPlain && filled.text !== text ? retyped(filled.text) : filled.text;
    }
    unknownAt.add(pointerOf(path));
    problems.push({
      kind: 'invalid',
      severity: 'error',
      code: 'bad-variable',
      message: filled.fault,
      ...(filled.hint === undefined ? {} : {hint: filled.hint}),
      place: file.placeOf(path),
    });
    return '';
  };
  const walk = (value: unknown, path: Path, known: Lookup): unknown => {
    if (typeof value === 'string') return fillText(value, path, known);
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index], known));
    if (typeof value !== 'object' || value === null) return value;
    // Own properties only, defined and not assigned: `__proto__` is a key like any other.
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, walk(inner, [...path, key], scopeOf([...path, key], known))]),
    );
  };
  const ofJob =
    (job: string, known: Lookup): Lookup =>
    name =>
      name === 'job' ? job : known(name);
  const scopeOf = (path: Path, known: Lookup): Lookup => (path.length === 2 && path[0] === 'jobs' ? ofJob(String(path[1]), known) : known);
  const optionValue = (job: string, text: string): string => {
    const filled = interpolate(text, ofJob(job, lookup));
    if ('text' in filled) return filled.text;
    throw fail('invalid', 'bad-variable', filled.fault, filled.hint === undefined ? {} : {hint: filled.hint});
  };
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return {data, problems, unknownAt, optionValue, usedVariables};
  // Variables first: the rest of the file may name them. They may name the environment, and variables above them.
  const filledVars: Record<string, unknown> = {};
  const entries = Object.entries(data);
  const given = entries.find(([key]) => key === 'vars')?.[1] as unknown;
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) {
    for (const [key, value] of Object.entries(given)) {
      const filled = walk(value, ['vars', key], lookup);
      Object.defineProperty(filledVars, key, {value: filled, enumerable: true});
      vars.set(key, String(filled));
    }
  }
  const rest = entries.map(([key, value]) => [key, key === 'vars' && vars.size > 0 ? filledVars : walk(value, [key], lookup)] as const);
  return {data: Object.fromEntries(rest), problems, unknownAt, optionValue, usedVariables};
}

function pointerOf(path: Path): string {
  return path.map(key => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function isSql(path: Path): boolean {
  return path[0] === 'jobs' && path[2] === 'sql' && path.length === 3;
}

function retyped(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(text) ? Number(text) : text;
}

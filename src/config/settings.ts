import type {Place, Problem} from '../base/problem.ts';
import type {Path} from './yaml-file.ts';

export interface AppliedSettings {
  readonly data: unknown;
  readonly problems: readonly Problem[];
  /** Where a value that was set, or its key, stands on the command line; null for everything else. */
  readonly placeOf: (path: Path, isKey: boolean) => Place | null;
}

/** Puts `a.b=value` pairs over a job file's data, which is not changed. Values are read as YAML reads a plain scalar of JSON's: numbers, booleans, else text. */
export function applySettings(data: unknown, settings: readonly string[]): AppliedSettings {
  const problems: Problem[] = [];
  const places = new Map<string, {readonly key: Place; readonly value: Place}>();
  let result = data;
  for (const text of settings) {
    const source = {name: '--set', text};
    const at = text.indexOf('=');
    const keys = text.slice(0, Math.max(0, at)).split('.');
    const place: Place = {kind: 'text', source, span: {start: 0, end: at === -1 ? text.length : at}};
    if (at < 1 || keys.some(key => key === '' || key === '__proto__')) {
      problems.push({kind: 'usage', severity: 'error', code: 'bad-argument', message: '--set wants KEY=VALUE with a dotted key', place});
      continue;
    }
    result = withValue(result, keys, scalarOf(text.slice(at + 1)));
    places.set(JSON.stringify(keys), {
      key: {kind: 'text', source, span: {start: at - (keys.at(-1) ?? '').length, end: at}},
      value: {kind: 'text', source, span: {start: at + 1, end: text.length}},
    });
  }
  return {data: result, problems, placeOf: (path, isKey) => places.get(JSON.stringify(path))?.[isKey ? 'key' : 'value'] ?? null};
}

/** A copy in which the value stands; maps on the way are made where there are none. */
function withValue(data: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const map = typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as Readonly<Record<string, unknown>>) : {};
  return {...map, [key]: withValue(Object.hasOwn(map, key) ? map[key] : undefined, rest, value)};
}

function scalarOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(text) ? Number(text) : text;
}

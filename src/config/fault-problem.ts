import {didYouMean} from '../base/nearest.ts';
import type {Problem} from '../base/problem.ts';
import {type ConfigNode, mapOf, nodeAt, type Path, placeAt, plainData} from './config-node.ts';
import {invalid} from './invalid.ts';
import {type JsonSchema, laterKeys, otherKeys, patterns, schemaAt} from './schema.ts';
import {type FileKind, type SchemaFault, schemaFaults} from './validator.ts';

/** What is wrong with a file as it is written. What a variable will replace is looked at when that has happened. */
export function fileProblems(root: ConfigNode, kind: FileKind): readonly Problem[] {
  const document = withoutDefaults(root, []);
  return schemaFaults(plainData(document), kind).flatMap(fault => {
    const value = nodeAt(document, pathOf(fault.instancePath, document));
    const isVariable = value?.kind === 'scalar' && typeof value.value === 'string' && value.value.includes('$');
    return isVariable ? [] : faultProblem(fault, document, kind);
  });
}

/** What is wrong with a job file once everything is in its place. `unknown`: values that could not be replaced, which has been told. */
export function resolvedProblems(root: ConfigNode, unknown: ReadonlySet<ConfigNode>): readonly Problem[] {
  return schemaFaults(plainData(root), 'job-file').flatMap(fault => {
    const path = pathOf(fault.instancePath, root);
    const value = nodeAt(root, path);
    if (path.length < 2 || (value !== undefined && unknown.has(value))) return [];
    return faultProblem(fault, root, 'job-file');
  });
}

/** Without the nulls that stand for a default. Where a map is wanted, or where null is the name of something, they stay. */
function withoutDefaults(node: ConfigNode, path: Path): ConfigNode {
  if (node.kind !== 'map') return node;
  const entries = [...node.entries].filter(
    ([key, inner]) => inner.kind !== 'scalar' || inner.value !== null || isNeverNull([...path, key]),
  );
  return mapOf(
    entries.map(([key, inner]) => [key, withoutDefaults(inner, [...path, key])]),
    node.origin,
  );
}

function isNeverNull(path: Path): boolean {
  const last = path.at(-1);
  if (last === 'on-error' || last === 'version') return true;
  const [first] = path;
  if (first === 'profiles' && path.length > 2) return isNeverNull(path.slice(2));
  const isNamed = ['jobs', 'templates', 'profiles', 'secrets'].includes(String(first));
  return (isNamed && path.length === 2) || (first === 'jobs' && path.length === 1);
}

const topNames: Readonly<Record<FileKind, string>> = {'job-file': 'the job file', override: 'the override', included: 'the included file'};

/** A fault against the schema, in words, at its place. None where another fault says the same better. */
function faultProblem(fault: SchemaFault, document: ConfigNode, kind: FileKind): readonly Problem[] {
  const path = pathOf(fault.instancePath, document);
  const where = path.length === 0 ? topNames[kind] : path.join('.');
  const value = shownAt(document, path);
  const text = (name: string): string => String(fault.params[name]);
  const problem = (code: string, message: string, hint: string | undefined, at: Path, isKey: boolean): readonly Problem[] => [
    invalid(code, message, hint, placeAt(document, at, isKey)),
  ];
  const atValue = (code: string, message: string, hint?: string): readonly Problem[] => problem(code, message, hint, path, false);
  switch (fault.keyword) {
    case 'additionalProperties':
      return unknownField(text('additionalProperty'), path, where, document, kind);
    case 'required':
      return problem('missing-field', `${where} has no "${text('missingProperty')}"`, undefined, path, path.length > 0);
    case 'type': {
      const unit = unitHint(schemaAt(kind, path), value);
      if (unit !== undefined) return atValue('no-unit', `${where} is ${String(value)}, and has no unit`, unit);
      return atValue('wrong-type', `${where} is ${kindOf(value)}, and must be ${wantedKind(fault.params['type'])}`, typeHint(path));
    }
    case 'enum': {
      if (typeof value !== 'string' && schemaAt(kind, path)?.type === 'string') return []; // Its type is wrong, which is told.
      const allowed = (fault.params['allowedValues'] as readonly unknown[]).map(String);
      const given = String(value);
      return atValue('wrong-value', `${where} cannot be "${given}"`, didYouMean(given, allowed) ?? `write ${orList(allowed)}`);
    }
    case 'minimum':
      return atValue('wrong-value', `${where} must be ${text('limit')} or more`);
    case 'minProperties':
      return problem('wrong-value', `${where} holds nothing`, undefined, path, path.length > 0);
    case 'maxProperties':
      return problem('wrong-value', `${where} can only be one of these`, 'keep one of them', path, path.length > 0);
    case 'propertyNames': {
      const key = text('propertyName');
      const names = 'names begin with a letter and go on with letters, digits and _';
      return problem('bad-name', `"${key}" cannot be a name in ${where}`, names, [...path, key], true);
    }
    case 'pattern': {
      // A key's own fault is told by propertyNames, together with the key.
      if (fault.propertyName !== undefined) return [];
      const schema = schemaAt(kind, path);
      const unit = unitHint(schema, value);
      if (unit !== undefined) return atValue('no-unit', `${where} is "${String(value)}", and has no unit`, unit);
      const hint = patternHints.get(schema?.pattern ?? '');
      return atValue(
        hint === undefined ? 'bad-name' : 'wrong-value',
        `${where} cannot be "${String(value)}"`,
        hint ?? 'a name begins with a letter',
      );
    }
    default:
      return atValue('bad-job-file', `${where} is not as it should be (${fault.keyword})`);
  }
}

function unknownField(key: string, path: Path, where: string, document: ConfigNode, kind: FileKind): readonly Problem[] {
  const place = placeAt(document, [...path, key], true);
  if (laterKeys.has(key))
    return [invalid('not-yet-supported', `"${key}" is not supported yet`, 'leave it out: it would have no effect', place)];
  const known = Object.keys(schemaAt(kind, path)?.properties ?? {}).filter(name => !name.endsWith('+'));
  const hint = otherKeys.get(key) ?? didYouMean(key, known) ?? `fields here are ${known.join(', ')}`;
  return [invalid('unknown-field', `unknown field "${key}" in ${where}`, hint, place)];
}

function pathOf(pointer: string, document: ConfigNode): Path {
  const path: (string | number)[] = [];
  for (const step of pointer.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(nodeAt(document, path)?.kind === 'list' ? Number(key) : key);
  }
  return path;
}

/** Longer texts are told by their length: the place shows where they stand. */
const longestText = 100;

/** A value as it may be printed. */
function shownAt(document: ConfigNode, path: Path): unknown {
  const node = nodeAt(document, path);
  const shown = node === undefined ? undefined : plainData(node, true);
  return typeof shown === 'string' && shown.length > longestText ? `a text of ${shown.length} characters` : shown;
}

/** What to write where a number came without a unit, or undefined where that is not what is wrong. */
function unitHint(schema: JsonSchema | undefined, value: unknown): string | undefined {
  const text = String(value);
  if (schema?.pattern === patterns.duration && /^\d+$/.test(text)) return `say the unit: ${text}ms or ${text}s`;
  if (schema?.pattern === patterns.size && /^\d+$/.test(text)) return `say the unit: ${text}MB or ${text}KB`;
  const wait = schema?.pattern === patterns.batch ? /^(\d*, ?)(\d+)$/.exec(text) : null;
  if (wait !== null) return `say the unit: ${wait[1] ?? ''}${wait[2] ?? ''}ms`;
  const within = schema?.pattern === patterns.rate ? /^(\d+ per )(\d+)$/.exec(text) : null;
  return within === null ? undefined : `say the unit: ${within[1] ?? ''}${within[2] ?? ''}min`;
}

/** What to write, by the pattern that does not hold. */
const patternHints: ReadonlyMap<string, string> = new Map([
  [patterns.duration, 'write a time such as 500ms, 30s or 5min'],
  [patterns.size, 'write a size such as 500KB, 100MB or 2GB'],
  [patterns.batch, 'write RECORDS, TIME or both: 1000,50ms'],
  [patterns.rate, 'write a number and a time: 10 per 10min'],
]);

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'string' ? 'a text' : typeof value === 'number' ? 'a number' : 'true or false';
}

const kinds: Readonly<Record<string, string>> = {
  object: 'a map',
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
};

function wantedKind(type: unknown): string {
  const types = (Array.isArray(type) ? type : String(type).split(',')).map(String);
  return orList(types.map(name => kinds[name] ?? name));
}

function orList(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1) ?? ''}`;
}

function typeHint(path: Path): string | undefined {
  if (path.at(-1) === 'on-error') return 'for the policy write "null" in quotes; without the key it is fail';
  return path.length === 2 && path[0] === 'jobs' ? 'a job is a map: sql: or file:, and settings' : undefined;
}

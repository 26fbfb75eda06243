import {didYouMean} from '../base/nearest.ts';
import type {Place, Problem} from '../base/problem.ts';
import {jobFileSchema, type JsonSchema, laterKeys} from './schema.ts';
import type {SchemaFault} from './validator.ts';
import type {Path} from './yaml-file.ts';

/** A fault against the schema, in words, at its place. None where another fault says the same better. */
export function faultProblem(fault: SchemaFault, data: unknown, placeOf: (path: Path, isKey: boolean) => Place): readonly Problem[] {
  const path = pathOf(fault.instancePath, data);
  const where = path.length === 0 ? 'the job file' : path.join('.');
  const problem = (code: string, message: string, hint: string | undefined, place: Place): Problem[] => [
    {kind: 'invalid', severity: 'error', code, message, ...(hint === undefined ? {} : {hint}), place},
  ];
  const text = (name: string): string => String(fault.params[name]);
  switch (fault.keyword) {
    case 'additionalProperties': {
      const key = text('additionalProperty');
      const place = placeOf([...path, key], true);
      if (laterKeys.has(key))
        return problem('not-yet-supported', `"${key}" is not supported yet`, 'leave it out: it would have no effect', place);
      const known = keysOf(schemaAt(fault.schemaPath));
      return problem(
        'unknown-field',
        `unknown field "${key}" in ${where}`,
        didYouMean(key, known) ?? `fields here are ${known.join(', ')}`,
        place,
      );
    }
    case 'required':
      return problem('missing-field', `${where} has no "${text('missingProperty')}"`, undefined, placeOf(path, path.length > 0));
    case 'type':
      return problem(
        'wrong-type',
        `${where} is ${kindOf(valueAt(data, path))}, and must be ${wantedKind(fault.params['type'])}`,
        typeHint(path),
        placeOf(path, false),
      );
    case 'enum': {
      const allowed = (fault.params['allowedValues'] as readonly unknown[]).map(String);
      const given = String(valueAt(data, path));
      return problem(
        'wrong-value',
        `${where} cannot be "${given}"`,
        didYouMean(given, allowed) ?? `write ${orList(allowed)}`,
        placeOf(path, false),
      );
    }
    case 'minimum':
      return problem('wrong-value', `${where} must be ${text('limit')} or more`, undefined, placeOf(path, false));
    case 'minProperties':
      return problem('wrong-value', `${where} holds nothing`, undefined, placeOf(path, path.length > 0));
    case 'propertyNames': {
      const key = text('propertyName');
      const names = 'names begin with a letter and go on with letters, digits and _';
      return problem('bad-name', `"${key}" cannot be a name in ${where}`, names, placeOf([...path, key], true));
    }
    case 'pattern':
      // A key's own fault is told by propertyNames, together with the key.
      if (fault.propertyName !== undefined) return [];
      return problem(
        'bad-name',
        `${where} cannot be "${String(valueAt(data, path))}"`,
        'a name begins with a letter',
        placeOf(path, false),
      );
    default:
      return problem('bad-job-file', `${where} is not as it should be (${fault.keyword})`, undefined, placeOf(path, false));
  }
}

function pathOf(pointer: string, data: unknown): Path {
  const path: (string | number)[] = [];
  for (const step of pointer.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(valueAt(data, path)) ? Number(key) : key);
  }
  return path;
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string | number, unknown>)[key]
        : undefined,
    data,
  );
}

/** The part of the schema that a fault's keyword stands in: `#/$defs/job/additionalProperties` is of `#/$defs/job`. */
function schemaAt(schemaPath: string): JsonSchema {
  const steps = schemaPath
    .replace(/^.*#\//, '')
    .split('/')
    .slice(0, -1);
  const keys = steps.map(step => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'));
  return (valueAt(jobFileSchema, keys) as JsonSchema | undefined) ?? {};
}

function keysOf(schema: JsonSchema): readonly string[] {
  return Object.keys(schema.properties ?? {});
}

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
  return path.length === 2 && path[0] === 'jobs' ? 'a job is a map: sql: or file:, and settings' : undefined;
}

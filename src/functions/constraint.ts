import {fail} from '../base/problem.ts';
import {castValue} from '../types/cast.ts';
import {isBytes, isText} from '../types/common-type.ts';
import {booleanType, maxLength, type SqlType, withNullable} from '../types/sql-type.ts';
import {typeText} from '../types/type-text.ts';
import type {Value} from '../types/value.ts';
import type {ScalarFunction} from './define.ts';
import {lengthOf} from './text.ts';
import {sameAsFirst, takes} from './typing.ts';

/** What a table asks of the values that are put into it. Only the planner calls these: their names cannot be written in SQL. */

/** How deep: IGNORE looks at the column only, ROWS into rows, too, ROWS_AND_COLLECTIONS into everything. */
type Depth = string;

interface Part {
  readonly value: Value;
  readonly type: SqlType;
  /** `a.b`, `a[element]`, `a[key]`. */
  readonly path: string;
}

/** The parts of a value that are looked at by themselves. */
function partsOf({value, type, path}: Part, depth: Depth): readonly Part[] {
  if (value === null || depth === 'IGNORE') return [];
  if (type.kind === 'ROW') {
    return type.fields.map((field, index) => ({
      value: (value as readonly Value[])[index] ?? null,
      type: field.type,
      path: `${path}.${field.name}`,
    }));
  }
  if (depth !== 'ROWS_AND_COLLECTIONS') return [];
  if (type.kind === 'ARRAY')
    return (value as readonly Value[]).map(element => ({value: element, type: type.element, path: `${path}[element]`}));
  if (type.kind === 'MAP') {
    return [...(value as ReadonlyMap<Value, Value>)].flatMap(([key, item]) => [
      {value: key, type: type.key, path: `${path}[key]`},
      {value: item, type: type.value, path: `${path}[value]`},
    ]);
  }
  if (type.kind !== 'MULTISET') return [];
  return [...(value as ReadonlyMap<Value, Value>).keys()].map(element => ({value: element, type: type.element, path: `${path}[element]`}));
}

/** The types inside of a type that are looked at by themselves. */
function innerTypes(type: SqlType, depth: Depth): readonly SqlType[] {
  if (depth === 'IGNORE') return [];
  if (type.kind === 'ROW') return type.fields.map(field => field.type);
  if (depth !== 'ROWS_AND_COLLECTIONS') return [];
  if (type.kind === 'ARRAY' || type.kind === 'MULTISET') return [type.element];
  return type.kind === 'MAP' ? [type.key, type.value] : [];
}

function hasLength(type: SqlType): type is SqlType & {readonly length: number} {
  return (isText(type) || isBytes(type)) && 'length' in type && type.length !== maxLength;
}

/** Whether a column has a part whose length is limited; with `collections`, one inside of a collection. */
export function hasLengths(type: SqlType, depth: Depth, where: 'anywhere' | 'collections' = 'anywhere'): boolean {
  const isInside = type.kind !== 'ROW' && where === 'collections';
  return (
    (where === 'anywhere' && hasLength(type)) ||
    innerTypes(type, depth).some(inner => hasLengths(inner, depth, isInside ? 'anywhere' : where))
  );
}

/** Whether a column has a part that must not be NULL. */
export function hasInnerNotNull(type: SqlType, depth: Depth): boolean {
  return innerTypes(type, depth).some(inner => !inner.nullable || hasInnerNotNull(inner, depth));
}

/** The first part that breaks a rule. */
function firstOf(part: Part, depth: Depth, breaks: (part: Part) => boolean): Part | null {
  for (const inner of partsOf(part, depth)) {
    const found = breaks(inner) ? inner : firstOf(inner, depth, breaks);
    if (found !== null) return found;
  }
  return null;
}

function isNullByMistake({value, type}: Part): boolean {
  return value === null && !type.nullable;
}

function lengthIn(value: Value): number {
  return typeof value === 'string' ? lengthOf(value) : (value as Uint8Array).length;
}

/** CHAR and BINARY have exactly their length, the others at most. */
function hasWrongLength({value, type}: Part): boolean {
  if (value === null || !hasLength(type)) return false;
  const length = lengthIn(value);
  return type.kind === 'CHAR' || type.kind === 'BINARY' ? length !== type.length : length > type.length;
}

function wrongLength({value, type, path}: Part): Error {
  const what = isText(type) ? `a text of ${lengthIn(value)} characters` : `${lengthIn(value)} bytes`;
  return fail('data', 'wrong-length', `column "${path}" is ${typeText(withNullable(type, true))}, and ${what} would be written into it`, {
    hint: "SET 'table.exec.sink.type-length-enforcer' = 'TRIM_PAD' cuts and fills up",
  });
}

/** Cut and filled up, in rows as far as they are looked into. */
function fitted(value: Value, type: SqlType, depth: Depth): Value {
  if (value === null) return null;
  if (hasLength(type)) return castValue(value, type, type, 'UTC');
  if (type.kind !== 'ROW' || depth === 'IGNORE') return value;
  return type.fields.map((field, index) => fitted((value as readonly Value[])[index] ?? null, field.type, depth));
}

const described = {
  kind: 'scalar',
  family: 'operator',
  syntax: 'INSERT INTO table …',
  examples: [{sql: 'INSERT INTO table …', gives: ''}],
  deterministic: true,
  nulls: 'propagate',
  typing: takes({parameters: [type => type], result: sameAsFirst}),
} as const;

/** Known by their names, but not listed. */
export const constraintFunctions: readonly ScalarFunction[] = [
  {
    ...described,
    name: 'ENFORCE LENGTHS',
    summary: 'Cuts and fills up texts and bytes to the lengths of their column, or fails.',
    evaluate([value], call) {
      const [mode, depth = 'IGNORE', path = ''] = call.words;
      const type = call.result;
      if (mode === 'TRIM_PAD') return fitted(value as Value, type, depth);
      const part = {value: value as Value, type, path};
      const found = hasWrongLength(part) ? part : firstOf(part, depth, hasWrongLength);
      if (found !== null) throw wrongLength(found);
      return part.value;
    },
  },
  {
    ...described,
    name: 'ENFORCE NOT NULL',
    summary: 'Fails when a part of a column is NULL that must not be.',
    evaluate([value], call) {
      const [depth = 'IGNORE', path = ''] = call.words;
      const found = firstOf({value: value as Value, type: call.result, path}, depth, isNullByMistake);
      if (found === null) return value as Value;
      throw fail('data', 'null-in-not-null', `column "${found.path}" is NOT NULL, and NULL would be written into it`, {
        hint: "SET 'table.exec.sink.not-null-enforcer' = 'DROP' leaves such rows out",
      });
    },
  },
  {
    ...described,
    name: 'HAS NO INNER NULL',
    summary: 'Whether no part of a column is NULL that must not be.',
    nulls: 'handled',
    typing: takes({parameters: [type => type], result: booleanType, nullability: 'notNull'}),
    evaluate([value], call) {
      const type = call.arguments[0]?.type;
      return type === undefined || firstOf({value: value as Value, type, path: ''}, call.words[0] ?? 'IGNORE', isNullByMistake) === null;
    },
  },
];

import {castability} from '../types/cast.ts';
import {commonType, isInteger} from '../types/common-type.ts';
import {compareValues, sameValue, valueKey} from '../types/compare.ts';
import {booleanType, intType, type SqlType, stringType, withNullable} from '../types/sql-type.ts';
import {typeText} from '../types/type-text.ts';
import type {Value} from '../types/value.ts';
import {noCommonType} from './conditional.ts';
import type {Argument, CallSite, Refusal, ScalarFunction, Typing} from './define.ts';
import {anyNullable, boolean, text, wrongCount, wrongTypes} from './typing.ts';

/** What is done with arrays: elements are looked for, added and left out; arrays are ordered, cut and put together. */

type ArrayType = {readonly kind: 'ARRAY'; readonly element: SqlType; readonly nullable: boolean};
type Elements = readonly Value[];

type Described = Pick<ScalarFunction, 'name' | 'summary' | 'syntax' | 'examples' | 'nulls' | 'typing' | 'evaluate'>;

/** A deterministic function of collections. */
export function collectionFunction(described: Described): ScalarFunction {
  return {kind: 'scalar', family: 'collection', deterministic: true, ...described};
}

function elementType(call: CallSite): SqlType {
  return ((call.arguments[0] as Argument).type as ArrayType).element;
}

function arrayOf(args: readonly Argument[]): ArrayType | null {
  const type = args[0]?.type;
  return type?.kind === 'ARRAY' ? {kind: 'ARRAY', element: type.element, nullable: type.nullable} : null;
}

/** An array alone. */
function arrayTyping(result: (array: ArrayType) => SqlType | null): ScalarFunction['typing'] {
  return args => {
    if (args.length !== 1) return wrongCount(args.length, 1, 1);
    const array = arrayOf(args);
    const type = array === null ? null : result(array);
    return array === null || type === null ? wrongTypes(args, 'takes an ARRAY') : {arguments: [array], result: type};
  };
}

/** An array and a value that its elements' type takes without a cast that may fail. */
function elementTyping(result: (array: ArrayType, value: SqlType) => SqlType): ScalarFunction['typing'] {
  return args => {
    const [, value] = args;
    if (value === undefined || args.length > 2) return wrongCount(args.length, 2, 2);
    const array = arrayOf(args);
    if (array === null) return wrongTypes(args, 'takes an ARRAY and a value of its elements’ type');
    const how = castability(value.type, array.element);
    if (how !== 'same' && how !== 'implicit') return wrongTypes(args, `the value must be ${typeText(withNullable(array.element, true))}`);
    const nullable = value.type.nullable || value.type.kind === 'NULL';
    return {arguments: [array, withNullable(array.element, nullable)], result: result(array, withNullable(array.element, nullable))};
  };
}

/** The array's type, with NULL among its elements where the value may be one. */
function withElement(array: ArrayType, value: SqlType): SqlType {
  return {...array, element: withNullable(array.element, array.element.nullable || value.nullable)};
}

/** Arrays of a common type, NULL when one is. */
export function commonTyping(kind: 'ARRAY' | 'MAP', least: number, most: number | null): ScalarFunction['typing'] {
  return args => {
    if (args.length < least || (most !== null && args.length > most)) return wrongCount(args.length, least, most);
    const types = args.map(arg => arg.type);
    const named = kind === 'ARRAY' ? 'ARRAYs' : 'MAPs';
    if (types.some(type => type.kind !== kind)) return wrongTypes(args, `takes ${named} of one type`);
    const type = commonType(types);
    if (type === null) return noCommonType(types);
    return {arguments: types.map(each => withNullable(type, each.nullable)), result: type};
  };
}

/** Each once, in the order in which they come. */
function distinct(elements: Elements, type: SqlType, left: ReadonlySet<string> = new Set()): Value[] {
  const seen = new Set(left);
  return elements.filter(element => {
    const key = valueKey(element, type);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function keysOf(elements: Elements, type: SqlType): ReadonlySet<string> {
  return new Set(elements.map(element => valueKey(element, type)));
}

/** As in Flink, what EXCEPT and INTERSECT leave of NULLs stands at the end. */
function nullsLast(elements: Elements): Elements {
  return [...elements.filter(element => element !== null), ...elements.filter(element => element === null)];
}

function positionOf(elements: Elements, value: Value, type: SqlType): number {
  return elements.findIndex(element => sameValue(element, value, type)) + 1;
}

function isOrdered(type: SqlType): boolean {
  return !['BOOLEAN', 'ARRAY', 'MAP', 'MULTISET', 'ROW', 'NULL'].includes(type.kind);
}

/** The element that no other one comes before; NULLs do not count. */
function extreme(elements: Elements, type: SqlType, sign: 1 | -1): Value {
  let found: Value = null;
  for (const element of elements) {
    if (element !== null && (found === null || sign * compareValues(element, found, type) > 0)) found = element;
  }
  return found;
}

/** From 1 on; negative positions count from the end, position 0 is 1, and both ends count. */
function slice(elements: Elements, from: number, to: number): Elements {
  const {length} = elements;
  const start = Math.max(1, from < 0 ? from + length + 1 : from);
  const end = to < 0 ? to + length + 1 : to;
  return elements.slice(start - 1, Math.max(start - 1, Math.min(end === 0 ? 1 : end, length)));
}

function sliceTyping(args: readonly Argument[]): Typing | Refusal {
  if (args.length < 2 || args.length > 3) return wrongCount(args.length, 2, 3);
  const array = arrayOf(args);
  const positions = args.slice(1).map(arg => (arg.type.kind === 'NULL' ? intType : arg.type));
  if (array === null || !positions.every(isInteger)) return wrongTypes(args, 'takes an ARRAY and integers');
  return {arguments: [array, ...positions], result: withNullable(array, anyNullable([array, ...positions]))};
}

function sortTyping(args: readonly Argument[]): Typing | Refusal {
  if (args.length < 1 || args.length > 3) return wrongCount(args.length, 1, 3);
  const array = arrayOf(args);
  const flags = args.slice(1).map(arg => boolean(arg.type));
  if (array === null || flags.includes(null)) return wrongTypes(args, 'takes an ARRAY, then TRUE or FALSE');
  if (!isOrdered(array.element)) return wrongTypes(args, `${typeText(withNullable(array.element, true))} has no order`);
  const types = flags as readonly SqlType[];
  return {arguments: [array, ...types], result: withNullable(array, anyNullable([array, ...types]))};
}

function sorted(elements: Elements, type: SqlType, ascending: boolean, nullFirst: boolean): Elements {
  const values = elements.filter(element => element !== null).toSorted((a, b) => (ascending ? 1 : -1) * compareValues(a, b, type));
  const nulls = elements.filter(element => element === null);
  return nullFirst ? [...nulls, ...values] : [...values, ...nulls];
}

function joinTyping(args: readonly Argument[]): Typing | Refusal {
  if (args.length < 2 || args.length > 3) return wrongCount(args.length, 2, 3);
  const array = arrayOf(args);
  const texts = args.slice(1).map(arg => text(arg.type));
  if (array === null || text(array.element) === null || texts.includes(null)) return wrongTypes(args, 'takes an ARRAY of texts, and texts');
  const types = [array, ...(texts as readonly SqlType[])];
  return {arguments: types, result: withNullable(stringType, anyNullable(types))};
}

const searching: readonly ScalarFunction[] = [
  collectionFunction({
    name: 'ARRAY_CONTAINS',
    summary: 'Whether a value, or NULL, is among the elements of an array.',
    syntax: 'ARRAY_CONTAINS(array, value)',
    examples: [
      {sql: 'ARRAY_CONTAINS(ARRAY[1, 2, 3], 2)', gives: 'TRUE'},
      {sql: 'ARRAY_CONTAINS(ARRAY[1, 2, 3], NULL)', gives: 'FALSE'},
    ],
    nulls: 'handled',
    typing: elementTyping(array => withNullable(booleanType, array.nullable)),
    evaluate: ([array, value], call) => (array === null ? null : positionOf(array as Elements, value as Value, elementType(call)) > 0),
  }),
  collectionFunction({
    name: 'ARRAY_POSITION',
    summary: 'Where a value stands first in an array, 1 for the first element; 0 when it is not there.',
    syntax: 'ARRAY_POSITION(array, value)',
    examples: [
      {sql: "ARRAY_POSITION(ARRAY['a', 'b'], 'b')", gives: '2'},
      {sql: "ARRAY_POSITION(ARRAY['a', 'b'], 'c')", gives: '0'},
    ],
    nulls: 'propagate',
    typing: elementTyping((array, value) => withNullable(intType, array.nullable || value.nullable)),
    evaluate: ([array, value], call) => positionOf(array as Elements, value as Value, elementType(call)),
  }),
  collectionFunction({
    name: 'ARRAY_MAX',
    summary: 'The greatest element of an array; NULL when it has none but NULLs.',
    syntax: 'ARRAY_MAX(array)',
    examples: [{sql: 'ARRAY_MAX(ARRAY[1, 3, 2])', gives: '3'}],
    nulls: 'propagate',
    typing: arrayTyping(({element}) => (isOrdered(element) ? withNullable(element, true) : null)),
    evaluate: ([array], call) => extreme(array as Elements, elementType(call), 1),
  }),
  collectionFunction({
    name: 'ARRAY_MIN',
    summary: 'The least element of an array; NULL when it has none but NULLs.',
    syntax: 'ARRAY_MIN(array)',
    examples: [{sql: 'ARRAY_MIN(ARRAY[2, 1, 3])', gives: '1'}],
    nulls: 'propagate',
    typing: arrayTyping(({element}) => (isOrdered(element) ? withNullable(element, true) : null)),
    evaluate: ([array], call) => extreme(array as Elements, elementType(call), -1),
  }),
];

const changing: readonly ScalarFunction[] = [
  collectionFunction({
    name: 'ARRAY_APPEND',
    summary: 'An array with one more element at its end.',
    syntax: 'ARRAY_APPEND(array, value)',
    examples: [{sql: 'ARRAY_APPEND(ARRAY[1, 2], 3)', gives: '[1, 2, 3]'}],
    nulls: 'handled',
    typing: elementTyping(withElement),
    evaluate: ([array, value]) => (array === null ? null : [...(array as Elements), value as Value]),
  }),
  collectionFunction({
    name: 'ARRAY_PREPEND',
    summary: 'An array with one more element at its beginning.',
    syntax: 'ARRAY_PREPEND(array, value)',
    examples: [{sql: 'ARRAY_PREPEND(ARRAY[1, 2], 3)', gives: '[3, 1, 2]'}],
    nulls: 'handled',
    typing: elementTyping(withElement),
    evaluate: ([array, value]) => (array === null ? null : [value as Value, ...(array as Elements)]),
  }),
  collectionFunction({
    name: 'ARRAY_REMOVE',
    summary: 'An array without the elements that are a value, or NULL.',
    syntax: 'ARRAY_REMOVE(array, value)',
    examples: [{sql: 'ARRAY_REMOVE(ARRAY[1, 2, 2, 3], 2)', gives: '[1, 3]'}],
    nulls: 'handled',
    typing: elementTyping(array => array),
    evaluate([array, value], call) {
      return array === null ? null : (array as Elements).filter(element => !sameValue(element, value as Value, elementType(call)));
    },
  }),
  collectionFunction({
    name: 'ARRAY_DISTINCT',
    summary: 'An array with each of its elements once, where it came first.',
    syntax: 'ARRAY_DISTINCT(array)',
    examples: [{sql: 'ARRAY_DISTINCT(ARRAY[1, 2, 1, 3, 2])', gives: '[1, 2, 3]'}],
    nulls: 'propagate',
    typing: arrayTyping(array => array),
    evaluate: ([array], call) => distinct(array as Elements, elementType(call)),
  }),
  collectionFunction({
    name: 'ARRAY_REVERSE',
    summary: 'An array from its last element to its first.',
    syntax: 'ARRAY_REVERSE(array)',
    examples: [{sql: 'ARRAY_REVERSE(ARRAY[1, 2, 3])', gives: '[3, 2, 1]'}],
    nulls: 'propagate',
    typing: arrayTyping(array => array),
    evaluate: ([array]) => (array as Elements).toReversed(),
  }),
  collectionFunction({
    name: 'ARRAY_SLICE',
    summary: 'The elements of an array from one position to another, both included; 1 is the first, negative ones count from the end.',
    syntax: 'ARRAY_SLICE(array, start [, end])',
    examples: [
      {sql: 'ARRAY_SLICE(ARRAY[4, 5, 6, 7], 2, 3)', gives: '[5, 6]'},
      {sql: 'ARRAY_SLICE(ARRAY[4, 5, 6, 7], -2)', gives: '[6, 7]'},
    ],
    nulls: 'propagate',
    typing: sliceTyping,
    evaluate: ([array, start, end]) => slice(array as Elements, Number(start), Number(end ?? (array as Elements).length)),
  }),
  collectionFunction({
    name: 'ARRAY_SORT',
    summary:
      'An array in order, ascending unless FALSE is said. NULLs come first when ascending and last when descending, unless it is said.',
    syntax: 'ARRAY_SORT(array [, ascending [, nullsFirst]])',
    examples: [
      {sql: 'ARRAY_SORT(ARRAY[3, 1, 2])', gives: '[1, 2, 3]'},
      {sql: 'ARRAY_SORT(ARRAY[3, NULLIF(1, 1), 2], FALSE, TRUE)', gives: '[NULL, 3, 2]'},
    ],
    nulls: 'propagate',
    typing: sortTyping,
    evaluate([array, ascending = true, nullsFirst = ascending], call) {
      return sorted(array as Elements, elementType(call), ascending === true, nullsFirst === true);
    },
  }),
];

const combining: readonly ScalarFunction[] = [
  collectionFunction({
    name: 'ARRAY_CONCAT',
    summary: 'Arrays one after the other.',
    syntax: 'ARRAY_CONCAT(array, …)',
    examples: [{sql: 'ARRAY_CONCAT(ARRAY[1], ARRAY[2, 3])', gives: '[1, 2, 3]'}],
    nulls: 'propagate',
    typing: commonTyping('ARRAY', 1, null),
    evaluate: arrays => (arrays as readonly Elements[]).flat(1) as Elements,
  }),
  collectionFunction({
    name: 'ARRAY_UNION',
    summary: 'What is in one of two arrays, each element once.',
    syntax: 'ARRAY_UNION(array, array)',
    examples: [{sql: 'ARRAY_UNION(ARRAY[1, 2], ARRAY[2, 3])', gives: '[1, 2, 3]'}],
    nulls: 'propagate',
    typing: commonTyping('ARRAY', 2, 2),
    evaluate: ([left, right], call) => distinct([...(left as Elements), ...(right as Elements)], elementType(call)),
  }),
  collectionFunction({
    name: 'ARRAY_EXCEPT',
    summary: 'What is in the first of two arrays but not in the second, each element once.',
    syntax: 'ARRAY_EXCEPT(array, array)',
    examples: [{sql: 'ARRAY_EXCEPT(ARRAY[1, 2, 3], ARRAY[2])', gives: '[1, 3]'}],
    nulls: 'propagate',
    typing: commonTyping('ARRAY', 2, 2),
    evaluate([left, right], call) {
      const element = elementType(call);
      return nullsLast(distinct(left as Elements, element, keysOf(right as Elements, element)));
    },
  }),
  collectionFunction({
    name: 'ARRAY_INTERSECT',
    summary: 'What is in both of two arrays, each element once.',
    syntax: 'ARRAY_INTERSECT(array, array)',
    examples: [{sql: 'ARRAY_INTERSECT(ARRAY[1, 2, 3], ARRAY[3, 2, 4])', gives: '[2, 3]'}],
    nulls: 'propagate',
    typing: commonTyping('ARRAY', 2, 2),
    evaluate([left, right], call) {
      const element = elementType(call);
      const kept = keysOf(right as Elements, element);
      return nullsLast(distinct(left as Elements, element).filter(value => kept.has(valueKey(value, element))));
    },
  }),
  collectionFunction({
    name: 'ARRAY_JOIN',
    summary: 'The texts of an array with a separator between them. NULLs are left out, or replaced by a text.',
    syntax: 'ARRAY_JOIN(array, separator [, nullReplacement])',
    examples: [
      {sql: "ARRAY_JOIN(ARRAY['a', 'b', 'c'], '-')", gives: 'a-b-c'},
      {sql: "ARRAY_JOIN(ARRAY['a', NULLIF('b', 'b')], '-', '?')", gives: 'a-?'},
    ],
    nulls: 'propagate',
    typing: joinTyping,
    evaluate([array, separator, replacement]) {
      const texts = (array as readonly (string | null)[]).map(element => element ?? (replacement as string | undefined));
      return texts.filter(element => element !== undefined).join(separator as string);
    },
  }),
];

export const arrayFunctions: readonly ScalarFunction[] = [...searching, ...changing, ...combining];

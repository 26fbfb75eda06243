import {fail} from '../base/problem.ts';
import {castValue} from '../types/cast.ts';
import {commonType, isInteger} from '../types/common-type.ts';
import {sameValue} from '../types/compare.ts';
import {intType, type SqlType, stringType, withNullable} from '../types/sql-type.ts';
import {typeText} from '../types/type-text.ts';
import type {Value} from '../types/value.ts';
import {noCommonType} from './conditional.ts';
import type {Argument, Refusal, ScalarFunction, Typing} from './define.ts';
import {compilePattern, type Pattern} from './pattern/compile.ts';
import {anyNullable, takes, text, wrongCount, wrongTypes} from './typing.ts';

/** ARRAY, MAP and ROW: how they are made, and what is taken out of them. */

function typesOf(args: readonly Argument[]): readonly SqlType[] {
  return args.map(arg => arg.type);
}

function times(type: SqlType, types: readonly SqlType[]): readonly SqlType[] {
  return types.map(each => withNullable(type, each.nullable || each.kind === 'NULL'));
}

function mapTyping(args: readonly Argument[]): Typing | Refusal {
  if (args.length === 0 || args.length % 2 === 1) return {message: `takes keys and values in turn, not ${args.length} arguments`};
  const keys = typesOf(args.filter((_, index) => index % 2 === 0));
  const values = typesOf(args.filter((_, index) => index % 2 === 1));
  const key = commonType(keys);
  const value = commonType(values);
  if (key === null) return noCommonType(keys);
  if (value === null) return noCommonType(values);
  const keyTypes = times(key, keys);
  const valueTypes = times(value, values);
  return {
    arguments: args.map((_, index) => (index % 2 === 0 ? keyTypes : valueTypes)[index >> 1] as SqlType),
    result: {kind: 'MAP', key, value, nullable: false},
  };
}

/** The value of the key that is the same in SQL. Later entries win. */
export function mapGet(map: ReadonlyMap<Value, Value>, key: Value, type: SqlType): Value {
  if (map.has(key)) return map.get(key) ?? null;
  for (const [candidate, value] of map) if (sameValue(candidate, key, type)) return value;
  return null;
}

function buildMap(args: readonly Value[], keyType: SqlType): ReadonlyMap<Value, Value> {
  const map = new Map<Value, Value>();
  for (let index = 0; index < args.length; index += 2) {
    const key = args[index] as Value;
    const same = [...map.keys()].find(other => sameValue(other, key, keyType));
    map.set(same === undefined ? key : same, args[index + 1] as Value);
  }
  return map;
}

function itemTyping(args: readonly Argument[]): Typing | Refusal {
  const [operand, index] = args;
  if (operand === undefined || index === undefined || args.length > 2) return wrongCount(args.length, 2, 2);
  const {type} = operand;
  if (type.kind === 'ARRAY') {
    if (!isInteger(index.type) && index.type.kind !== 'NULL') return wrongTypes(args, 'an ARRAY takes an integer, from 1 on');
    const position = index.literal;
    if ((typeof position === 'number' || typeof position === 'bigint') && position < 1) {
      return {message: `takes elements from 1 on, not ${position}`};
    }
    return {arguments: [type, index.type.kind === 'NULL' ? intType : index.type], result: withNullable(type.element, true)};
  }
  if (type.kind === 'MAP') {
    const key = commonType([type.key, index.type]);
    if (key === null) return wrongTypes(args, `the key must be ${typeText(type.key)}`);
    return {
      arguments: [type, withNullable(key, index.type.nullable || index.type.kind === 'NULL')],
      result: withNullable(type.value, true),
    };
  }
  if (type.kind === 'ROW') return rowItemTyping(type, index);
  return wrongTypes(args, 'takes an ARRAY, a MAP or a ROW');
}

function rowItemTyping(type: SqlType & {readonly kind: 'ROW'}, index: Argument): Typing | Refusal {
  const at = fieldAt(type, index.literal ?? null);
  const field = type.fields[at];
  if (field === undefined) return {message: 'takes a field of a ROW by a constant name, or number from 1 on'};
  return {arguments: [type, index.type], result: withNullable(field.type, field.type.nullable || type.nullable)};
}

function fieldAt(type: SqlType & {readonly kind: 'ROW'}, index: Value): number {
  return typeof index === 'string' ? type.fields.findIndex(field => field.name === index) : Number(index ?? 0) - 1;
}

const item: ScalarFunction = {
  kind: 'scalar',
  family: 'collection',
  name: 'ITEM',
  summary: 'An element of an array by its position, 1 for the first, or the value of a key of a map; NULL when there is none.',
  syntax: 'array[position], map[key]',
  examples: [
    {sql: 'ARRAY[4, 5, 6][2]', gives: '5'},
    {sql: "MAP['a', 1, 'b', 2]['b']", gives: '2'},
  ],
  deterministic: true,
  nulls: 'propagate',
  typing: itemTyping,
  evaluate(args, call) {
    const [operand, index] = args as [Value, Value];
    const {type} = call.arguments[0] as Argument;
    if (type.kind === 'ARRAY') return (operand as readonly Value[])[Number(index) - 1] ?? null;
    if (type.kind === 'ROW') return (operand as readonly Value[])[fieldAt(type, index)] ?? null;
    if (type.kind !== 'MAP') return null;
    const keyType = (call.arguments[1] as Argument).type;
    const map = new Map(
      [...(operand as ReadonlyMap<Value, Value>)].map(([key, value]) => [castValue(key, type.key, keyType, call.timeZone), value]),
    );
    return mapGet(map, index, keyType);
  },
};

const constructors: readonly ScalarFunction[] = [
  {
    kind: 'scalar',
    family: 'collection',
    name: 'ARRAY',
    summary: 'An array of values, in their common type.',
    syntax: 'ARRAY[value, …]',
    examples: [
      {sql: 'ARRAY[1, 2, 3]', gives: '[1, 2, 3]'},
      {sql: 'ARRAY[NULLIF(1, 1), 2]', gives: '[NULL, 2]'},
    ],
    deterministic: true,
    nulls: 'handled',
    typing(args) {
      const types = typesOf(args);
      const element = commonType(types);
      if (element === null) return args.length === 0 ? wrongCount(0, 1, null) : noCommonType(types);
      return {arguments: times(element, types), result: {kind: 'ARRAY', element, nullable: false}};
    },
    evaluate: args => args,
  },
  {
    kind: 'scalar',
    family: 'collection',
    name: 'MAP',
    summary: 'A map of keys and values, in their common types. Of equal keys the last one counts.',
    syntax: 'MAP[key, value, …]',
    examples: [{sql: "MAP['a', 1, 'b', 2]", gives: '{a=1, b=2}'}],
    deterministic: true,
    nulls: 'handled',
    typing: mapTyping,
    evaluate: (args, call) => buildMap(args, (call.arguments[0] as Argument).type),
  },
  {
    kind: 'scalar',
    family: 'collection',
    name: 'ROW',
    summary: 'A row of values; its fields are called EXPR$0, EXPR$1 and so on.',
    syntax: 'ROW(value, …), (value, value, …)',
    examples: [{sql: "ROW('hello world', 12)", gives: '(hello world, 12)'}],
    deterministic: true,
    nulls: 'handled',
    typing(args) {
      const types = typesOf(args).map(type => (type.kind === 'NULL' ? stringType : type));
      return {
        arguments: types,
        result: {kind: 'ROW', fields: types.map((type, index) => ({name: `EXPR$${index}`, type})), nullable: false},
      };
    },
    evaluate: args => args,
  },
];

function sizeTyping(args: readonly Argument[]): Typing | Refusal {
  const [arg] = args;
  if (arg === undefined || args.length > 1) return wrongCount(args.length, 1, 1);
  if (!['ARRAY', 'MAP', 'MULTISET'].includes(arg.type.kind)) return wrongTypes(args, 'takes an ARRAY, a MAP or a MULTISET');
  return {arguments: [arg.type], result: withNullable(intType, anyNullable([arg.type]))};
}

const textMap: SqlType = {kind: 'MAP', key: stringType, value: stringType, nullable: true};

function separatorOf(source: Value): Pattern {
  const compiled = compilePattern(source as string);
  if ('message' in compiled)
    throw fail('data', 'bad-pattern', `STR_TO_MAP has the separator "${source as string}", which ${compiled.message}`);
  return compiled;
}

/** As Java's `split`: parts at the end that are empty do not count. */
function split(value: string, separator: Pattern): readonly string[] {
  const parts: string[] = [];
  let copied = 0;
  for (let match = separator.find(value, 0); match !== null && match.end > match.start; match = separator.find(value, match.end)) {
    parts.push(value.slice(copied, match.start));
    copied = match.end;
  }
  parts.push(value.slice(copied));
  while (parts.at(-1) === '') parts.pop();
  return parts;
}

function splitToMap(value: string, pairSeparator: Pattern, keySeparator: Pattern): ReadonlyMap<Value, Value> {
  const map = new Map<Value, Value>();
  for (const pair of split(value, pairSeparator)) {
    const match = keySeparator.find(pair, 0);
    if (match === null) map.set(pair, null);
    else map.set(pair.slice(0, match.start), pair.slice(match.end));
  }
  return map;
}

export const collectionFunctions: readonly ScalarFunction[] = [
  ...constructors,
  item,
  {
    kind: 'scalar',
    family: 'collection',
    name: 'CARDINALITY',
    summary: 'How many elements an array, or entries a map, has.',
    syntax: 'CARDINALITY(collection)',
    examples: [{sql: 'CARDINALITY(ARRAY[1, 2, 3])', gives: '3'}],
    deterministic: true,
    nulls: 'propagate',
    typing: sizeTyping,
    evaluate: ([value]) => (value instanceof Map ? value.size : (value as readonly Value[]).length),
  },
  {
    kind: 'scalar',
    family: 'collection',
    name: 'STR_TO_MAP',
    summary:
      'A map of the pairs in a text, between separators of pairs (a comma by default) and of keys from values (an equals sign), both regular expressions.',
    syntax: 'STR_TO_MAP(text [, pairSeparator, keySeparator])',
    examples: [
      {sql: "STR_TO_MAP('k1=v1,k2=v2')", gives: '{k1=v1, k2=v2}'},
      {sql: "STR_TO_MAP('k1:v1;k2: v2', ';', ':')", gives: '{k1=v1, k2= v2}'},
    ],
    deterministic: true,
    nulls: 'propagate',
    typing(args, words) {
      if (args.length === 2) return wrongCount(2, 1, 3);
      for (const index of [1, 2]) {
        const literal = args[index]?.literal;
        const compiled = typeof literal === 'string' ? compilePattern(literal) : null;
        if (compiled !== null && 'message' in compiled)
          return {message: `has the separator "${literal as string}", which ${compiled.message}`};
      }
      return takes({parameters: [text, text, text], optional: 2, result: textMap})(args, words);
    },
    evaluate: args => splitToMap(args[0] as string, separatorOf(args[1] ?? ','), separatorOf(args[2] ?? '=')),
  },
  {
    kind: 'scalar',
    family: 'collection',
    name: 'ELEMENT',
    summary: 'The only element of an array; NULL of an empty one; more than one is an error.',
    syntax: 'ELEMENT(array)',
    examples: [{sql: "ELEMENT(ARRAY['HELLO WORLD'])", gives: 'HELLO WORLD'}],
    deterministic: true,
    nulls: 'propagate',
    typing(args) {
      const [arg] = args;
      if (arg === undefined || args.length > 1) return wrongCount(args.length, 1, 1);
      return arg.type.kind === 'ARRAY'
        ? {arguments: [arg.type], result: withNullable(arg.type.element, true)}
        : wrongTypes(args, 'takes an ARRAY');
    },
    evaluate([value]) {
      const array = value as readonly Value[];
      if (array.length > 1) throw fail('data', 'bad-argument', `ELEMENT wants an array of one element, not of ${array.length}`);
      return array[0] ?? null;
    },
  },
];

import {fail} from '../base/problem.ts';
import {valueKey} from '../types/compare.ts';
import type {SqlType} from '../types/sql-type.ts';
import type {Value} from '../types/value.ts';
import {collectionFunction, commonTyping} from './array.ts';
import type {Argument, ScalarFunction} from './define.ts';
import {anyNullable, wrongCount, wrongTypes} from './typing.ts';

/** What is done with maps: their keys, values and entries as arrays, and maps made of arrays or of other maps. */

type MapType = SqlType & {readonly kind: 'MAP'};
type Entries = ReadonlyMap<Value, Value>;

function mapTyping(elementOf: (map: MapType) => SqlType): ScalarFunction['typing'] {
  return args => {
    const [arg] = args;
    if (arg === undefined || args.length > 1) return wrongCount(args.length, 1, 1);
    if (arg.type.kind !== 'MAP') return wrongTypes(args, 'takes a MAP');
    return {arguments: [arg.type], result: {kind: 'ARRAY', element: elementOf(arg.type), nullable: arg.type.nullable}};
  };
}

/** Of keys that are the same in SQL the last one’s value counts, in the place of the first. */
function mapOf(entries: Iterable<readonly [Value, Value]>, keyType: SqlType): Entries {
  const map = new Map<Value, Value>();
  const known = new Map<string, Value>();
  for (const [key, value] of entries) {
    const text = valueKey(key, keyType);
    const same = known.get(text) ?? key;
    known.set(text, same);
    map.set(same, value);
  }
  return map;
}

export const mapFunctions: readonly ScalarFunction[] = [
  collectionFunction({
    name: 'MAP_KEYS',
    summary: 'The keys of a map, as an array.',
    syntax: 'MAP_KEYS(map)',
    examples: [{sql: "MAP_KEYS(MAP['a', 1, 'b', 2])", gives: '[a, b]'}],
    nulls: 'propagate',
    typing: mapTyping(map => map.key),
    evaluate: ([map]) => [...(map as Entries).keys()],
  }),
  collectionFunction({
    name: 'MAP_VALUES',
    summary: 'The values of a map, as an array.',
    syntax: 'MAP_VALUES(map)',
    examples: [{sql: "MAP_VALUES(MAP['a', 1, 'b', 2])", gives: '[1, 2]'}],
    nulls: 'propagate',
    typing: mapTyping(map => map.value),
    evaluate: ([map]) => [...(map as Entries).values()],
  }),
  collectionFunction({
    name: 'MAP_ENTRIES',
    summary: 'The entries of a map, as an array of rows with the fields key and value.',
    syntax: 'MAP_ENTRIES(map)',
    examples: [{sql: "MAP_ENTRIES(MAP['a', 1, 'b', 2])", gives: '[(a, 1), (b, 2)]'}],
    nulls: 'propagate',
    typing: mapTyping(map => ({
      kind: 'ROW',
      fields: [
        {name: 'key', type: map.key},
        {name: 'value', type: map.value},
      ],
      nullable: true,
    })),
    evaluate: ([map]) => [...(map as Entries)].map(([key, value]) => [key, value]),
  }),
  collectionFunction({
    name: 'MAP_FROM_ARRAYS',
    summary: 'A map of an array of keys and an array of as many values.',
    syntax: 'MAP_FROM_ARRAYS(keys, values)',
    examples: [{sql: "MAP_FROM_ARRAYS(ARRAY['a', 'b'], ARRAY[1, 2])", gives: '{a=1, b=2}'}],
    nulls: 'propagate',
    typing(args) {
      const [keys, values] = args.map(arg => arg.type);
      if (keys === undefined || values === undefined || args.length > 2) return wrongCount(args.length, 2, 2);
      if (keys.kind !== 'ARRAY' || values.kind !== 'ARRAY') return wrongTypes(args, 'takes two ARRAYs');
      return {
        arguments: [keys, values],
        result: {kind: 'MAP', key: keys.element, value: values.element, nullable: anyNullable([keys, values])},
      };
    },
    evaluate(args, call) {
      const [keys, values] = args as readonly [readonly Value[], readonly Value[]];
      if (keys.length !== values.length) {
        throw fail(
          'data',
          'bad-argument',
          `MAP_FROM_ARRAYS wants as many values as keys, and has ${keys.length} keys and ${values.length} values`,
        );
      }
      const {key} = call.result as MapType;
      return mapOf(
        keys.map((each, index) => [each, values[index] as Value] as const),
        key,
      );
    },
  }),
  collectionFunction({
    name: 'MAP_UNION',
    summary: 'The entries of maps in one map. Of equal keys the last one counts.',
    syntax: 'MAP_UNION(map, map, …)',
    examples: [{sql: "MAP_UNION(MAP['a', 1, 'b', 2], MAP['b', 3])", gives: '{a=1, b=3}'}],
    nulls: 'propagate',
    typing: commonTyping('MAP', 1, null),
    evaluate: (maps, call) =>
      mapOf(
        (maps as readonly Entries[]).flatMap(map => [...map]),
        ((call.arguments[0] as Argument).type as MapType).key,
      ),
  }),
];

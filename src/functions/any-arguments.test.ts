import {expect, test} from 'vitest';
import {ProblemError} from '../base/problem.ts';
import {castability, castValue} from '../types/cast.ts';
import {type SqlType, withNullable} from '../types/sql-type.ts';
import {fieldText} from '../types/row-text.ts';
import {typeText} from '../types/type-text.ts';
import type {Value} from '../types/value.ts';
import {callScalar, callSite} from './call.ts';
import type {ScalarFunction} from './define.ts';
import {functions} from './index.ts';

/** Every function on whatever it takes: it gives a value of the type it promised, or a problem of the row, and nothing else. */

interface Given {
  readonly type: SqlType;
  readonly value: Value;
}

const nullable = true;
const text: SqlType = {kind: 'VARCHAR', length: 2147483647, nullable};
const int: SqlType = {kind: 'INT', nullable};
const of = (type: SqlType, ...values: readonly Value[]): readonly Given[] => [null, ...values].map(value => ({type, value}));

const givens: readonly Given[] = [
  ...of({kind: 'NULL', nullable}),
  ...of({kind: 'BOOLEAN', nullable}, true, false),
  ...of({kind: 'TINYINT', nullable}, -128, 7),
  ...of(int, 0, 1, 2, -1, 3, 2147483647, -2147483648),
  ...of({kind: 'BIGINT', nullable}, 0n, 9223372036854775807n, -9223372036854775808n, 1_600_000_000n),
  ...of({kind: 'FLOAT', nullable}, Math.fround(0.1), Number.NaN),
  ...of({kind: 'DOUBLE', nullable}, 0, -0, 1.5, -2.5, 1e308, Number.POSITIVE_INFINITY, Number.NaN),
  ...of({kind: 'DECIMAL', precision: 38, scale: 10, nullable}, 10n ** 38n - 1n, -15n, 0n),
  ...of({kind: 'DECIMAL', precision: 4, scale: 2, nullable}, 9999n, -1n),
  ...of(
    text,
    '',
    'a',
    'hello world',
    '😀é',
    '2020-02-30 12:00:00',
    'yyyy-MM-dd',
    '[1, {"a": null}]',
    '$.a',
    '%d %s',
    '(a)*',
    'UTF-8',
    'http://h/?a=1',
  ),
  ...of({kind: 'CHAR', length: 3, nullable}, 'abc', '1  '),
  ...of({kind: 'VARBINARY', length: 2147483647, nullable}, Uint8Array.from([]), Uint8Array.from([0x80, 0x41])),
  ...of({kind: 'DATE', nullable}, 0, -719528, 18000),
  ...of({kind: 'TIME', precision: 3, nullable}, 0, 86_399_999),
  ...of({kind: 'TIMESTAMP', precision: 3, nullable}, 0, -1, 1_600_000_000_123),
  ...of({kind: 'TIMESTAMP_LTZ', precision: 9, nullable}, 1_600_000_000_123_456_789n, -1n),
  ...of({kind: 'INTERVAL', unit: 'months', nullable}, 1, -14),
  ...of({kind: 'INTERVAL', unit: 'milliseconds', nullable}, 0, -86_400_001),
  ...of({kind: 'ARRAY', element: int, nullable}, [], [1, null, 1], [3, 2]),
  ...of({kind: 'ARRAY', element: text, nullable}, ['a', null], []),
  ...of({kind: 'MAP', key: text, value: int, nullable}, new Map<Value, Value>([['a', 1]]), new Map()),
  ...of(
    {
      kind: 'ROW',
      fields: [
        {name: 'a', type: int},
        {name: 'b', type: text},
      ],
      nullable,
    },
    [1, 'x'],
    [null, null],
  ),
];

function fits(value: Value, type: SqlType): boolean {
  if (value === null) return type.nullable;
  switch (type.kind) {
    case 'NULL':
      return false;
    case 'BOOLEAN':
      return typeof value === 'boolean';
    case 'BIGINT':
      return typeof value === 'bigint' && BigInt.asIntN(64, value) === value;
    case 'DECIMAL':
      return typeof value === 'bigint' && String(value).replace('-', '').length <= type.precision;
    case 'CHAR':
    case 'VARCHAR':
      return typeof value === 'string';
    case 'BINARY':
    case 'VARBINARY':
      return value instanceof Uint8Array;
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return typeof value === (type.precision > 3 ? 'bigint' : 'number');
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
      return (
        typeof value === 'number' &&
        Number.isInteger(value) &&
        Math.abs(value) <= {TINYINT: 128, SMALLINT: 32768, INT: 2147483648}[type.kind]
      );
    case 'FLOAT':
    case 'DOUBLE':
    case 'DATE':
    case 'TIME':
    case 'INTERVAL':
      return typeof value === 'number';
    case 'ARRAY':
      return Array.isArray(value) && value.every(element => fits(element as Value, type.element));
    case 'MULTISET':
      return value instanceof Map;
    case 'MAP':
      return value instanceof Map && [...value].every(([key, item]) => fits(key, type.key) && fits(item, type.value));
    case 'ROW':
      return Array.isArray(value) && type.fields.every((field, index) => fits((value[index] ?? null) as Value, field.type));
  }
}

const words: Readonly<Record<string, readonly string[]>> = {EXTRACT: ['HOUR'], TIMESTAMPADD: ['MONTH'], TIMESTAMPDIFF: ['DAY']};
const session = {timeZone: 'Europe/Berlin', clock: {now: () => 1_600_000_000_123}};

/** Null where the arguments are refused. */
function checked(definition: ScalarFunction, args: readonly Given[], areConstants: boolean): string | null {
  const said = words[definition.name] ?? [];
  const typing = definition.typing(
    args.map(({type, value}) => (areConstants ? {type, literal: value} : {type})),
    said,
  );
  if ('message' in typing) return null;
  expect(typing.arguments.length).toBeGreaterThanOrEqual(args.length);
  const shown = `${definition.name}(${args.map(({type, value}) => `${fieldText(value, type, session.timeZone)} of ${typeText(type)}`).join(', ')})`;
  try {
    const planned = args.map(({type, value}, index) => {
      const wanted = typing.arguments[index] as SqlType;
      expect(castability(type, wanted), `${shown}: ${typeText(type)} as ${typeText(wanted)}`).not.toBe('none');
      return {type: wanted, literal: castValue(value, type, wanted, session.timeZone)};
    });
    const site = callSite(definition, areConstants ? planned : planned.map(({type}) => ({type})), said, typing.result, session);
    const result = callScalar(
      definition,
      planned.map(({literal}) => literal),
      site,
    );
    return fits(result, typing.result)
      ? ''
      : `${shown} gives ${fieldText(result, typing.result, session.timeZone)}, which is no ${typeText(typing.result)}`;
  } catch (error) {
    if (error instanceof ProblemError && error.problems.every(problem => problem.kind === 'data')) return '';
    throw error;
  }
}

const scalars = functions.filter((definition): definition is ScalarFunction => definition.kind === 'scalar');

/** Numbers that look random, the same in every run. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (state + 0x6d2b79f5) | 0;
    const mixed = Math.imul(state ^ (state >>> 15), state | 1);
    yield (mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61))) >>> 4;
  }
}

/** Some arguments, as nullable as can be or not at all. */
function pick(next: () => number, count: number, least: number): readonly Given[] {
  return Array.from({length: count}, () => {
    const given = givens[next() % givens.length] as Given;
    const isNotNull = given.value !== null && least % 2 === 0;
    return isNotNull ? {...given, type: withNullable(given.type, false)} : given;
  });
}

const tries = 4000;

test.each(scalars)('$name keeps to its type', definition => {
  const source = numbers(definition.name.length);
  const next = (): number => source.next().value as number;
  let accepted = 0;
  for (let attempt = 0; attempt < tries; attempt++) {
    // Long lists of arguments are seldom right, so the short ones come more often.
    const fault = checked(definition, pick(next, Math.min(next() % 5, next() % 5), attempt), next() % 2 === 0);
    if (fault === null) continue;
    accepted++;
    expect(fault).toBe('');
  }
  expect(accepted).toBeGreaterThan(0);
});

import {fail} from '../base/problem.ts';
import {isText} from '../types/common-type.ts';
import {valueKey} from '../types/compare.ts';
import {type SqlType, stringType, withNullable} from '../types/sql-type.ts';
import type {Row, Value} from '../types/value.ts';
import type {AggregateFunction, Argument, CallSite, Refusal, Typing} from './define.ts';
import {wrongCount, wrongTypes} from './typing.ts';

/** Aggregates that give back what they were given: the first, the last, or all of it. Rows come in the order of their arrival. */

function present(rows: readonly Row[]): Value[] {
  return rows.map(row => row[0] ?? null).filter(value => value !== null);
}

/** Takes one argument of any type; the result may be NULL. */
function ofOne(resultOf: (type: SqlType) => SqlType): (args: readonly Argument[]) => Typing | Refusal {
  return args => {
    const [arg] = args;
    if (arg === undefined || args.length > 1) return wrongCount(args.length, 1, 1);
    const type = arg.type.kind === 'NULL' ? stringType : arg.type;
    return {arguments: [type], result: withNullable(resultOf(type), true)};
  };
}

const same = (type: SqlType): SqlType => type;

function listTyping(args: readonly Argument[]): Typing | Refusal {
  if (args.length < 1 || args.length > 2) return wrongCount(args.length, 1, 2);
  if (!args.every(({type}) => isText(type) || type.kind === 'NULL')) return wrongTypes(args, 'CAST the argument to STRING');
  return {arguments: args.map(({type}) => (type.kind === 'NULL' ? stringType : type)), result: stringType};
}

/** How often each value is there. */
function counted(rows: readonly Row[], {arguments: [arg]}: CallSite): Value {
  const {type} = arg as Argument;
  const counts = new Map<string, {readonly value: Value; count: number}>();
  for (const value of present(rows)) {
    const key = valueKey(value, type);
    const known = counts.get(key);
    if (known === undefined) counts.set(key, {value, count: 1});
    else known.count++;
  }
  return new Map([...counts.values()].map(({value, count}) => [value, count]));
}

export const valueAggregates: readonly AggregateFunction[] = [
  {
    kind: 'aggregate',
    name: 'FIRST_VALUE',
    summary: 'The first value that came and is not NULL; NULL when there is none.',
    syntax: 'FIRST_VALUE(value)',
    examples: [{sql: 'SELECT FIRST_VALUE(x) FROM (VALUES (2), (1), (3)) AS t(x)', gives: '2'}],
    deterministic: true,
    typing: ofOne(same),
    evaluate: rows => present(rows)[0] ?? null,
  },
  {
    kind: 'aggregate',
    name: 'LAST_VALUE',
    summary: 'The last value that came and is not NULL; NULL when there is none.',
    syntax: 'LAST_VALUE(value)',
    examples: [{sql: 'SELECT LAST_VALUE(x) FROM (VALUES (2), (1), (3)) AS t(x)', gives: '3'}],
    deterministic: true,
    typing: ofOne(same),
    evaluate: rows => present(rows).at(-1) ?? null,
  },
  {
    kind: 'aggregate',
    name: 'SINGLE_VALUE',
    summary: 'The only value; an error when there are several, NULL when there is none.',
    syntax: 'SINGLE_VALUE(value)',
    examples: [{sql: 'SELECT SINGLE_VALUE(x) FROM (VALUES (2)) AS t(x)', gives: '2'}],
    deterministic: true,
    typing: ofOne(same),
    evaluate(rows) {
      if (rows.length > 1) throw fail('data', 'more-than-one-value', `SINGLE_VALUE was given ${rows.length} values`);
      return rows[0]?.[0] ?? null;
    },
  },
  {
    kind: 'aggregate',
    name: 'LISTAGG',
    summary: 'The texts that are not NULL, one behind the other, with a separator (a comma) between them; NULL when there is none.',
    syntax: 'LISTAGG(text [, separator])',
    examples: [
      {sql: `SELECT LISTAGG(x) FROM (VALUES ('a'), ('b')) AS t(x)`, gives: 'a,b'},
      {sql: `SELECT LISTAGG(x, ' + ') FROM (VALUES ('a'), ('b')) AS t(x)`, gives: 'a + b'},
    ],
    deterministic: true,
    typing: listTyping,
    evaluate(rows) {
      const texts = rows.filter(([text]) => text !== null) as readonly (readonly (string | null)[])[];
      if (texts.length === 0) return null;
      return texts.map(([text, separator = ','], index) => `${index === 0 ? '' : (separator ?? '')}${text}`).join('');
    },
  },
  {
    kind: 'aggregate',
    name: 'COLLECT',
    summary: 'All values that are not NULL as a MULTISET: each with how often it came.',
    syntax: 'COLLECT(value)',
    examples: [{sql: 'SELECT COLLECT(x) FROM (VALUES (2), (1), (2)) AS t(x)', gives: '{2=2, 1=1}'}],
    deterministic: true,
    typing: ofOne(type => ({kind: 'MULTISET', element: withNullable(type, false), nullable: false})),
    evaluate: counted,
  },
  {
    kind: 'aggregate',
    name: 'ARRAY_AGG',
    summary: 'All values as an ARRAY, NULLs too unless IGNORE NULLS says otherwise; NULL when there is none.',
    syntax: 'ARRAY_AGG(value [IGNORE NULLS])',
    examples: [
      {sql: 'SELECT ARRAY_AGG(x) FROM (VALUES (2), (1)) AS t(x)', gives: '[2, 1]'},
      {sql: 'SELECT ARRAY_AGG(x IGNORE NULLS) FROM (VALUES (2), (CAST(NULL AS INT))) AS t(x)', gives: '[2]'},
    ],
    deterministic: true,
    choosesNulls: true,
    typing: ofOne(type => ({kind: 'ARRAY', element: type, nullable: true})),
    evaluate(rows, call) {
      const values = call.words.includes('IGNORE') ? present(rows) : rows.map(row => row[0] ?? null);
      return values.length === 0 ? null : values;
    },
  },
];

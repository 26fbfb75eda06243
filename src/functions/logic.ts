import {booleanType} from '../types/sql-type.ts';
import type {Value} from '../types/value.ts';
import type {Example, ScalarFunction} from './define.ts';
import {anything, boolean, takes} from './typing.ts';

/** A value that decides alone: FALSE for AND, TRUE for OR. Otherwise NULL as soon as one operand is NULL. */
function connective(name: 'AND' | 'OR', decider: boolean, summary: string, examples: readonly [Example, ...Example[]]): ScalarFunction {
  return {
    kind: 'scalar',
    family: 'operator',
    name,
    summary,
    syntax: `a ${name} b`,
    examples,
    deterministic: true,
    nulls: 'handled',
    typing: takes({parameters: [boolean, boolean], rest: boolean, result: booleanType}),
    evaluate(args) {
      if (args.includes(decider)) return decider;
      return args.includes(null) ? null : !decider;
    },
  };
}

function nullTest(name: string, summary: string, holds: (isNull: boolean) => boolean): ScalarFunction {
  return {
    kind: 'scalar',
    family: 'operator',
    name,
    summary,
    syntax: `a ${name}`,
    examples: [
      {sql: `1 ${name}`, gives: holds(false) ? 'TRUE' : 'FALSE'},
      {sql: `CAST(NULL AS INT) ${name}`, gives: holds(true) ? 'TRUE' : 'FALSE'},
    ],
    deterministic: true,
    nulls: 'handled',
    typing: takes({parameters: [anything], result: booleanType, nullability: 'notNull'}),
    evaluate: args => holds(args[0] === null),
  };
}

function truthTest(name: string, summary: string, holds: (value: Value) => boolean): ScalarFunction {
  return {
    kind: 'scalar',
    family: 'operator',
    name,
    summary,
    syntax: `a ${name}`,
    examples: [
      {sql: `TRUE ${name}`, gives: holds(true) ? 'TRUE' : 'FALSE'},
      {sql: `CAST(NULL AS BOOLEAN) ${name}`, gives: holds(null) ? 'TRUE' : 'FALSE'},
    ],
    deterministic: true,
    nulls: 'handled',
    typing: takes({parameters: [boolean], result: booleanType, nullability: 'notNull'}),
    evaluate: args => holds(args[0] as Value),
  };
}

export const logicOperators: readonly ScalarFunction[] = [
  connective('AND', false, 'TRUE when both are TRUE, FALSE when one is FALSE, else NULL.', [
    {sql: 'TRUE AND FALSE', gives: 'FALSE'},
    {sql: 'FALSE AND CAST(NULL AS BOOLEAN)', gives: 'FALSE'},
  ]),
  connective('OR', true, 'TRUE when one is TRUE, FALSE when both are FALSE, else NULL.', [
    {sql: 'TRUE OR FALSE', gives: 'TRUE'},
    {sql: 'TRUE OR CAST(NULL AS BOOLEAN)', gives: 'TRUE'},
  ]),
  {
    kind: 'scalar',
    family: 'operator',
    name: 'NOT',
    summary: 'The opposite; NULL of NULL.',
    syntax: 'NOT a',
    examples: [{sql: 'NOT TRUE', gives: 'FALSE'}],
    deterministic: true,
    nulls: 'propagate',
    typing: takes({parameters: [boolean], result: booleanType}),
    evaluate: args => args[0] === false,
  },
  nullTest('IS NULL', 'Whether a value is NULL; never NULL itself.', isNull => isNull),
  nullTest('IS NOT NULL', 'Whether a value is not NULL; never NULL itself.', isNull => !isNull),
  truthTest('IS TRUE', 'Whether a condition is TRUE: FALSE of NULL.', value => value === true),
  truthTest('IS NOT TRUE', 'Whether a condition is FALSE or NULL.', value => value !== true),
  truthTest('IS FALSE', 'Whether a condition is FALSE: FALSE of NULL.', value => value === false),
  truthTest('IS NOT FALSE', 'Whether a condition is TRUE or NULL.', value => value !== false),
  truthTest('IS UNKNOWN', 'Whether a condition is NULL.', value => value === null),
  truthTest('IS NOT UNKNOWN', 'Whether a condition is not NULL.', value => value !== null),
];

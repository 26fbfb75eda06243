import {fail} from '../base/problem.ts';
import {bigintType} from '../types/sql-type.ts';
import type {ScalarFunction} from './define.ts';
import {takes, text} from './typing.ts';

/**
 * Functions that a script creates by the name of a Java class, as it would in Flink: `CREATE FUNCTION f AS 'class'`. No Java runs; these few are functions of
 * our own under the names of well-known classes. In examples, a function has the last word of its class as its name.
 */
export const classFunctions: readonly ScalarFunction[] = [
  {
    kind: 'scalar',
    family: 'text',
    name: 'com.github.nexmark.flink.udf.CountChar',
    summary: 'How often a character (the first of the second text) occurs in a text; 0 where the text is NULL.',
    syntax: 'CountChar(text, character)',
    examples: [
      {sql: "CountChar('accuracy', 'c')", gives: '3'},
      {sql: "CountChar('accuracy', 'x')", gives: '0'},
      {sql: "CountChar(CAST(NULL AS STRING), 'c')", gives: '0'},
    ],
    deterministic: true,
    nulls: 'handled',
    typing: takes({parameters: [text, text], result: bigintType, nullability: 'notNull'}),
    evaluate([value, character]) {
      if (value === null) return 0n;
      const [wanted] = (character ?? '') as string;
      if (wanted === undefined) throw fail('data', 'bad-argument', 'CountChar was given no character to count');
      return BigInt((value as string).split(wanted).length - 1);
    },
  },
];

/** The function that stands for a Java class. */
export function findClassFunction(className: string): ScalarFunction | undefined {
  return classFunctions.find(({name}) => name === className);
}

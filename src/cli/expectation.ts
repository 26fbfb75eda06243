import {fail, type Problem} from '../base/problem.ts';
import {flags} from './flags.ts';
import {grouped} from './numbers.ts';
import type {Options} from './options.ts';

/** What `--expect` says about the number of rows. */
export interface Expectation {
  /** The beginning of a sentence: `3 rows were`. */
  readonly text: string;
  readonly isMet: (rows: number) => boolean;
}

/** Null: nothing is expected. Throws a usage problem for what is no expectation. */
export function expectationOf(options: Options): Expectation | null {
  const text = options.value(flags.expect);
  if (text === null) return null;
  if (text === 'empty') return {text: 'no rows were', isMet: rows => rows === 0};
  if (text === 'rows') return {text: 'rows were', isMet: rows => rows > 0};
  if (/^\d{1,15}$/.test(text))
    return {text: text === '1' ? '1 row was' : `${grouped(Number(text))} rows were`, isMet: rows => rows === Number(text)};
  throw fail('usage', 'bad-argument', `--expect cannot be "${text}"`, {hint: 'write empty, rows or a number of rows'});
}

/** What is told when it is not met. */
export function unmetExpectation(expectation: Expectation, rows: number): Problem {
  return {
    kind: 'data',
    severity: 'error',
    code: 'expectation-not-met',
    message: `${expectation.text} expected, and ${rows === 0 ? 'none' : grouped(rows)} came`,
    hint: rows === 0 ? 'look at what the query leaves out' : 'the rows are in the output',
  };
}

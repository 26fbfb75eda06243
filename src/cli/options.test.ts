import {expect, test} from 'vitest';
import {ProblemError} from '../base/problem.ts';
import {exitCodeOf, exitCodeOfResult} from './exit-codes.ts';
import {type Flag, flags, flagsOf} from './flags.ts';
import {Options} from './options.ts';

function options(given: readonly (readonly [Flag, string])[], environment: NodeJS.ProcessEnv = {}): Options {
  return new Options(new Map(given.map(([flag, value]) => [flag, [value]])), environment);
}

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ProblemError) return error.problems.map(({message, hint}) => [message, hint].join(' | ')).join();
  }
  return 'accepted';
}

test('a flag beats the environment, which beats the default', () => {
  expect(options([]).value(flags.onError)).toBe('fail');
  expect(options([], {WEIR_ON_ERROR: 'null'}).value(flags.onError)).toBe('null');
  expect(options([[flags.onError, 'skip']], {WEIR_ON_ERROR: 'null'}).value(flags.onError)).toBe('skip');
  expect(options([], {WEIR_ON_ERROR: ''}).isChosen(flags.onError)).toBe(false);
  expect(options([]).value(flags.output)).toBeNull();
});

test('values are what their definition says', () => {
  expect(options([[flags.timeout, '5 min']]).durationMs(flags.timeout)).toBe(300_000);
  expect(options([[flags.limit, '12']]).count(flags.limit)).toBe(12);
  expect(refusal(() => options([[flags.output, 'xml']]).value(flags.output))).toBe(
    '--output cannot be "xml" | write one of table, ndjson, json, csv, tsv, markdown, line, raw, flink-row',
  );
  expect(refusal(() => options([], {WEIR_OUTPUT: 'xml'}).value(flags.output))).toMatch(/^WEIR_OUTPUT cannot be "xml"/);
  expect(refusal(() => options([[flags.limit, '-1']]).count(flags.limit))).toMatch(/^--limit cannot be "-1"/);
  expect(refusal(() => options([[flags.timeout, '30']]).durationMs(flags.timeout))).toBe(
    '--timeout cannot be "30" | say the unit: 30s, 30ms',
  );
  expect(refusal(() => options([[flags.timeout, 'soon']]).durationMs(flags.timeout))).toMatch(/^--timeout cannot be "soon"/);
});

test('every value is checked before anything is done', () => {
  expect(refusal(() => options([[flags.limit, 'x']]).check(flagsOf('query')))).toMatch(/^--limit cannot be "x"/);
  expect(refusal(() => options([[flags.table, 'o']]).check(flagsOf('query')))).toMatch(/^--table wants/);
  expect(refusal(() => options([], {WEIR_TIMEOUT: 'x'}).check(flagsOf('run')))).toMatch(/^WEIR_TIMEOUT cannot be "x"/);
  expect(refusal(() => options([], {WEIR_TIMEOUT: 'x'}).check(flagsOf('help')))).toBe('accepted');
  const both = (policy: string) =>
    options([
      [flags.maxErrors, '3'],
      [flags.onError, policy],
    ]);
  expect(refusal(() => both('fail').check(flagsOf('query')))).toMatch(/^--max-errors has no effect with --on-error fail/);
  expect(refusal(() => both('skip').check(flagsOf('query')))).toBe('accepted');
});

test('pairs', () => {
  const given = new Options(new Map([[flags.variable, ['a=1', 'b=x=y', 'c=', 'a=2', '__proto__=z']]]), {});
  expect([...given.pairs(flags.variable)]).toEqual([
    ['a', '2'],
    ['b', 'x=y'],
    ['c', ''],
    ['__proto__', 'z'],
  ]);
  expect(refusal(() => options([[flags.table, 'o']]).pairs(flags.table))).toBe('--table wants NAME=FILE, and "o" has no "=" | ');
  expect(refusal(() => options([[flags.table, '=o']]).pairs(flags.table))).toBe('--table wants NAME=FILE, and "=o" has no name | ');
});

test('lists: several flags, commas, or the environment', () => {
  const list = (given: readonly string[], environment: Readonly<Record<string, string>> = {}): readonly string[] =>
    new Options(new Map(given.length === 0 ? [] : [[flags.profile, given]]), environment).list(flags.profile);
  expect([list([]), list(['a']), list(['a,b', ' c '])]).toEqual([[], ['a'], ['a', 'b', 'c']]);
  expect([list([], {WEIR_PROFILE: 'a, b,'}), list(['c'], {WEIR_PROFILE: 'a'})]).toEqual([['a', 'b'], ['c']]);
});

test('exit codes', () => {
  const problem = (kind: 'usage' | 'invalid' | 'data' | 'environment' | 'transient' | 'bug', severity: 'error' | 'warning' = 'error') =>
    ({kind, severity, code: 'c', message: 'm'}) as const;
  expect(exitCodeOf([])).toBe(0);
  expect(exitCodeOf([problem('invalid', 'warning')])).toBe(0);
  expect(exitCodeOf([problem('usage')])).toBe(2);
  expect(exitCodeOf([problem('environment'), problem('invalid')])).toBe(3);
  expect(exitCodeOf([problem('data'), problem('transient')])).toBe(5);
  expect(exitCodeOf([problem('bug')])).toBe(1);
  expect(exitCodeOfResult({status: 'done', problem: null})).toBe(0);
  expect(exitCodeOfResult({status: 'stopped', problem: null})).toBe(0);
  expect(exitCodeOfResult({status: 'failed', problem: problem('data')})).toBe(1);
  expect(exitCodeOfResult({status: 'failed', problem: problem('environment')})).toBe(5);
  expect(exitCodeOfResult({status: 'too-many-errors', problem: problem('data')})).toBe(6);
});

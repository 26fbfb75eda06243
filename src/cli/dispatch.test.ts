import {array, assert, constantFrom, oneof, property, record, string, tuple} from 'fast-check';
import {describe, expect, test} from 'vitest';
import {ProblemError} from '../base/problem.ts';
import {commands} from './commands/index.ts';
import {dispatch} from './dispatch.ts';
import {allFlags, type Flag, flags, flagsOf} from './flags.ts';
import type {Given} from './options.ts';
import {parseFully} from './parse-fully.ts';
import {parsePlain} from './parse-plain.ts';

function shown(given: Given): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries([...given].map(([flag, values]) => [flag.name, values]));
}

async function called(...words: readonly string[]): Promise<unknown> {
  try {
    const {command, operands, given} = await dispatch(words);
    return [command.name, operands, shown(given)];
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return error.problems.map(({message, hint}) => [message, hint].join(' | ')).join('\n');
  }
}

describe('which command a line means', () => {
  const rows: readonly [readonly string[], string, readonly string[], Readonly<Record<string, readonly string[]>>][] = [
    [['SELECT 1'], 'query', ['SELECT 1'], {}],
    [['query', 'SELECT 1'], 'query', ['SELECT 1'], {}],
    [['query', 'VALUES(1)'], 'query', ['VALUES(1)'], {}],
    [['SELECT 1', '-n', '5', '-qV'], 'query', ['SELECT 1'], {limit: ['5'], quiet: [''], verbose: ['']}],
    [['-n5', '-o=csv', 'SELECT 1'], 'query', ['SELECT 1'], {limit: ['5'], output: ['=csv']}],
    [['--output=csv', '--', 'SELECT 1'], 'query', ['SELECT 1'], {output: ['csv']}],
    [['-t', 'a=b', '-t', 'c=d', 'SELECT 1'], 'query', ['SELECT 1'], {table: ['a=b', 'c=d']}],
    [['-f', 'q.sql'], 'query', [], {file: ['q.sql']}],
    [['-f', '-'], 'query', [], {file: ['-']}],
    [['-q', 'run', 'jobs.yaml', '--set', 'a=b'], 'run', ['jobs.yaml'], {quiet: [''], set: ['a=b']}],
    [['run', '-edb', ',50ms', 'a.yaml'], 'run', ['a.yaml'], {'exactly-once': [''], detach: [''], batch: [',50ms']}],
    [['stop', '--all', '--timeout', '5s'], 'stop', [], {all: [''], timeout: ['5s']}],
    [['run', '-v', 'a=-1', 'x.sql', 'y.sql'], 'run', ['x.sql', 'y.sql'], {var: ['a=-1']}],
    [['check', '--format', 'json', 'run'], 'check', ['run'], {format: ['json']}],
    [['--version'], 'version', [], {version: ['']}],
    [['help'], 'help', [], {}],
    [['-q', '-- one\nSELECT 1', '-n', '5'], 'query', ['-- one\nSELECT 1'], {quiet: [''], limit: ['5']}],
    [['--no-header', 'SELECT 1'], 'query', ['SELECT 1'], {'no-header': ['']}],
  ];
  test.each(rows)('%j', async (words, command, operands, given) => {
    expect(await called(...words)).toEqual([command, operands, given]);
  });

  test.each([
    [['rnu', 'x'], 'unknown command "rnu" | did you mean "run"?'],
    [['frobnicate'], `unknown command "frobnicate" | commands are ${commands.map(({name}) => name).join(', ')}; SQL goes into quotes`],
    [['SELECT', '1'], 'unknown command "SELECT" | put the whole SQL into one pair of quotes: weir "SELECT …"'],
    [['jobs.yaml'], 'unknown command "jobs.yaml" | to run it: weir run jobs.yaml'],
    [['a/b.csv.gz'], `unknown command "a/b.csv.gz" | to read it: weir "SELECT * FROM 'a/b.csv.gz'"`],
    [['VALUES(1)'], 'unknown command "VALUES(1)" | if it is SQL, say so: weir query "VALUES(1)"'],
    [['run', '--onyl', 'a', 'x.yaml'], 'weir run has no flag --onyl | did you mean "--only"?'],
    [['--limt', '5', 'SELECT 1'], 'weir query has no flag --limt | did you mean "--limit"?'],
    [['-z', 'SELECT 1'], 'weir query has no flag -z | weir help query lists its flags'],
    [
      ['SELECT 1', '--only', 'a'],
      'weir query has no flag --only | it is a flag of weir run, weir check, weir explain, weir config, weir state',
    ],
    [['run', '-i', 'a', 'x.sql'], 'weir run has no flag -i | it is a flag of weir query, weir explain'],
    [['run', '--watch', 'x.yaml'], 'flag --watch is not supported yet | '],
    [['run', '-s', 'x.yaml'], 'flag -s is not supported yet | '],
    [['SELECT 1', '-n'], 'flag --limit wants an argument: N | weir help query lists its flags'],
    [['--quiet=yes', 'SELECT 1'], 'flag --quiet takes no value | weir help query lists its flags'],
  ])('%j is refused', async (words, expected) => {
    expect(await called(...words)).toBe(expected);
  });
});

test('the two parsers read every line that is as defined alike', () => {
  const known = flagsOf('query').filter(flag => flag.name !== 'help' && flag.name !== 'version');
  const value = string({minLength: 1}).filter(text => !text.startsWith('-'));
  const given = record({flag: constantFrom<Flag>(...known), value, form: constantFrom('long', 'equals', 'short', 'joined')});
  const word = oneof(
    given.map(({flag, value, form}) => {
      if (flag.argument === undefined) return [form === 'short' && flag.short !== undefined ? `-${flag.short}` : `--${flag.name}`];
      if (form === 'equals') return [`--${flag.name}=${value}`];
      if (form === 'short' && flag.short !== undefined) return [`-${flag.short}`, value];
      if (form === 'joined' && flag.short !== undefined) return [`-${flag.short}${value}`];
      return [`--${flag.name}`, value];
    }),
    value.map(text => [text]),
  );
  assert(
    property(tuple(array(word), array(value, {maxLength: 2})), ([parts, rest]) => {
      const words = [...parts.flat(), '--', ...rest];
      const plain = parsePlain(words);
      const full = parseFully('query', words);
      expect(plain).not.toBeNull();
      expect(plain?.operands).toEqual(full.operands);
      expect(shown(plain?.given ?? new Map())).toEqual(shown(full.given));
    }),
  );
});

test.each([
  [['--http', 'jobs.yaml'], '127.0.0.1:9464', ['jobs.yaml']],
  [['--http'], '127.0.0.1:9464', []],
  [['jobs.yaml', '--http', '-q'], '127.0.0.1:9464', ['jobs.yaml']],
  [['--http', '0.0.0.0:80', 'jobs.yaml'], '0.0.0.0:80', ['jobs.yaml']],
  [['--http', 'none', 'jobs.yaml'], 'none', ['jobs.yaml']],
  [['--http=x.sql', 'jobs.yaml'], 'x.sql', ['jobs.yaml']],
  [['--http', '[::1]:9000'], '[::1]:9000', []],
  [['--http', '--', '9000'], '127.0.0.1:9464', ['9000']],
  [['--', '--http', '9000'], undefined, ['--http', '9000']],
])('a flag takes its argument only where it looks like one: %j', (words, value, operands) => {
  for (const {operands: rest, given} of [parseFully('run', words), parsePlain(words)].flatMap(read => read ?? [])) {
    expect(given.get(flags.http)?.at(-1)).toBe(value);
    expect(rest).toEqual(operands);
  }
});

describe('flags', () => {
  test('a letter has one meaning, and a name one in each command', () => {
    const letters = allFlags.flatMap(flag => (flag.short === undefined ? [] : [flag.short]));
    expect(new Set(letters).size).toBe(letters.length);
    for (const {name, argument, commands} of allFlags) {
      const others = allFlags.filter(other => other.name === name);
      expect(others.filter(other => other.commands.some(command => commands.includes(command)))).toHaveLength(1);
      // Parsers ask for the argument before they know the command.
      expect(others.filter(other => (other.argument === undefined) !== (argument === undefined))).toEqual([]);
    }
    const variables = allFlags.flatMap(flag => flag.environment ?? []);
    expect(new Set(variables).size).toBe(variables.length);
  });
  test('a switch is boolean, and everything else has an argument', () => {
    expect(allFlags.filter(flag => (flag.type === 'boolean') === (flag.argument !== undefined)).map(flag => flag.name)).toEqual([]);
  });
  test('help fits behind a flag', () => {
    expect(allFlags.filter(flag => /^[A-Z]|\.$/.test(flag.help) && !flag.help.startsWith('JavaScript')).map(flag => flag.name)).toEqual([]);
    expect(flags.output.help).toContain('ndjson');
  });
});

import {describe, expect, test} from 'vitest';
import {fail, type Problem, ProblemError} from '../base/problem.ts';
import {renderProblem} from '../base/render-problem.ts';
import type {JobSpec} from './job-file.ts';
import {loadJobFiles} from './load.ts';

interface Outside {
  readonly environment?: Readonly<Record<string, string>>;
  readonly settings?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
}

function load(text: string, outside: Outside = {}): {readonly jobs: readonly JobSpec[]; readonly problems: readonly Problem[]} {
  const {files, problems} = loadJobFiles({
    files: [{name: 'jobs.yaml', text}],
    environment: outside.environment ?? {},
    settings: outside.settings ?? [],
    variables: new Map(Object.entries(outside.variables ?? {})),
    profiles: [],
    named: new Set(),
    readFile: path => {
      if (path === 'a.sql') return {name: path, text: 'SELECT 1'};
      throw fail('environment', 'cannot-read', `cannot read ${path}: there is no such file`);
    },
  });
  return {jobs: files.flatMap(({jobs}) => jobs), problems};
}

/** `line:column code: message`, for each problem. */
function told(text: string, outside: Outside = {}): readonly string[] {
  return load(text, outside).problems.map(brief);
}

function brief(problem: Problem): string {
  const [head = '', place = ''] = renderProblem(problem, {color: false}).split('\n');
  return `${place.replace(/^.*?:(?=\d+:\d+$)/, '')} ${head.replace(/^error\[(.*?)\]/, '$1')}`;
}

describe('what a job file gives', () => {
  test('jobs in their order, with defaults, variables and options', () => {
    const {jobs, problems} = load(
      `version: 1
project: shop
x-mine: {anything: [1]}
vars:
  least: \${LEAST:-100}
  name: "\${LEAST:-100}"
defaults:
  on-error: skip
  options: {'execution.runtime-mode': batch, 'table.local-time-zone': UTC}
jobs:
  big:
    sql: SELECT 1
    max-errors: \${vars.least}
    output: csv
  small:
    file: a.sql
    on-error: "null"
    options: {'table.local-time-zone': "it's"}
`,
      {environment: {LEAST: '7'}, variables: {name: 'given'}},
    );
    expect(problems).toEqual([]);
    expect(jobs.map(job => [job.name, job.sql.source.text, job.onError, job.maxErrors, job.output])).toEqual([
      ['big', 'SELECT 1', 'skip', 7, 'csv'],
      ['small', 'SELECT 1', 'null', null, null],
    ]);
    expect(jobs[1]?.options?.source.text).toBe("SET 'execution.runtime-mode' = 'batch';\nSET 'table.local-time-zone' = 'it''s';\n");
    expect([...(jobs[0]?.parameters ?? [])]).toEqual([
      ['least', '7'],
      ['name', 'given'],
    ]);
  });

  test('--set goes over the file', () => {
    const {jobs, problems} = load('jobs: {a: {sql: SELECT 1}}', {
      settings: ['jobs.a.max-errors=3', 'jobs.b.sql=SELECT 2', 'jobs.a.output=csv'],
    });
    expect(problems).toEqual([]);
    expect(jobs.map(({name, maxErrors, output, sql}) => [name, maxErrors, output, sql.source.text])).toEqual([
      ['a', 3, 'csv', 'SELECT 1'],
      ['b', null, null, 'SELECT 2'],
    ]);
  });

  test('anchors and merges', () => {
    const {jobs, problems} = load(
      'x-base: &b {on-error: skip, output: csv}\njobs:\n  a:\n    <<: *b\n    sql: SELECT 1\n    output: raw\n',
    );
    expect(problems).toEqual([]);
    expect(jobs[0]).toMatchObject({onError: 'skip', output: 'raw'});
  });

  test('what comes in from outside is never YAML, and never SQL', () => {
    const evil = '1\njobs: {pwned: {sql: DROP}}';
    const {jobs, problems} = load(
      'vars: {v: "${EVIL}"}\njobs:\n  a:\n    sql: SELECT \'${EVIL}\', \'$$\'\n    options: {pipeline.name: "${EVIL}"}\n',
      {
        environment: {EVIL: evil},
      },
    );
    expect(problems).toEqual([]);
    expect(jobs.map(job => job.name)).toEqual(['a']);
    expect(jobs[0]?.sql.source.text).toBe("SELECT '${EVIL}', '$$'");
    expect(jobs[0]?.options?.source.text).toBe(`SET 'pipeline.name' = '${evil}';\n`);
    expect(jobs[0]?.parameters.get('v')).toBe(evil);
  });

  test('${job} is the name of the job', () => {
    expect(load('jobs: {a: {sql: x, options: {pipeline.name: "${job}-1"}}}').jobs[0]?.options?.source.text).toContain("'a-1'");
  });
});

describe('what is refused', () => {
  const rows: readonly [string, string, readonly string[], Outside?][] = [
    ['an empty file', '', ['1:1 empty-file: the job file is empty']],
    ['a list', '- 1\n', ['1:1 wrong-type: the job file is a list, and must be a map']],
    ['no jobs', 'version: 1\n', ['1:1 missing-field: the job file has no "jobs"']],
    ['jobs without any', 'jobs: {}\n', ['1:1 wrong-value: jobs holds nothing']],
    ['a misspelt field', 'jobs:\n  a:\n    sql: x\n    on-eror: skip\n', ['4:5 unknown-field: unknown field "on-eror" in jobs.a']],
    ['an unknown field at the top', 'job: {}\njobs: {a: {sql: x}}\n', ['1:1 unknown-field: unknown field "job" in the job file']],
    [
      'fields of later versions',
      'alerts: [x]\njobs: {a: {sql: x, breaker: {failures: 5}}}\n',
      ['1:1 not-yet-supported: "alerts" is not supported yet', '2:20 not-yet-supported: "breaker" is not supported yet'],
    ],
    ['a wrong version', 'version: 2\njobs: {a: {sql: x}}\n', ['1:10 wrong-value: version cannot be "2"']],
    [
      'wrong types',
      'jobs:\n  a: [1]\n  b: {sql: 5, max-errors: many}\n  c:\n',
      [
        '2:6 wrong-type: jobs.a is a list, and must be a map',
        '3:12 wrong-type: jobs.b.sql is a number, and must be a text',
        '3:27 wrong-type: jobs.b.max-errors is a text, and must be a whole number',
        '4:5 wrong-type: jobs.c is empty, and must be a map',
      ],
    ],
    [
      'values out of range',
      'jobs: {a: {sql: x, max-errors: -1, on-error: skp, output: xml}}',
      [
        '1:32 wrong-value: jobs.a.max-errors must be 0 or more',
        '1:46 wrong-value: jobs.a.on-error cannot be "skp"',
        '1:59 wrong-value: jobs.a.output cannot be "xml"',
      ],
    ],
    [
      'both and neither',
      'jobs:\n  a: {sql: x, file: a.sql}\n  b: {output: csv}\n',
      ['2:15 bad-job: job "a" has both sql and file', '3:3 bad-job: job "b" has no script'],
    ],
    ['a file that is not there', 'jobs: {a: {file: none.sql}}', ['1:18 cannot-read: cannot read none.sql: there is no such file']],
    [
      'names that mean something to JavaScript',
      '__proto__: 1\njobs:\n  __proto__: {sql: x}\n  a: {sql: x, options: {__proto__: y}}\n',
      [
        '1:1 unknown-field: unknown field "__proto__" in the job file',
        '3:3 bad-name: "__proto__" cannot be a name in jobs',
        '4:25 bad-name: "__proto__" cannot be a name in jobs.a.options',
      ],
    ],
    [
      'duplicate keys',
      'jobs:\n  a: {sql: x, sql: y}\n  a: {sql: z}\n',
      ['2:15 duplicate-key: this key stands twice in the same map', '3:3 duplicate-key: this key stands twice in the same map'],
    ],
    ['broken YAML', 'jobs:\n\ta: 1\n', ['2:1 bad-yaml: a tab cannot indent YAML']],
    [
      'two documents',
      'jobs: {a: {sql: x}}\n---\njobs: {}\n',
      ['2:1 bad-yaml: a job file is one YAML document, and here a second one begins'],
    ],
    [
      'an unset variable',
      'vars: {a: "${NONE}"}\njobs: {a: {sql: x, output: "${vars.b}"}}\n',
      ['1:11 bad-variable: variable "NONE" is not set', '2:28 bad-variable: variable "vars.b" is not set'],
    ],
    ['a bad --set', 'jobs: {a: {sql: x}}', ['1:1 bad-argument: --set wants KEY=VALUE with a dotted key'], {settings: ['jobs']}],
    [
      '--set into a prototype',
      'jobs: {a: {sql: x}}',
      ['1:1 bad-argument: --set wants KEY=VALUE with a dotted key'],
      {settings: ['__proto__.x=1']},
    ],
    [
      '--set of an unknown field',
      'jobs: {a: {sql: x}}',
      ['1:8 unknown-field: unknown field "on-eror" in jobs.a'],
      {settings: ['jobs.a.on-eror=skip']},
    ],
    [
      '--set to a wrong value',
      'jobs: {a: {sql: x}}',
      ['1:17 wrong-value: jobs.a.on-error cannot be "no"'],
      {settings: ['jobs.a.on-error=no']},
    ],
  ];
  test.each(rows)('%s', (_, text, expected, outside) => {
    expect(told(text, outside)).toEqual(expected);
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
  });

  test('a bomb of aliases', () => {
    const names = 'abcdefghi'.split('');
    const bomb = names
      .map(
        (name, index) =>
          `${name}: &${name} [${Array(9)
            .fill(index === 0 ? 'x' : `*${names[index - 1] ?? ''}`)
            .join(', ')}]`,
      )
      .join('\n');
    expect(told(`${bomb}\njobs: {a: {sql: x}}\n`)).toEqual(['2:8 bad-yaml: aliases of this file stand for more than 100000 values']);
  });

  test('an alias inside what it stands for', () => {
    expect(told('jobs: &a {a: *a}\n')).toEqual(['1:14 bad-yaml: an alias stands inside what it stands for']);
    expect(told('x-a: &a [1, [2, {b: *a}]]\njobs: {a: {sql: x}}\n')).toHaveLength(1);
  });

  test('nesting that would use up the stack', () => {
    const problems = told(`jobs: ${'['.repeat(50_000)}`);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThan(5);
    expect(problems.join('\n')).toContain('nested too deeply');
  });
});

test('which variables are read', () => {
  const {jobs} = load('vars: {a: 1, b: "${vars.a}", c: 3, d: 4}\njobs: {j: {sql: x, output: "${vars.d:-csv}"}}', {variables: {d: 'tsv'}});
  const [job] = jobs;
  expect([...(job?.usedVariables ?? [])]).toEqual(['a', 'd']);
  job?.optionValue?.('${vars.c}');
  expect([...(job?.usedVariables ?? [])]).toEqual(['a', 'd', 'c']);
});

describe('values of options in SQL', () => {
  const optionValue = (text: string, job: string, outside: Outside = {}): string => {
    const {jobs, problems} = load('vars: {out: "${OUT:-o}", n: 5}\njobs: {a: {sql: "SELECT \'${OUT}\'"}, b: {file: a.sql}}', outside);
    expect(problems).toEqual([]);
    expect(jobs[0]?.sql.source.text).toBe("SELECT '${OUT}'");
    try {
      return jobs.find(({name}) => name === job)?.optionValue?.(text) ?? '';
    } catch (error) {
      return error instanceof ProblemError ? `${error.problems[0]?.code ?? ''}: ${error.message}` : 'no problem';
    }
  };
  test.each([
    ['${vars.out}/slow.csv', 'o/slow.csv', {}],
    ['${vars.out}', 'p', {environment: {OUT: 'p'}}],
    ['${vars.out}', 'q', {environment: {OUT: 'p'}, variables: {out: 'q'}}],
    ['${OUT:-x}-${vars.n}-$$-$', 'x-5-$-$', {}],
    ['${OUT}', "${vars.n}'", {environment: {OUT: "${vars.n}'"}}],
    ['${job}.csv', 'b.csv', {}],
    ['${OUT}', 'bad-variable: variable "OUT" is not set', {}],
    ['${vars.none}', 'bad-variable: variable "vars.none" is not set', {}],
    ['${', 'bad-variable: "${" without "}"', {}],
  ])('%s is %s', (text, expected, outside) => {
    expect(optionValue(text, 'b', outside)).toBe(expected);
  });
});

describe('problems of SQL are told at their place in the YAML', () => {
  const at = (text: string, word: string): string => {
    const {jobs, problems} = load(text);
    expect(problems).toEqual([]);
    const sql = jobs[0]?.sql;
    const start = sql?.source.text.indexOf(word) ?? -1;
    expect(start).toBeGreaterThanOrEqual(0);
    const problem: Problem = {
      kind: 'invalid',
      severity: 'error',
      code: 'c',
      message: 'm',
      place: {kind: 'text', source: sql?.source as {name: string; text: string}, span: {start, end: start + word.length}},
    };
    return renderProblem(sql?.relocate(problem) as Problem, {color: false})
      .split('\n')
      .slice(1)
      .join('\n');
  };

  test('of a block', () => {
    expect(at('jobs:\n  a:\n    sql: |\n      SELECT 1,\n\n        wrong\n      FROM t\n', 'wrong')).toBe(
      ' --> jobs.yaml:6:9\n  |\n6 |         wrong\n  |         ^^^^^',
    );
  });
  test('of a block with an indentation that is given, and line ends of Windows', () => {
    expect(at('jobs:\r\n  a:\r\n    sql: |2-\r\n        SELECT 1,\r\n        wrong', 'wrong').split('\n')[0]).toBe(' --> jobs.yaml:5:9');
  });
  test('of a line', () => {
    expect(at("jobs: {a: {sql: 'SELECT wrong'}}", 'wrong').split('\n')[0]).toBe(' --> jobs.yaml:1:25');
    expect(at('jobs: {a: {sql: SELECT wrong}}', 'wrong').split('\n')[0]).toBe(' --> jobs.yaml:1:24');
  });
  test('of a folded text: within the text itself', () => {
    expect(at('jobs:\n  a:\n    sql: >\n      SELECT 1,\n      wrong\n', 'wrong').split('\n')[0]).toBe(' --> jobs.yaml, jobs.a.sql:1:11');
  });
});

test('all kinds of faults in one pass, each in a frame with what to do', () => {
  const text = 'jobs:\n  orders:\n    sql: SELECT 1\n    outpt: csv\n    on-error: ignore\n';
  const frames = load(text).problems.map(problem => renderProblem(problem, {color: false}));
  expect(frames.join('\n\n')).toBe(`error[unknown-field]: unknown field "outpt" in jobs.orders
 --> jobs.yaml:4:5
  |
4 |     outpt: csv
  |     ^^^^^
  = help: did you mean "output"?

error[wrong-value]: jobs.orders.on-error cannot be "ignore"
 --> jobs.yaml:5:15
  |
5 |     on-error: ignore
  |               ^^^^^^
  = help: write fail, skip or null`);
});

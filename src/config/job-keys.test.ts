import {describe, expect, test} from 'vitest';
import {defaultRestartPolicy, defaultSupervision} from '../supervisor/policy.ts';
import {framesOf, jobsOf, loadTexts, toldOf} from '../testing/job-files.ts';
import type {JobSpec} from './job-file.ts';
import {jobFileSchema} from './schema.ts';

/** The one job of a file, its keys written as lines of a block. */
function jobOf(lines: string, environment: Readonly<Record<string, string>> = {}): JobSpec {
  return jobsOf(fileOf(lines), {environment})['a'] as JobSpec;
}

function fileOf(lines: string): string {
  return `jobs:\n  a:\n    sql: x\n${lines.replaceAll(/^/gm, '    ')}\n`;
}

test('a job that says nothing leaves everything to whoever runs it', () => {
  expect(jobOf('')).toMatchObject({delivery: {}, supervision: defaultSupervision, parallelism: null, keepEpochs: null});
});

describe('how it commits', () => {
  test.each([
    ['guarantee: exactly-once', {guarantee: 'exactly-once'}],
    ['guarantee: none', {guarantee: 'none'}],
    ['batch: {size: 1000, wait: 50ms}', {batchRecords: 1000, batchWaitMs: 50}],
    ['batch: {wait: 2 s}', {batchWaitMs: 2000}],
    ['batch: 1000,50ms', {batchRecords: 1000, batchWaitMs: 50}],
    ['batch: "1000, 1min"', {batchRecords: 1000, batchWaitMs: 60_000}],
    ['batch: 1000', {batchRecords: 1000}],
    ['batch: ",1h"', {batchWaitMs: 3_600_000}],
    ['batch: ${BATCH}', {batchRecords: 7, batchWaitMs: 8}],
    ['commit-interval: 100ms', {batchWaitMs: 100}],
    ['commit-interval: 100ms\nbatch: 1000', {batchRecords: 1000, batchWaitMs: 100}],
    ['commit-interval: 100ms\nbatch: {size: 5}', {batchRecords: 5, batchWaitMs: 100}],
  ])('%s', (lines, expected) => {
    expect(jobOf(lines, {BATCH: '7,8ms'}).delivery).toEqual(expected);
  });

  test('of two ways to say one thing, the one that was laid over the other counts', () => {
    const jobs = jobsOf(`
defaults: {batch: "1000,50ms"}
templates: {t: {commit-interval: 100ms}, u: {batch: {wait: 200ms}}}
jobs:
  a: {extends: t, sql: x}
  b: {extends: [t, u], sql: x}
  c: {extends: u, sql: x, commit-interval: 300ms}
  d: {extends: t, sql: x, batch: 5}
`);
    expect(Object.values(jobs).map(({delivery}) => delivery)).toEqual([
      {batchRecords: 1000, batchWaitMs: 100},
      {batchWaitMs: 200},
      {batchWaitMs: 300},
      {batchRecords: 5, batchWaitMs: 100},
    ]);
  });
});

describe('how it is supervised', () => {
  test('everything said', () => {
    const {supervision, parallelism, keepEpochs} = jobsOf(`
jobs:
  b: {sql: x}
  c: {sql: x}
  a:
    sql: x
    parallelism: 4
    keep-epochs: 3
    restart: {backoff: {initial: 1s, max: 1min}, healthy-after: 2min, most: 5 per 1h}
    limits: {memory: 100MB}
    on-not-answering: restart
    depends-on: {b: healthy, c: done}
`)['a'] as JobSpec;
    expect(supervision).toEqual({
      restart: {initialWaitMs: 1000, longestWaitMs: 60_000, healthyAfterMs: 120_000, mostRestarts: {count: 5, withinMs: 3_600_000}},
      memoryBytes: 100 * 1024 * 1024,
      onNotAnswering: 'restart',
      dependsOn: new Map([
        ['b', 'healthy'],
        ['c', 'done'],
      ]),
    });
    expect([parallelism, keepEpochs]).toEqual([4, 3]);
  });
  test('the defaults that help names are those that hold', () => {
    const {backoff, most, 'healthy-after': healthyAfter} = jobFileSchema.$defs?.['restart']?.properties ?? {};
    const [initial, max] = [backoff?.properties?.['initial']?.default, backoff?.properties?.['max']?.default];
    const said = {backoff: {initial, max}, most: most?.default, 'healthy-after': healthyAfter?.default};
    expect(jobOf(`restart: ${JSON.stringify(said)}`).supervision.restart).toEqual(defaultRestartPolicy);
    expect(jobFileSchema.$defs?.['on-not-answering']?.default).toBe(defaultSupervision.onNotAnswering);
  });
  test('a part of it', () => {
    expect(jobOf('restart: {backoff: {max: 5s}}').supervision.restart).toEqual({...defaultRestartPolicy, longestWaitMs: 5000});
  });
  test('a list of dependencies are those that have to be started', () => {
    expect([...(jobsOf('jobs: {b: {sql: x}, a: {sql: x, depends-on: [b]}}')['a']?.supervision.dependsOn ?? [])]).toEqual([
      ['b', 'started'],
    ]);
  });
});

test('project and state-dir', () => {
  const {files} = loadTexts(
    {'sub/jobs.yaml': 'project: p\nstate-dir: ${DIR}/x\njobs: {a: {sql: x}}'},
    {given: ['sub/jobs.yaml'], environment: {DIR: '../state'}},
  );
  expect(files.map(({project, stateDirectory}) => [project, stateDirectory])).toEqual([['p', 'state/x']]);
  expect(loadTexts('jobs: {a: {sql: x}}').files[0]).toMatchObject({project: null, stateDirectory: null});
  expect(loadTexts('state-dir: /s\njobs: {a: {sql: x}}').files[0]?.stateDirectory).toBe('/s');
});

describe('what is refused', () => {
  test.each([
    ['batch: {size: 0}', '4:19 wrong-value: jobs.a.batch.size must be 1 or more'],
    ['batch: 0', '4:12 wrong-value: jobs.a.batch must be 1 or more'],
    ['batch: many', '4:12 wrong-value: jobs.a.batch cannot be "many"'],
    ['batch: {sise: 1}', '4:13 unknown-field: unknown field "sise" in jobs.a.batch'],
    ['batch: 1000,50', '4:12 no-unit: jobs.a.batch is "1000,50", and has no unit'],
    ['batch: {wait: 50}', '4:19 no-unit: jobs.a.batch.wait is 50, and has no unit'],
    ['commit-interval: "50"', '4:22 no-unit: jobs.a.commit-interval is "50", and has no unit'],
    ['commit-interval: soon', '4:22 wrong-value: jobs.a.commit-interval cannot be "soon"'],
    [
      'commit-interval: 1s\nbatch: "1,2s"',
      '4:5 bad-job: job "a" says with batch and with commit-interval how long records wait for their commit',
    ],
    ['limits: {memory: 100}', '4:22 no-unit: jobs.a.limits.memory is 100, and has no unit'],
    ['limits: {memory: lots}', '4:22 wrong-value: jobs.a.limits.memory cannot be "lots"'],
    ['limits: {restarts: 5}', '4:14 unknown-field: unknown field "restarts" in jobs.a.limits'],
    ['retry: {max: 5}', '4:5 unknown-field: unknown field "retry" in jobs.a'],
    ['restart: {most: 5}', '4:21 wrong-type: jobs.a.restart.most is a number, and must be a text'],
    ['restart: {most: 5 per 10}', '4:21 no-unit: jobs.a.restart.most is "5 per 10", and has no unit'],
    ['restart: {backoff: {initial: 2min}}', '4:34 bad-job: job "a" would first wait for longer than it may wait at the most'],
    ['guarantee: exactly', '4:16 wrong-value: jobs.a.guarantee cannot be "exactly"'],
    ['parallelism: 0', '4:18 wrong-value: jobs.a.parallelism must be 1 or more'],
    ['parallelism: 1.5', '4:18 wrong-type: jobs.a.parallelism is a number, and must be a whole number'],
    ['parallelism: "2"', '4:18 wrong-type: jobs.a.parallelism is a text, and must be a whole number'],
    ['on-error: null', '4:15 wrong-type: jobs.a.on-error is empty, and must be a text'],
    ['on-not-answering: kill', '4:23 wrong-value: jobs.a.on-not-answering cannot be "kill"'],
    ['depends-on: {b: ready}', '4:21 wrong-value: jobs.a.depends-on.b cannot be "ready"'],
    ['depends-on: [a]', '4:18 circle: jobs wait for each other in a circle: a → a'],
    ['extends: {file: b.yaml}', '4:5 missing-field: jobs.a.extends has no "job"'],
    ['breaker: {failures: 5}', '4:5 not-yet-supported: "breaker" is not supported yet'],
    ['on-bad-record: {to: dlq}', '4:5 not-yet-supported: "on-bad-record" is not supported yet'],
    ['renamed-from: b', '4:5 not-yet-supported: "renamed-from" is not supported yet'],
  ])('%s', (lines, expected) => {
    expect(toldOf(fileOf(lines))).toEqual([`jobs.yaml:${expected}`]);
  });

  test.each(['alerts', 'telemetry'])('%s, which comes later', key => {
    expect(toldOf(`${key}: {}\njobs: {a: {sql: x}}`)).toEqual([`jobs.yaml:1:1 not-yet-supported: "${key}" is not supported yet`]);
  });

  test('a value that a template gives to several jobs is told once, where it is written', () => {
    expect(
      toldOf(
        'vars: {p: none}\ntemplates:\n  t:\n    parallelism: ${vars.p}\njobs:\n  a: {extends: t, sql: x}\n  b: {extends: t, sql: x}\n',
      ),
    ).toEqual(['jobs.yaml:4:18 wrong-type: jobs.a.parallelism is a text, and must be a whole number']);
  });

  test('each says what to write', () => {
    const text = fileOf(
      'limits: {memory: 400}\nbatch: ",50"\nretry: {}\nguarantee: exactly_once\nrestart: {healthy-after: 100, most: often}',
    );
    expect(framesOf(text)).toBe(`error[no-unit]: jobs.a.limits.memory is 400, and has no unit
 --> jobs.yaml:4:22
  |
4 |     limits: {memory: 400}
  |                      ^^^
  = help: say the unit: 400MB or 400KB

error[no-unit]: jobs.a.batch is ",50", and has no unit
 --> jobs.yaml:5:12
  |
5 |     batch: ",50"
  |            ^^^^^
  = help: say the unit: ,50ms

error[unknown-field]: unknown field "retry" in jobs.a
 --> jobs.yaml:6:5
  |
6 |     retry: {}
  |     ^^^^^
  = help: write restart: {backoff: {initial: 100ms, max: 30s}}

error[wrong-value]: jobs.a.guarantee cannot be "exactly_once"
 --> jobs.yaml:7:16
  |
7 |     guarantee: exactly_once
  |                ^^^^^^^^^^^^
  = help: did you mean "exactly-once"?

error[no-unit]: jobs.a.restart.healthy-after is 100, and has no unit
 --> jobs.yaml:8:30
  |
8 |     restart: {healthy-after: 100, most: often}
  |                              ^^^
  = help: say the unit: 100ms or 100s

error[wrong-value]: jobs.a.restart.most cannot be "often"
 --> jobs.yaml:8:41
  |
8 |     restart: {healthy-after: 100, most: often}
  |                                         ^^^^^
  = help: write a number and a time: 10 per 10min`);
  });
});

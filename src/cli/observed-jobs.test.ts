import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {afterAll, afterEach, beforeEach, expect, test} from 'vitest';
import {parseMetrics} from '../testing/http/metrics-parser.ts';
import type {RunReport} from './run-report.ts';

// The built command in real processes: what can be seen of jobs from outside.

const launcher = resolve('bin/weir.cjs');
const scratch = mkdtempSync(join(tmpdir(), 'weir-observed-'));
afterAll(() => rmSync(scratch, {recursive: true}));
let folder = scratch;
let tests = 0;
beforeEach(() => {
  folder = join(scratch, String(++tests));
  mkdirSync(folder);
  writeFileSync(join(folder, 'in.ndjson'), '{"x":1}\n{"x":2}\n{"x":"three"}\n');
});
const started: ChildProcess[] = [];
afterEach(() => {
  weir(['stop', '--all', '--timeout', '5s']);
  for (const child of started.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
});

function environment(): NodeJS.ProcessEnv {
  return {...process.env, XDG_RUNTIME_DIR: join(folder, 'run'), XDG_STATE_HOME: join(folder, 'state'), NO_COLOR: '1', SECRET: 'hunter2'};
}

function weir(words: readonly string[]): {code: number | null; out: string; err: string} {
  const {status, stdout, stderr} = spawnSync(process.execPath, [launcher, ...words], {
    cwd: folder,
    env: environment(),
    encoding: 'utf8',
    timeout: 20_000,
  });
  return {code: status, out: stdout, err: stderr};
}

function start(...words: readonly string[]): ChildProcess & {err: string} {
  const child = Object.assign(
    spawn(process.execPath, [launcher, ...words], {cwd: folder, env: environment(), stdio: ['ignore', 'pipe', 'pipe']}),
    {err: ''},
  );
  child.stderr?.on('data', bytes => (child.err += String(bytes)));
  started.push(child);
  return child;
}

/** Copies one file to another, and waits for more. */
function jobFile(project: string, follow = true): string {
  const more = follow ? ", 'scan.follow'='true'" : '';
  writeFileSync(
    join(folder, 'j.yaml'),
    `project: ${project}
secrets: {password: {env: SECRET}}
jobs:
  copy:
    on-error: skip
    sql: |
      CREATE TABLE f (x INT) WITH ('connector'='filesystem', 'path'='in.ndjson', 'format'='json'${more});
      CREATE TABLE g (x INT) WITH ('connector'='filesystem', 'path'='out.ndjson', 'format'='json');
      INSERT INTO g SELECT x FROM f WHERE '\${secret:password}' <> '';
`,
  );
  return 'j.yaml';
}

async function until<Value>(find: () => Value | null | undefined | false): Promise<Value> {
  for (;;) {
    const found = find();
    if (found) return found;
    await new Promise(again => setTimeout(again, 20));
  }
}

const objects = (text: string): readonly Readonly<Record<string, unknown>>[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as Readonly<Record<string, unknown>>);

test('health, metrics and status over HTTP, where it was asked for', async () => {
  const child = start('run', '--no-tui', '-e', '--http', '127.0.0.1:0', jobFile('web'));
  const url = await until(() => /health and metrics: (\S+)/.exec(child.err)?.[1]);
  for (;;) {
    const ready = await fetch(`${url}/ready`);
    if (ready.status === 200) break;
    expect(ready.status).toBe(503);
    await ready.text();
  }
  const copied = async (): Promise<boolean> => {
    const families = parseMetrics(await (await fetch(`${url}/metrics`)).text(), 'prometheus');
    return (
      families.get('weir_output_rows_total')?.samples[0]?.value === 2 && families.get('weir_rejected_rows_total')?.samples[0]?.value === 1
    );
  };
  while (!(await copied())) await new Promise(again => setTimeout(again, 50));
  const text = await (await fetch(`${url}/api/v1/jobs`)).text();
  expect(JSON.parse(text)).toMatchObject({
    project: 'web',
    jobs: [{job: 'copy', state: 'running', rowsIn: 2, measured: {rejects: [{code: 'bad-record', count: 1}]}}],
  });
  expect(text + (await (await fetch(`${url}/metrics`)).text())).not.toContain('hunter2');
  child.kill('SIGTERM');
  await until(() => child.exitCode !== null);
  await expect(fetch(`${url}/live`)).rejects.toThrow();
}, 30_000);

test('an address of others is warned of, one that cannot be had ends the run before anything starts', () => {
  const open = weir(['run', '--no-tui', '--http', '0.0.0.0:0', jobFile('open', false)]);
  expect(open.err).toContain('open-to-others');
  const bad = weir(['run', '--no-tui', '--http=192.0.2.1:1', jobFile('bad', false)]);
  expect(bad).toMatchObject({code: 5, err: expect.stringContaining('cannot-listen')});
  expect(weir(['run', '--http=a b', 'j.yaml'])).toMatchObject({code: 2});
}, 30_000);

test('logs and events of a job in the background, while it runs and when it has ended', async () => {
  expect(weir(['run', '-d', '-e', '-b', ',10ms', jobFile('kept')]).code).toBe(0);
  await until(() => weir(['logs', '--level', 'warning']).out.includes('bad-record'));
  const lines = objects(weir(['logs', 'copy', '-o', 'ndjson']).out);
  expect(lines.find(({event}) => event === 'bad-record')).toMatchObject({
    level: 'warning',
    project: 'kept',
    job: 'copy',
    where: 'in.ndjson:3',
    detail: 'the record: {"x":"three"}',
  });
  expect(lines.map(({event}) => event)).toContain('running');
  const pid = Number(/running: process (\d+)/.exec(weir(['events']).out)?.[1]);
  expect(pid).toBeGreaterThan(1);
  process.kill(pid, 'SIGKILL');
  await until(() => objects(weir(['events', '-o', 'ndjson']).out).filter(({event}) => event === 'running').length === 2);
  expect(weir(['stop', '--all']).code).toBe(0);
  const events = objects(weir(['events', 'kept/c*', '-o', 'ndjson']).out).map(({event}) => event);
  expect(events[0]).toBe('starting');
  expect(events).toContain('restarting');
  expect(events.at(-1)).toBe('stopped');
  expect(events).not.toContain('bad-record');
  expect(weir(['logs', '-n', '1']).out).toMatch(/^\d{4}-\S+Z note {4}copy stopped\n$/);
  expect(weir(['logs', '--since', '2000-01-01', '-n', '0']).out).toBe('');
  expect(weir(['logs', 'nobody'])).toMatchObject({code: 2, err: expect.stringContaining('there are: kept/copy')});
  expect(weir(['logs', '--since', 'tomorrow']).code).toBe(2);
  expect(weir(['logs', '-o', 'csv']).code).toBe(2);
}, 40_000);

test('logs are followed until the jobs end', async () => {
  const run = start('run', '--no-tui', jobFile('followed'));
  await until(() => weir(['logs']).out.includes('bad-record'));
  const logs = spawn(process.execPath, [launcher, 'logs', '-f', '-o', 'json'], {
    cwd: folder,
    env: environment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(logs);
  let heard = '';
  logs.stdout.on('data', bytes => (heard += String(bytes)));
  await until(() => heard.includes('bad-record'));
  appendFileSync(join(folder, 'in.ndjson'), '{"x":\n');
  await until(() => heard.includes('in.ndjson:4'));
  run.kill('SIGTERM');
  await until(() => logs.exitCode !== null);
  expect(logs.exitCode).toBe(0);
  expect(new Set(objects(heard).map(line => JSON.stringify(line))).size).toBe(objects(heard).length);
  // It promises nothing, so it leaves nothing.
  expect(existsSync(join(folder, 'state'))).toBe(false);
  expect(weir(['logs'])).toEqual({code: 0, out: '', err: 'no jobs run here, and none have left a log\n'});
}, 30_000);

test('messages as lines of JSON, without secrets', () => {
  writeFileSync(join(folder, 'in.ndjson'), '{"x":"hunter2"}\n{"x":2}\n');
  const {code, out, err} = weir(['run', '--log-format', 'json', jobFile('lines', false)]);
  expect([code, out]).toEqual([0, '']);
  const lines = objects(err);
  for (const {time, level, event, message} of lines) {
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(['note', 'warning', 'error']).toContain(level);
    expect([typeof event, typeof message]).toEqual(['string', 'string']);
  }
  expect(lines.map(({event}) => event)).toEqual(expect.arrayContaining(['starting', 'running', 'bad-record', 'done']));
  expect(lines.find(({event}) => event === 'bad-record')).toMatchObject({project: 'lines', job: 'copy', where: 'in.ndjson:1'});
  expect(err).not.toContain('hunter2');
  const wrong = weir(['run', '--log-format', 'json', 'nowhere.yaml']);
  expect(wrong.code).not.toBe(0);
  expect(objects(wrong.err)[0]).toMatchObject({level: 'error'});
}, 30_000);

test('a run writes how it has gone', () => {
  const {code, err} = weir(['run', '-e', '--until-idle', '--report', 'report.json', jobFile('told')]);
  expect([code, err.includes('bad-record')]).toEqual([0, true]);
  const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as RunReport;
  expect(report).toMatchObject({
    version: 1,
    project: 'told',
    exitCode: 0,
    jobs: [
      {
        job: 'copy',
        status: 'done',
        reason: null,
        rowsIn: 2,
        rowsOut: 2,
        rejected: 1,
        rejectedByReason: {'bad-record': 1},
        bytesIn: 30,
        bytesOut: 16,
        restarts: 0,
      },
    ],
  });
  expect(report.jobs[0]?.commits?.count).toBeGreaterThan(0);
  expect(report.jobs[0]?.nsPerRow).toBeGreaterThan(0);
  const failed = weir(['run', '--on-error', 'fail', '--report', 'failed.json', jobFile('failed', false)]);
  expect(failed.code).toBe(1);
  expect(JSON.parse(readFileSync(join(folder, 'failed.json'), 'utf8'))).toMatchObject({
    exitCode: 1,
    jobs: [{status: 'failed', reason: expect.stringContaining('INT')}],
  });
}, 30_000);

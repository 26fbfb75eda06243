import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import type {JobReport} from '../supervisor/report.ts';

// The built command in real processes, whose jobs are asked, told and killed while they run.

const launcher = resolve('bin/weir.cjs');
const scratch = mkdtempSync(join(tmpdir(), 'weir-running-'));
afterAll(() => rmSync(scratch, {recursive: true}));
beforeAll(() => {
  if (!existsSync('dist/cli.cjs') || !existsSync('dist/job.js')) spawnSync(process.execPath, ['bin/build.js'], {stdio: 'inherit'});
}, 120_000);
let folder = scratch;
let tests = 0;
beforeEach(() => {
  folder = join(scratch, String(++tests));
  mkdirSync(folder);
});
const started: ChildProcess[] = [];
afterEach(() => {
  weir(['stop', '--all', '--timeout', '5s']);
  for (const child of started.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
});

function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return {...process.env, XDG_RUNTIME_DIR: join(folder, 'run'), XDG_STATE_HOME: join(folder, 'state'), NO_COLOR: '1', ...more};
}

function weir(words: readonly string[], more: Readonly<Record<string, string>> = {}): {code: number | null; out: string; err: string} {
  const {status, stdout, stderr} = spawnSync(process.execPath, [launcher, ...words], {
    cwd: folder,
    env: environment(more),
    encoding: 'utf8',
    timeout: 20_000,
  });
  return {code: status, out: stdout, err: stderr};
}

function jobs(): readonly JobReport[] {
  return weir(['ps', '-a', '-o', 'ndjson'])
    .out.split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as JobReport);
}

const lines = (from: number, count: number): string => Array.from({length: count}, (_, row) => `{"x":${from + row}}\n`).join('');
const file = (name: string): string => readFileSync(join(folder, name), 'utf8');

/** Copies one file to another, and waits for more. */
function copyJob(from: string, to: string): string {
  const table = (name: string, path: string, more = ''): string =>
    `CREATE TABLE ${name} (x INT) WITH ('connector'='filesystem', 'path'='${path}', 'format'='json'${more});`;
  return `"${table('f', from, ", 'scan.follow'='true'")} ${table('g', to)} INSERT INTO g SELECT x FROM f"`;
}

async function until(seen: () => boolean): Promise<void> {
  while (!seen()) await new Promise(again => setTimeout(again, 20));
}

function isRunning(id: number): boolean {
  const path = `/proc/${id}/stat`;
  return existsSync(path) && !/^\d+ \(.*\) Z /.test(readFileSync(path, 'latin1'));
}

function start(...words: readonly string[]): ChildProcess & {err: string} {
  const child = Object.assign(
    spawn(process.execPath, [launcher, ...words], {cwd: folder, env: environment(), stdio: ['ignore', 'ignore', 'pipe']}),
    {
      err: '',
    },
  );
  child.stderr?.on('data', bytes => (child.err += String(bytes)));
  started.push(child);
  return child;
}

test('a job in the background is paused, killed, restarted, stopped and started, and writes every row once', async () => {
  writeFileSync(join(folder, 'in.ndjson'), lines(0, 1000));
  writeFileSync(join(folder, 'j.yaml'), `project: bg\njobs: {copy: {sql: ${copyJob('in.ndjson', 'out.ndjson')}}}`);
  const begun = weir(['run', '-d', '-e', '-b', '100,10ms', 'j.yaml']);
  expect([begun.code, begun.err]).toEqual([0, '']);
  expect(begun.out).toMatch(/^project bg: 1 job in the background, process \d+\n/);
  const [first] = jobs();
  expect(first).toMatchObject({job: 'copy', state: 'running', restarts: 0});
  expect(weir(['pause', 'copy']).out).toBe('copy: running → paused\n');
  appendFileSync(join(folder, 'in.ndjson'), lines(1000, 1000));
  expect(weir(['resume', 'c*']).out).toBe('copy: paused → running\n');
  process.kill(first?.pids[0] as number, 'SIGKILL');
  appendFileSync(join(folder, 'in.ndjson'), lines(2000, 1000));
  await until(() => jobs()[0]?.restarts === 1);
  expect(weir(['wait', 'copy', '--until', 'idle', '--timeout', '15s'])).toMatchObject({code: 0, out: 'copy: running\n'});
  expect(weir(['restart', 'copy']).out).toBe('copy: running, with a new process\n');
  expect(weir(['checkpoint', 'copy']).out).toMatch(/^copy: commit \d+\n$/);
  expect(weir(['stop', 'copy']).out).toBe('copy: running → stopped\n');
  appendFileSync(join(folder, 'in.ndjson'), lines(3000, 1000));
  expect(weir(['ps']).out).toBe('');
  expect(weir(['ps', '-aq']).out).toBe('copy\n');
  expect(weir(['start', 'copy']).out).toBe('copy: stopped → running\n');
  expect(weir(['wait', 'copy', '--until', 'idle', '--timeout', '15s']).code).toBe(0);
  expect(weir(['stop', '--all']).out).toBe('copy: running → stopped\n');
  expect(file('out.ndjson')).toBe(lines(0, 4000));
  expect(weir(['ps'])).toEqual({code: 0, out: '', err: 'no jobs run here\n'});
  expect(weir(['pause', 'copy'])).toMatchObject({code: 5, err: expect.stringContaining('no-supervisor')});
}, 40_000);

test('a supervisor that is killed takes its jobs with it, and the next one goes on where they were', async () => {
  writeFileSync(join(folder, 'in.ndjson'), lines(0, 1000));
  writeFileSync(join(folder, 'j.yaml'), `project: killed\njobs: {copy: {sql: ${copyJob('in.ndjson', 'out.ndjson')}}}`);
  const child = start('run', '-e', 'j.yaml');
  await until(() => existsSync(join(folder, 'out.ndjson')) && file('out.ndjson') !== '');
  const [job] = jobs();
  child.kill('SIGKILL');
  await until(() => !isRunning(job?.pids[0] as number));
  expect(jobs()).toEqual([]);
  appendFileSync(join(folder, 'in.ndjson'), lines(1000, 1000));
  expect(weir(['run', '-e', '--until-idle', 'j.yaml'])).toEqual({code: 0, out: '', err: ''});
  expect(file('out.ndjson')).toBe(lines(0, 2000));
}, 30_000);

test('a process that was stopped when its supervisor died does no harm once another has taken its place', async () => {
  writeFileSync(join(folder, 'in.ndjson'), lines(0, 1000));
  writeFileSync(join(folder, 'j.yaml'), `project: zombie\njobs: {copy: {sql: ${copyJob('in.ndjson', 'out.ndjson')}}}`);
  const child = start('run', '-e', '-b', ',10ms', 'j.yaml');
  await until(() => existsSync(join(folder, 'out.ndjson')) && file('out.ndjson') !== '');
  const zombie = jobs()[0]?.pids[0] ?? 0;
  expect(zombie).toBeGreaterThan(1);
  process.kill(zombie, 'SIGSTOP');
  child.kill('SIGKILL');
  appendFileSync(join(folder, 'in.ndjson'), lines(1000, 1000));
  expect(weir(['run', '-e', '--until-idle', 'j.yaml'])).toEqual({code: 0, out: '', err: ''});
  expect([isRunning(zombie), file('out.ndjson')]).toEqual([false, lines(0, 2000)]);
}, 30_000);

test('a second interrupt ends at once also what hangs', async () => {
  writeFileSync(join(folder, 'in.ndjson'), lines(0, 10));
  writeFileSync(join(folder, 'j.yaml'), `project: twice\njobs: {copy: {sql: ${copyJob('in.ndjson', 'out.ndjson')}}}`);
  const child = start('run', '-e', '-b', ',10ms', 'j.yaml');
  await until(() => existsSync(join(folder, 'out.ndjson')) && file('out.ndjson') !== '');
  const [hangs = 0] = jobs()[0]?.pids ?? [];
  expect(hangs).toBeGreaterThan(1);
  process.kill(hangs, 'SIGSTOP');
  child.kill('SIGINT');
  await new Promise(done => setTimeout(done, 300));
  expect(child.exitCode).toBeNull();
  child.kill('SIGINT');
  await until(() => child.signalCode !== null || child.exitCode !== null);
  await until(() => !isRunning(hangs));
  expect(child.signalCode).toBe('SIGINT');
}, 30_000);

test('jobs that read what others write are idle together', () => {
  writeFileSync(join(folder, 'in.ndjson'), lines(0, 5000));
  writeFileSync(join(folder, 'middle.ndjson'), '');
  const job = (from: string, to: string): string => `{sql: ${copyJob(from, to)}}`;
  writeFileSync(
    join(folder, 'chain.yaml'),
    `jobs: {second: ${job('middle.ndjson', 'out.ndjson')}, first: ${job('in.ndjson', 'middle.ndjson')}}`,
  );
  expect(weir(['run', '-e', '--until-idle', '--no-tui', '--http', 'none', 'chain.yaml'])).toEqual({code: 0, out: '', err: ''});
  expect(file('out.ndjson')).toBe(lines(0, 5000));
}, 30_000);

test("a project runs once, and its socket is its owner's", async () => {
  writeFileSync(join(folder, 'in.ndjson'), '');
  writeFileSync(join(folder, 'j.yaml'), `project: once\njobs: {copy: {sql: ${copyJob('in.ndjson', 'out.ndjson')}}}`);
  const child = start('run', '-e', 'j.yaml');
  const socket = join(folder, 'run', 'weir', 'once.sock');
  // It is there for a moment before its mode is set; the folder around it is its owner's from the beginning.
  await until(() => existsSync(socket) && (statSync(socket).mode & 0o077) === 0);
  expect([statSync(socket).mode & 0o777, statSync(join(folder, 'run', 'weir')).mode & 0o777]).toEqual([0o600, 0o700]);
  expect(weir(['run', '-e', 'j.yaml'])).toMatchObject({
    code: 5,
    out: '',
    err: expect.stringContaining(`process ${child.pid} runs the jobs of this project already`),
  });
  expect(weir(['wait', 'copy', '--until', 'healthy', '--timeout', '15s']).code).toBe(0);
  // Nor by another socket.
  const another = weir(['run', '-e', '--socket', 'run/weir/other.sock', 'j.yaml']);
  expect(another).toMatchObject({code: 5, out: '', err: expect.stringContaining(`process ${child.pid} runs`)});
  for (const name of ['state', 'state/weir', 'state/weir/once', 'state/weir/once/copy', 'state/weir/once/copy/0'])
    expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o700]);
  child.kill('SIGINT');
  await until(() => child.exitCode !== null);
  expect([child.exitCode, child.err, existsSync(socket)]).toEqual([0, '', false]);
}, 30_000);

test('a secret is in nothing that is shown or kept of a job', () => {
  const canary = 'kAnArY/5f1c';
  writeFileSync(join(folder, 'in.ndjson'), lines(0, 3));
  const failing = copyJob('in.ndjson', '/dev/null/${secret:token}/out.ndjson');
  writeFileSync(
    join(folder, 's.yaml'),
    `project: secret\nsecrets: {token: {env: TOKEN}}\njobs:\n  bad: {guarantee: none, sql: ${failing}}\n  good: {sql: ${copyJob('in.ndjson', 'out.ndjson')}}\n`,
  );
  const begun = weir(['run', '-d', '-b', '10', 's.yaml'], {TOKEN: canary});
  expect([begun.code, begun.out.split('\n').length]).toEqual([1, 3]);
  const shown = [begun.out, begun.err, ...['table', 'json', 'ndjson'].map(format => weir(['ps', '-a', '-o', format]).out)];
  shown.push(
    weir(['wait', 'bad', '--until', 'healthy']).err,
    ...jobs().flatMap(({pids}) => pids.map(pid => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))),
  );
  weir(['stop', '--all']);
  const state = join(folder, 'state');
  for (const entry of readdirSync(state, {recursive: true, withFileTypes: true}))
    if (entry.isFile()) shown.push(readFileSync(join(entry.parentPath, entry.name), 'latin1'));
  expect(shown.join('\n')).toContain('‹secret token›');
  expect(shown.join('\n')).not.toContain('kAnArY');
}, 30_000);

describe('what cannot be promised is refused before anything starts', () => {
  test.each<[string, readonly string[], string, number, string]>([
    ['a terminal', ['-e'], 'SELECT x FROM f', 3, 'cannot-take-back'],
    ['standard input', ['-b', '10'], 'INSERT INTO g SELECT x FROM i', 3, 'cannot-read-again'],
    ['several processes of a file', ['--set', 'jobs.j.parallelism=2'], 'INSERT INTO g SELECT x FROM f', 3, 'not-partitioned'],
    ['flags that contradict each other', ['-e', '--guarantee', 'none'], 'INSERT INTO g SELECT x FROM f', 2, 'contradict'],
    ['a batch of nothing', ['-b', '0'], 'INSERT INTO g SELECT x FROM f', 2, '--batch cannot be "0"'],
    ['standard input in the background', ['-d'], 'INSERT INTO g SELECT x FROM i', 3, 'detached-stdin'],
  ])('%s', (_, flags, sql, code, message) => {
    const table = (name: string, connector: string): string => `CREATE TABLE ${name} (x INT) WITH (${connector}, 'format'='json');`;
    const file = (name: string): string => `'connector'='filesystem', 'path'='${name}'`;
    const tables = `${table('f', file('in.ndjson'))} ${table('g', file('out.ndjson'))} ${table('i', "'connector'='stdin'")}`;
    writeFileSync(join(folder, 'j.yaml'), `jobs: {j: {sql: "${tables} ${sql}"}}`);
    const ended = weir(['run', ...flags, 'j.yaml']);
    expect([ended.code, ended.out]).toEqual([code, '']);
    expect(ended.err).toContain(message);
    expect(readdirSync(folder)).toEqual(['j.yaml']);
  });
});

import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {systemClock} from '../base/clock.ts';
import {fail, type Problem} from '../base/problem.ts';
import type {Sink} from '../flow/sink.ts';
import type {JobAssignment} from '../job/protocol.ts';
import {type SuperviseOptions, supervise, type Supervision} from './supervise.ts';

// Real processes that speak the protocol of a job without being one: what the job does is its name.

const scratch = mkdtempSync(join(tmpdir(), 'weir-supervise-'));
const module = join(scratch, 'job.mjs');
afterAll(() => rmSync(scratch, {recursive: true}));
beforeAll(() => {
  writeFileSync(
    module,
    `const end = (status, rows) => process.send({kind: 'ended', result: {status, problem: null, rowsIn: rows, rowsOut: rows, rejected: 0, readBytes: 0, totalBytes: null}}, () => process.disconnect());
    process.on('SIGINT', () => undefined);
    const acts = {
      lines: () => { for (let i = 0; i < 200; i++) process.stdout.write('abc'), process.stdout.write('def\\n'); end('done', 200); },
      torn: () => { process.stdout.write('xxx\\nno end'); end('done', 1); },
      plan: assignment => { process.stdout.write(assignment.plan.settings.given.get('k') + ' ' + typeof assignment.plan.big + '\\n'); end('done', 0); },
      writes: () => { const again = () => process.stdout.write('x\\n', error => error ? end('done', 0) : setTimeout(again, 1)); process.stdout.on('error', () => undefined); again(); },
      waits: () => { process.send({kind: 'progress', progress: {rowsIn: 7, rowsOut: 0, rejected: 0, readBytes: 0, totalBytes: null}}); },
      dies: () => process.exit(0),
      killed: () => process.kill(process.pid, 'SIGKILL'),
      complains: () => { process.send({kind: 'problem', problem: {kind: 'data', severity: 'warning', code: 'c', message: 'm'}}); end('done', 0); },
    };
    process.on('message', message => message.kind === 'start' ? acts[message.assignment.directory](message.assignment) : end('stopped', 0));`,
  );
});

/** Keeps what is written; may fail or lose its reader. */
class Collector implements Sink {
  text = '';
  full = false;
  closedByReader = false;
  failure: Error | null = null;
  open = (): Promise<void> => Promise.resolve();
  write(bytes: Uint8Array): void {
    if (this.failure !== null) throw this.failure;
    this.text += Buffer.from(bytes).toString();
  }
  drain = (): Promise<void> => Promise.resolve();
  flush = (): Promise<void> => Promise.resolve();
  close = (): Promise<void> => Promise.resolve();
}

function start(
  names: readonly string[],
  more: Partial<SuperviseOptions> = {},
): {supervision: Supervision; output: Collector; reports: string[]} {
  const output = new Collector();
  const reports: string[] = [];
  const plan = {nodes: [], sinks: [], settings: {given: new Map([['k', 'kept']])}, big: 1n} as unknown as JobAssignment['plan'];
  const supervision = supervise({
    jobs: names.map(name => ({
      name,
      readsStandardInput: false,
      writesElsewhere: name.startsWith('writes'),
      assignment: {
        plan,
        directory: name.replace(/\d/, ''),
        console: {format: 'ndjson', options: new Map()},
        onError: 'fail',
        maxErrors: null,
        limit: null,
        readAhead: null,
        identity: {project: 'test', name: 'test', slot: {index: 0, count: 1}},
        commit: null,
      },
    })),
    module,
    clock: systemClock,
    standardOutput: output,
    standardError: new Collector(),
    onReport: (job: string, problem: Problem) => void reports.push(`${job} ${problem.code}`),
    onProgress: () => undefined,
    ...more,
  });
  return {supervision, output, reports};
}

test('lines of several jobs never mix, and all of them come', async () => {
  const {supervision, output, reports} = start(['lines1', 'lines2', 'torn']);
  const state = await supervision.ended;
  const lines = output.text.split('\n');
  expect(lines.filter(line => line === 'abcdef')).toHaveLength(400);
  expect(lines.filter(line => line !== 'abcdef').sort()).toEqual(['', 'no end', 'xxx']);
  expect([...state.jobs.values()].map(job => [job.phase, job.result?.rowsIn])).toEqual([
    ['ended', 200],
    ['ended', 200],
    ['ended', 1],
  ]);
  expect(reports).toEqual([]);
});

test('maps and big integers of a plan survive', async () => {
  const {supervision, output} = start(['plan1', 'plan2']);
  await supervision.ended;
  expect(output.text).toBe('kept bigint\nkept bigint\n');
});

test('processes that die are told, and the others go on to their end', async () => {
  const {supervision, reports} = start(['dies', 'killed', 'complains', 'lines']);
  const state = await supervision.ended;
  expect(reports.sort()).toEqual(['complains c', 'dies job-died', 'killed job-died']);
  expect(state.jobs.get('killed')?.problem?.message).toContain('signal SIGKILL');
  expect(state.jobs.get('lines')?.result?.status).toBe('done');
});

test('a stop reaches every job', async () => {
  let running = 0;
  const {supervision} = start(['waits1', 'waits2'], {
    onProgress: () => {
      if (++running === 2) supervision.stop();
    },
  });
  const state = await supervision.ended;
  expect([...state.jobs.values()].map(job => job.result?.status)).toEqual(['stopped', 'stopped']);
});

test('a reader that goes away stops all jobs, without an error', async () => {
  const {supervision, output} = start(['lines', 'waits']);
  output.closedByReader = true;
  const state = await supervision.ended;
  expect(state.jobs.get('waits')?.result?.status).toBe('stopped');
});

test('a reader that goes away leaves a job going that writes to something else', async () => {
  const {supervision, output} = start(['lines', 'writes']);
  output.closedByReader = true;
  const state = await supervision.ended;
  expect(state.jobs.get('writes')?.result?.status).toBe('done');
});

test('an output that cannot be written stops all jobs, and says why', async () => {
  const {supervision, output} = start(['lines', 'waits']);
  output.failure = fail('environment', 'cannot-write', 'the disk is full');
  await expect(supervision.ended).rejects.toThrow('the disk is full');
});

test('a module that is not there', async () => {
  const {supervision, reports} = start(['lines1', 'lines2'], {module: join(scratch, 'none.mjs')});
  await supervision.ended;
  expect(reports.sort()).toEqual(['lines1 job-died', 'lines2 job-died']);
});

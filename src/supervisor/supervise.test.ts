import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type Clock, systemClock} from '../base/clock.ts';
import {fail, type Problem} from '../base/problem.ts';
import type {Sink} from '../flow/sink.ts';
import type {CommitAssignment, JobAssignment} from '../job/protocol.ts';
import {defaultSupervision, type SupervisionSpec} from './policy.ts';
import {wordOf} from './report.ts';
import type {ProcessState, SupervisorState} from './state.ts';
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
    const say = message => process.send(message);
    let lives;
    process.on('disconnect', () => clearInterval(lives));
    const up = () => { say({kind: 'running', epoch: 0}); lives = setInterval(() => undefined, 1000); };
    const acts = {
      lines: () => { for (let i = 0; i < 200; i++) process.stdout.write('abc'), process.stdout.write('def\\n'); end('done', 200); },
      torn: () => { process.stdout.write('xxx\\nno end'); end('done', 1); },
      plan: assignment => { process.stdout.write(assignment.plan.settings.given.get('k') + ' ' + typeof assignment.plan.big + '\\n'); end('done', 0); },
      writes: () => { const again = () => process.stdout.write('x\\n', error => error ? end('done', 0) : setTimeout(again, 1)); process.stdout.on('error', () => undefined); again(); },
      waits: () => { say({kind: 'progress', progress: {phase: 'running', rowsIn: 7, rowsOut: 0, rejected: 0, readBytes: 0, totalBytes: null, stateBytes: 0, lag: null, commit: null}}); },
      up,
      hangs: () => { up(); setTimeout(() => { for (;;); }, 10); },
      eats: () => { up(); globalThis.eaten = Buffer.alloc(300 * 2 ** 20, 1); },
      crashes: () => { up(); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 5); },
      threads: () => { process.stdout.write(process.env.UV_THREADPOOL_SIZE + ' ' + process.env.GIVEN + '\\n'); end('done', 0); },
      dies: () => process.exit(0),
      killed: () => process.kill(process.pid, 'SIGKILL'),
      complains: () => { process.send({kind: 'problem', problem: {kind: 'data', severity: 'warning', code: 'c', message: 'm'}}); end('done', 0); },
    };
    const answers = {
      start: ({assignment}) => acts[assignment.directory](assignment),
      stop: () => end('stopped', 0),
      pause: () => say({kind: 'paused'}),
      resume: () => say({kind: 'resumed'}),
      checkpoint: () => say({kind: 'committed', epoch: 1}),
      'ask-idle': ({round}) => say({kind: 'idle', round, isIdle: true, epoch: 3}),
      ping: () => say({kind: 'pong'}),
    };
    process.on('message', message => answers[message.kind](message));`,
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

interface Started {
  readonly supervision: Supervision;
  readonly output: Collector;
  readonly reports: string[];
  /** Resolves once a job is in this state. */
  readonly until: (job: string, word: string) => Promise<void>;
}

const log: CommitAssignment = {
  guarantee: 'at-least-once',
  directory: scratch,
  batchRecords: null,
  batchWaitMs: 100,
  fresh: false,
  keepEpochs: 0,
};

function start(
  names: readonly string[],
  more: Partial<SuperviseOptions> = {},
  job: {readonly commit?: CommitAssignment; readonly watch?: Partial<SupervisionSpec>; readonly processes?: number} = {},
): Started {
  const output = new Collector();
  const reports: string[] = [];
  const plan = {nodes: [], sinks: [], settings: {given: new Map([['k', 'kept']])}, big: 1n} as unknown as JobAssignment['plan'];
  const supervision = supervise({
    jobs: names.map(name => {
      const assignment: JobAssignment = {
        plan,
        directory: name.replace(/\d/, ''),
        console: {format: 'ndjson', options: new Map()},
        onError: 'fail',
        maxErrors: null,
        limit: null,
        readAhead: null,
        identity: {project: 'test', name: 'test', slot: {index: 0, count: 1}},
        commit: job.commit ?? null,
      };
      return {
        name,
        readsStandardInput: false,
        writesElsewhere: name.startsWith('writes'),
        supervision: {...defaultSupervision, ...job.watch},
        assignments: [assignment, ...Array.from({length: (job.processes ?? 1) - 1}, () => assignment)],
      };
    }),
    module,
    environment: {...process.env, GIVEN: 'given'},
    untilIdle: false,
    abortOnFailure: false,
    clock: systemClock,
    standardOutput: output,
    standardError: new Collector(),
    onReport: (name: string, {severity, code}: Problem) => void reports.push(`${severity} ${name} ${code}`),
    onProgress: () => undefined,
    ...more,
  });
  const until = (name: string, word: string): Promise<void> =>
    new Promise(resolve => {
      const look = (state: SupervisorState): void => {
        const found = state.jobs.get(name);
        if (found !== undefined && wordOf(found) === word) {
          end();
          resolve();
        }
      };
      const end = supervision.onChange(look);
      look(supervision.state);
    });
  supervision.begin();
  return {supervision, output, reports, until};
}

/** Ends it however its processes feel about that: those that hang are killed, each by its own id. */
async function end(supervision: Supervision): Promise<void> {
  const kill = (state: SupervisorState): void => {
    for (const {processes} of state.jobs.values()) {
      for (const {pid} of processes) if (pid !== null && pid > 1) process.kill(pid, 'SIGKILL');
    }
  };
  supervision.onChange(kill);
  supervision.stop();
  kill(supervision.state);
  await supervision.ended;
}

function only(state: SupervisorState, name: string): ProcessState {
  return state.jobs.get(name)?.processes[0] as ProcessState;
}

test('lines of several jobs never mix, and all of them come', async () => {
  const {supervision, output, reports} = start(['lines1', 'lines2', 'torn']);
  const state = await supervision.ended;
  const lines = output.text.split('\n');
  expect(lines.filter(line => line === 'abcdef')).toHaveLength(400);
  expect(lines.filter(line => line !== 'abcdef').sort()).toEqual(['', 'no end', 'xxx']);
  expect([...state.jobs.values()].flatMap(job => job.processes.map(({ending, result}) => [ending, result?.rowsIn]))).toEqual([
    ['done', 200],
    ['done', 200],
    ['done', 1],
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
  expect(reports.sort()).toEqual(['error dies job-died', 'error killed job-died', 'warning complains c']);
  expect(only(state, 'killed').problem?.message).toContain('signal SIGKILL');
  expect(only(state, 'lines').result?.status).toBe('done');
});

test('a stop reaches every job', async () => {
  let running = 0;
  const {supervision} = start(['waits1', 'waits2'], {
    onProgress: () => {
      if (++running === 2) supervision.stop();
    },
  });
  const state = await supervision.ended;
  expect([only(state, 'waits1').ending, only(state, 'waits2').ending]).toEqual(['stopped', 'stopped']);
});

test('a reader that goes away stops all jobs, without an error', async () => {
  const {supervision, output} = start(['lines', 'waits']);
  output.closedByReader = true;
  const state = await supervision.ended;
  expect(only(state, 'waits').result?.status).toBe('stopped');
});

test('a reader that goes away leaves a job going that writes to something else', async () => {
  const {supervision, output} = start(['lines', 'writes']);
  output.closedByReader = true;
  const state = await supervision.ended;
  expect(only(state, 'writes').result?.status).toBe('done');
});

test('an output that cannot be written stops all jobs, and says why', async () => {
  const {supervision, output} = start(['lines', 'waits']);
  output.failure = fail('environment', 'cannot-write', 'the disk is full');
  await expect(supervision.ended).rejects.toThrow('the disk is full');
});

test('a module that is not there', async () => {
  const {supervision, reports} = start(['lines1', 'lines2'], {module: join(scratch, 'none.mjs')});
  await supervision.ended;
  expect(reports.sort()).toEqual(['error lines1 job-died', 'error lines2 job-died']);
});

test('a process has more threads, and the environment', async () => {
  const {supervision, output} = start(['threads1', 'threads2']);
  await supervision.ended;
  expect(output.text).toBe('8 given\n8 given\n');
});

test('pause, resume, checkpoint, stop, start and restart reach the process, and its answers come back', async () => {
  const {supervision, until} = start(['up1', 'up2']);
  await until('up1', 'running');
  const {pid} = only(supervision.state, 'up1');
  for (let round = 0; round < 20; round++) {
    supervision.command('pause', ['up1']);
    await until('up1', 'paused');
    supervision.command('resume', ['up1']);
    await until('up1', 'running');
  }
  expect(only(supervision.state, 'up1').pid).toBe(pid);
  supervision.command('checkpoint', ['up1']);
  await new Promise<void>(resolve => {
    supervision.onChange(state => only(state, 'up1').checkpoints.answered === 1 && resolve());
  });
  supervision.command('stop', ['up1']);
  await until('up1', 'stopped');
  supervision.command('start', ['up1']);
  await until('up1', 'running');
  const second = only(supervision.state, 'up1').pid;
  expect(second).not.toBe(pid);
  supervision.command('restart', ['up1']);
  await until('up1', 'starting');
  await until('up1', 'running');
  expect(only(supervision.state, 'up1').pid).not.toBe(second);
  supervision.stop();
  expect([only(await supervision.ended, 'up1').ending, only(await supervision.ended, 'up2').ending]).toEqual(['stopped', 'stopped']);
});

test('a job with a log that dies is started again, until it does so too often', async () => {
  const restart = {...defaultSupervision.restart, initialWaitMs: 1, longestWaitMs: 2, mostRestarts: {count: 3, withinMs: 60_000}};
  const {supervision, reports} = start(['crashes'], {}, {commit: log, watch: {restart}});
  const state = await supervision.ended;
  expect(only(state, 'crashes')).toMatchObject({ending: 'quarantined', restarts: 3});
  expect(reports).toEqual([...Array.from({length: 3}, () => 'warning crashes job-died'), 'error crashes crash-loop']);
});

test('until everything is read', async () => {
  const {supervision, reports} = start(['up1', 'up2'], {untilIdle: true}, {processes: 2});
  const state = await supervision.ended;
  expect([...state.jobs.values()].map(wordOf)).toEqual(['done', 'done']);
  expect([state.round.number, reports]).toEqual([2, []]);
});

/** Five seconds of silence are over soon; but its looks must not come so far apart that it takes itself for asleep. */
const began = systemClock.now();
const fastClock: Clock = {now: () => began + (systemClock.now() - began) * 20};
const fast = {clock: fastClock, tickMs: 50};

test('a process that hangs is shown, and by policy another takes its place', async () => {
  const {supervision, reports} = start(['hangs'], fast, {commit: log, watch: {onNotAnswering: 'restart'}});
  await new Promise<void>(resolve => {
    supervision.onChange(state => only(state, 'hangs').restarts === 1 && resolve());
  });
  expect(reports).toEqual(['warning hangs not-answering']);
  await end(supervision);
});

test('a process that holds more memory than it may is told, and then ended', async () => {
  const {supervision, reports} = start(['eats'], fast, {commit: log, watch: {memoryBytes: 200 * 2 ** 20}});
  await new Promise<void>(resolve => {
    supervision.onChange(state => only(state, 'eats').restarts === 1 && resolve());
  });
  expect(reports.filter(text => text.endsWith('memory-limit'))).toHaveLength(2);
  expect(only(supervision.state, 'eats').problem?.message).toMatch(/job "eats" holds \d+ MB of memory, and may hold 200 MB/);
  await end(supervision);
});

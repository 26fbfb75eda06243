import {spawn} from 'node:child_process';
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {createTopics} from '../../src/testing/kafka/admin.ts';
import {type Broker, startBroker} from '../../src/testing/kafka/broker.ts';
import type {JobProcess} from '../../src/testing/torture/job-process.ts';
import {assignmentOf, childrenOf, jobsFolder, running, startJob} from '../kafka/job.ts';
import {pacedSql} from '../kafka/queries.ts';
import {fill} from '../kafka/topics.ts';
import {monotonicMs, Pace, Watch} from '../kafka/traffic.ts';
import {median} from '../measure.ts';
import {node} from '../peers.ts';
import {printBar, printFigure, printLoad} from '../report.ts';
import type {Options} from '../settings.ts';

/** So many groups of a number key and five figures make 100 MB. */
const manyGroups = 1_400_000;
const fewGroups = 1000;
const perSecond = 1000;
const limitMs = 60_000;
const freshMs = 2000;

/** From kill -9 of a job's process to the next committed output, at 1 K records/s, exactly-once at 10 ms. */
export async function jobsRecovery(options: Options): Promise<boolean> {
  const broker = await startBroker({isMeasured: true});
  try {
    console.log('\nkill -9 -> next committed output, 1 K records/s, exactly-once at 10 ms');
    const times = options.isFull ? 30 : 5;
    const small = await killed(broker, {name: 'small', groups: fewGroups, times, most: 1000});
    const large = await killed(broker, {name: 'large', groups: manyGroups, times: options.isFull ? 10 : 3, most: 5000});
    printLoad();
    return small && large;
  } finally {
    await broker.stop();
  }
}

interface Scene {
  readonly name: string;
  readonly groups: number;
  readonly times: number;
  /** The bar for the median. */
  readonly most: number;
}

async function killed(broker: Broker, scene: Scene): Promise<boolean> {
  const {name, groups, times, most} = scene;
  const [from, to] = [`${name}-in`, `${name}-out`];
  await createTopics(broker.bootstrap, [{name: from}, {name: to}]);
  if (groups > fewGroups) await fill(broker, from, everyKey(groups));
  const sql = pacedSql('figures', {broker, from, to, start: 'earliest-offset'});
  const options = {name, sql, guarantee: 'exactly-once', batchWaitMs: 10} as const;
  // All keys get their groups first, in large commits.
  const job = startJob(await assignmentOf({...options, batchWaitMs: 1000}));
  await running(job);
  while (job.isAlive && (job.status?.rowsIn ?? 0) < (groups > fewGroups ? groups : 0)) await wait(100);
  const pace = new Pace({bootstrap: broker.bootstrap, topic: from, partitions: 1, perSecond, keys: groups, lingerMs: 0});
  const watch = await Watch.open({bootstrap: broker.bootstrap, topic: to, partitions: 1});
  await wait(1500);
  const stateBytes = job.status?.stateBytes ?? 0;
  const direct = await startedDirectly(job, await assignmentOf(options, false), watch, times);
  const supervised = await underSupervisor(name, sql, watch, times);
  await pace.stop();
  watch.close();
  const what = `${(stateBytes / 1e6).toFixed(0)} MB of state`;
  printFigure(`${what}: process started at once: it runs after`, inMs(direct.map(({runsMs}) => runsMs)));
  printFigure(`${what}: process started at once: its first output after`, inMs(direct.map(({outputMs}) => outputMs)));
  printFigure(`${what}: weir run, slowest`, `${Math.max(...supervised).toFixed(0)} ms`);
  const figure = median(supervised);
  return (
    printBar(`${what}: weir run (${times} kills), median`, `${figure.toFixed(0)} ms`, `< ${most} ms`, figure < most) &&
    printBar(
      `${what}: weir run, never over 30 s`,
      `${(Math.max(...supervised) / 1000).toFixed(1)} s`,
      '< 30 s',
      Math.max(...supervised) < 30_000,
    )
  );
}

function* everyKey(groups: number): Generator<{readonly value: string; readonly partition: number}> {
  for (let key = 0; key < groups; key++) yield {value: `{"n":0,"k":${key},"us":${Math.round(monotonicMs() * 1000)}}`, partition: 0};
}

/** Whoever starts the next process does it the moment the last one is gone. */
async function startedDirectly(first: JobProcess, assignment: Parameters<typeof startJob>[0], watch: Watch, times: number) {
  const measured: {readonly runsMs: number; readonly outputMs: number}[] = [];
  let job = first;
  for (let time = 0; time < times; time++) {
    await wait(300 + Math.random() * 200);
    const fromMs = monotonicMs();
    job.signal('SIGKILL');
    await job.ended;
    job = startJob(assignment);
    await running(job);
    const runsMs = monotonicMs() - fromMs;
    // What has come until now was on its way when the last process died.
    await watch.seen();
    measured.push({runsMs, outputMs: (await nextOutput(watch)) - fromMs});
  }
  job.signal('SIGKILL');
  await job.ended;
  return measured;
}

/** A run of the command whose job is killed once: waits between restarts grow with each death, and are not what is measured. */
async function underSupervisor(name: string, sql: string, watch: Watch, times: number): Promise<readonly number[]> {
  const folder = join(jobsFolder, `run-${name}`);
  rmSync(folder, {recursive: true, force: true});
  mkdirSync(folder, {recursive: true});
  writeFileSync(join(folder, `${name}.sql`), sql);
  const flags = [
    '--exactly-once',
    '--batch',
    ',10ms',
    '--no-tui',
    '--quiet',
    '--state-dir',
    'state',
    '--socket',
    resolve(folder, 'weir.sock'),
  ];
  const measured: number[] = [];
  for (let time = 0; time < times; time++) {
    const command = spawn(node, [resolve('bin/weir.cjs'), 'run', `${name}.sql`, ...flags], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const ended = new Promise(done => command.once('close', done));
    await caughtUp(watch);
    await wait(1000 + Math.random() * 200);
    const [pid] = childrenOf(command.pid as number);
    if (pid === undefined || pid <= 1) throw new Error('weir run has no process of a job');
    const fromMs = monotonicMs();
    process.kill(pid, 'SIGKILL');
    for (const deadline = fromMs + limitMs; monotonicMs() < deadline; await wait(1)) {
      const next = childrenOf(command.pid as number)[0];
      if (next !== undefined && next !== pid) break;
    }
    // What has come until now was on its way when the process died.
    await watch.seen();
    measured.push((await nextOutput(watch)) - fromMs);
    command.kill('SIGTERM');
    await ended;
  }
  return measured;
}

/** Until what comes out was made a moment ago: all that lay in the topic before is in the state. */
async function caughtUp(watch: Watch): Promise<void> {
  await watch.seen();
  for (const deadline = monotonicMs() + limitMs; monotonicMs() < deadline;) {
    await wait(200);
    const {median: age} = await watch.seen();
    if (age !== null && age < freshMs) return;
  }
  throw new Error('the job does not catch up');
}

/** When the next committed output has come. */
async function nextOutput(watch: Watch): Promise<number> {
  for (const deadline = monotonicMs() + limitMs; monotonicMs() < deadline; await wait(2)) {
    const {count, firstMs} = await watch.seen();
    if (count > 0 && firstMs !== null) return firstMs;
  }
  throw new Error('no output comes any more');
}

function inMs(values: readonly number[]): string {
  return `${median(values).toFixed(0)} ms (${Math.min(...values).toFixed(0)}-${Math.max(...values).toFixed(0)})`;
}

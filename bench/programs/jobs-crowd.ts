import {spawn} from 'node:child_process';
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {createTopics, readAll} from '../../src/testing/kafka/admin.ts';
import {type Broker, startBroker} from '../../src/testing/kafka/broker.ts';
import {childrenOf, jobsFolder, residentBytesOf} from '../kafka/job.ts';
import {pacedSql} from '../kafka/queries.ts';
import {Pace} from '../kafka/traffic.ts';
import {node} from '../peers.ts';
import {printBar, printFigure, printLoad} from '../report.ts';
import type {Options} from '../settings.ts';

const crowd = 50;

/** Fifty jobs on one small machine: all of them start soon and stay healthy, and each gives every record once. */
export async function jobsCrowd(options: Options): Promise<boolean> {
  const broker = await startBroker({isMeasured: true});
  try {
    return await manyJobs(broker, options.isFull ? 60 : 10);
  } finally {
    await broker.stop();
  }
}

/** Fifty jobs of one file under one supervisor, all reading a topic with 1,000 records a second. */
async function manyJobs(broker: Broker, seconds: number): Promise<boolean> {
  const names = Array.from({length: crowd}, (_, index) => `crowd-${index}`);
  await createTopics(
    broker.bootstrap,
    ['crowd-in', ...names].map(name => ({name, partitions: 1})),
  );
  const folder = join(jobsFolder, 'crowd');
  rmSync(folder, {recursive: true, force: true});
  mkdirSync(folder, {recursive: true});
  const job = (name: string) =>
    `  ${name}:\n    sql: |\n${pacedSql('rows', {broker, from: 'crowd-in', to: name, start: 'earliest-offset'}).replaceAll(/^(?=.)/gm, '      ')}`;
  writeFileSync(join(folder, 'jobs.yaml'), `version: 1\nproject: bench-crowd\njobs:\n${names.map(job).join('')}`);
  const pace = new Pace({bootstrap: broker.bootstrap, topic: 'crowd-in', partitions: 1, perSecond: 1000, keys: 1000, lingerMs: 1});
  const startMs = performance.now();
  const flags = ['--exactly-once', '--batch', ',500ms', '--no-tui', '--state-dir', 'state', '--socket', resolve(folder, 'weir.sock')];
  const command = spawn(node, [resolve('bin/weir.cjs'), 'run', 'jobs.yaml', ...flags], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<number>(done => command.once('close', code => done(code ?? 1)));
  const isAlive = () => command.exitCode === null && command.signalCode === null;
  let jobs: readonly Status[] = [];
  const areRunning = () => jobs.length === crowd && jobs.every(({state}) => state === 'running');
  while (!areRunning() && isAlive() && performance.now() - startMs < 120_000) {
    await wait(200);
    jobs = await listed(folder);
  }
  const startedMs = performance.now() - startMs;
  await wait(seconds * 1000);
  jobs = await listed(folder);
  const pids = command.pid === undefined ? [] : childrenOf(command.pid);
  const bytes = pids.map(residentBytesOf);
  const ownBytes = residentBytesOf(command.pid ?? 0);
  const sent = await pace.stop();
  for (const deadline = performance.now() + 60_000; performance.now() < deadline && isAlive();) {
    if ((await listed(folder)).every(({rowsIn}) => rowsIn >= sent)) break;
    await wait(500);
  }
  command.kill('SIGTERM');
  const code = await ended;
  console.log(`\n${crowd} jobs at 1 K records/s each, one supervisor, exactly-once at 500 ms, ${seconds} s`);
  printLoad();
  const counts = await Promise.all(names.map(async name => (await readAll(broker.bootstrap, name)).length));
  const healthy = jobs.filter(({state, restarts}) => state === 'running' && restarts === 0).length;
  const sum = bytes.reduce((total, one) => total + one, 0);
  printFigure(
    'memory of all, resident; of a job; of the supervisor',
    `${megabytes(sum + ownBytes)}; ${megabytes(sum / crowd)}; ${megabytes(ownBytes)}`,
  );
  const isQuick = printBar('all of them run after', `${(startedMs / 1000).toFixed(1)} s`, '< 30 s', startedMs < 30_000);
  const isHealthy = printBar('healthy ones, never restarted', String(healthy), `${crowd}`, healthy === crowd && code === 0);
  const whole = counts.filter(count => count === sent).length;
  return printBar(`with every one of ${sent} records, once`, String(whole), `${crowd}`, whole === crowd) && isQuick && isHealthy;
}

interface Status {
  readonly job: string;
  readonly state: string;
  readonly rowsIn: number;
  readonly restarts: number;
}

async function listed(folder: string): Promise<readonly Status[]> {
  const child = spawn(node, [resolve('bin/weir.cjs'), 'ps', '-o', 'ndjson', '--socket', resolve(folder, 'weir.sock')], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  child.stdout.on('data', (piece: Buffer) => (text += piece.toString()));
  await new Promise(done => child.once('close', done));
  return text
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as Status);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

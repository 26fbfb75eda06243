import {type ChildProcess, spawn} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {createTopics} from '../kafka/admin.ts';
import type {Broker} from '../kafka/broker.ts';
import type {FaultProxy} from '../kafka/proxy.ts';
import type {Findings} from './check.ts';
import {watchTopic} from './commit-watch.ts';
import {shuffled} from './harms.ts';
import {fileBytes} from './log-files.ts';
import {Measures} from './measures.ts';
import {type Feed, judge, openFeed, outputFile, type Pair, pairName, type Place, sqlOf} from './pairs.ts';
import {mixed, Random, type Workload} from './workload.ts';

/** What is done to a run of the command. */
const harms = ['supervisor-kill', 'job-kill', 'interrupt'] as const;
type Harm = (typeof harms)[number];

export interface SupervisedOptions {
  readonly pair: Pair;
  readonly seed: number;
  /** Each harm comes about so often. */
  readonly times: number;
  readonly kafka: {readonly broker: Broker; readonly proxy: FaultProxy} | null;
}

export interface SupervisedResult {
  readonly pair: string;
  readonly findings: Findings;
  readonly harms: ReadonlyMap<string, number>;
  readonly fault: string | null;
}

const partitions = 2;
const rowsAtOnce = 20;
const patienceMs = 30_000;

/**
 * Torments a job as people run it: `weir run` with a job file. The command is killed, with its job left without a parent; the job is killed, and the command starts it
 * again; it is interrupted, and ends. At the end it runs until all is read.
 */
export async function tortureSupervised(options: SupervisedOptions): Promise<SupervisedResult> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-torture-'));
  const run = new SupervisedTorture(options, folder);
  try {
    return await run.whole();
  } finally {
    await run.end();
    rmSync(folder, {recursive: true, force: true});
  }
}

class SupervisedTorture {
  readonly #options: SupervisedOptions;
  readonly #folder: string;
  readonly #random: Random;
  readonly #harms = new Map<string, number>();
  readonly #measures = new Measures(() => null);
  #command: Command | null = null;
  #feed: Feed | null = null;
  #closeWatch: () => Promise<void> = async () => Promise.resolve();
  #fault: string | null = null;
  #isOver = false;

  constructor(options: SupervisedOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
    this.#random = new Random(options.seed);
  }

  async whole(): Promise<SupervisedResult> {
    const {pair, seed, kafka, times} = this.#options;
    const workload: Workload = {seed, partitions: pair.from === 'file' ? 1 : 3, keys: 20};
    const name = `s${mixed(seed ^ Date.now()).toString(36)}`;
    const place: Place = {
      folder: this.#folder,
      jobBootstrap: kafka?.proxy.bootstrap ?? '',
      bootstrap: kafka?.broker.bootstrap ?? '',
      input: `${name}-in`,
      output: `${name}-out`,
    };
    if (pair.to === 'kafka') await createTopics(place.bootstrap, [{name: place.output, partitions}]);
    this.#feed = await openFeed(pair, workload, place);
    await this.#watch(pair, place);
    writeFileSync(join(this.#folder, 'jobs.yaml'), jobFile(name, sqlOf(pair, place)));
    const feeding = this.#give(this.#feed);
    const deck = shuffled(Array.from({length: times}, () => harms).flat(), this.#random);
    for (const harm of deck) if (this.#fault === null) await this.#inflict(harm);
    this.#isOver = true;
    await feeding;
    await this.#finish();
    const findings = await judge(pair, workload, this.#feed.sent, place);
    return {pair: pairName(pair), findings, harms: this.#harms, fault: this.#fault};
  }

  async end(): Promise<void> {
    this.#isOver = true;
    this.#measures.end();
    if (this.#command !== null) await this.#command.kill();
    await this.#closeWatch();
    await this.#feed?.close();
  }

  async #watch(pair: Pair, place: Place): Promise<void> {
    const onCommit = () => this.#measures.committed();
    if (pair.to === 'kafka') {
      const watch = await watchTopic(place, partitions, onCommit);
      this.#closeWatch = () => watch.close();
      return;
    }
    let before = 0;
    const path = outputFile(pair, place) as string;
    const timer = setInterval(() => {
      const bytes = fileBytes(path);
      if (bytes > before) onCommit();
      before = bytes;
    }, 5);
    this.#closeWatch = async () => clearInterval(timer);
  }

  async #inflict(harm: Harm): Promise<void> {
    const command = await this.#atWork();
    if (command === null) return;
    const jobs = command.jobs();
    if (jobs.length !== 1) return this.#fail(`the command has ${jobs.length} jobs`);
    const [job] = jobs as [number];
    await wait(this.#random.between(0, 300));
    if (harm === 'job-kill') {
      endProcess(job);
      if (!(await until(() => command.jobs().some(pid => pid !== job), patienceMs)))
        return this.#fail('a job that died was not started again');
    } else if (harm === 'supervisor-kill') {
      await command.kill();
      if (!(await until(() => !isAlive(job), patienceMs))) return this.#fail('a job lives on without its parent');
    } else {
      const code = await command.interrupt();
      if (code !== 0) return this.#fail(`the command ended with ${code} when it was interrupted: ${command.said}`);
    }
    this.#harms.set(harm, (this.#harms.get(harm) ?? 0) + 1);
  }

  /** The command, once it has written something. */
  async #atWork(): Promise<Command | null> {
    if (this.#command?.isAlive !== true) this.#command = new Command(this.#folder, []);
    const command = this.#command;
    if (await Promise.race([this.#measures.nextCommit(patienceMs), command.ended.then(() => false)])) return command;
    this.#fail(`the command writes nothing${command.isAlive ? '' : ', and has ended'}: ${command.said}`);
    return null;
  }

  async #finish(): Promise<void> {
    if (this.#fault !== null) return;
    if (this.#command?.isAlive === true) await this.#command.kill();
    const command = new Command(this.#folder, ['--until-idle']);
    this.#command = command;
    const code = await Promise.race([command.ended, wait(2 * patienceMs, null, {ref: false})]);
    if (code !== 0) this.#fail(`until idle, the command ${code === null ? 'does not end' : `ends with ${code}`}: ${command.said}`);
  }

  #fail(fault: string): void {
    this.#fault ??= fault;
  }

  async #give(feed: Feed): Promise<void> {
    try {
      for (; !this.#isOver; await wait(20)) await feed.give(rowsAtOnce);
    } catch (error) {
      this.#fail(`the input cannot be given: ${String(error)}`);
    }
  }
}

/** `weir run` in the foreground. */
class Command {
  said = '';
  isAlive = true;
  /** The exit code; null: it was killed. */
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;

  constructor(folder: string, flags: readonly string[]) {
    const words = [
      'bin/weir.cjs',
      'run',
      join(folder, 'jobs.yaml'),
      '--state-dir',
      join(folder, 'state'),
      '--socket',
      join(folder, 'socket'),
    ];
    this.#child = spawn(process.execPath, [...words, '--no-tui', ...flags], {stdio: ['ignore', 'ignore', 'pipe']});
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.said = (this.said + text).slice(-2000);
    });
    this.ended = new Promise(resolve => {
      this.#child.on('exit', code => {
        this.isAlive = false;
        resolve(code);
      });
    });
  }

  /** Processes of its jobs. */
  jobs(): readonly number[] {
    try {
      const {pid = 0} = this.#child;
      return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
    } catch {
      return [];
    }
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  async interrupt(): Promise<number | null> {
    this.#child.kill('SIGINT');
    return Promise.race([this.ended, wait(patienceMs, null, {ref: false})]);
  }
}

function jobFile(name: string, sql: string): string {
  const lines = sql.split('\n').map(line => `      ${line}`);
  return `project: ${name}
jobs:
  tormented:
    guarantee: exactly-once
    batch: ",10ms"
    restart: {backoff: {initial: 50ms, max: 200ms}, most: 1000 per 10m}
    sql: |
${lines.join('\n')}
`;
}

function endProcess(pid: number): void {
  // Other numbers mean groups of processes, or all that there are.
  if (pid > 1) process.kill(pid, 'SIGKILL');
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function until(condition: () => boolean, mostMs: number): Promise<boolean> {
  for (const limitMs = performance.now() + mostMs; !condition(); await wait(5)) if (performance.now() > limitMs) return false;
  return true;
}

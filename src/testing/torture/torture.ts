import {mkdtempSync, readdirSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import type {CommitPoint} from '../../flow/delivery.ts';
import {prepare} from '../../job/prepare.ts';
import type {JobAssignment} from '../../job/protocol.ts';
import type {Broker} from '../kafka/broker.ts';
import {createTopics} from '../kafka/admin.ts';
import type {FaultProxy} from '../kafka/proxy.ts';
import type {Findings} from './check.ts';
import {JobProcess, type StartOptions} from './job-process.ts';
import {type Feed, judge, openFeed, type Pair, type Place, pairName, pointsOf, sqlOf} from './pairs.ts';
import {mixed, Random, type Workload} from './workload.ts';

export interface TortureOptions {
  readonly pair: Pair;
  readonly seed: number;
  /** For so long; then the job is left in peace until everything is through. */
  readonly forMs: number;
  /** The module of a job's process. */
  readonly module: string;
  /** A broker of this run alone, with a proxy before it; null where the pair needs none. */
  readonly kafka: {readonly broker: Broker; readonly proxy: FaultProxy} | null;
  /** Rows a second, of all partitions. */
  readonly rate: number;
  /** For jobs with a mistake put in. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What is done to a job; each name is counted apart. */
const harms = ['kill', 'point', 'zombie', 'freeze', 'stop', 'pause', 'full-disk'] as const;
const kafkaHarms = ['cut', 'delay', 'broker-freeze', 'broker-restart'] as const;
type Harm = (typeof harms)[number] | (typeof kafkaHarms)[number];

export interface TortureResult {
  readonly pair: string;
  readonly seed: number;
  readonly findings: Findings;
  readonly harms: Readonly<Partial<Record<Harm, number>>>;
  /** Crashes at each moment of a commit that came to pass there. */
  readonly points: Readonly<Partial<Record<CommitPoint, number>>>;
  readonly starts: number;
  /** Why the run proves nothing, or what went wrong beside the output; null: it is conclusive. */
  readonly fault: string | null;
}

/** Torments one job by a schedule drawn from the seed, then lets it finish and judges what came out. */
export async function torture(options: TortureOptions): Promise<TortureResult> {
  const run = new Torture(options);
  try {
    return await run.whole();
  } finally {
    run.remove();
  }
}

/** A job that does not do what it is asked for so long hangs. */
const patienceMs = 30_000;

class Torture {
  readonly #options: TortureOptions;
  readonly #random: Random;
  readonly #folder = mkdtempSync(join(tmpdir(), 'weir-torture-'));
  readonly #harms: Partial<Record<Harm, number>> = {};
  readonly #points: Partial<Record<CommitPoint, number>> = {};
  #starts = 0;
  #pointsTried = 0;
  #fault: string | null = null;
  #job: JobProcess | null = null;

  constructor(options: TortureOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
  }

  async whole(): Promise<TortureResult> {
    const {pair, seed, forMs, kafka} = this.#options;
    const workload: Workload = {seed, partitions: pair.from === 'file' ? 1 : 3, keys: 20};
    const name = `t${mixed(seed ^ Date.now()).toString(36)}`;
    const place: Place = {
      folder: this.#folder,
      jobBootstrap: kafka?.proxy.bootstrap ?? '',
      bootstrap: kafka?.broker.bootstrap ?? '',
      input: `${name}-in`,
      output: `${name}-out`,
    };
    if (pair.to === 'kafka') await createTopics(place.bootstrap, [{name: place.output, partitions: 2}]);
    const feed = await openFeed(pair, workload, place);
    const assignment = await this.#assignment(sqlOf(pair, place), name);
    const feeding = this.#feed(feed, forMs);
    const until = performance.now() + forMs;
    while (performance.now() < until && this.#fault === null) await this.#torment(assignment);
    kafka?.proxy.heal();
    await feeding;
    await this.#finish(assignment);
    const findings = await judge(pair, workload, feed.sent, place);
    await feed.close();
    return {
      pair: pairName(pair),
      seed,
      findings,
      harms: this.#harms,
      points: this.#points,
      starts: this.#starts,
      fault: this.#fault ?? this.#inconclusive(),
    };
  }

  remove(): void {
    this.#job?.signal('SIGKILL');
    rmSync(this.#folder, {recursive: true, force: true});
  }

  /** Starts the job, does something to it, and sees it end or go on. */
  async #torment(assignment: JobAssignment): Promise<void> {
    const harm = this.#random.pick(this.#choices());
    const points = pointsOf(this.#options.pair);
    const options: StartOptions =
      harm === 'point'
        ? {crashAt: {point: points[this.#pointsTried++ % points.length] as CommitPoint, count: this.#random.between(1, 6)}}
        : harm === 'full-disk'
          ? {mostFileBytes: this.#largestFile() + this.#random.between(1, 64) * 1024}
          : {};
    if (Object.keys(options).length > 0 && this.#job?.how === null) {
      this.#job.signal('SIGKILL');
      await this.#gone(this.#job);
      this.#harms.kill = (this.#harms.kill ?? 0) + 1;
    }
    const job = this.#job?.how === null ? this.#job : await this.#start(assignment, options);
    if (job === null) return;
    await Promise.race([wait(this.#random.between(20, 400)), job.ended]);
    if (job.how !== null && harm !== 'point' && harm !== 'full-disk') return this.#unexpectedEnd(job);
    await this.#harm(harm, job, assignment);
    this.#harms[harm] = (this.#harms[harm] ?? 0) + 1;
    if (options.crashAt === undefined) return;
    const {point} = options.crashAt;
    if (job.hasFired) this.#points[point] = (this.#points[point] ?? 0) + 1;
  }

  #choices(): readonly Harm[] {
    const often: readonly Harm[] = ['kill', 'kill', 'kill', 'point', 'point', 'point', 'point'];
    const {pair, kafka} = this.#options;
    const seldom: readonly Harm[] = pair.to === 'file' ? harms : harms.filter(harm => harm !== 'full-disk');
    // The network and the broker are slow to come back, so they are disturbed now and then.
    const network: readonly Harm[] = kafka === null || this.#starts % 5 !== 4 ? [] : kafkaHarms;
    return [...often, ...seldom, ...network];
  }

  async #harm(harm: Harm, job: JobProcess, assignment: JobAssignment): Promise<void> {
    switch (harm) {
      case 'kill':
        job.signal('SIGKILL');
        return this.#gone(job);
      case 'point':
      case 'full-disk':
        await Promise.race([job.ended, wait(3000)]);
        if (job.how === null) job.signal('SIGKILL');
        return this.#gone(job);
      case 'zombie': {
        job.signal('SIGSTOP');
        await this.#start(assignment, {});
        return this.#gone(job);
      }
      case 'freeze':
        job.signal('SIGSTOP');
        await wait(this.#random.between(100, 1500));
        job.signal('SIGCONT');
        return;
      case 'stop':
        job.tell({kind: 'stop'});
        return this.#gone(job);
      case 'pause':
        job.tell({kind: 'pause'});
        await this.#patient(job, job.answer('paused'), 'pause');
        job.tell({kind: 'resume'});
        return;
      default:
        return this.#disturb(harm);
    }
  }

  async #disturb(harm: (typeof kafkaHarms)[number]): Promise<void> {
    const {kafka} = this.#options;
    if (kafka === null) return;
    const {broker, proxy} = kafka;
    switch (harm) {
      case 'cut':
        proxy.cut();
        return;
      case 'delay':
        proxy.delayReplies(this.#random.between(5, 200));
        await wait(500);
        proxy.delayReplies(0);
        return;
      case 'broker-freeze':
        broker.freeze();
        await wait(this.#random.between(200, 2000));
        broker.thaw();
        return;
      case 'broker-restart':
        if (this.#random.below(2) === 0) await broker.kill();
        await broker.restart();
    }
  }

  /** Null: it could not start, which is told. */
  async #start(assignment: JobAssignment, options: StartOptions): Promise<JobProcess | null> {
    const {module, environment} = this.#options;
    this.#starts++;
    const job = new JobProcess(module, this.#folder, assignment, {...options, ...(environment === undefined ? {} : {environment})});
    this.#job = job;
    await this.#patient(job, job.answer('running'), 'start');
    const isHarmed = options.crashAt !== undefined || options.mostFileBytes !== undefined;
    if (job.how !== null && !isHarmed) this.#unexpectedEnd(job);
    return job.how === null || isHarmed ? job : null;
  }

  /** A process that ends by itself may do so for what was done to its broker; it is started again, as a supervisor would. A refusal is no crash. */
  #unexpectedEnd(job: JobProcess): void {
    const {problem} = job;
    if (problem !== null && (problem.kind === 'environment' || problem.kind === 'transient') && this.#options.kafka !== null) return;
    this.#fault ??= `the job ended by itself (${job.how}): ${problem === null ? 'it said nothing' : `${problem.code}: ${problem.message} ${problem.detail ?? ''}`}`;
  }

  async #gone(job: JobProcess): Promise<void> {
    await this.#patient(job, job.ended, 'end');
  }

  async #patient(job: JobProcess, what: Promise<unknown>, name: string): Promise<void> {
    const isOver = await Promise.race([what.then(() => true), wait(patienceMs, false, {ref: false})]);
    if (isOver) return;
    this.#fault ??= `the job did not ${name} within ${patienceMs / 1000} s`;
    job.signal('SIGCONT');
    job.signal('SIGKILL');
  }

  async #feed(feed: Feed, forMs: number): Promise<void> {
    const {rate} = this.#options;
    const everyMs = 20;
    const rows = Math.max(1, Math.round((rate * everyMs) / 1000 / feed.sent.length));
    for (const until = performance.now() + forMs; performance.now() < until;) {
      await feed.give(rows);
      await wait(everyMs);
    }
  }

  /** In peace: everything that was given goes through. */
  async #finish(assignment: JobAssignment): Promise<void> {
    for (let tries = 0; tries < 10 && this.#fault === null; tries++) {
      const job = this.#job?.how === null ? this.#job : await this.#start(assignment, {});
      if (job === null) continue;
      for (let round = 1, idle = 0; idle < 2 && job.how === null; round++) {
        job.tell({kind: 'ask-idle', round});
        const answer = await Promise.race([job.answer('idle'), wait(patienceMs, null, {ref: false})]);
        idle = answer?.isIdle === true ? idle + 1 : 0;
        if (answer === null && job.how === null) {
          this.#fault ??= 'the job does not say whether it is idle';
          job.signal('SIGKILL');
        }
        await wait(20);
      }
      if (job.how !== null) continue;
      job.tell({kind: 'stop'});
      await this.#gone(job);
      return;
    }
    this.#fault ??= 'the job does not come to its end, though nothing is done to it any more';
  }

  /** A moment that was never hit, or a harm that was never done, proves nothing. Short runs are allowed to miss some. */
  #inconclusive(): string | null {
    if (this.#options.forMs < 20_000) return null;
    const missed = pointsOf(this.#options.pair).filter(point => (this.#points[point] ?? 0) === 0);
    return missed.length === 0 ? null : `inconclusive: no crash at ${missed.join(', ')}`;
  }

  #largestFile(): number {
    const sizes = readdirSync(this.#folder, {recursive: true, encoding: 'utf8'}).map(name => {
      try {
        return statSync(join(this.#folder, name)).size;
      } catch {
        return 0;
      }
    });
    return Math.max(0, ...sizes);
  }

  async #assignment(sql: string, name: string): Promise<JobAssignment> {
    const prepared = await prepare({
      source: {name: 'torture.sql', text: sql},
      mode: 'script',
      initial: [],
      bindings: new Map(),
      parameters: new Map(),
      changelog: false,
      timeZone: 'UTC',
      inputFormat: null,
      directory: this.#folder,
      standardInput: {descriptor: 0, isTerminal: false, readAhead: null},
    });
    if (prepared.plan === null) throw new Error(prepared.problems.map(({message}) => message).join('\n'));
    return {
      plan: prepared.plan,
      directory: this.#folder,
      console: {format: 'ndjson', options: new Map()},
      onError: 'fail',
      maxErrors: null,
      limit: null,
      readAhead: null,
      identity: {project: 'torture', name, slot: {index: 0, count: 1}},
      commit: {
        guarantee: 'exactly-once',
        directory: join(this.#folder, 'state'),
        batchRecords: null,
        batchWaitMs: 10,
        fresh: false,
        keepEpochs: 1,
        endHolder: true,
      },
    };
  }
}

import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {prepare} from '../../job/prepare.ts';
import type {JobAssignment} from '../../job/protocol.ts';
import {createTopics} from '../kafka/admin.ts';
import type {Broker} from '../kafka/broker.ts';
import type {FaultProxy} from '../kafka/proxy.ts';
import type {Findings} from './check.ts';
import {type CommitWatch, watchLog, watchTopic} from './commit-watch.ts';
import {deckOf, type Guarantee, isOfBroker, nextDeck, shuffled, type Step, stepName} from './harms.ts';
import {inflict, type Ward} from './inflict.ts';
import {stateFolder} from './log-files.ts';
import {type Health, Measures} from './measures.ts';
import {type Feed, judge, openFeed, outputFile, type Pair, pairName, type Place, sqlOf} from './pairs.ts';
import {Patient} from './patient.ts';
import {mixed, Random, type Workload} from './workload.ts';

export interface TortureOptions {
  readonly pair: Pair;
  readonly seed: number;
  /** At least for so long, and until everything has come about once; then the job is left in peace until all is through. */
  readonly forMs: number;
  /** A broker of this run alone, with a proxy before it; null where the pair needs none. */
  readonly kafka: {readonly broker: Broker; readonly proxy: FaultProxy} | null;
  readonly guarantee?: Guarantee;
  /** Rows a second, of all partitions. */
  readonly rate?: number;
  /** Just this, in this order, instead of what is drawn. */
  readonly steps?: readonly Step[];
  /** Of what is drawn, what has one of these names. */
  readonly only?: readonly string[];
  /** For so long nothing is done between two steps. */
  readonly restMs?: number;
  /** It works for so long at the most before something is done to it. */
  readonly workMs?: number;
  /** Told of each thing that was done: whether it came about, and how long it took. */
  readonly onStep?: (name: string, cameAbout: boolean, tookMs: number) => void;
  /** The name of one that is put into the job (mistakes.ts). */
  readonly mistake?: string;
}

export interface TortureResult {
  readonly pair: string;
  readonly guarantee: Guarantee;
  readonly seed: number;
  readonly findings: Findings;
  /** How often each harm came about. */
  readonly harms: ReadonlyMap<string, number>;
  readonly starts: number;
  readonly health: Health;
  /** What went wrong beside the output. */
  readonly fault: string | null;
  /** What was to be done and never came about: then the run proves nothing. */
  readonly missed: readonly string[];
}

/** Torments one job by a schedule drawn from the seed, then lets it finish and judges what came out. */
export async function torture(options: TortureOptions): Promise<TortureResult> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-torture-'));
  const run = new Torture(options, folder);
  try {
    return await run.whole();
  } finally {
    await run.end();
    rmSync(folder, {recursive: true, force: true});
  }
}

export const outputPartitions = 2;
const inputPartitions = 3;
const keys = 20;
const usualRate = 3000;
const usualWorkMs = 300;
const feedMs = 20;
/** So often something is tried that does not come about. */
const mostTries = 4;

class Torture {
  readonly #options: TortureOptions;
  readonly #guarantee: Guarantee;
  readonly #folder: string;
  readonly #random: Random;
  readonly #harms = new Map<string, number>();
  readonly #missed: string[] = [];
  #patient: Patient | null = null;
  #watch: CommitWatch | null = null;
  #feed: Feed | null = null;
  #isOver = false;

  constructor(options: TortureOptions, folder: string) {
    this.#options = options;
    this.#guarantee = options.guarantee ?? 'exactly-once';
    this.#folder = folder;
    this.#random = new Random(options.seed);
  }

  async whole(): Promise<TortureResult> {
    const {pair, seed, kafka} = this.#options;
    const workload: Workload = {seed, partitions: pair.from === 'file' ? 1 : inputPartitions, keys};
    const name = `t${mixed(seed ^ Date.now()).toString(36)}`;
    const place: Place = {
      folder: this.#folder,
      jobBootstrap: kafka?.proxy.bootstrap ?? '',
      bootstrap: kafka?.broker.bootstrap ?? '',
      input: `${name}-in`,
      output: `${name}-out`,
    };
    if (pair.to === 'kafka') await createTopics(place.bootstrap, [{name: place.output, partitions: outputPartitions}]);
    const feed = await openFeed(pair, workload, place);
    this.#feed = feed;
    const patient = await this.#admit(place, name);
    const measures = new Measures(() => patient.job);
    patient.measures = measures;
    const onCommit = () => measures.committed();
    this.#watch = pair.to === 'file' ? watchLog(() => patient.directory, onCommit) : await watchTopic(place, outputPartitions, onCommit);
    const feeding = this.#give(feed, patient);
    const {workMs = usualWorkMs} = this.#options;
    const ward = {patient, random: this.#random, folder: this.#folder, kafka, output: outputFile(pair, place), workMs};
    await this.#torment(ward, measures);
    this.#isOver = true;
    kafka?.proxy.heal();
    measures.end();
    await feeding;
    await patient.finish();
    const findings = await judge(pair, workload, feed.sent, place);
    return {
      pair: pairName(pair),
      guarantee: this.#guarantee,
      seed,
      findings,
      harms: this.#harms,
      starts: patient.starts,
      health: measures.health(),
      fault: patient.fault,
      missed: this.#missed,
    };
  }

  async #admit(place: Place, name: string): Promise<Patient> {
    const {pair, kafka, mistake} = this.#options;
    const patient = new Patient({
      module: 'dist/job.js',
      worseModule: 'dist/torture-job.js',
      folder: this.#folder,
      assignment: await assignmentOf(sqlOf(pair, place), name, this.#folder, this.#guarantee),
      environment: mistake === undefined ? {} : {WEIR_MISTAKE: mistake},
      mayEnd: kafka !== null,
    });
    this.#patient = patient;
    return patient;
  }

  async end(): Promise<void> {
    this.#isOver = true;
    this.#patient?.measures?.end();
    const job = this.#patient?.job;
    if (job?.isAlive === true) await this.#patient?.kill(job);
    await this.#watch?.close();
    await this.#feed?.close();
  }

  async #torment(ward: Ward, measures: Measures): Promise<void> {
    const {pair, forMs, steps, restMs = 0} = this.#options;
    const untilMs = performance.now() + forMs;
    let deck = [...(steps ?? this.#drawn(shuffled(deckOf(pair, this.#guarantee), this.#random)))];
    const tries = new Map<string, number>();
    for (let isFirst = true; ward.patient.fault === null;) {
      const step = deck.shift();
      if (step === undefined) {
        if (steps !== undefined || performance.now() >= untilMs) return;
        deck = this.#drawn(nextDeck(pair, this.#guarantee, this.#random));
        isFirst = false;
        continue;
      }
      if (!isFirst && performance.now() >= untilMs) return;
      if (restMs > 0) await this.#rest(ward, Math.min(restMs, untilMs - performance.now()));
      const fromMs = performance.now();
      const name = stepName(step);
      const cameAbout = await inflict(ward, step);
      this.#options.onStep?.(name, cameAbout, performance.now() - fromMs);
      if (cameAbout) this.#harms.set(name, (this.#harms.get(name) ?? 0) + 1);
      else {
        tries.set(name, (tries.get(name) ?? 0) + 1);
        // It is tried again later, when the job stands elsewhere.
        if ((tries.get(name) as number) < mostTries) deck.push(step);
        else if (isFirst) this.#missed.push(name);
      }
      measures.troubled(fromMs, isOfBroker(step));
    }
  }

  #drawn(deck: readonly Step[]): Step[] {
    const {only} = this.#options;
    const drawn = deck.filter(step => only === undefined || only.includes(stepName(step)));
    if (drawn.length === 0) throw new Error(`what can be done is ${[...new Set(deck.map(stepName))].join(', ')}`);
    return drawn;
  }

  /** The job runs, and nothing is done to it. */
  async #rest({patient}: Ward, forMs: number): Promise<void> {
    for (const untilMs = performance.now() + forMs; performance.now() < untilMs && patient.fault === null;) {
      const job = await patient.living();
      if (job === null) continue;
      await Promise.race([job.ended, wait(Math.max(0, untilMs - performance.now()))]);
      if (!job.isAlive) patient.explainEnd(job);
    }
  }

  async #give(feed: Feed, patient: Patient): Promise<void> {
    const rows = Math.max(1, Math.round(((this.#options.rate ?? usualRate) * feedMs) / 1000 / feed.sent.length));
    try {
      while (!this.#isOver) {
        await feed.give(rows);
        await wait(feedMs);
      }
    } catch (error) {
      patient.fail(`the input cannot be given: ${String(error)}`);
    }
  }
}

/** What a process of the job is told. */
async function assignmentOf(sql: string, name: string, folder: string, guarantee: Guarantee): Promise<JobAssignment> {
  const prepared = await prepare({
    source: {name: 'torture.sql', text: sql},
    mode: 'script',
    initial: [],
    bindings: new Map(),
    parameters: new Map(),
    changelog: false,
    timeZone: 'UTC',
    inputFormat: null,
    directory: folder,
    standardInput: {descriptor: 0, isTerminal: false, readAhead: null},
  });
  if (prepared.plan === null) throw new Error(prepared.problems.map(({message}) => message).join('\n'));
  return {
    plan: prepared.plan,
    directory: folder,
    console: {format: 'ndjson', options: new Map()},
    onError: 'fail',
    maxErrors: null,
    limit: null,
    readAhead: null,
    identity: {project: 'torture', name, slot: {index: 0, count: 1}},
    commit: {
      guarantee,
      directory: stateFolder(folder, 0),
      batchRecords: null,
      batchWaitMs: 10,
      fresh: false,
      keepEpochs: 1,
      endHolder: true,
    },
  };
}

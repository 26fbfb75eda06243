import {setTimeout as wait} from 'node:timers/promises';
import type {JobAssignment} from '../../job/protocol.ts';
import {JobProcess, type StartOptions} from './job-process.ts';
import type {Measures} from './measures.ts';

/** A job that does not do what it is asked for so long hangs. */
export const patienceMs = 30_000;

export interface PatientOptions {
  /** What its processes run: the product's own module, and the one for worse surroundings. */
  readonly module: string;
  readonly worseModule: string;
  /** For notes about its processes. */
  readonly folder: string;
  readonly assignment: JobAssignment;
  readonly environment: Readonly<Record<string, string>>;
  /** Things are done to its broker: then it may end by itself, and is started again as a supervisor would. */
  readonly mayEnd: boolean;
}

/** A job that is tormented: one process after another. */
export class Patient {
  job: JobProcess | null = null;
  assignment: JobAssignment;
  starts = 0;
  /** The first thing that went wrong. */
  fault: string | null = null;
  measures: Measures | null = null;
  readonly #options: PatientOptions;

  constructor(options: PatientOptions) {
    this.#options = options;
    this.assignment = options.assignment;
  }

  /** Of its log. */
  get directory(): string {
    return this.assignment.commit?.directory ?? '';
  }

  fail(fault: string): void {
    this.fault ??= fault;
  }

  /** The process that runs, or a new one. Null: it could not start for what was done to its broker, or there is a fault. */
  async living(): Promise<JobProcess | null> {
    return this.job?.isAlive === true ? this.job : this.start();
  }

  /** A new process; one that runs is ended first unless `overtakes`. Null as in `living`. */
  async start(
    options: StartOptions & {readonly isWorse?: boolean; readonly overtakes?: boolean; readonly mayDie?: boolean} = {},
  ): Promise<JobProcess | null> {
    const before = this.job;
    if (before?.isAlive === true && options.overtakes !== true) await this.kill(before);
    this.starts++;
    const {module, worseModule, folder, environment} = this.#options;
    const isWorse = options.isWorse === true || Object.keys(environment).length > 0;
    const job = new JobProcess(isWorse ? worseModule : module, folder, this.assignment, {
      ...options,
      environment: {...environment, ...options.environment},
    });
    this.job = job;
    await this.#patiently(job, job.answer('running'), 'start');
    if (before !== null && job.isAlive) this.measures?.succeeded(Math.min(before.endedMs, job.startedMs), performance.now());
    if (job.isAlive || options.mayDie === true) return job;
    this.explainEnd(job);
    return null;
  }

  /** At once. */
  async kill(job: JobProcess): Promise<void> {
    job.signal('SIGKILL');
    await this.gone(job);
  }

  async gone(job: JobProcess, mostMs = patienceMs): Promise<void> {
    await this.#patiently(job, job.ended, 'end', mostMs);
  }

  /** What it answers to what it is told; null when it ends instead. */
  async ask(job: JobProcess, kind: 'pause' | 'resume' | 'checkpoint'): Promise<{readonly epoch: number} | null> {
    job.tell({kind});
    const answers = {pause: 'paused', resume: 'resumed', checkpoint: 'committed'} as const;
    const answer = await this.#patiently(job, job.answer(answers[kind]), kind);
    return answer === null ? null : {epoch: 'epoch' in answer ? answer.epoch : 0};
  }

  /** A process that ends by itself may do so only for what was done to its broker. A refusal is no crash. */
  explainEnd(job: JobProcess): void {
    const {problem} = job;
    const isPassing = problem !== null && (problem.kind === 'transient' || passingCodes.has(problem.code));
    if (this.#options.mayEnd && isPassing) return;
    const said = problem === null ? 'it said nothing' : `${problem.code}: ${problem.message} ${problem.detail ?? ''}`;
    this.fail(`the job ended by itself (${job.how}): ${said}`);
  }

  /** In peace: everything that was given goes through. */
  async finish(): Promise<void> {
    for (let tries = 0; tries < 10 && this.fault === null; tries++) {
      const job = await this.living();
      if (job === null || !(await this.#untilIdle(job))) continue;
      job.tell({kind: 'stop'});
      await this.gone(job);
      if (job.result !== null && job.result.status === 'stopped') return;
      this.explainEnd(job);
    }
    this.fail('the job does not come to its end, though nothing is done to it any more');
  }

  async #untilIdle(job: JobProcess): Promise<boolean> {
    for (let round = 1, idle = 0; idle < 2; round++) {
      job.tell({kind: 'ask-idle', round});
      const answer = await this.#patiently(job, job.answer('idle'), 'say whether it is idle');
      if (answer === null) return false;
      idle = answer.isIdle ? idle + 1 : 0;
      await wait(20);
    }
    return true;
  }

  async #patiently<Answer>(job: JobProcess, what: Promise<Answer>, name: string, mostMs = patienceMs): Promise<Answer | null> {
    const limit = new AbortController();
    const late = Symbol('late');
    const answer = await Promise.race([what, wait(mostMs, late, {signal: limit.signal}).catch(() => late)]);
    limit.abort();
    if (answer !== late) return answer as Answer;
    this.fail(`the job did not ${name} within ${mostMs / 1000} s`);
    job.signal('SIGCONT');
    job.signal('SIGKILL');
    return null;
  }
}

/** Of problems that a cluster makes which is tormented itself. */
const passingCodes: ReadonlySet<string> = new Set(['kafka-unreachable', 'kafka-failed', 'fenced']);

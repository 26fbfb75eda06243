import {randomInt} from 'node:crypto';
import type {Clock} from '../base/clock.ts';
import type {Problem} from '../base/problem.ts';
import type {Sink} from '../flow/sink.ts';
import type {JobAssignment} from '../job/protocol.ts';
import {decide, type JobCommand, type SupervisorAction, type SupervisorEvent, wakesAtMs} from './decide.ts';
import {residentBytes} from './memory.ts';
import type {SupervisionSpec} from './policy.ts';
import {JobProcess} from './processes.ts';
import {initialState, type SupervisorPolicy, type SupervisorState} from './state.ts';

export interface SupervisedJob {
  readonly name: string;
  /** What each of its processes is told: the same plan for all, and for every restart. */
  readonly assignments: readonly [JobAssignment, ...JobAssignment[]];
  readonly supervision: SupervisionSpec;
  /** At most one job of a run may say true, and has one process. */
  readonly readsStandardInput: boolean;
  /** It also writes to something that is not the command's standard output, and goes on when nobody reads that any more. */
  readonly writesElsewhere: boolean;
}

export interface SuperviseOptions extends SupervisorPolicy {
  readonly jobs: readonly SupervisedJob[];
  /** The module that a job's process runs. */
  readonly module: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Processes are looked at so often; absent: once a second. */
  readonly tickMs?: number;
  readonly standardOutput: Sink;
  readonly standardError: Sink;
  /** Takes the lines that processes of a job write to standard error; absent or null: those of several processes go to `standardError`, and one alone writes there itself. */
  readonly errorsOf?: (job: string) => Sink | null;
  /** `isSaid`: the job says so of a record; else it is about the job itself. */
  readonly onReport: (job: string, problem: Problem, isSaid: boolean) => void;
  readonly onProgress: (state: SupervisorState) => void;
}

export interface Supervision {
  /** Starts all jobs, in their order. */
  begin(): void;
  /** What is known now. */
  readonly state: SupervisorState;
  /** Told after every change; the function given back ends that. */
  onChange(listener: (state: SupervisorState) => void): () => void;
  /** Jobs by their full names; those that are not there, or where it changes nothing, are left as they are. */
  command(command: JobCommand, jobs: readonly string[]): void;
  /** Asks jobs whether they have read everything. Gives the number of the round: answers that bear it show in the state. Not for a run until idle, which asks by itself. */
  askIdle(jobs: readonly string[]): number;
  /** Asks every job for a clean end. */
  stop(): void;
  /** Ends every process at once, whatever it does; for when this one is about to end and cannot wait. */
  kill(): void;
  /** When every process is gone and none will be started. Rejects when standard output cannot be written, after that. */
  readonly ended: Promise<SupervisorState>;
}

const usualTickMs = 1000;
const mostRandom = 2 ** 32;

/** Starts the processes of jobs, once told to, and watches them to their end. One process alone writes to standard output itself; the lines of several pass through here. */
export function supervise(options: SuperviseOptions): Supervision {
  return new Supervisor(options);
}

class Supervisor implements Supervision {
  readonly #options: SuperviseOptions;
  readonly #jobs: ReadonlyMap<string, SupervisedJob>;
  readonly #processes = new Map<string, JobProcess>();
  readonly #isShared: boolean;
  readonly #listeners = new Set<(state: SupervisorState) => void>();
  readonly #events: SupervisorEvent[] = [];
  #isBusy = false;
  #outputError: unknown = null;
  #ticks: NodeJS.Timeout | undefined;
  #wake: NodeJS.Timeout | undefined;
  #resolve: (state: SupervisorState) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  state: SupervisorState;
  readonly ended: Promise<SupervisorState>;

  constructor(options: SuperviseOptions) {
    this.#options = options;
    this.#jobs = new Map(options.jobs.map(job => [job.name, job]));
    this.#isShared = options.jobs.reduce((sum, {assignments}) => sum + assignments.length, 0) > 1;
    const settings = options.jobs.map(({name, assignments, supervision}) => ({
      name,
      processes: assignments.length,
      supervision,
      hasLog: assignments[0].commit !== null,
      isFresh: assignments[0].commit?.fresh ?? false,
    }));
    this.state = initialState(settings, options);
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  begin(): void {
    this.#happen({kind: 'started', atMs: this.#now()});
    if (!this.state.isFinished) this.#ticks = setInterval(() => this.#tick(), this.#options.tickMs ?? usualTickMs);
  }

  onChange(listener: (state: SupervisorState) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  command(command: JobCommand, jobs: readonly string[]): void {
    this.#happen({kind: 'command', command, jobs, atMs: this.#now()});
  }

  askIdle(jobs: readonly string[]): number {
    this.#happen({kind: 'ask-idle', jobs, atMs: this.#now()});
    return this.state.round.number;
  }

  stop(): void {
    this.#happen({kind: 'stop', atMs: this.#now()});
  }

  kill(): void {
    for (const child of this.#processes.values()) child.kill();
  }

  /** One event after the other: what an action causes at once comes when all actions before it are done. */
  #happen(event: SupervisorEvent): void {
    this.#events.push(event);
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
      const decision = decide(this.state, next);
      this.state = decision.state;
      if (next.kind === 'message' && next.message.kind === 'progress') this.#options.onProgress(this.state);
      for (const action of decision.actions) this.#act(action);
      for (const listener of this.#listeners) listener(this.state);
    }
    this.#isBusy = false;
    this.#setWake();
  }

  #setWake(): void {
    clearTimeout(this.#wake);
    const now = this.#now();
    const atMs = this.state.isFinished ? null : wakesAtMs(this.state, now);
    if (atMs !== null) this.#wake = setTimeout(() => this.#happen({kind: 'wake', atMs: this.#now()}), atMs - now);
  }

  #tick(): void {
    for (const [name, {processes}] of this.state.jobs) {
      processes.forEach(({pid}, slot) => {
        const memoryBytes = pid === null ? null : residentBytes(pid);
        if (memoryBytes !== null) this.#happen({kind: 'sampled', job: name, slot, memoryBytes, atMs: this.#now()});
      });
    }
    this.#happen({kind: 'tick', atMs: this.#now()});
  }

  #act(action: SupervisorAction): void {
    switch (action.kind) {
      case 'start':
        this.#startProcess(action.job, action.slot, action.isFresh);
        return;
      case 'send':
        this.#processes.get(keyOf(action))?.send(action.message);
        return;
      case 'kill':
        this.#processes.get(keyOf(action))?.kill();
        return;
      case 'report':
        this.#options.onReport(action.job, action.problem, action.isSaid);
        return;
      case 'finish':
        clearInterval(this.#ticks);
        this.#finish().then(() => this.#resolve(this.state), this.#reject);
    }
  }

  async #finish(): Promise<void> {
    if (this.#outputError !== null) throw this.#outputError;
    if (this.#isShared) await this.#options.standardOutput.flush();
  }

  #startProcess(name: string, slot: number, isFresh: boolean): void {
    const options = this.#options;
    const job = this.#jobs.get(name) as SupervisedJob;
    const assignment = job.assignments[slot] as JobAssignment;
    const child = new JobProcess({
      module: options.module,
      environment: options.environment,
      // What the first process has begun anew, the next one goes on with.
      assignment: assignment.commit === null ? assignment : {...assignment, commit: {...assignment.commit, fresh: isFresh}},
      readsStandardInput: job.readsStandardInput,
      output: this.#isShared ? options.standardOutput : null,
      errors: options.errorsOf?.(name) ?? (this.#isShared ? options.standardError : null),
      onOutputLost: error => this.#loseOutput(error),
      onMessage: message => this.#happen({kind: 'message', job: name, slot, message, atMs: this.#now()}),
      onExit: how => this.#happen({kind: 'exited', job: name, slot, how, atMs: this.#now(), random: randomInt(mostRandom) / mostRandom}),
    });
    this.#processes.set(keyOf({job: name, slot}), child);
    if (child.pid !== undefined) this.#happen({kind: 'spawned', job: name, slot, pid: child.pid, atMs: this.#now()});
  }

  #loseOutput(error: unknown): void {
    this.#outputError ??= error;
    if (error !== null) this.stop();
    else {
      const jobs = this.#options.jobs.filter(({writesElsewhere}) => !writesElsewhere).map(({name}) => name);
      this.#happen({kind: 'stop', jobs, atMs: this.#now()});
    }
  }

  #now(): number {
    return this.#options.clock.now();
  }
}

function keyOf({job, slot}: {readonly job: string; readonly slot: number}): string {
  return `${job}/${slot}`;
}

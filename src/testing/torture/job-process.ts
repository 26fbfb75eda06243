import {type ChildProcess, execFileSync, fork} from 'node:child_process';
import {existsSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import type {Problem} from '../../base/problem.ts';
import type {CommitPoint} from '../../flow/delivery.ts';
import type {RunResult, RunStatus} from '../../job/contract.ts';
import type {FromJob, JobAssignment, ToJob} from '../../job/protocol.ts';

export interface StartOptions {
  /** The process ends itself at the n-th time that this moment comes. */
  readonly crashAt?: {readonly point: CommitPoint; readonly count: number};
  readonly environment?: Readonly<Record<string, string>>;
}

/** A job's real process, as the supervisor starts it, in the hands of somebody who means it harm. */
export class JobProcess {
  /** Why it ended, once it has: `exit code 1`, `signal SIGKILL`. */
  how: string | null = null;
  /** What it said at its end; null for one that died. */
  result: RunResult | null = null;
  /** What it said of itself last. */
  status: RunStatus | null = null;
  readonly ended: Promise<void>;
  readonly startedMs = performance.now();
  /** When its end was noticed. */
  endedMs = Infinity;
  readonly #child: ChildProcess;
  readonly #fired: string;
  readonly #heard: FromJob[] = [];
  readonly #listeners = new Set<() => void>();

  /** `module`: dist/job.js, or another one that does as it does. `folder`: a place for notes about the process. */
  constructor(module: string, folder: string, assignment: JobAssignment, {crashAt, environment}: StartOptions = {}) {
    this.#fired = join(folder, 'fired');
    rmSync(this.#fired, {force: true});
    const crash = crashAt === undefined ? {} : {WEIR_CRASH_AT: `${crashAt.point}:${crashAt.count}:${this.#fired}`};
    this.#child = fork(module, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
      env: {...process.env, UV_THREADPOOL_SIZE: '8', ...environment, ...crash},
    });
    this.#child.on('message', message => this.#hear(message as FromJob));
    this.ended = new Promise(resolve => {
      this.#child.on('close', (code, signal) => {
        this.how = signal === null ? `exit code ${code ?? 0}` : `signal ${signal}`;
        this.endedMs = performance.now();
        this.#tellListeners();
        resolve();
      });
    });
    this.tell({kind: 'start', assignment});
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isAlive(): boolean {
    return this.how === null;
  }

  /** What it said when it could not go on. */
  get problem(): Problem | null {
    return this.result?.problem ?? null;
  }

  /** It was at the moment at which it was to end itself. */
  get hasFired(): boolean {
    return existsSync(this.#fired) && readFileSync(this.#fired).length > 0;
  }

  tell(message: ToJob): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  /** No file of it may become larger from now on: what a full disk does to it. */
  limitFiles(mostBytes: number): void {
    if (this.pid > 1 && this.isAlive) execFileSync('prlimit', ['--pid', String(this.pid), `--fsize=${mostBytes}:`]);
  }

  /** Its state and memory as the system sees them; null when it is gone. */
  look(): {readonly state: string; readonly residentBytes: number; readonly peakBytes: number} | null {
    try {
      const text = readFileSync(`/proc/${this.pid}/status`, 'utf8');
      const numberOf = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) * 1024;
      return {state: /^State:\s+(\S)/m.exec(text)?.[1] ?? '', residentBytes: numberOf('VmRSS'), peakBytes: numberOf('VmHWM')};
    } catch {
      return null;
    }
  }

  /** The next answer of this kind; null when the process ends before it comes. */
  async answer<Kind extends FromJob['kind']>(kind: Kind): Promise<(FromJob & {readonly kind: Kind}) | null> {
    for (;;) {
      const index = this.#heard.findIndex(message => message.kind === kind);
      if (index >= 0) return this.#heard.splice(index, 1)[0] as FromJob & {readonly kind: Kind};
      if (!this.isAlive) return null;
      await new Promise<void>(resolve => {
        this.#listeners.add(resolve);
      });
    }
  }

  #hear(message: FromJob): void {
    if (message.kind === 'ended') this.result = message.result;
    if (message.kind === 'progress') this.status = message.progress;
    else this.#heard.push(message);
    this.#tellListeners();
  }

  #tellListeners(): void {
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const tell of listeners) tell();
  }
}

import {type ChildProcess, fork} from 'node:child_process';
import {existsSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import type {Problem} from '../../base/problem.ts';
import type {CommitPoint} from '../../flow/delivery.ts';
import type {FromJob, JobAssignment, ToJob} from '../../job/protocol.ts';

export interface StartOptions {
  /** The process ends itself at the n-th time that this moment comes. */
  readonly crashAt?: {readonly point: CommitPoint; readonly count: number};
  /** No file may become larger: what a full disk does to a job. */
  readonly mostFileBytes?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A job's real process, as the supervisor starts it, in the hands of somebody who means it harm. */
export class JobProcess {
  /** Why it ended, once it has: `exit code 1`, `signal SIGKILL`. */
  how: string | null = null;
  /** What it said when it could not go on. */
  problem: Problem | null = null;
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #fired: string;
  readonly #heard: FromJob[] = [];
  #onMessage: () => void = () => undefined;

  constructor(module: string, folder: string, assignment: JobAssignment, {crashAt, mostFileBytes, environment}: StartOptions = {}) {
    this.#fired = join(folder, 'fired');
    rmSync(this.#fired, {force: true});
    const crash = crashAt === undefined ? {} : {WEIR_CRASH_AT: `${crashAt.point}:${crashAt.count}:${this.#fired}`};
    // The shell sets the limit and becomes the process, which keeps the channel to its parent.
    const limit =
      mostFileBytes === undefined
        ? {}
        : {execPath: 'bash', execArgv: ['-c', `ulimit -f ${Math.ceil(mostFileBytes / 1024)}; exec "$0" "$@"`, process.execPath]};
    this.#child = fork(module, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
      ...limit,
      env: {...process.env, UV_THREADPOOL_SIZE: '8', ...environment, ...crash},
    });
    this.#child.on('message', message => this.#hear(message as FromJob));
    this.ended = new Promise(resolve => {
      this.#child.on('close', (code, signal) => {
        this.how = signal === null ? `exit code ${code ?? 0}` : `signal ${signal}`;
        this.#onMessage();
        resolve();
      });
    });
    this.tell({kind: 'start', assignment});
  }

  get pid(): number {
    return this.#child.pid ?? 0;
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

  /** The next answer of this kind; null when the process ends before it comes. */
  async answer<Kind extends FromJob['kind']>(kind: Kind): Promise<(FromJob & {readonly kind: Kind}) | null> {
    for (;;) {
      const index = this.#heard.findIndex(message => message.kind === kind);
      if (index >= 0) return this.#heard.splice(index, 1)[0] as FromJob & {readonly kind: Kind};
      if (this.how !== null) return null;
      await new Promise<void>(resolve => {
        this.#onMessage = resolve;
      });
    }
  }

  #hear(message: FromJob): void {
    if (message.kind === 'ended') this.problem = message.result.problem;
    if (message.kind !== 'progress') this.#heard.push(message);
    this.#onMessage();
  }
}

import type {Server, Socket} from 'node:net';
import {type Problem, ProblemError} from '../../base/problem.ts';
import {matchesName} from '../name-pattern.ts';
import type {Journal} from '../journal.ts';
import {redactReport, reportJobs, wordOf} from '../report.ts';
import type {JobState, SupervisorState} from '../state.ts';
import type {Supervision} from '../supervise.ts';
import {commandProgress, type Mark, markOf, type Progress, waitProgress} from './goals.ts';
import {IdleWatch} from './idle-watch.ts';
import {LineReader} from './lines.ts';
import {type ControlAnswer, type ControlRequest, parseRequest} from './messages.ts';
import {listen} from './socket.ts';

export interface ServeOptions {
  readonly path: string;
  readonly project: string;
  /** Of the supervisor. */
  readonly pid: number;
  readonly supervision: Supervision;
  /** Takes secrets of a job out of a text that is about it. */
  readonly redact: (job: string, text: string) => string;
  /** What happened to jobs; absent: nobody keeps it. */
  readonly journal?: Journal;
  /** What does not change of a job, without its secrets; absent: nobody knows. */
  readonly describe?: (job: string) => Promise<JobTexts>;
}

/** Texts about a job; null: there is none. */
export interface JobTexts {
  readonly plan: string | null;
  readonly config: string | null;
}

export interface ControlServer {
  /** Lets the last answers go out, and takes the socket away. */
  close(): Promise<void>;
}

/** Whoever has connected has so long to say what it wants: connections are few. */
const requestWithinMs = 10_000;
/** So long a peer may take to read its last answers once everything has ended. */
const lastAnswersMs = 500;

/** A piece of a text: each character of it can take six bytes of a line. */
const pieceLength = 8192;

/** Opens the socket over which commands ask and tell. Throws as `listen` does. */
export async function serveControl(options: ServeOptions): Promise<ControlServer> {
  const conversations = new Set<Conversation>();
  const server = await listen(options.path, socket => {
    const conversation = new Conversation(socket, options);
    conversations.add(conversation);
    socket.on('close', () => {
      conversation.leave();
      conversations.delete(conversation);
    });
  });
  return {close: () => closeAll(server, conversations)};
}

async function closeAll(server: Server, conversations: ReadonlySet<Conversation>): Promise<void> {
  const closed = new Promise<void>(resolve => {
    server.close(() => resolve());
  });
  for (const conversation of conversations) conversation.end();
  const timer = setTimeout(() => conversations.forEach(conversation => conversation.cut()), lastAnswersMs);
  await closed;
  clearTimeout(timer);
}

/** One request and its answers. */
class Conversation {
  readonly #socket: Socket;
  readonly #options: ServeOptions;
  readonly #reader: LineReader;
  #unwatch: (() => void) | null = null;

  constructor(socket: Socket, options: ServeOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#reader = new LineReader(
      line => this.#take(line),
      () => this.#refuse({kind: 'usage', severity: 'error', code: 'bad-request', message: 'the request is too long'}),
    );
    socket.setTimeout(requestWithinMs, () => socket.destroy());
    socket.on('data', bytes => this.#reader.add(bytes));
    socket.on('error', () => socket.destroy()); // A peer that went away: its `close` comes next.
  }

  /** The peer is gone, or needs no more: what it asked for goes on without it. */
  leave(): void {
    this.#unwatch?.();
    this.#unwatch = null;
  }

  end(): void {
    this.leave();
    if (this.#socket.writable) this.#say({kind: 'end'});
    this.#socket.destroySoon();
  }

  cut(): void {
    this.#socket.destroy();
  }

  #take(line: string): void {
    this.#reader.end(); // One request a connection.
    this.#socket.setTimeout(0);
    try {
      this.#answer(parseRequest(line));
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      error.problems.forEach(problem => this.#refuse(problem));
    }
  }

  #answer(request: ControlRequest): void {
    const {supervision, project, pid} = this.#options;
    this.#say({kind: 'project', project, pid});
    if (request.command === 'status') {
      for (const report of reportJobs(supervision.state)) {
        this.#say({kind: 'status', status: redactReport(report, this.#options.redact)});
      }
      this.end();
      return;
    }
    if (request.command === 'describe' || request.command === 'journal') {
      if (!supervision.state.jobs.has(request.job)) this.#refuseName([request.job]);
      else if (request.command === 'describe') void this.#describe(request.job);
      else this.#tellJournal(request.job, request.after);
      return;
    }
    const names = this.#namesOf(request.jobs);
    if (names === null) return;
    const {state} = supervision;
    const before = new Map(names.map(name => [name, jobOf(state, name)]));
    if (request.command === 'wait') {
      if (request.until === 'idle' && !state.options.untilIdle) this.#watchIdle(names, before);
      else this.#watch(before, job => waitProgress(request.until, job));
      return;
    }
    const {command} = request;
    if (command === 'checkpoint' && this.#refuseWithoutLog(before)) return;
    // All jobs at once: the supervisor has nothing to wait for then.
    if (command === 'stop' && request.jobs === null) supervision.stop();
    else supervision.command(command, names);
    const marks = new Map(
      names.map(name => [name, command === 'checkpoint' ? markOf(jobOf(supervision.state, name)) : markOf(before.get(name) as JobState)]),
    );
    this.#watch(before, (job, name) => commandProgress(command, job, marks.get(name) as Mark));
  }

  /** Null: a name is of no job, and that has been said. */
  #namesOf(patterns: readonly string[] | null): readonly string[] | null {
    const all = [...this.#options.supervision.state.jobs.keys()];
    if (patterns === null) return all;
    const unused = patterns.filter(pattern => !all.some(name => matchesName(pattern, name)));
    if (unused.length === 0) return all.filter(name => patterns.some(pattern => matchesName(pattern, name)));
    this.#refuseName(unused);
    return null;
  }

  #refuseName(names: readonly string[]): void {
    this.#refuse({
      kind: 'usage',
      severity: 'error',
      code: 'unknown-job',
      message: `no job that runs has the name ${names.map(name => JSON.stringify(name)).join(', ')}`,
      hint: `there are: ${[...this.#options.supervision.state.jobs.keys()].join(', ')}`,
    });
  }

  async #describe(job: string): Promise<void> {
    const texts = (await this.#options.describe?.(job)) ?? {plan: null, config: null};
    for (const about of ['plan', 'config'] as const) {
      const text = texts[about] ?? '';
      for (let at = 0; at < text.length; at += pieceLength) this.#say({kind: 'text', about, text: text.slice(at, at + pieceLength)});
    }
    this.end();
  }

  #tellJournal(job: string, after: number): void {
    for (const entry of this.#options.journal?.after(job, after) ?? []) this.#say({kind: 'entry', entry});
    this.end();
  }

  #refuseWithoutLog(jobs: ReadonlyMap<string, JobState>): boolean {
    const without = [...jobs.values()].find(({settings}) => !settings.hasLog);
    if (without === undefined) return false;
    this.#refuse({
      kind: 'usage',
      severity: 'error',
      code: 'keeps-no-log',
      message: `job "${without.settings.name}" commits nothing`,
      hint: 'run it with --guarantee at-least-once or exactly-once',
    });
    return true;
  }

  /** Tells of each job when it has come there, or cannot any more, and ends after the last. */
  #watch(before: ReadonlyMap<string, JobState>, progressOf: (job: JobState, name: string) => Progress): void {
    const open = new Set(before.keys());
    const look = (state: SupervisorState): void => {
      for (const name of open) {
        const job = jobOf(state, name);
        const progress = progressOf(job, name);
        if (progress === 'open') continue;
        open.delete(name);
        this.#tell(name, before.get(name) as JobState, job, progress);
      }
      if (open.size === 0) this.end();
    };
    this.#unwatch = this.#options.supervision.onChange(look);
    look(this.#options.supervision.state);
  }

  #watchIdle(names: readonly string[], before: ReadonlyMap<string, JobState>): void {
    const {supervision} = this.#options;
    const watch = new IdleWatch(supervision, names, () => {
      for (const name of names) this.#tell(name, before.get(name) as JobState, jobOf(supervision.state, name), 'reached');
      this.end();
    });
    this.#unwatch = () => watch.end();
    watch.begin();
  }

  #tell(name: string, before: JobState, job: JobState, progress: Progress): void {
    // A commit that was asked for is told of before the progress that shows it.
    const epochs = job.processes.map(({status, checkpoints}) => Math.max(status.commit?.epoch ?? -1, checkpoints.epoch ?? -1));
    this.#say({
      kind: 'job',
      job: name,
      before: wordOf(before),
      state: wordOf(job),
      epoch: epochs.includes(-1) ? null : Math.min(...epochs),
    });
    if (progress !== 'lost') return;
    const [problem] = job.processes.flatMap(child => child.problem ?? []);
    const why = problem === undefined ? '' : `: ${this.#options.redact(name, problem.message)}`;
    this.#say({
      kind: 'problem',
      problem: {kind: 'data', severity: 'error', code: 'not-reached', message: `job "${name}" is ${wordOf(job)}${why}`},
    });
  }

  #refuse({kind, severity, code, message, hint}: Problem): void {
    this.#say({kind: 'problem', problem: {kind, severity, code, message, ...(hint === undefined ? {} : {hint})}});
    this.end();
  }

  #say(answer: ControlAnswer): void {
    if (this.#socket.writable) this.#socket.write(`${JSON.stringify(answer)}\n`);
  }
}

function jobOf(state: SupervisorState, name: string): JobState {
  return state.jobs.get(name) as JobState;
}

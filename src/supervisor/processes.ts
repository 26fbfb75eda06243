import {type ChildProcess, fork} from 'node:child_process';
import type {Readable} from 'node:stream';
import type {Sink} from '../flow/sink.ts';
import type {FromJob, JobAssignment, ToJob} from '../job/protocol.ts';
import {LineCutter} from './line-cutter.ts';

export interface JobProcessOptions {
  /** The module a job's process runs. */
  readonly module: string;
  readonly assignment: JobAssignment;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** It alone may read standard input. */
  readonly readsStandardInput: boolean;
  /** Null: it writes to the parent's own standard output. Else its whole lines go to this sink. */
  readonly output: Sink | null;
  /** The same for standard error. */
  readonly errors: Sink | null;
  /** Its lines cannot be passed on any more: with the error, or with null when the reader went away. */
  readonly onOutputLost: (error: unknown) => void;
  readonly onMessage: (message: FromJob) => void;
  /** Called once, after the last message and the last line of output. `how`: `exit code 1`, `signal SIGKILL`, or why it could not be started. */
  readonly onExit: (how: string) => void;
}

/** Each thread of the native client would keep freed memory for itself otherwise. */
const mallocArenas = '2';
/** Files are read and written, synced and compressed by so many threads of a process: one that waits for the disk must not hold up the others. */
const threadPoolSize = '8';

/** The process of one job, from its start to its end. */
export class JobProcess {
  readonly #child: ChildProcess;

  constructor(options: JobProcessOptions) {
    this.#child = fork(options.module, [], {
      serialization: 'advanced',
      execArgv: [],
      env: {...options.environment, UV_THREADPOOL_SIZE: threadPoolSize, MALLOC_ARENA_MAX: mallocArenas},
      stdio: [
        options.readsStandardInput ? 'inherit' : 'ignore',
        options.output === null ? 'inherit' : 'pipe',
        options.errors === null ? 'inherit' : 'pipe',
        'ipc',
      ],
    });
    const child = this.#child;
    if (child.stdout !== null && options.output !== null) passLines(child.stdout, options.output, options.onOutputLost);
    if (child.stderr !== null && options.errors !== null) passLines(child.stderr, options.errors, () => undefined);
    child.on('message', message => options.onMessage(message as FromJob));
    let how = '';
    child.on('error', error => {
      how ||= error.message;
      if (child.pid === undefined) options.onExit(how); // It never started, so it will never close.
    });
    // Not `exit`: output and messages may still be on their way then.
    child.on('close', (code, signal) => options.onExit(how || (signal === null ? `exit code ${code ?? 0}` : `signal ${signal}`)));
    this.send({kind: 'start', assignment: options.assignment});
  }

  /** Undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Ends it at once, also when it does not run because somebody stopped it. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  send(message: ToJob): void {
    // A process that is gone is told by `close`, with its reason: a message that cannot be sent to it says nothing more.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}

/** Whole lines go on as they come; a reader that is slow makes the job wait. When lines cannot be written any more, `onLost` is told once. */
function passLines(from: Readable, to: Sink, onLost: (error: unknown) => void): void {
  let isLost = false;
  const lose = (error: unknown): void => {
    if (!isLost) onLost(error);
    isLost = true;
    // A job whose reader is gone learns it as it would from a pipe of its own, and ends, or goes on with what else it writes.
    if (error === null) from.destroy();
    else from.resume();
  };
  const cutter = new LineCutter(lines => to.write(lines));
  const pass = (act: () => void): void => {
    if (isLost) return;
    try {
      act();
    } catch (error) {
      lose(error);
      return;
    }
    if (to.closedByReader) {
      lose(null);
      return;
    }
    if (to.full) from.pause();
    to.flush().then(() => void from.resume(), lose);
  };
  from.on('data', (bytes: Buffer) => pass(() => cutter.add(bytes)));
  from.on('end', () => pass(() => cutter.end()));
}

import type {Clock} from '../base/clock.ts';
import type {Problem} from '../base/problem.ts';
import type {Sink} from '../flow/sink.ts';
import type {FromJob, JobAssignment} from '../job/protocol.ts';
import {decide, initialState, type SupervisorAction, type SupervisorEvent, type SupervisorState} from './decide.ts';
import {JobProcess} from './processes.ts';

export interface SupervisedJob {
  readonly name: string;
  readonly assignment: JobAssignment;
  /** At most one job of a run may say true. */
  readonly readsStandardInput: boolean;
  /** It also writes to something that is not the command's standard output, and goes on when nobody reads that any more. */
  readonly writesElsewhere: boolean;
}

export interface SuperviseOptions {
  readonly jobs: readonly SupervisedJob[];
  /** The module that a job's process runs. */
  readonly module: string;
  readonly clock: Clock;
  readonly standardOutput: Sink;
  readonly standardError: Sink;
  readonly onReport: (job: string, problem: Problem) => void;
  readonly onProgress: (state: SupervisorState) => void;
}

export interface Supervision {
  /** Asks every job for a clean end. */
  stop(): void;
  /** When every process is gone. Rejects when standard output cannot be written, after that. */
  readonly ended: Promise<SupervisorState>;
}

/** Starts a process a job and watches them to their end. One job writes to standard output itself; the lines of several pass through here. */
export function supervise(options: SuperviseOptions): Supervision {
  let state = initialState(options.jobs.map(job => job.name));
  let outputError: unknown = null;
  const jobs = new Map(options.jobs.map(job => [job.name, job]));
  const processes = new Map<string, JobProcess>();
  let resolve: (state: SupervisorState) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const ended = new Promise<SupervisorState>((onEnd, onFailure) => {
    resolve = onEnd;
    reject = onFailure;
  });
  const isShared = options.jobs.length > 1;

  const happen = (event: SupervisorEvent): void => {
    const decision = decide(state, event);
    ({state} = decision);
    if (event.kind === 'progress') options.onProgress(state);
    decision.actions.forEach(act);
  };
  const act = (action: SupervisorAction): void => {
    switch (action.kind) {
      case 'start':
        processes.set(action.job, startProcess(jobs.get(action.job) as SupervisedJob));
        return;
      case 'stop':
        processes.get(action.job)?.stop();
        return;
      case 'report':
        options.onReport(action.job, action.problem);
        return;
      case 'finish':
        finish().then(() => resolve(state), reject);
    }
  };
  const finish = async (): Promise<void> => {
    if (outputError !== null) throw outputError;
    if (isShared) await options.standardOutput.flush();
  };
  const startProcess = (job: SupervisedJob): JobProcess =>
    new JobProcess({
      module: options.module,
      assignment: job.assignment,
      readsStandardInput: job.readsStandardInput,
      output: isShared ? options.standardOutput : null,
      errors: isShared ? options.standardError : null,
      onOutputLost: error => {
        outputError ??= error;
        if (error !== null) happen({kind: 'stop'});
        else happen({kind: 'stop', jobs: options.jobs.filter(({writesElsewhere}) => !writesElsewhere).map(({name}) => name)});
      },
      onMessage: message => {
        const event = eventOf(job.name, message);
        if (event !== null) happen(event);
      },
      onExit: how => happen({kind: 'exited', job: job.name, how, atMs: options.clock.now()}),
    });

  happen({kind: 'started', atMs: options.clock.now()});
  return {stop: () => happen({kind: 'stop'}), ended};
}

function eventOf(job: string, message: FromJob): SupervisorEvent | null {
  switch (message.kind) {
    case 'progress':
      return {kind: 'progress', job, progress: message.progress};
    case 'problem':
      return {kind: 'problem', job, problem: message.problem};
    case 'ended':
      return {kind: 'ended', job, result: message.result};
    default:
      return null;
  }
}

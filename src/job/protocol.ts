import type {Problem} from '../base/problem.ts';
import type {Plan} from '../plan/plan.ts';
import type {OnError, RunOptions, RunResult, RunStatus} from './contract.ts';
import type {Guarantee} from './delivery.ts';

/** Where a job keeps its log, and how it commits. Null in an assignment: nothing is kept (guarantee `none`). */
export interface CommitAssignment {
  readonly guarantee: Exclude<Guarantee, 'none'>;
  /** The job's own folder, of this process alone. */
  readonly directory: string;
  /** The most records that one commit covers; null: only the wait bounds it. */
  readonly batchRecords: number | null;
  readonly batchWaitMs: number;
  /** Forget what was kept: begin with a new log. */
  readonly fresh: boolean;
  /** The last so many epochs stay readable. */
  readonly keepEpochs: number;
  /** A predecessor that still holds the folder is ended first (SIGKILL): the parent knows that it must not live any more. Absent: it is refused. */
  readonly endHolder?: boolean;
}

/** What a job is called where others see it: consumer groups and transactional ids are made of it. */
export interface JobIdentity {
  readonly project: string;
  readonly name: string;
  /** Which part of a job with several processes this is: it reads the partitions p with p % count = index. */
  readonly slot: {readonly index: number; readonly count: number};
}

/** What a job's process needs to run: everything of RunOptions that can be sent. Maps and big integers survive, since messages are structured clones. */
export interface JobAssignment {
  readonly plan: Plan;
  readonly directory: string;
  readonly console: RunOptions['console'];
  readonly onError: OnError;
  readonly maxErrors: number | null;
  readonly limit: number | null;
  /** Read ahead of standard input by the parent, to infer a table. */
  readonly readAhead: Uint8Array | null;
  readonly identity: JobIdentity;
  readonly commit: CommitAssignment | null;
}

/** Parent to job. The first message is `start`. A closed channel means the same as `stop`. */
export type ToJob =
  | {readonly kind: 'start'; readonly assignment: JobAssignment}
  /** Ends cleanly: what was read is processed, written and committed. */
  | {readonly kind: 'stop'}
  /** Takes no more input, commits, and holds position and state. Answered by `paused`. */
  | {readonly kind: 'pause'}
  | {readonly kind: 'resume'}
  /** Commits now. Answered by `committed`, with the epoch, once it counts. */
  | {readonly kind: 'checkpoint'}
  /** Is every source at its end, and all committed? Asked in rounds; answered by `idle` after the last commit. */
  | {readonly kind: 'ask-idle'; readonly round: number}
  /** Answered at once by `pong`, between two steps: a process that does not answer hangs. Progress that has not been told follows. */
  | {readonly kind: 'ping'};

/** Job to parent. `ended` is the last message; a process that ends without it has died. */
export type FromJob =
  | {readonly kind: 'progress'; readonly progress: RunStatus}
  | {readonly kind: 'problem'; readonly problem: Problem}
  /** Sources and sinks are open, state is restored, the first step is next. */
  | {readonly kind: 'running'; readonly epoch: number}
  | {readonly kind: 'paused'}
  | {readonly kind: 'resumed'}
  /** Told for a `checkpoint`; other commits show in the progress. */
  | {readonly kind: 'committed'; readonly epoch: number}
  /** `epoch`: the last one that counts. Two rounds in which everybody is idle at the same epochs have nothing on its way between jobs. Absent: it does not commit. */
  | {readonly kind: 'idle'; readonly round: number; readonly isIdle: boolean; readonly epoch?: number}
  | {readonly kind: 'pong'}
  | {readonly kind: 'ended'; readonly result: RunResult};

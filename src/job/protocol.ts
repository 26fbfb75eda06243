import type {Problem} from '../base/problem.ts';
import type {Plan} from '../plan/plan.ts';
import type {OnError, RunOptions, RunProgress, RunResult} from './contract.ts';

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
}

/** Parent to job. The first message is `start`; after it only `stop`, which asks for a clean end. A closed channel means the same as `stop`. */
export type ToJob = {readonly kind: 'start'; readonly assignment: JobAssignment} | {readonly kind: 'stop'};

/** Job to parent. `ended` is the last message; a process that ends without it has died. */
export type FromJob =
  | {readonly kind: 'progress'; readonly progress: RunProgress}
  | {readonly kind: 'problem'; readonly problem: Problem}
  | {readonly kind: 'ended'; readonly result: RunResult};

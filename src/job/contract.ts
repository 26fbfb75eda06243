import type {Clock} from '../base/clock.ts';
import type {LockOwner} from '../commit/lock.ts';
import type {Problem} from '../base/problem.ts';
import type {Reach} from '../flow/delivery.ts';
import type {Sink} from '../flow/sink.ts';
import type {StandardInput} from '../connectors/define.ts';
import type {Plan} from '../plan/plan.ts';
import type {Sample} from '../telemetry/sample.ts';
import type {RunControl} from './control.ts';
import type {JobMeter} from './meter.ts';
import type {CommitAssignment, JobIdentity} from './protocol.ts';

/** What becomes of a record that cannot be read: the job ends; the record is dropped and counted; or the field becomes NULL (a record that is no record at all is dropped). */
export type OnError = 'fail' | 'skip' | 'null';

/** Everything one run of a plan may use. The engine touches nothing else of the world: no `process`, no other clock. */
export interface RunOptions {
  readonly plan: Plan;
  readonly clock: Clock;
  /** Relative paths start here. */
  readonly directory: string;
  readonly standardInput: StandardInput;
  readonly standardOutput: Sink;
  readonly standardError: Sink;
  /** How rows of console sinks and of `print` tables become text: a name of `formats/console` or of a format, and its options (`header`, `width`, …). */
  readonly console: {readonly format: string; readonly options: ReadonlyMap<string, string>};
  readonly onError: OnError;
  /** More rejected records than this end the run with status `too-many-errors`; null: no bound. */
  readonly maxErrors: number | null;
  /** `-n`: rows of each console sink. The run ends when all have theirs, unless it writes to tables as well. */
  readonly limit: number | null;
  /** Aborting asks for a clean stop: what was read is processed and written, and committed. */
  readonly stop: AbortSignal;
  /** How others know the job; null or absent: a one-liner. */
  readonly identity?: JobIdentity | null;
  /** Where and how it commits; null or absent: nothing is kept from one run to the next. */
  readonly commit?: CommitAssignment | null;
  /** This process, for the lock of the job's folder; absent where nothing is kept. */
  readonly owner?: LockOwner;
  /** Told of the moments of each commit; absent: nobody listens. */
  readonly reach?: Reach;
  /** Pauses, resumes and the like while it runs; absent: nobody asks. */
  readonly control?: RunControl;
  /** Measures the run; absent: nobody looks, and nothing of it is loaded. */
  readonly meter?: JobMeter;
  /** Told at most twice a second, between steps. */
  readonly onProgress?: (progress: RunStatus) => void;
  /** Told of every rejected record and every warning, in order. A run that ends because of one says so in its result, too. */
  readonly onProblem: (problem: Problem) => void;
}

export interface RunProgress {
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly rejected: number;
  readonly readBytes: number;
  /** Null when an input's size is unknown. */
  readonly totalBytes: number | null;
}

/** What a job that runs says of itself. */
export interface RunStatus extends RunProgress {
  readonly phase: 'opening' | 'running' | 'paused' | 'stopping';
  /** What all state holds, in bytes of memory. */
  readonly stateBytes: number;
  /** Messages that wait in the sources, as far as known; null when no source counts any. */
  readonly lag: number | null;
  /** The last commit that counts; null: the job does not commit. */
  readonly commit: CommitProgress | null;
  /** What it measures of itself; null: it does not, or has not yet. */
  readonly sample: Sample | null;
}

export interface CommitProgress {
  /** 0 before the first. */
  readonly epoch: number;
  /** Milliseconds since 1970; 0 before the first. */
  readonly atMs: number;
  /** How long commits take of late. */
  readonly tookMs: number;
}

/** What is known of a run that has not begun. */
export const noStatus: RunStatus = {
  rowsIn: 0,
  rowsOut: 0,
  rejected: 0,
  readBytes: 0,
  totalBytes: null,
  phase: 'opening',
  stateBytes: 0,
  lag: null,
  commit: null,
  sample: null,
};

export interface RunResult extends RunProgress {
  /** `done`: all input read, or the limit reached, or the reader of standard output went away; `stopped`: asked to. */
  readonly status: 'done' | 'stopped' | 'failed' | 'too-many-errors';
  /** Why, when failed. */
  readonly problem: Problem | null;
}

/** `src/job/run.ts` exports it: opens the plan's tables, runs to the end, closes them. Never throws for what a user or the world can cause. */
export type RunPlan = (options: RunOptions) => Promise<RunResult>;

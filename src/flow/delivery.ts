import type {Position} from './source.ts';

/**
 * Output that outlives the process and is told apart by commits: files, and messages that are delivered one by one. The job's log holds what `capture` gave; a
 * restart goes back to it.
 */
export interface DurableOutput {
  /**
   * Before the sink is opened: undoes everything that was written after `from` was captured (cuts files to their lengths). Null: no commit counts yet, and what
   * an earlier run of this job wrote without one is undone where it can be told from what others wrote. Throws a problem when it cannot be had any more, and
   * then has changed nothing.
   */
  restore(from: Position): Promise<void>;
  /** Between two steps: all that was written so far belongs to the epoch that is captured. What it gives is plain data that `restore` understands. */
  capture(): Position;
  /** Resolves when all that was written up to the last `capture` is where no crash can take it away: on the disk, or with the brokers. */
  settle(): Promise<void>;
  /** The process ends, the output does not: what was captured stays as it is for the next process, and nothing becomes final (as `close` would make it). */
  leave(): Promise<void>;
}

/** A place in the input, in the words of whoever keeps offsets for a group. */
export interface Offset {
  readonly topic: string;
  readonly partition: number;
  /** Of the next message to be read. */
  readonly offset: number;
}

/** What the group's offsets say about the epoch that counts. */
export type EpochWord =
  /** Nothing: the group is new, or its offsets have expired. */
  | {readonly kind: 'none'}
  | {readonly kind: 'epoch'; readonly epoch: number}
  /** Offsets without an epoch of ours, or with several. `offsets`: all of them. */
  | {readonly kind: 'foreign'; readonly detail: string; readonly offsets: readonly Offset[]};

/**
 * The output of all transactional sinks of a job, which becomes visible at once, together with the offsets of its sources, whose metadata names the epoch. A job
 * has one at most. Sinks write into it; only the loop commits it. Any error of it ends the process: it is never aborted, the next process sees to that.
 */
export interface Transaction {
  /** Ends what a predecessor has left open, so that nothing of it can count any more, and then says which epoch counts. */
  open(): Promise<EpochWord>;
  /** True: enough is held for a commit, whatever the time (its bytes are bounded). */
  readonly full: boolean;
  /** Something was written since the last capture. */
  readonly hasOutput: boolean;
  /** Between two steps: what was written since the last capture becomes the output of the epoch that is committed next. */
  capture(): void;
  /**
   * Sends what was captured and the offsets with the epoch's name, waits for `recorded` (the epoch's record is on the disk), and makes it count. Without offsets
   * (no source keeps any) the transaction keeps one of its own for the name. Calls that are slow retire the connection before the next commit.
   */
  commit(epoch: number, offsets: readonly Offset[], recorded: Promise<void>): Promise<void>;
  /** Offsets are written again, outside any epoch's output, so that they do not expire: once a day for a job without input. */
  refresh(epoch: number, offsets: readonly Offset[]): Promise<void>;
  close(): Promise<void>;
}

/** Moments of a commit at which a crash is worth trying; `begun` to `ended` are those of the transaction. */
export const commitPoints = ['captured', 'settled', 'recorded', 'begun', 'sent', 'offsets-sent', 'ended', 'counted'] as const;
export type CommitPoint = (typeof commitPoints)[number];

/** Told of each moment as it comes, so that a test can end the process right there. */
export type Reach = (point: CommitPoint) => void;

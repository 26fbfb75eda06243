import {mkdir} from 'node:fs/promises';
import type {Clock, Stopwatch} from '../base/clock.ts';
import {assert, fail, type Problem} from '../base/problem.ts';
import {type FolderLock, lockFolder, type LockOwner} from '../commit/lock.ts';
import {CommitLog} from '../commit/log.ts';
import {
  advance,
  type CommitPolicy,
  dueMs,
  isDue,
  isRefreshDue,
  type MachineAction,
  type MachineEvent,
  type MachineState,
  refreshMs,
  startMachine,
} from '../commit/machine.ts';
import type {RecordFacts} from '../commit/record-image.ts';
import type {CommitRecord, LogHeader} from '../commit/record.ts';
import {decideResume, type LogEnd, type Origin, type Resume} from '../commit/resume.ts';
import type {DurableOutput, EpochWord, Offset, Reach, Transaction} from '../flow/delivery.ts';
import type {CommitAssignment} from './protocol.ts';

export interface CommitterOptions {
  readonly commit: CommitAssignment;
  readonly header: LogHeader;
  /** In the plan's order; null for outputs that keep nothing, and for those that write into the transaction. */
  readonly outputs: readonly (DurableOutput | null)[];
  /** Null: records count by themselves. */
  readonly transaction: Transaction | null;
  /** The job knows something that the offsets of its group do not: it keeps state, or an input has no offsets. */
  readonly hasState: boolean;
  /** This process, and how to end a predecessor that holds the folder (only a supervisor's restarts give `end`). */
  readonly owner: LockOwner;
  readonly clock: Clock;
  readonly stopwatch: Stopwatch;
  /** Told of warnings: what the job goes on from, where that is not plain. */
  readonly onProblem: (problem: Problem) => void;
  /** Told once when a commit fails: the process must end, and write nothing any more. */
  readonly onFailure: (error: unknown) => void;
  /** Told of the moments of each commit; absent: nobody listens. */
  readonly reach?: Reach;
}

/** What the loop has captured between two steps. The outputs and the transaction are captured by the committer itself, in the same moment. */
export interface Captured extends Omit<CommitRecord, 'epoch' | 'previousCounts' | 'outputs'> {
  /** Of all sources, behind what was taken: what the transaction writes to the group. */
  readonly offsets: readonly Offset[];
}

/** From where the first epoch of this process reads. */
export type StartsFrom =
  /** Behind a record. */
  | {readonly kind: 'record'; readonly record: CommitRecord; readonly images: readonly Uint8Array[]}
  /** Where the tables say: nothing counts yet. */
  | {readonly kind: 'start'}
  /** Where the offsets of the group stand: the job keeps no state, and its log is not there any more. */
  | {readonly kind: 'group-offsets'};

/**
 * Drives the commits of one job: keeps its log, asks the pure machine (commit/machine.ts) what comes next, and does it. How to use it:
 *
 * 1. `open` before any source or sink is opened. It locks the folder, ends what a predecessor has left open, decides what counts, and puts outputs back to it.
 * 2. Restore the engine from `startsFrom` (images in order), open sources at its record's positions, call `start` with their offsets, then open sinks.
 * 3. Between two steps with nothing pending: `if (committer.isDue(rows)) committer.commit({…})`. `rows` is what was taken (rejected rows, too) and given since the last
 *    capture. While `commit` is in flight the loop goes on; when rows have reached `batchRecords`, or the transaction is full, take nothing more until `inFlight`
 *    is over. When idle, wait no longer than `waitMs(rows)`.
 * 4. At the end: commit what is left (`request`, `commit`, await `inFlight`), then `close(true)`, then close the sinks. After a failure only `close(false)`.
 */
export class Committer {
  readonly #options: CommitterOptions;
  readonly #policy: CommitPolicy;
  readonly #lock: FolderLock;
  readonly #log: CommitLog;
  #state: MachineState;
  #startsFrom: StartsFrom;
  #failure: unknown = null;
  #inFlight: Deferred | null = null;
  #pending: Pending | null = null;
  #lastOffsets: readonly Offset[] = [];
  #lastCommitMs: number | null = null;
  /** The group did not know the epoch when the process began. */
  #isForgotten: boolean;
  /** The last record that counts does so by itself, or there is none. */
  #followsItself: boolean;
  #tidying: Promise<void> | null = null;

  private constructor(options: CommitterOptions, lock: FolderLock, log: CommitLog, found: Found) {
    this.#options = options;
    this.#lock = lock;
    this.#log = log;
    this.#policy = policyOf(options);
    this.#startsFrom = found.startsFrom;
    this.#isForgotten = found.isForgotten;
    this.#followsItself = found.followsItself;
    this.#state = startMachine(found.epoch, options.stopwatch.elapsedMs());
  }

  /** Throws a problem when the job must not start. Then nothing is held any more. */
  static async open(options: CommitterOptions): Promise<Committer> {
    const {commit, owner} = options;
    await mkdir(commit.directory, {recursive: true, mode: 0o700});
    const lock = await lockFolder(commit.directory, owner);
    let log: CommitLog | null = null;
    try {
      const asked = options.transaction?.open() ?? null;
      asked?.catch(() => {}); // Told below; until then nobody listens.
      log = await CommitLog.open(commit.directory, options.header, commit.keepEpochs, commit.fresh);
      const found = await resumeFrom(options, log, await asked);
      return new Committer(options, lock, log, found);
    } catch (error) {
      await options.transaction?.close().catch(() => {});
      await log?.close();
      await lock.release();
      throw error;
    }
  }

  get startsFrom(): StartsFrom {
    return this.#startsFrom;
  }
  /** The last epoch that counts. */
  get epoch(): number {
    return this.#state.epoch;
  }
  /** The next record shall hold all of the state, not only what has changed. */
  get wantsFull(): boolean {
    return this.#log.wantsFull;
  }
  /** Resolves when what is under way is over, and rejects when it fails; null when nothing is. */
  get inFlight(): Promise<void> | null {
    return this.#inFlight?.promise ?? null;
  }
  get failure(): unknown {
    return this.#failure;
  }
  /** How long the last commit took; null before the first. */
  get lastCommitMs(): number | null {
    return this.#lastCommitMs;
  }

  /**
   * The engine is restored, sources are open and stand at `offsets`. Where the group has forgotten the epoch it is told again, before it has to decide about the next
   * one. The images of the state are let go.
   */
  async start(offsets: readonly Offset[]): Promise<void> {
    if (this.#startsFrom.kind === 'record') {
      const {record} = this.#startsFrom;
      this.#startsFrom = {kind: 'record', record: {...record, state: {...record.state, bytes: new Uint8Array()}}, images: []};
    }
    this.#lastOffsets = offsets;
    if (!this.#isForgotten) return;
    this.#isForgotten = false;
    this.#refresh();
    await this.inFlight;
  }

  /** Cheap: asked between any two steps. `rowsSince`: taken and given since the last capture. */
  isDue(rowsSince: number): boolean {
    if (this.#inFlight !== null) return false;
    const nowMs = this.#options.stopwatch.elapsedMs();
    if (isDue(this.#state, this.#policy, {nowMs, rowsSince, isFull: this.#options.transaction?.full ?? false})) return true;
    if (rowsSince === 0 && isRefreshDue(this.#state, this.#policy, nowMs)) this.#refresh();
    return false;
  }

  /** For how long `isDue` will stay false if nothing else comes, in milliseconds; Infinity: for ever, or until `inFlight` is over. */
  waitMs(rowsSince: number): number {
    if (this.#inFlight !== null) return Infinity;
    const nowMs = this.#options.stopwatch.elapsedMs();
    if (rowsSince > 0) return Math.max(0, dueMs(this.#state, this.#policy) - nowMs);
    return this.#policy.hasTransaction ? Math.max(0, this.#state.lastOffsetsMs + refreshMs - nowMs) : Infinity;
  }

  /** A commit is wanted now, whatever has come. */
  request(): void {
    this.#tell({kind: 'requested'});
  }

  /** Starts the commit of what was captured, with the outputs as they stand at this moment. Nothing may be in flight. */
  commit(captured: Captured): void {
    assert(this.#inFlight === null && this.#failure === null, 'a commit is in flight, or has failed');
    const {outputs, transaction} = this.#options;
    const {offsets, ...content} = captured;
    transaction?.capture();
    const record: CommitRecord = {
      ...content,
      epoch: this.#state.epoch + 1,
      previousCounts: true,
      outputs: outputs.map(output => output?.capture() ?? null),
    };
    this.#lastOffsets = offsets;
    this.#pending = {record, offsets, recorded: deferred()};
    this.#inFlight = deferred();
    this.#options.reach?.('captured');
    this.#tell({kind: 'captured', nowMs: this.#options.stopwatch.elapsedMs()});
  }

  /** `isClean`: everything is committed, and the last record is marked as one that counts. */
  async close(isClean: boolean): Promise<void> {
    assert(!isClean || this.#inFlight === null, 'a commit is in flight');
    try {
      await this.#tidying;
      if (isClean && this.#failure === null) await this.#log.markCounted(this.#state.epoch);
      if (isClean) await this.#options.transaction?.close();
      else await this.#options.transaction?.close().catch(() => {}); // What went wrong has been told.
    } finally {
      await this.#log.close();
      await this.#lock.release();
    }
  }

  #refresh(): void {
    this.#inFlight = deferred();
    this.#tell({kind: 'refresh', nowMs: this.#options.stopwatch.elapsedMs()});
  }

  #tell(event: MachineEvent): void {
    const {state, actions} = advance(this.#state, this.#policy, event);
    this.#state = state;
    for (const action of actions) this.#do(action);
    if (state.flight === null && this.#inFlight !== null && this.#failure === null) {
      const over = this.#inFlight;
      this.#inFlight = null;
      over.resolve();
    }
  }

  #do(action: MachineAction): void {
    const {outputs, transaction} = this.#options;
    const nowMs = (): number => this.#options.stopwatch.elapsedMs();
    switch (action) {
      case 'settle':
        return this.#follow(Promise.all(outputs.map(async output => output?.settle())), () => {
          this.#options.reach?.('settled');
          return {kind: 'settled'};
        });
      case 'record':
        return this.#follow(this.#log.append(this.#current.record, this.#facts()), () => {
          this.#options.reach?.('recorded');
          return {kind: 'recorded', nowMs: nowMs()};
        });
      case 'transact': {
        const {record, offsets, recorded} = this.#current;
        const ended = (transaction as Transaction).commit(record.epoch, offsets, recorded.promise);
        return this.#follow(ended, () => ({kind: 'transacted', nowMs: nowMs()}));
      }
      case 'release':
        return this.#current.recorded.resolve();
      case 'refresh':
        return this.#follow((transaction as Transaction).refresh(this.epoch, this.#lastOffsets), () => ({
          kind: 'refreshed',
          nowMs: nowMs(),
        }));
      case 'count':
        return this.#count();
      case 'fail':
        return this.#fail(broken);
    }
  }

  /** Tells the machine when it is over, whichever way. */
  #follow(work: Promise<unknown>, event: () => MachineEvent): void {
    work.then(
      () => this.#tell(event()),
      (error: unknown) => {
        this.#fail(error);
        this.#tell({kind: 'failed'});
      },
    );
  }

  #count(): void {
    this.#lastCommitMs = this.#options.stopwatch.elapsedMs() - this.#state.lastCaptureMs;
    this.#followsItself = !this.#policy.hasTransaction;
    this.#pending = null;
    this.#options.reach?.('counted');
    this.#tidying = this.#log.counted(this.epoch).catch((error: unknown) => this.#fail(error));
  }

  #facts(): RecordFacts {
    const countsByItself = !this.#policy.hasTransaction;
    return {writtenAtMs: this.#options.clock.now(), countsByItself, isFirstInTransaction: !countsByItself && this.#followsItself};
  }

  get #current(): Pending {
    assert(this.#pending !== null, 'no commit is in flight');
    return this.#pending;
  }

  /** The first failure is the one that is told. */
  #fail(error: unknown): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    this.#pending?.recorded.reject(error);
    this.#inFlight?.reject(error);
    this.#options.onFailure(error);
  }
}

const broken = fail('bug', 'broken-invariant', 'a commit went on in an order that cannot be', {
  hint: 'this is a bug in weir: please report it',
});

interface Pending {
  readonly record: CommitRecord;
  readonly offsets: readonly Offset[];
  /** Over when nothing that the transaction makes count can be lost any more. */
  readonly recorded: Deferred;
}

interface Found {
  readonly startsFrom: StartsFrom;
  readonly epoch: number;
  readonly isForgotten: boolean;
  readonly followsItself: boolean;
}

function policyOf({commit, transaction}: CommitterOptions): CommitPolicy {
  return {hasTransaction: transaction !== null, batchRecords: commit.batchRecords, batchWaitMs: commit.batchWaitMs};
}

/** Decides what counts, cuts off what does not, and puts the outputs back to it. */
async function resumeFrom(options: CommitterOptions, log: CommitLog, word: EpochWord | null): Promise<Found> {
  const end = log.end(options.clock.now());
  const decision = decideResume({log: end, word, hasState: options.hasState, isFresh: options.commit.fresh});
  if (decision.kind === 'refuse') throw decision.problem;
  const restored = await log.resume(decision);
  for (const [index, output] of options.outputs.entries()) await output?.restore(restored?.record.outputs[index] ?? null);
  if (restored !== null) {
    const {record, images, countsByItself} = restored;
    return {
      startsFrom: {kind: 'record', record, images},
      epoch: record.epoch,
      isForgotten: word !== null && word.kind !== 'epoch' && !countsByItself,
      followsItself: countsByItself,
    };
  }
  const origin = originOf(decision, end);
  if (decision.kind === 'new' && origin.reads === 'group-offsets') options.onProblem(goesOnFromGroup(origin.after));
  return {startsFrom: {kind: origin.reads}, epoch: origin.after, isForgotten: false, followsItself: true};
}

function originOf(decision: Resume, end: LogEnd | null): Origin {
  if (decision.kind === 'new') return decision.origin;
  assert(end !== null, 'a log that is gone on with was found');
  return end.origin;
}

function goesOnFromGroup(epoch: number): Problem {
  return {
    kind: 'environment',
    severity: 'warning',
    code: 'log-made-anew',
    message: `the log of the job is not there any more: it goes on from the offsets of its group, behind commit ${epoch}`,
    detail: 'the job keeps no state, so nothing is lost or doubled',
    hint: 'nothing has to be done',
  };
}

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function deferred(): Deferred {
  let resolve = (): void => {};
  let reject = (_error: unknown): void => {};
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  promise.catch(() => {}); // Whoever waits is told; that nobody does is no error.
  return {promise, resolve, reject};
}

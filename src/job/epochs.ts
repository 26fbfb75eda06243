import {systemStopwatch} from '../base/clock.ts';
import type {Problem} from '../base/problem.ts';
import {AttemptFile} from '../commit/attempt.ts';
import type {TakenRun} from '../commit/record.ts';
import {missingLog} from '../commit/resume.ts';
import {batchRows} from '../flow/batch.ts';
import type {Offset} from '../flow/delivery.ts';
import type {Position} from '../flow/source.ts';
import {Committer} from './committer.ts';
import type {CommitProgress, RunOptions} from './contract.ts';
import {keepsState, logHeader} from './log-header.ts';
import type {Parts} from './open.ts';
import type {CommitAssignment} from './protocol.ts';

/**
 * The loop's side of commits: remembers what was done since the last capture, and captures it all in one moment between two steps, when nothing is pending.
 */
export class Epochs {
  /** Where sources go on: a position for each, or null where the tables say where to begin. */
  readonly positions: readonly Position[] | null;
  /** A process before this one has read everything to its end. */
  readonly hasEnded: boolean;
  /** Rows of the processes before this one. */
  readonly before: {readonly rowsIn: number; readonly rowsOut: number; readonly rejected: number};
  readonly #parts: Parts;
  readonly #committer: Committer;
  readonly #batchRecords: number;
  readonly #options: RunOptions;
  /** What this process says of itself before it touches a batch. */
  readonly #attempt: AttemptFile;
  /** The record that ended processes before this one, all by itself: the next one of this input. */
  #poisoned: number | null;
  #taken: TakenRun[] = [];
  #takenRows = 0;
  /** Of the epoch that is committed right now. */
  #rowsInFlight = 0;
  /** What had been taken, rejected and given at the last capture. */
  #countedRows = 0;
  #lastCommitAtMs = 0;

  private constructor(options: RunOptions, parts: Parts, committer: Committer, commit: CommitAssignment) {
    this.#options = options;
    this.#parts = parts;
    this.#committer = committer;
    this.#batchRecords = commit.batchRecords ?? Infinity;
    const {startsFrom} = committer;
    const record = startsFrom.kind === 'record' ? startsFrom.record : null;
    const fromGroup = startsFrom.kind === 'group-offsets' ? parts.sources.map(() => 'group-offsets') : null;
    this.positions = record?.positions ?? fromGroup;
    this.hasEnded = record?.ended ?? false;
    this.before = record?.totals ?? {rowsIn: 0, rowsOut: 0, rejected: 0};
    this.#attempt = AttemptFile.open(commit.directory, this.positions ?? []);
    this.#poisoned = this.#attempt.decision.kind === 'reject' ? this.#attempt.decision.input : null;
    if (startsFrom.kind === 'record') parts.engine.restore(startsFrom.images);
  }

  /** Takes the job's folder, finds out what counts, and puts outputs and state back to it. Null: the run keeps nothing. Throws a problem when the job must not start. */
  static async open(options: RunOptions, parts: Parts, onFailure: (error: unknown) => void): Promise<Epochs | null> {
    const {commit, plan} = options;
    if (commit === null || commit === undefined) return null;
    const committer = await Committer.open({
      commit,
      header: logHeader(plan),
      outputs: parts.outputs.map(({sink}) => sink.durable ?? null),
      transaction: parts.transaction,
      hasState:
        plan.nodes.some(({kind}, index) => kind === 'values' || keepsState(plan, index)) ||
        parts.sources.some(({kind}) => kind !== 'messages'),
      owner: options.owner ?? {processId: 0, end: null},
      clock: options.clock,
      stopwatch: systemStopwatch,
      onProblem: (problem: Problem) => options.onProblem(problem),
      onFailure,
      ...(options.reach === undefined ? {} : {reach: options.reach}),
    });
    return new Epochs(options, parts, committer, commit);
  }

  /** Sources stand where they begin. The first process of a log says at once where that is, so that whoever comes after a crash begins there, too. */
  async start(): Promise<void> {
    if (this.isNew && this.#parts.transaction === null && this.#options.commit?.fresh === false) await this.#refuseKnownGroups();
    await this.#committer.start(this.#offsets());
  }

  /** Without a transaction only the log knows what counts. A group that has heard of commits tells that there was one. */
  async #refuseKnownGroups(): Promise<void> {
    const {outputs, sources} = this.#parts;
    const {nodes} = this.#options.plan;
    const needsLog =
      outputs.some(({sink}) => sink.durable !== undefined) || nodes.some((_, index) => keepsState(this.#options.plan, index));
    if (!needsLog) return;
    for (const source of sources) {
      const word = source.kind === 'messages' ? await source.groupWord?.() : undefined;
      if (word?.kind === 'epoch') throw missingLog(word.epoch);
    }
  }

  get isNew(): boolean {
    return this.#committer.startsFrom.kind !== 'record';
  }
  get epoch(): number {
    return this.#committer.epoch;
  }
  get inFlight(): Promise<void> | null {
    return this.#committer.inFlight;
  }
  /** How long the loop may sleep before a commit is due. */
  get waitMs(): number {
    return this.#committer.waitMs(this.#rowsSince());
  }
  /** Something was read or written since the last capture. */
  get hasNews(): boolean {
    return this.#taken.length > 0 || this.#rowsSince() > 0;
  }
  /** The most rows that may be taken before the next capture. */
  get room(): number {
    if (this.#attempt.isCareful) return 1;
    return Math.min(batchRows, Math.max(1, this.#batchRecords - this.#takenRows));
  }
  get progress(): CommitProgress {
    return {epoch: this.#committer.epoch, atMs: this.#lastCommitAtMs, tookMs: this.#committer.lastCommitMs ?? 0};
  }

  /** Work on a batch of an input begins (`rows` 0: it has come to its end), or time goes on without any (-1). */
  begin(input: number, rows: number): void {
    this.#parts.steppedClock?.step();
    this.#taken.push({input, rows});
    this.#takenRows += rows;
    if (input >= 0) this.#attempt.begin(input, this.#rowsInFlight + this.#takenRows);
  }

  /** It is through. */
  end(): void {
    this.#attempt.end();
  }

  /** Whether what was just taken of an input is the record that must not be tried again. Asked before `begin`. */
  isPoisoned(input: number): boolean {
    if (this.#poisoned !== input) return false;
    this.#poisoned = null;
    return true;
  }

  /** Between two batches: captures when a commit is due. False: no more may be taken before what is in flight is over. */
  goesOn(): boolean {
    const rows = this.#rowsSince();
    if (this.#attempt.isCareful && rows > 0 && this.#committer.inFlight === null) this.#committer.request();
    if (this.#committer.isDue(rows)) this.#capture(false);
    if (this.#attempt.isCareful) return this.#committer.inFlight === null;
    return this.#committer.inFlight === null || !(this.#takenRows >= this.#batchRecords || this.#parts.transaction?.full === true);
  }

  /** Commits all that was done, and resolves when that counts. */
  async commitNow(ended: boolean): Promise<void> {
    await this.#committer.inFlight;
    this.#committer.request();
    this.#capture(ended);
    await this.#committer.inFlight;
  }

  async close(isClean: boolean): Promise<void> {
    this.#attempt.close();
    await this.#committer.close(isClean);
  }

  /** Where no transaction holds the offsets, groups learn of them from those who read. */
  #tellGroups(offsetsOf: readonly (readonly Offset[])[]): void {
    if (this.#parts.transaction !== null) return;
    for (const [index, source] of this.#parts.sources.entries())
      if (source.kind === 'messages') source.noteCounted?.(this.#committer.epoch, offsetsOf[index] ?? []);
  }

  #capture(ended: boolean): void {
    const {engine, inputs, steppedClock} = this.#parts;
    const taken = this.#taken;
    this.#countedRows += this.#rowsSince();
    this.#taken = [];
    const positions = inputs.map(input => input.position());
    const rows = this.#takenRows;
    this.#rowsInFlight = rows;
    this.#takenRows = 0;
    const kind = this.#committer.wantsFull ? 'full' : 'changes';
    this.#committer.commit({
      ended,
      positions,
      offsets: this.#offsets(),
      taken,
      clockReadings: steppedClock?.takeReadings() ?? [],
      state: {kind, bytes: engine.capture(kind)},
      totals: this.totals(),
    });
    this.#options.meter?.captured();
    const offsetsOf = this.#parts.sources.map(source => (source.kind === 'messages' ? source.offsets() : []));
    this.#committer.inFlight?.then(
      () => {
        this.#tellGroups(offsetsOf);
        this.#options.meter?.counted(this.#committer.lastCommitMs ?? 0);
        this.#lastCommitAtMs = this.#options.clock.now();
        this.#rowsInFlight = 0;
        this.#attempt.counted(positions, rows, this.#takenRows);
      },
      () => undefined, // The loop is told by `onFailure`.
    );
  }

  /** Since the log began. */
  totals(): {readonly rowsIn: number; readonly rowsOut: number; readonly rejected: number} {
    const {inputs, outputs, rejects} = this.#parts;
    return {
      rowsIn: this.before.rowsIn + sum(inputs.map(({rows}) => rows)),
      rowsOut: this.before.rowsOut + sum(outputs.map(({rows}) => rows)),
      rejected: this.before.rejected + rejects.count,
    };
  }

  #rowsSince(): number {
    const {inputs, outputs, rejects} = this.#parts;
    let rows = rejects.count - this.#countedRows;
    for (const input of inputs) rows += input.rows;
    for (const output of outputs) rows += output.rows;
    return rows;
  }

  #offsets() {
    return this.#parts.inputs.flatMap(input => [...input.offsets()]);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

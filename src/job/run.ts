import type {Mark} from '../base/memory.ts';
import {type Problem, ProblemError} from '../base/problem.ts';
import {batchRows} from '../flow/batch.ts';
import type {RunOptions, RunPlan, RunProgress, RunResult, RunStatus} from './contract.ts';
import {Epochs} from './epochs.ts';
import type {RunControl} from './control.ts';
import type {Input} from './input.ts';
import type {JobMeter, Occupation} from './meter.ts';
import {assemble, closeSink, type Parts} from './open.ts';

/** Batches between two turns of the event loop, in which signals, timers and messages are served. */
const batchesPerTurn = 32;
const progressMs = 500;
/** What a timer of the platform can wait for. */
const longestTimerMs = 2 ** 31 - 1;
/** The longest that a row waits for the next one while input keeps coming. */
const flushMs = 200;

/** Runs a plan from its sources to its sinks. */
export const runPlan: RunPlan = async options => {
  let parts: Parts;
  try {
    parts = assemble(options);
  } catch (error) {
    const result = {
      status: 'failed',
      problem: problemOf(error, options),
      rowsIn: 0,
      rowsOut: 0,
      rejected: 0,
      readBytes: 0,
      totalBytes: null,
    } as const;
    return result;
  }
  return new Run(options, parts).whole();
};

/**
 * The loop of short steps. It waits in three places only: for a sink that is full, for input when no source has any, and for a turn of the event loop now and
 * then. Everything between is synchronous.
 */
class Run {
  readonly #options: RunOptions;
  readonly #parts: Parts;
  /** Undefined: nobody looks. */
  readonly #meter: JobMeter | undefined;
  #status: RunResult['status'] = 'done';
  #problem: Problem | null = null;
  readonly #live: Set<Input>;
  /** Inputs that somebody waits for already: one wait each, however often another one wakes the loop. */
  readonly #awaited = new Set<Input>();
  #wake: (() => void) | null = null;
  /** What lies above it in scratch belongs to one batch, and is handed back when that is through. */
  readonly #mark: Mark;
  /** Null: the run keeps nothing. */
  #epochs: Epochs | null = null;
  #phase: RunStatus['phase'] = 'opening';
  /** All input was read to its end. */
  #hasEnded = false;
  #batches = 0;
  #toldMs: number;
  #flushedMs: number;

  constructor(options: RunOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
    this.#meter = options.meter;
    this.#live = new Set(parts.inputs);
    this.#mark = parts.memory.mark();
    this.#toldMs = options.clock.now();
    this.#flushedMs = this.#toldMs;
  }

  async whole(): Promise<RunResult> {
    const {stop, control} = this.#options;
    const wake = () => this.#wake?.();
    stop.addEventListener('abort', wake);
    control?.onChange(wake);
    try {
      await this.#open();
      await this.#loop();
      await this.#finish();
    } catch (error) {
      this.#fail(error);
    } finally {
      stop.removeEventListener('abort', wake);
    }
    this.#tellLate();
    await this.#close();
    if (this.#meter !== undefined) this.#tell();
    return {...this.#progress(), status: this.#status, problem: this.#problem};
  }

  /** What counts is found out before anything is touched; sources come before sinks: when one of them is missing, no sink has been touched. */
  async #open(): Promise<void> {
    const {sources, outputs} = this.#parts;
    this.#meter?.begin(this.#parts);
    const epochs = await Epochs.open(this.#options, this.#parts, error => {
      this.#fail(error);
      this.#wake?.();
    });
    this.#epochs = epochs;
    for (const [index, source] of sources.entries()) await source.open(epochs?.positions?.[index] ?? null);
    await epochs?.start();
    for (const output of outputs) await output.open();
    // Whoever comes after a crash begins where this process does, and cuts outputs to what they were before it.
    if (epochs?.isNew === true) await epochs.commitNow(false);
    this.#phase = 'running';
    this.#meter?.turnTo('work');
    this.#options.control?.answer({kind: 'running', epoch: epochs?.epoch ?? 0});
    if (epochs !== null || this.#meter !== undefined) this.#tell(); // What it goes on from.
  }

  async #loop(): Promise<void> {
    if (this.#epochs?.hasEnded === true) {
      this.#live.clear();
      return;
    }
    await this.#steps(); // A plan may have rows of its own.
    while (this.#live.size > 0 && !this.#isOver()) {
      await this.#obey();
      if (this.#isOver()) break;
      if (this.#isDueByClock()) await this.#passTime();
      if (!(await this.#round()) && !this.#isOver()) await this.#idle();
    }
  }

  /** Takes a batch of each input that has one. False: none has. */
  async #round(): Promise<boolean> {
    let hasRows = false;
    let hasTimedRows = false;
    for (const input of this.#inOrder()) {
      const isTimed = input.engineInput.watermark !== Infinity;
      if (isTimed && hasTimedRows) continue;
      let hasTaken = this.#take(input);
      if (hasTaken) {
        hasRows = true;
        hasTimedRows ||= isTimed;
        while (hasTaken) {
          if (!this.#stepNow()) await this.#steps();
          this.#parts.memory.release(this.#mark);
          if (this.#epochs === null) this.#meter?.delivered();
          else this.#epochs.end();
          // Nothing is captured in the middle of a record.
          hasTaken = input.isBetweenRecords === false && this.#parts.rejects.failure === null && this.#take(input);
        }
        if (this.#epochs?.goesOn() === false) await this.#makeRoom();
      }
      if (++this.#batches % batchesPerTurn === 0) await this.#breathe();
      if (this.#isOver()) break;
    }
    return hasRows;
  }

  /** Captures what is due, and waits until more may be taken. */
  async #makeRoom(): Promise<void> {
    while (this.#epochs?.goesOn() === false) await this.#spent('commitWait', this.#epochs.inFlight);
  }

  /** Waits, and says for what. */
  async #spent(occupation: Occupation, wait: Promise<void> | null | undefined): Promise<void> {
    this.#meter?.turnTo(occupation);
    await wait;
    this.#meter?.turnTo('work');
  }

  /** Does between two batches what the job is told to do. */
  async #obey(): Promise<void> {
    const {control} = this.#options;
    if (control === undefined) return;
    if (control.wantsCommit) await this.#checkpoint(control);
    if (!control.isPaused) return;
    await this.#spent('commitWait', this.#epochs?.commitNow(false));
    for (const output of this.#parts.outputs) await output.sink.flush();
    this.#phase = 'paused';
    this.#tell();
    control.answer({kind: 'paused'});
    while (control.isPaused && !this.#isOver()) {
      if (control.wantsCommit) await this.#checkpoint(control);
      this.#answerIdle(false);
      await this.#spent('pause', this.#sleep(Infinity));
    }
    this.#phase = 'running';
    control.answer({kind: 'resumed'});
  }

  async #checkpoint(control: RunControl): Promise<void> {
    control.wantsCommit = false;
    await this.#spent('commitWait', this.#epochs?.commitNow(false));
    control.answer({kind: 'committed', epoch: this.#epochs?.epoch ?? 0});
  }

  /** The clock has something done, without any input. */
  async #passTime(): Promise<void> {
    this.#epochs?.begin(-1, 0);
    await this.#steps();
    await this.#makeRoom();
  }

  /** After the last batch: what only the end of input brings, or what was read until the job was told to stop. */
  async #finish(): Promise<void> {
    const {rejects, outputs} = this.#parts;
    const epochs = this.#epochs;
    if (rejects.failure !== null || this.#status === 'failed') return;
    this.#phase = 'stopping';
    if (this.#options.stop.aborted && this.#live.size > 0) this.#status = 'stopped';
    if (epochs !== null && this.#live.size > 0) {
      // The next process goes on: for it, nothing has ended.
      await epochs.commitNow(false);
      return;
    }
    for (const input of this.#live) input.engineInput.end();
    this.#live.clear();
    if (!this.#areSatisfied()) await this.#steps();
    this.#hasEnded = true;
    if (epochs === null || epochs.hasEnded) return;
    for (const output of outputs) output.finish();
    await epochs.commitNow(true);
  }

  /** Tables that are looked up come before everything else. Of the inputs that others wait for the one furthest behind comes first, and only the first of them that has rows is read in a round. */
  #inOrder(): readonly Input[] {
    const tables = [...this.#live].filter(input => input.engineInput.comesFirst);
    const inputs = tables.length > 0 ? tables : [...this.#live];
    return inputs.length < 2 ? inputs : inputs.sort((a, b) => ascending(a.engineInput.watermark, b.engineInput.watermark));
  }

  /** Processing time has come to the end of a window, or to a time-out. */
  #isDueByClock(): boolean {
    const {wakesAtMs} = this.#parts.engine;
    return wakesAtMs !== null && wakesAtMs <= this.#options.clock.now();
  }

  /** Pushes one batch of an input, or its end. False: it has nothing now. */
  #take(input: Input): boolean {
    const {engineInput} = input;
    const taken = engineInput.wanted ? input.take(this.#epochs?.room ?? batchRows) : 'ended';
    if (taken === 'nothing') return false;
    if (this.#epochs !== null) {
      const index = this.#parts.inputs.indexOf(input);
      if (taken === 'rows' && this.#epochs.isPoisoned(index)) this.#rejectPoison(input);
      this.#epochs.begin(index, taken === 'rows' ? engineInput.batch.count : 0);
    }
    if (taken === 'rows') {
      this.#meter?.taken(input);
      engineInput.push();
    } else {
      this.#meter?.ended(input);
      engineInput.end();
      this.#live.delete(input);
    }
    return true;
  }

  /** A record that has ended two processes or more is not given to the engine again: it is rejected like one that cannot be read. */
  #rejectPoison(input: Input): void {
    const origin = input.origin(0);
    this.#parts.rejects.add({
      where: origin?.where ?? null,
      bytes: origin?.bytes ?? null,
      reason: 'this record has ended the process of the job each time it was tried',
      code: 'poison-record',
    });
    input.engineInput.batch.count = 0;
  }

  /** Runs what is pending. False: a sink is full, and there may be more. No promise is made on the common way, where nothing waits. */
  #stepNow(): boolean {
    const {engine, outputs} = this.#parts;
    for (let more = true; more;) {
      more = engine.step() && !this.#areSatisfied();
      for (const output of outputs) if (output.sink.full) return false;
    }
    return true;
  }

  async #steps(): Promise<void> {
    while (!this.#stepNow()) {
      for (const output of this.#parts.outputs) await this.#spent('sinkWait', output.sink.drain());
    }
  }

  /** Signals, timers and messages are served; and while input never pauses, output becomes visible all the same. */
  async #breathe(): Promise<void> {
    await nextTurn();
    this.#answerIdle(false);
    const now = this.#options.clock.now();
    if (now - this.#flushedMs >= flushMs) {
      this.#flushedMs = now;
      for (const output of this.#parts.outputs) await this.#spent('sinkWait', output.sink.flush());
    }
    if (now - this.#toldMs >= progressMs) {
      this.#toldMs = now;
      this.#tell();
    }
  }

  #tell(): void {
    const {engine, inputs} = this.#parts;
    const lags = inputs.flatMap(input => input.lag() ?? []);
    this.#options.onProgress?.({
      ...this.#progress(),
      phase: this.#phase,
      stateBytes: engine.stateBytes,
      lag: lags.length === 0 ? null : sum(lags),
      commit: this.#epochs?.progress ?? null,
      sample: this.#meter?.sample() ?? null,
    });
  }

  /** Nothing has arrived anywhere: what was written becomes visible, then the first input to have something wakes the loop. */
  async #idle(): Promise<void> {
    for (const output of this.#parts.outputs) {
      // What commits make visible is not held back by anything else.
      if (this.#epochs === null || output.sink.durable === undefined) await this.#spent('sinkWait', output.sink.flush());
    }
    if (this.#isOver() || (await this.#isAskedWhetherIdle())) return;
    for (const input of this.#live) {
      if (this.#awaited.has(input)) continue;
      this.#awaited.add(input);
      void input.ready().then(() => {
        this.#awaited.delete(input);
        this.#wake?.();
      });
    }
    await this.#spent('sourceWait', this.#sleep(this.#epochs?.waitMs ?? Infinity));
    await this.#makeRoom();
    const now = this.#options.clock.now();
    if (now - this.#toldMs < progressMs) return;
    this.#toldMs = now;
    this.#tell();
  }

  /** Answers whether everything is read and committed. True: something was committed for that, so that sources must be asked again first. */
  async #isAskedWhetherIdle(): Promise<boolean> {
    if ((this.#options.control?.idleRound ?? null) === null) return false;
    const isAtEnd = [...this.#live].every(input => input.isAtEnd);
    if (!isAtEnd || this.#epochs === null || (!this.#epochs.hasNews && this.#epochs.inFlight === null)) {
      this.#answerIdle(isAtEnd);
      return false;
    }
    await this.#epochs.commitNow(false);
    return true;
  }

  #answerIdle(isIdle: boolean): void {
    const {control} = this.#options;
    if (control === undefined || control.idleRound === null) return;
    const {idleRound: round} = control;
    control.idleRound = null;
    control.answer({kind: 'idle', round, isIdle, ...(this.#epochs === null ? {} : {epoch: this.#epochs.epoch})});
  }

  /** Until somebody wakes the loop: an input, a commit that is over, the clock, whoever steers the job; at the most for so long. */
  async #sleep(mostMs: number): Promise<void> {
    const woken = new Promise<void>(resolve => {
      this.#wake = resolve;
    });
    const wake = () => this.#wake?.();
    this.#epochs?.inFlight?.then(wake, wake);
    const {wakesAtMs} = this.#parts.engine;
    const byClockMs = wakesAtMs === null || this.#phase === 'paused' ? Infinity : Math.max(0, wakesAtMs - this.#options.clock.now());
    const waitMs = Math.min(byClockMs, mostMs);
    const timer = waitMs === Infinity ? null : setTimeout(wake, Math.min(waitMs, longestTimerMs));
    await woken;
    if (timer !== null) clearTimeout(timer);
    this.#wake = null;
  }

  #isOver(): boolean {
    return this.#options.stop.aborted || this.#status === 'failed' || this.#parts.rejects.failure !== null || this.#areSatisfied();
  }

  /** No output wants more rows. A table is written to its end: that somebody has seen enough of something else must not cut it short. */
  #areSatisfied(): boolean {
    const {outputs} = this.#parts;
    return outputs.length > 0 && outputs.every(output => output.isSatisfied);
  }

  #fail(error: unknown): void {
    const {failure} = this.#parts.rejects;
    if (failure !== null) return;
    if (this.#status !== 'failed') this.#problem = problemOf(error, this.#options);
    this.#status = 'failed';
  }

  #tellLate(): void {
    const {lateRows} = this.#parts.engine;
    if (lateRows === 0) return;
    this.#options.onProblem({
      kind: 'data',
      severity: 'warning',
      code: 'late-rows',
      message: `${lateRows} ${lateRows === 1 ? 'row was' : 'rows were'} dropped: they came too late, when the time that they belong to was over`,
      hint: "let the watermark wait longer: WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE",
    });
  }

  async #close(): Promise<void> {
    const {failure} = this.#parts.rejects;
    if (failure !== null && this.#status !== 'failed') {
      this.#status = failure.status;
      this.#problem = failure.problem;
    }
    for (const source of this.#parts.sources) await this.#attempt(() => source.close());
    if (this.#epochs === null) {
      for (const output of this.#parts.outputs) await this.#attempt(async () => output.finish());
      for (const output of this.#parts.outputs) await this.#attempt(() => closeSink(output.sink, this.#isGood));
      return;
    }
    await this.#attempt(async () => this.#epochs?.close(this.#isGood));
    // What was not read to its end is not complete: the next process goes on with it.
    const isComplete = this.#isGood && this.#hasEnded;
    for (const {sink} of this.#parts.outputs) {
      await this.#attempt(async () => (sink.durable === undefined || isComplete ? closeSink(sink, this.#isGood) : sink.durable.leave()));
    }
  }

  get #isGood(): boolean {
    return this.#status === 'done' || this.#status === 'stopped';
  }

  async #attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#fail(error);
    }
  }

  #progress(): RunProgress {
    const {inputs, outputs, rejects} = this.#parts;
    const totals = inputs.map(input => input.totalBytes());
    return {
      rowsIn: sum(inputs.map(input => input.rows)),
      rowsOut: sum(outputs.map(output => output.rows)),
      rejected: rejects.count,
      ...this.#epochs?.totals(),
      readBytes: sum(inputs.map(input => input.readBytes)),
      totalBytes: totals.includes(null) ? null : sum(totals as number[]),
    };
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** What is no problem of the user's or the world's is a bug of ours, told with its stack. */
function problemOf(error: unknown, options: RunOptions): Problem {
  if (error instanceof ProblemError) {
    const [first, ...others] = error.problems;
    for (const problem of others) options.onProblem(problem);
    if (first !== undefined) return first;
  }
  return {
    kind: 'bug',
    severity: 'error',
    code: 'unexpected-error',
    message: error instanceof Error ? error.message : String(error),
    ...(error instanceof Error && error.stack !== undefined ? {detail: error.stack} : {}),
    hint: 'this is a bug in weir: please report it with the query',
  };
}

/** Infinities are equal to themselves, which their difference would not say. */
function ascending(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function nextTurn(): Promise<void> {
  return new Promise(resolve => {
    setImmediate(resolve);
  });
}

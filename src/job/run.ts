import type {Mark} from '../base/memory.ts';
import {type Problem, ProblemError} from '../base/problem.ts';
import {noStatus, type RunOptions, type RunPlan, type RunProgress, type RunResult} from './contract.ts';
import type {Input} from './input.ts';
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
  #status: RunResult['status'] = 'done';
  #problem: Problem | null = null;
  readonly #live: Set<Input>;
  /** Inputs that somebody waits for already: one wait each, however often another one wakes the loop. */
  readonly #awaited = new Set<Input>();
  #wake: (() => void) | null = null;
  /** What lies above it in scratch belongs to one batch, and is handed back when that is through. */
  readonly #mark: Mark;
  #batches = 0;
  #toldMs: number;
  #flushedMs: number;

  constructor(options: RunOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
    this.#live = new Set(parts.inputs);
    this.#mark = parts.memory.mark();
    this.#toldMs = options.clock.now();
    this.#flushedMs = this.#toldMs;
  }

  async whole(): Promise<RunResult> {
    const onStop = () => this.#wake?.();
    this.#options.stop.addEventListener('abort', onStop);
    try {
      // Sources first: when one of them is missing, no sink has been touched.
      for (const source of this.#parts.sources) await source.open(null);
      for (const output of this.#parts.outputs) await output.sink.open();
      await this.#loop();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#options.stop.removeEventListener('abort', onStop);
    }
    this.#tellLate();
    await this.#close();
    return {...this.#progress(), status: this.#status, problem: this.#problem};
  }

  async #loop(): Promise<void> {
    const {rejects} = this.#parts;
    await this.#steps(); // A plan may have rows of its own.
    while (this.#live.size > 0 && !this.#isOver()) {
      let isIdle = true;
      let hasTimedRows = false;
      if (this.#isDueByClock()) await this.#steps();
      for (const input of this.#inOrder()) {
        const isTimed = input.engineInput.watermark !== Infinity;
        if (isTimed && hasTimedRows) continue;
        if (this.#take(input)) {
          isIdle = false;
          hasTimedRows ||= isTimed;
          if (!this.#stepNow()) await this.#steps();
          this.#parts.memory.release(this.#mark);
        }
        if (++this.#batches % batchesPerTurn === 0) await this.#breathe();
        if (this.#isOver()) break;
      }
      if (isIdle && !this.#isOver()) await this.#idle();
    }
    if (rejects.failure !== null) return;
    if (this.#options.stop.aborted && this.#live.size > 0) this.#status = 'stopped';
    for (const input of this.#live) input.engineInput.end();
    this.#live.clear();
    if (!this.#areSatisfied()) await this.#steps();
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
    const taken = engineInput.wanted ? input.take() : 'ended';
    if (taken === 'rows') engineInput.push();
    else if (taken === 'ended') {
      engineInput.end();
      this.#live.delete(input);
    }
    return taken !== 'nothing';
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
      for (const output of this.#parts.outputs) await output.sink.drain();
    }
  }

  /** Signals, timers and messages are served; and while input never pauses, output becomes visible all the same. */
  async #breathe(): Promise<void> {
    await nextTurn();
    const now = this.#options.clock.now();
    if (now - this.#flushedMs >= flushMs) {
      this.#flushedMs = now;
      for (const output of this.#parts.outputs) await output.sink.flush();
    }
    if (now - this.#toldMs >= progressMs) {
      this.#toldMs = now;
      this.#options.onProgress?.({...noStatus, ...this.#progress(), phase: 'running'});
    }
  }

  /** Nothing has arrived anywhere: what was written becomes visible, then the first input to have something wakes the loop. */
  async #idle(): Promise<void> {
    for (const output of this.#parts.outputs) await output.sink.flush();
    if (this.#isOver()) return;
    const woken = new Promise<void>(resolve => {
      this.#wake = resolve;
    });
    for (const input of this.#live) {
      if (this.#awaited.has(input)) continue;
      this.#awaited.add(input);
      void input.ready().then(() => {
        this.#awaited.delete(input);
        this.#wake?.();
      });
    }
    const {wakesAtMs} = this.#parts.engine;
    const timer =
      wakesAtMs === null
        ? null
        : setTimeout(() => this.#wake?.(), Math.min(Math.max(0, wakesAtMs - this.#options.clock.now()), longestTimerMs));
    await woken;
    if (timer !== null) clearTimeout(timer);
    this.#wake = null;
  }

  #isOver(): boolean {
    return this.#options.stop.aborted || this.#parts.rejects.failure !== null || this.#areSatisfied();
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
    for (const output of this.#parts.outputs) await this.#attempt(async () => output.finish());
    const isGood = this.#status === 'done' || this.#status === 'stopped';
    for (const output of this.#parts.outputs) await this.#attempt(() => closeSink(output.sink, isGood));
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
    const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
    const totals = inputs.map(input => input.totalBytes());
    return {
      rowsIn: sum(inputs.map(input => input.rows)),
      rowsOut: sum(outputs.map(output => output.rows)),
      rejected: rejects.count,
      readBytes: sum(inputs.map(input => input.readBytes)),
      totalBytes: totals.includes(null) ? null : sum(totals as number[]),
    };
  }
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

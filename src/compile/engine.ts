import type {Clock} from '../base/clock.ts';
import type {Memory} from '../base/memory.ts';
import type {Problem} from '../base/problem.ts';
import type {Batch} from '../flow/batch.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import type {Plan} from '../plan/plan.ts';

/**
 * The synchronous middle of a job: a plan's operators over batches. The edge (the loop) fills an input's batch and calls `push`, then calls `step` until it
 * returns false; only then may the same or another input be filled again, or an image be captured. Nothing here waits, and no step handles more than 2,048 rows.
 */
export interface Engine {
  /** One for each scan node, in the plan's order. */
  readonly inputs: readonly EngineInput[];
  /** One for each sink node, in the order of `plan.sinks`. */
  readonly outputs: readonly EngineOutput[];
  /** Runs the most downstream operator that has work. True: call again before anything else; false: nothing is pending. */
  step(): boolean;
  /** When the clock gives a step something to do without any input, in milliseconds since 1970; null: never. */
  readonly wakesAtMs: number | null;
  /** How many rows were dropped because they came too late for their windows. */
  readonly lateRows: number;
  /** All inputs have ended, nothing is pending, and everything has been delivered. */
  readonly finished: boolean;
  /** What all state holds, in bytes of memory. */
  readonly stateBytes: number;
  /** How many rows all state holds: groups, rows of joins, sessions. */
  readonly stateRows: number;
  /** All state, as bytes that a new engine of the same plan can restore. Only between steps, with nothing pending. `changes`: only what changed since the last capture. */
  capture(what: 'full' | 'changes'): Uint8Array;
  /** Before the first push: a full image, then any number of `changes` images in order. */
  restore(images: readonly Uint8Array[]): void;
}

export interface EngineInput {
  readonly node: NodeOf<'scan'>;
  /** Its vectors are the node's wanted columns, in order. The edge fills rows from 0 and sets `count`; the selection must be the identity. */
  readonly batch: Batch;
  push(): void;
  /** No more rows will come. */
  end(): void;
  /**
   * The source itself says how far time has come, in milliseconds: between two pushes, when the last one is done with. It never goes back. Nothing happens
   * where nobody acts on time.
   */
  advance(watermark: number): void;
  /** For an input whose rows belong to partitions, each with a time of its own; null for others. */
  readonly partitions: InputPartitions | null;
  /** How far time has come: the least of the watermarks declared for it; Infinity where nobody waits for any. The input that is furthest behind is read next. */
  readonly watermark: number;
  /** How far event time has come, for whoever looks at the job; null: nobody waits for it. */
  readonly eventTime: EventTime | null;
  /** Others look something up in its rows: it is best read to its end before them, since they wait for that. */
  readonly comesFirst: boolean;
  /** False when nobody wants more rows of it (a LIMIT is satisfied): the edge may stop reading. */
  readonly wanted: boolean;
}

/** Milliseconds since 1970; -Infinity before the first row. */
export interface EventTime {
  readonly watermark: number;
  /** Nobody waits for it: no rows have come for the time-out. */
  readonly isIdle: boolean;
  /** Infinity: there is no time-out. */
  readonly idleAfterMs: number;
  /** Of the partitions, by number; empty where the input has none. */
  readonly partitions: readonly {readonly watermark: number; readonly isIdle: boolean}[];
}

/** Set by the edge between two pushes. */
export interface InputPartitions {
  /** The partition of each row of the batch, from 0. */
  readonly numbers: Uint32Array;
  /** There are so many partitions by now. One is waited for from then on until it has ended, or for the time-out of the input. */
  grow(count: number): void;
  /** Nothing more will come of a partition: nobody waits for it. */
  end(partition: number): void;
}

export interface EngineOutput {
  readonly node: NodeOf<'sink'>;
  /** Its vectors are the sink's columns, in order; the same objects in every delivery. `kinds` is null when the stream is append-only. */
  readonly batch: Batch;
  /** Set by the edge before the first step; called inside steps, whenever `batch` holds rows. Must not wait. */
  deliver: () => void;
}

export interface EngineOptions {
  readonly plan: Plan;
  readonly memory: Memory;
  readonly clock: Clock;
  /** The most rows an operator emits in one step: 2,048; tests use 16. */
  readonly stepRows?: number;
  /**
   * Told of an input row that cannot be computed (a division by zero, a cast that fails). True: the row is dropped and the batch goes on; false: the run ends
   * (the engine throws the problem). `row` is the row of the input batch it came from, or null when unknown (a stateful operator's output).
   */
  readonly rejectRow: (reject: {readonly input: number | null; readonly row: number | null; readonly problem: Problem}) => boolean;
}

/** Generated text per segment, with its legend: what `explain --code` shows. */
export interface SegmentCode {
  readonly name: string;
  readonly text: string;
  readonly legend: ReadonlyMap<string, string>;
}

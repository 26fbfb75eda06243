import type {DurableOutput} from './delivery.ts';

/**
 * Takes encoded output. `write` never waits and copies what it keeps: the bytes are only lent. The loop calls `drain` before it writes again when `full`, and
 * `flush` when input went idle, so that output is never held back longer than that.
 */
export interface Sink {
  open(): Promise<void>;
  write(bytes: Uint8Array): void;
  readonly full: boolean;
  /** Resolves when there is room again. */
  drain(): Promise<void>;
  /** Resolves when everything written has been handed to the system. */
  flush(): Promise<void>;
  /** True once nobody reads any more (a closed pipe): the query may end, and that is no error. */
  readonly closedByReader: boolean;
  /** True, after `open`, when rows are added to some that are there: what stands before the first row (a header) is not written again. */
  readonly continues?: boolean;
  /** Present where output is told apart by commits: see there. Absent for pipes, and for sinks that write into the job's transaction. */
  readonly durable?: DurableOutput;
  /** The end of a run that may count: writes what is held, then makes an overwriting sink's output visible. */
  close(): Promise<void>;
  /** The end of a run that failed: an overwriting sink leaves what was there before. Absent: `close` does. */
  discard?(): Promise<void>;
}

/** A sink with several places to write to. */
export interface PartitionedSink extends Sink {
  /** What is written next belongs to this partition: a path relative to the table's, `dt=2026-01-01/hm=12`. True: its file is new. */
  begin(partition: string): boolean;
}

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
  close(): Promise<void>;
}

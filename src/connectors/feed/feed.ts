/**
 * Bytes of one file, pipe or socket, in order. `read` never waits: it puts what is there into `target` and returns how many bytes; `nothing`: not yet;
 * `ended`: never again. Errors come out of `read` as a ProblemError, after every byte before them.
 */
export interface Feed {
  read(target: Uint8Array): number | 'nothing' | 'ended';
  /** Resolves when `read` would not say `nothing`. Never rejects. */
  ready(): Promise<void>;
  /** Stops waiting, so that nothing keeps the process alive; bytes that arrived stay for whoever reads on. Absent: it never waits. */
  pause?(): void;
  /** Safe to call twice. */
  close(): void;
}

/** What most feeds never have to wait for. */
export const always: Promise<void> = Promise.resolve();

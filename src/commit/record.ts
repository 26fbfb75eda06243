import type {Position} from '../flow/source.ts';

/** One commit of a job: everything that the next process needs to go on behind it, and with the input to compute it again. */
export interface CommitRecord {
  /** 1 for the first commit of a log, then one more each. */
  readonly epoch: number;
  /** The record before this one is known to count: its commit was over when this one was captured. True for the first. */
  readonly previousCounts: boolean;
  /** Of each input in the plan's order, behind its last row of this epoch. */
  readonly positions: readonly Position[];
  /** All input was read to its end, and everything has been written: whoever starts again has nothing left to do but to make outputs final. */
  readonly ended: boolean;
  /** What was done in this epoch, in order. */
  readonly taken: readonly TakenRun[];
  /** What the clock said in each of these: milliseconds since 1970. Empty when nobody asked. */
  readonly clockReadings: readonly number[];
  /** Of each output in the plan's order what its `capture` gave; null for outputs that keep nothing. */
  readonly outputs: readonly Position[];
  /** The engine's image: all of it, or what changed since the record before. */
  readonly state: {readonly kind: 'full' | 'changes'; readonly bytes: Uint8Array};
  /** Since the log began. */
  readonly totals: {readonly rowsIn: number; readonly rowsOut: number; readonly rejected: number};
}

/** One batch of an input: so many of its rows. `rows` 0: the input came to its end. `input` -1: no input, time alone went on. */
export interface TakenRun {
  readonly input: number;
  readonly rows: number;
}

/** The form in which logs are written. Older ones are read for ever. */
export const logFormat = 1;

/** What a log belongs to. */
export interface LogHeader {
  /** Of the log's form. A greater one is refused. */
  readonly format: number;
  readonly engineVersion: string;
  readonly planFingerprint: string;
  /** The operators that keep state, with the fingerprints of their sub-plans, so that a refusal can name the one that differs. */
  readonly operators: readonly {readonly name: string; readonly fingerprint: string}[];
}

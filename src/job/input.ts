import type {EngineInput} from '../compile/engine.ts';
import type {Offset} from '../flow/delivery.ts';
import type {Position} from '../flow/source.ts';

/** One input of the engine with what fills it. */
export interface Input {
  readonly engineInput: EngineInput;
  /** Fills the engine's batch with at most `mostRows` rows: `rows`; or says why it could not. Never waits. */
  take(mostRows: number): 'rows' | 'nothing' | 'ended';
  /** Resolves when `take` would not say `nothing`. */
  ready(): Promise<void>;
  readonly rows: number;
  readonly readBytes: number;
  /** Null when unknown. */
  totalBytes(): number | null;
  /** Where row `row` of the current batch came from, and its bytes; null for rows that came from nowhere. */
  origin(row: number): {readonly where: string; readonly bytes: Uint8Array} | null;
  /** After the current batch. */
  position(): Position;
  /** False: the current batch has ended within a record, or records that were taken wait, so the position says nothing about it: the next batch is taken before anything is captured. Absent: true. */
  readonly isBetweenRecords?: boolean;
  /** The same as offsets of the job's group; empty for inputs that keep none. */
  offsets(): readonly Offset[];
  /** When `take` said `nothing`: all there is has been read, for now. */
  readonly isAtEnd: boolean;
  /** Messages that wait, as far as known. */
  lag(): number | null;
  /** When the record of a row of the current batch was made, in milliseconds since 1970; null: it does not say. Absent: none does. */
  createdAtMs?(row: number): number | null;
  /** How far each partition has been read, by number. Absent: there are none. */
  readPartitions?(): readonly ReadPartition[];
  close(): Promise<void>;
}

export interface ReadPartition {
  /** `orders[3]`. */
  readonly name: string;
  /** Behind the last message taken. */
  readonly offset: number;
  /** Messages that wait; null: not known. */
  readonly lag: number | null;
  readonly hasEnded: boolean;
}

import type {EngineInput} from '../compile/engine.ts';
import type {Position} from '../flow/source.ts';

/** One input of the engine with what fills it. */
export interface Input {
  readonly engineInput: EngineInput;
  /** Fills the engine's batch: `rows`; or says why it could not. Never waits. */
  take(): 'rows' | 'nothing' | 'ended';
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
  close(): Promise<void>;
}

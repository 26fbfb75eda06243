import type {Batch} from './batch.ts';

/** Where reading goes on: plain JSON that only its source understands. It names the byte (or record) after the last one that was decoded. */
export type Position = string | number | boolean | null | readonly Position[] | {readonly [name: string]: Position};

/**
 * A source of bytes in parts (files; a pipe is one part). No record crosses the end of a part. The engine calls `open` once, then `read` and `ready` in turn.
 * Nothing but `open`, `ready` and `close` may wait.
 */
export interface ByteSource {
  readonly kind: 'bytes';
  open(from: Position): Promise<void>;
  /** Puts what has arrived into `target` and returns how many bytes; or says why there are none. `end-of-part` comes once after each part's last byte. */
  read(target: Uint8Array): number | 'nothing' | 'end-of-part' | 'ended';
  /** Resolves when `read` would not say `nothing`. */
  ready(): Promise<void>;
  /** The part being read, in the words of the person: a path as given, or `stdin`. */
  readonly part: PartInfo;
  /** The position after `bytes` bytes and `lines` lines of the current part. Asked only between batches. */
  positionAt(bytes: number, lines: number): Position;
  /** Where in the part the first byte that `read` gave stands: 0, unless opened at a position. */
  readonly startBytes: number;
  readonly startLines: number;
  /** Bytes read and to be read, as far as known, for progress; null for pipes. */
  progress(): {readonly readBytes: number; readonly totalBytes: number} | null;
  close(): Promise<void>;
}

export interface PartInfo {
  readonly name: string;
  /** Values of the connector's metadata columns for this part, by metadata key: `file.path`, `file.name`, `file.size` … as plain SQL values. */
  readonly metadata: ReadonlyMap<string, string | number | bigint>;
}

/** A source that makes rows itself, straight into columns. */
export interface RowSource {
  readonly kind: 'rows';
  open(from: Position): Promise<void>;
  /** Fills the batch's vectors from row 0 (identity selection), sets `count`, never waits. */
  fill(batch: Batch): 'rows' | 'nothing' | 'ended';
  ready(): Promise<void>;
  position(): Position;
  close(): Promise<void>;
}

export type Source = ByteSource | RowSource;

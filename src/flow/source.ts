import type {Batch} from './batch.ts';
import type {EpochWord, Offset} from './delivery.ts';

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
  /** `nothing` means that all there is has been read, for now: a file that may grow, not a pipe whose writer is slow. Absent: no. */
  readonly isAtEnd?: boolean;
  /** Bytes read and to be read, as far as known, for progress; null for pipes. */
  progress(): {readonly readBytes: number; readonly totalBytes: number} | null;
  close(): Promise<void>;
}

export interface PartInfo {
  readonly name: string;
  /** Values of the connector's metadata columns for this part, by metadata key: `file.path`, `file.name`, `file.size` … as plain SQL values. */
  readonly metadata: ReadonlyMap<string, string | number | bigint>;
}

/**
 * A source of messages: each is a record by itself, with a key, a value and metadata, and belongs to a partition; the order within a partition holds. Nothing but
 * `open`, `ready` and `close` may wait.
 */
export interface MessageSource {
  readonly kind: 'messages';
  /** `group-offsets` in the place of a position: where the job's group has come to, of which the caller knows that it counts. */
  open(from: Position): Promise<void>;
  /** Puts at most `mostRows` messages that have arrived into `table` from row 0 and sets its `count`, copying their bytes into engine memory; or says why there are none. */
  take(table: MessageTable, mostRows: number): 'messages' | 'nothing' | 'ended';
  /** Resolves when `take` would not say `nothing`. */
  ready(): Promise<void>;
  /** Behind the last message taken. */
  position(): Position;
  /** The same as offsets of the job's group; empty for sources without a group. */
  offsets(): readonly Offset[];
  /** A commit counts with these offsets, of which no transaction has told the group: it may be told, for whoever watches it. Never read again, so it may fail. */
  noteCounted?(epoch: number, offsets: readonly Offset[]): void;
  /** What the group says that it was told so; asked once, when the job's log is not there. */
  groupWord?(): Promise<EpochWord>;
  /** At this moment all partitions have been read to their ends. */
  readonly isAtEnd: boolean;
  /** How many partitions it reads by now: their numbers are below. It only grows. */
  readonly partitionCount: number;
  /** Nothing more will come of a partition: reading it was to end somewhere, and did. */
  hasEnded(partition: number): boolean;
  /** Messages that are there and not read yet, as far as known; null when unknown. */
  lag(): number | null;
  /** The same of each partition, by number. Absent: not known of any. */
  partitionLags?(): readonly (number | null)[];
  close(): Promise<void>;
}

/** Messages as records of engine memory, a row each; at most 2,048. */
export interface MessageTable {
  count: number;
  /** Room for the bytes of keys and values: [pointer, pointer + size). */
  readonly pointer: number;
  readonly size: number;
  /** Of a message that is larger than all this room, nothing but the lengths. */
  readonly valueStarts: Uint32Array;
  /** `nullLength`: the message has none (a tombstone). */
  readonly valueLengths: Uint32Array;
  readonly keyStarts: Uint32Array;
  /** `nullLength`, too, where nobody wants keys. */
  readonly keyLengths: Uint32Array;
  /** Of each message the number of its partition among those of the source, from 0, in an order that a restart keeps: rows of one number are in order. */
  readonly partitions: Uint32Array;
  /** Set by the source: a metadata column of the message in row `row`, as a plain value; by the connector's keys. */
  metadata: (row: number, key: string) => MetadataValue;
  /** Set by the source: `orders[3]@1024`, to name a message in a problem. */
  where: (row: number) => string;
}

export const nullLength = 0xff_ff_ff_ff;

export type MetadataValue = string | number | bigint | null | ReadonlyMap<string, Uint8Array>;

/** A source that makes rows itself, straight into columns. */
export interface RowSource {
  readonly kind: 'rows';
  open(from: Position): Promise<void>;
  /** Fills the batch's vectors from row 0 (identity selection) with at most `mostRows` rows, sets `count`, never waits. */
  fill(batch: Batch, mostRows: number): 'rows' | 'nothing' | 'ended';
  ready(): Promise<void>;
  position(): Position;
  close(): Promise<void>;
}

export type Source = ByteSource | RowSource | MessageSource;

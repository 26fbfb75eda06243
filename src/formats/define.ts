import type {Memory} from '../base/memory.ts';
import type {OptionSpecs} from '../base/options.ts';
import type {Problem} from '../base/problem.ts';
import type {Batch, Vector} from '../flow/batch.ts';
import type {ChangelogMode, SourceChanges} from '../types/change.ts';
import type {Column, SqlType} from '../types/sql-type.ts';

/** A column that the plan wants: by its place in the declared columns and the path of names inside it (nested ROW fields), and where it goes. */
export interface WantedColumn {
  /** Names from the top: `['bid', 'price']`; one name for a plain column. */
  readonly path: readonly string[];
  /** The type at the end of the path. */
  readonly type: SqlType;
  /** Index of `path[0]` in the table's physical columns: what a positional format (CSV) goes by. */
  readonly ordinal: number;
  readonly vector: Vector;
}

export interface DecodeSpec {
  readonly memory: Memory;
  /** All physical columns of the table, in order: a positional format needs them. */
  readonly columns: readonly Column[];
  readonly wanted: readonly WantedColumn[];
  /** Where the change kind of each row goes; null (or absent) for a table whose rows are all inserts. */
  readonly kinds?: Uint8Array | null;
  /** The format's own options, without prefix (`ignore-parse-errors`), validated and with defaults filled in. */
  readonly options: ReadonlyMap<string, string>;
  /** IANA name; what TIMESTAMP_LTZ texts without a zone mean. */
  readonly timeZone: string;
  /** A field that does not fit its type: the record is rejected, or the field becomes NULL. */
  readonly badField: 'reject' | 'null';
  /** Each record is a message by itself: only `decodeRecords` is called. Absent: they stand one after the other, as in a file. */
  readonly messages?: boolean;
  /** A larger record is rejected. */
  readonly maxRecordBytes: number;
  /**
   * Told of each record that is not a row, in order, while decoding. `pointer`, `length`: its bytes; `row`: how many rows of this call came before it. `reason`: a
   * lower-case clause such as `field "price": cannot read "abc" as BIGINT`. True ends the call after the rows before it (the record counts as consumed).
   */
  readonly reject: (reject: {
    readonly pointer: number;
    readonly length: number;
    readonly row: number;
    readonly line: number;
    readonly reason: string;
  }) => boolean;
}

/**
 * Turns bytes into rows of the wanted vectors. Rows are dense from 0 in the order of the records; rejected records and blank lines leave no gap.
 * Everything is synchronous. Text cells may point into the input bytes (valid until the next call) or into scratch.
 */
export interface RecordDecoder {
  /** Rows of the last call. */
  readonly rows: number;
  /** Lines consumed by the last call (rows, rejected and blank ones): for line numbers. */
  readonly lines: number;
  /** Where each row's record starts and how long it is, by row, and the number of its line within the call (from 0). */
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
  readonly lineNumbers: Uint32Array;
  /**
   * Decodes whole records of engine memory [from, end), at most `mostRows` rows (2,048 at the most), and returns the pointer after the last byte consumed. With `final` no
   * more bytes will follow in this part: a last line without a line end counts. A record that is not whole yet stays unconsumed.
   */
  decodeLines(from: number, end: number, final: boolean, mostRows: number): number;
  /** Decodes `count` records that stand in `starts` and `lengths`, each by itself (messages). */
  decodeRecords(count: number): void;
  /** Of the last `decodeRecords`: records for which there was no room any more, where one record may be several rows; `decodeRecords(0)` goes on with them. */
  readonly recordsLeft?: number;
  /** A watermark (in milliseconds) that stands in the input right behind the rows of the last call, which it has ended; null (or absent) when there was none. */
  readonly watermark?: number | null;
  /** A new part begins (a CSV header is expected again). `lines`: of a format that `isBinary`, records of the part that were read before, and are passed over. */
  startPart(lines?: number): void;
  /** Of a format that `keepsSchemas`: the numbers of schemas that these records name and it does not have, each once. It is asked before they are decoded. */
  lacks?(starts: Uint32Array, lengths: Uint32Array, count: number): readonly number[];
  /** Gives it a schema that it lacked: its text, behind those of the schemas that it refers to; or a reason why there is none, with which its records are rejected. */
  learn?(id: number, schema: readonly string[] | {readonly reason: string}): void;
}

export interface EncodeSpec {
  readonly memory: Memory;
  readonly columns: readonly Column[];
  readonly options: ReadonlyMap<string, string>;
  readonly timeZone: string;
  /** Write the change kind of each row (as the format does it). False for append-only streams. */
  readonly kinds: boolean;
  /** Each row is a message by itself: nothing stands between rows or before them, and the encoder has `ends`. Absent: rows stand one after the other, as in a file. */
  readonly messages?: boolean;
}

/** Turns batches into bytes. The batch's vectors are the sink's columns, in order; they are the same objects in every call. */
export interface RowEncoder {
  /** What stands before the first row (a CSV header, `[`), or null. */
  start(): Uint8Array | null;
  /** Encodes all rows of the batch; gives the bytes out in one or more pieces, each lent until the call returns. */
  encode(batch: Batch, write: (bytes: Uint8Array) => void): void;
  /** What stands after the last row, or null. A `table` writes everything here. */
  end(): Uint8Array | null;
  /** With `messages`: where each row of the last `encode` ends, by its position in the selection, in bytes from the beginning of what that call has given out. */
  readonly ends?: Uint32Array | undefined;
  /** Of a format that `keepsSchemas`: the schema of its rows, which is to be registered, and who is told of its number before the first row. */
  readonly registration?: {readonly schema: string; learn(id: number): void};
  /** Waits for what must be known before the first row (the number of a schema). Absent: nothing. */
  open?(): Promise<void>;
}

export interface FormatDefinition {
  readonly name: string;
  readonly summary: string;
  /** Without prefix. */
  readonly options: OptionSpecs;
  readonly examples: readonly [FormatExample, ...FormatExample[]];
  /** Its schemas are kept by a registry, and records name them by numbers: who reads fetches them, who writes registers them. */
  readonly keepsSchemas?: true;
  /**
   * Its files are no lines: nothing can be added to one that somebody else began, and where reading stands in one is told by the number of records, not by bytes, so
   * that it is read again from its beginning. Absent: a record ends where a line does, or can be found from any other.
   */
  readonly isBinary?: true;
  /** The bytes that every file of it begins with; absent: they may be any. */
  readonly begins?: Uint8Array;
  /** The columns that a file names by itself, told from its beginning; or why it cannot be. Absent: it names none. */
  columnsOf?(beginning: Uint8Array): readonly Column[] | {readonly reason: string};
  /** Its records are messages only: they cannot stand one after the other in a file or a pipe. A text says why, and what to do instead. */
  readonly messagesOnly?: {readonly reason: string; readonly hint: string};
  /** What it can read and write; `append` alone for json, csv, raw. Empty: it cannot. */
  readonly reads: readonly ChangelogMode[];
  readonly writes: readonly ChangelogMode[];
  /** What rows of a table with these options do; absent: they are inserts. */
  readsAs?(options: ReadonlyMap<string, string>): SourceChanges;
  /** Problems of the table's columns with this format (raw wants exactly one), told at planning. */
  check?(columns: readonly Column[], options: ReadonlyMap<string, string>): readonly Problem[];
  decoder?(spec: DecodeSpec): RecordDecoder;
  encoder?(spec: EncodeSpec, batch: Batch): RowEncoder;
}

/** One record and what it reads as: run by the tests, printed by the pages. */
export interface FormatExample {
  readonly columns: string;
  /** The record as text; two digits a byte with `isHex`. */
  readonly bytes: string;
  readonly isHex?: true;
  /** Of a format that `keepsSchemas`: what the registry has under the number that the record names. */
  readonly schema?: string;
  readonly options?: Readonly<Record<string, string>>;
  /** Flink's row text: `[1, abc]`, or `+I[1, abc]` of a format of changes. */
  readonly row: string;
}

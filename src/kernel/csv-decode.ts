import type {Memory} from '../base/memory.ts';
import {assert} from '../base/problem.ts';
import {wasm} from './generated/csv-decode.ts';
import {instantiateKernel} from './instantiate.ts';

/** How delimited text is written. Characters are single bytes; -1 means that there is none. */
export interface CsvDialect {
  readonly delimiter: number;
  readonly quote: number;
  readonly escape: number;
  /** An unquoted field of exactly these bytes is NULL. */
  readonly nullLiteral: Uint8Array | null;
  /** Lines that begin with `#` are no records. */
  readonly allowComments: boolean;
  /** Spaces around unquoted fields do not count. */
  readonly trimSpaces: boolean;
  readonly emptyAsNull: boolean;
  /** One more field is no fault when it is empty. */
  readonly allowTrailing: boolean;
  /** Any more fields are no fault. */
  readonly ignoreTrailing: boolean;
  /** Missing fields are NULL. */
  readonly allowMissing: boolean;
}

/** The numbers of the kernel's column kinds (wasm/csv/layout.ts). `handed`: every cell is finished by JavaScript, NULL ones too. */
const kinds = {
  skip: 0,
  text: 1,
  integer: 2,
  double: 3,
  float: 4,
  boolean: 5,
  decimal: 6,
  date: 7,
  time: 8,
  timestamp: 9,
  handed: 10,
} as const;

/** What becomes of the fields at one place of a record. */
export interface CsvColumn {
  readonly kind: keyof typeof kinds;
  /** Digits of the fraction of a second for `time` (3 at most) and `timestamp` (6 at most). */
  readonly precision: number;
  /** Digits after the point for `decimal`. */
  readonly scale: number;
  /** A `timestamp` that ends with `Z`. */
  readonly isZoned: boolean;
  /** Smallest and greatest value: of an `integer`, and of a `decimal` times 10^scale. Safe integers. */
  readonly least: number;
  readonly most: number;
  /** Where cells and tags go. 0 for `skip`. */
  readonly cells: number;
  readonly tagCells: number;
}

export const skippedColumn: CsvColumn = {
  kind: 'skip',
  precision: 0,
  scale: 0,
  isZoned: false,
  least: 0,
  most: 0,
  cells: 0,
  tagCells: 0,
};

/**
 * Why a run ended. `done`: rows are full, or no whole record is left. `record`: a record whose handed cells JavaScript must finish; it stands at row `rows` and is not
 * counted yet. The rest are records that are none: another number of fields, text after a closing quote, a quote that is never closed, too many bytes.
 */
export type CsvStatus = 'done' | 'record' | 'columns' | 'quote' | 'unclosed' | 'too-long';
const statuses: readonly CsvStatus[] = ['done', 'record', 'columns', 'quote', 'unclosed', 'too-long'];

/** Places in the control block, in u32 words (wasm/csv/layout.ts). */
const at = {
  cursor: 0,
  end: 1,
  final: 2,
  oneRecord: 3,
  rows: 4,
  mostRows: 5,
  lines: 6,
  starts: 7,
  lengths: 8,
  lineNumbers: 9,
  columns: 10,
  columnCount: 11,
  delimiter: 12,
  quote: 13,
  escape: 14,
  flags: 15,
  nullPointer: 16,
  nullLength: 17,
  maxRecord: 18,
  recordStart: 19,
  recordLength: 20,
  recordLine: 21,
  fields: 22,
  high: 23,
  handedCount: 24,
  handed: 25,
  index: 26,
  singly: 27,
  owed: 28,
} as const;
const controlBytes = 29 * 4;
/** One word for each byte of the kernel's window, and some beyond. */
const indexWords = 16384 + 64;
const columnBytes = 32;
const handedWords = 4;

interface Exports {
  decode(control: number): number;
  unescape(from: number, length: number, target: number, quote: number, escape: number): number;
}

/** The pointers of a decoder's record table: u32 each, by row. */
export interface RecordTable {
  readonly starts: number;
  readonly lengths: number;
  readonly lineNumbers: number;
}

/** The face of the kernel `csv-decode`: its control block and its column descriptors, by name. */
export class CsvKernel {
  readonly #memory: Memory;
  readonly #dialect: CsvDialect;
  readonly #exports: Exports;
  readonly #control: number;
  readonly #words: Uint32Array;
  readonly #mostColumns: number;
  #handed: Uint32Array;

  /** `mostColumns`: the most columns that `setColumns` may be given. */
  constructor(memory: Memory, dialect: CsvDialect, table: RecordTable, maxRecordBytes: number, mostColumns: number) {
    this.#memory = memory;
    this.#dialect = dialect;
    this.#exports = instantiateKernel<Exports>(wasm, memory);
    this.#control = memory.allocate(controlBytes);
    this.#mostColumns = mostColumns;
    const words = new Uint32Array(memory.wasm.buffer, this.#control, controlBytes / 4);
    this.#words = words;
    words[at.starts] = table.starts;
    words[at.lengths] = table.lengths;
    words[at.lineNumbers] = table.lineNumbers;
    words[at.columns] = memory.allocate(mostColumns * columnBytes);
    words[at.delimiter] = dialect.delimiter;
    words[at.quote] = dialect.quote;
    words[at.escape] = dialect.escape === dialect.quote ? -1 : dialect.escape;
    words[at.flags] = flagsOf(dialect);
    words[at.nullLength] = -1;
    if (dialect.nullLiteral !== null) {
      words[at.nullPointer] = memory.allocate(dialect.nullLiteral.length);
      words[at.nullLength] = dialect.nullLiteral.length;
      memory.bytes.set(dialect.nullLiteral, words[at.nullPointer]);
    }
    words[at.maxRecord] = maxRecordBytes;
    words[at.index] = memory.allocate(indexWords * 4);
    words[at.singly] = 1;
    words[at.handed] = memory.allocate(mostColumns * handedWords * 4);
    this.#handed = new Uint32Array(memory.wasm.buffer, words[at.handed], mostColumns * handedWords);
  }

  /** Says what the fields of a record are, from the first to the last. */
  setColumns(columns: readonly CsvColumn[]): void {
    assert(columns.length <= this.#mostColumns, 'a delimited record has more columns than were provided for');
    const view = this.#memory.view;
    let pointer = this.#words[at.columns] as number;
    for (const column of columns) {
      view.setUint8(pointer, kinds[column.kind]);
      view.setUint8(pointer + 1, column.precision);
      view.setUint8(pointer + 2, column.scale);
      view.setUint8(pointer + 3, Number(column.isZoned));
      view.setUint32(pointer + 4, column.cells, true);
      view.setUint32(pointer + 8, column.tagCells, true);
      view.setFloat64(pointer + 16, column.least, true);
      view.setFloat64(pointer + 24, column.most, true);
      pointer += columnBytes;
    }
    this.#words[at.columnCount] = columns.length;
  }

  /** Sets what `run` goes on with. */
  start(from: number, end: number, isFinal: boolean, mostRows: number): void {
    const words = this.#words;
    words[at.cursor] = from;
    words[at.end] = end;
    words[at.final] = Number(isFinal);
    words[at.rows] = 0;
    words[at.mostRows] = mostRows;
    words[at.lines] = 0;
  }

  /** Decodes until something has to be told. With `oneRecord` each record ends the run, as `record` if nothing is wrong with it. */
  run(oneRecord: boolean): CsvStatus {
    this.#words[at.oneRecord] = Number(oneRecord);
    return statuses[this.#exports.decode(this.#control)] as CsvStatus;
  }

  /** The next byte to decode. */
  get cursor(): number {
    return this.#words[at.cursor] as number;
  }
  set cursor(pointer: number) {
    this.#words[at.cursor] = pointer;
  }
  /** Rows counted so far. */
  get rows(): number {
    return this.#words[at.rows] as number;
  }
  set rows(count: number) {
    this.#words[at.rows] = count;
  }
  /** Lines consumed so far. */
  get lines(): number {
    return this.#words[at.lines] as number;
  }
  set lines(count: number) {
    this.#words[at.lines] = count;
  }
  /** The record that ended the last run: where it stands, without its line end, and its line. */
  get recordStart(): number {
    return this.#words[at.recordStart] as number;
  }
  get recordLength(): number {
    return this.#words[at.recordLength] as number;
  }
  get recordLine(): number {
    return this.#words[at.recordLine] as number;
  }
  /** Its number of fields, as far as it could be read. */
  get fields(): number {
    return this.#words[at.fields] as number;
  }
  /** The last run saw a byte beyond ASCII. */
  get sawHigh(): boolean {
    return this.#words[at.high] !== 0;
  }

  /** Cells that the kernel left to JavaScript in the record that ended the last run. */
  get handedCount(): number {
    return this.#words[at.handedCount] as number;
  }
  handedColumn(index: number): number {
    return this.#handed[index * handedWords] as number;
  }
  handedPointer(index: number): number {
    return this.#handed[index * handedWords + 1] as number;
  }
  /** -1: the record ended before this field. */
  handedLength(index: number): number {
    return (this.#handed[index * handedWords + 2] as number) | 0;
  }
  handedQuoted(index: number): boolean {
    return ((this.#handed[index * handedWords + 3] as number) & 1) !== 0;
  }
  /** The cell holds doubled quotes or escape characters. */
  handedEscaped(index: number): boolean {
    return ((this.#handed[index * handedWords + 3] as number) & 2) !== 0;
  }

  /** Copies a field's content without its doubled quotes and escape characters into scratch at `target`; returns the bytes written, `length` at the most. */
  unescape(from: number, length: number, target: number): number {
    return this.#exports.unescape(
      from,
      length,
      target,
      this.#dialect.quote,
      this.#words[at.escape] === 0xffffffff ? -1 : this.#dialect.escape,
    );
  }
}

function flagsOf(dialect: CsvDialect): number {
  // A space that separates fields cannot be trimmed.
  const trimSpaces = dialect.trimSpaces && dialect.delimiter !== 32;
  const flags = [
    dialect.allowComments,
    trimSpaces,
    dialect.emptyAsNull,
    dialect.allowTrailing,
    dialect.ignoreTrailing,
    dialect.allowMissing,
  ];
  return flags.reduce((bits, flag, index) => bits | (flag ? 1 << index : 0), 0);
}

import {isUtf8} from 'node:buffer';
import {didYouMean} from '../../base/nearest.ts';
import type {Memory} from '../../base/memory.ts';
import {batchRows, Tag} from '../../flow/batch.ts';
import {writeValue} from '../../flow/cells.ts';
import {type CsvDialect, CsvKernel, type CsvStatus, skippedColumn} from '../../kernel/csv-decode.ts';
import type {SqlType} from '../../types/sql-type.ts';
import {typeText} from '../../types/type-text.ts';
import type {Value} from '../../types/value.ts';
import type {DecodeSpec, RecordDecoder, WantedColumn} from '../define.ts';
import {type CellRules, readCell, unreadable} from './cell.ts';
import {csvColumn} from './columns.ts';
import {dialectOf, isSet} from './options.ts';

/** A header may name this many fields. */
const mostHeaderFields = 4096;

export function csvDecoder(spec: DecodeSpec): RecordDecoder {
  return new CsvDecoder(spec);
}

/**
 * Reads delimited text: the kernel reads records until one needs more than it can do, this class finishes that record in its place or rejects it, and the kernel
 * goes on behind it.
 */
class CsvDecoder implements RecordDecoder {
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
  readonly lineNumbers: Uint32Array;
  readonly #spec: DecodeSpec;
  readonly #memory: Memory;
  readonly #dialect: CsvDialect;
  readonly #rules: CellRules;
  readonly #kernel: CsvKernel;
  /** What fills a bad field: NULL, or nothing, and the record is rejected. */
  readonly #nullsBadFields: boolean;
  /** Bad records are dropped without a word, as `ignore-parse-errors` asks for. */
  readonly #dropsSilently: boolean;
  readonly #readsHeader: boolean;
  readonly #skipsFirst: boolean;
  /** The wanted columns by the place of their field in a record. */
  #wantedAt: readonly (readonly WantedColumn[])[] = [];
  /** Their names, for messages. */
  #names: readonly string[] = [];
  /** Nothing of the part has been decoded yet. */
  #isAtStart = true;
  /** The first record of the part is still to come, and is none of the rows. */
  #awaitsFirst: boolean;
  /** Why no record of this part can be a row: its header lacks a wanted column. */
  #headerFault: string | null = null;
  /** Wanted columns that the header lacks, when bad fields become NULL. */
  #missing: readonly WantedColumn[] = [];
  /** The rest of an overlong line is to be passed over. */
  #isSkippingLine = false;
  rows = 0;
  lines = 0;

  constructor(spec: DecodeSpec) {
    const {memory, options} = spec;
    this.#spec = spec;
    this.#memory = memory;
    this.#dialect = dialectOf(options);
    this.#rules = {
      elementDelimiter: options.get('array-element-delimiter') ?? ';',
      nullLiteral: options.get('null-literal') ?? null,
      timeZone: spec.timeZone,
    };
    this.#dropsSilently = isSet(options, 'ignore-parse-errors');
    this.#nullsBadFields = spec.badField === 'null' || this.#dropsSilently;
    this.#readsHeader = isSet(options, 'header');
    this.#skipsFirst = isSet(options, 'ignore-first-line');
    this.#awaitsFirst = this.#readsHeader || this.#skipsFirst;
    const table = {
      starts: memory.allocate(batchRows * 4),
      lengths: memory.allocate(batchRows * 4),
      lineNumbers: memory.allocate(batchRows * 4),
    };
    this.starts = new Uint32Array(memory.wasm.buffer, table.starts, batchRows);
    this.lengths = new Uint32Array(memory.wasm.buffer, table.lengths, batchRows);
    this.lineNumbers = new Uint32Array(memory.wasm.buffer, table.lineNumbers, batchRows);
    const mostColumns = this.#awaitsFirst ? Math.max(mostHeaderFields, spec.columns.length) : spec.columns.length;
    this.#kernel = new CsvKernel(memory, this.#dialect, table, spec.maxRecordBytes, mostColumns);
    this.#useColumns();
  }

  startPart(): void {
    this.#isAtStart = true;
    this.#awaitsFirst = this.#readsHeader || this.#skipsFirst;
    this.#headerFault = null;
    this.#isSkippingLine = false;
  }

  decodeLines(from: number, end: number, final: boolean, mostRows: number): number {
    const kernel = this.#kernel;
    kernel.start(from, end, final, Math.min(mostRows, batchRows));
    if (this.#isAtStart && !this.#passMark(end, final)) return this.#finish();
    if (this.#isSkippingLine && !this.#passLine(end, final)) return this.#finish();
    if (this.#awaitsFirst && !this.#readFirst(final)) return this.#finish();
    for (const column of this.#missing) column.vector.tags.fill(Tag.null);
    while (this.#runOnce(final) === 'on');
    return this.#finish();
  }

  decodeRecords(count: number): void {
    let rows = 0;
    let record = 0;
    while (record < count) {
      const start = this.starts[record] as number;
      const length = this.lengths[record] as number;
      const reason = this.#decodeMessage(start, length, rows);
      if (reason === 'row') {
        this.starts[rows] = start;
        this.lengths[rows] = length;
        this.lineNumbers[rows++] = record;
      }
      const isEnough = reason !== 'row' && reason !== 'nothing' && this.#reject(start, length, rows, record, reason.fault);
      record++;
      if (isEnough) break;
    }
    this.rows = rows;
    this.lines = record;
  }

  /** One message, which holds one record at the most, into the cells of `row`. */
  #decodeMessage(start: number, length: number, row: number): 'row' | 'nothing' | {readonly fault: string} {
    const kernel = this.#kernel;
    const {bytes} = this.#memory;
    let end = start + length;
    while (end > start && (bytes[end - 1] === 10 || bytes[end - 1] === 13)) end--;
    kernel.start(start, end, true, batchRows);
    kernel.rows = row;
    const status = kernel.run(true);
    if (status === 'done') return 'nothing';
    const fault =
      this.#faultOf(status, kernel.sawHigh) ?? (kernel.cursor < end ? 'the message holds more than one line' : this.#finishCells(row));
    return fault === null ? 'row' : {fault};
  }

  /** Lets the kernel run until something has to be told, and tells it. */
  #runOnce(isFinal: boolean): 'on' | 'stop' {
    const kernel = this.#kernel;
    const from = kernel.cursor;
    const rows = kernel.rows;
    const lines = kernel.lines;
    const oneRecord = this.#headerFault !== null;
    const status = kernel.run(oneRecord);
    if (kernel.sawHigh && !isUtf8(this.#memory.bytes.subarray(from, kernel.cursor))) {
      const upTo = kernel.cursor;
      kernel.cursor = from;
      kernel.rows = rows;
      kernel.lines = lines;
      return this.#runSingly(upTo, isFinal);
    }
    return this.#settle(status, false, isFinal);
  }

  /** Somewhere before `upTo` is a record that is not UTF-8: each is looked at by itself. */
  #runSingly(upTo: number, isFinal: boolean): 'on' | 'stop' {
    const kernel = this.#kernel;
    while (kernel.cursor < upTo) {
      const status = kernel.run(true);
      if (this.#settle(status, kernel.sawHigh, isFinal) === 'stop') return 'stop';
    }
    return 'on';
  }

  #settle(status: CsvStatus, checksText: boolean, isFinal: boolean): 'on' | 'stop' {
    const kernel = this.#kernel;
    if (status === 'done') return 'stop';
    const start = kernel.recordStart;
    const length = kernel.recordLength;
    const line = kernel.recordLine;
    // Of an overlong line all that is there was consumed, and its end is not in sight.
    if (status === 'too-long' && !isFinal && kernel.lines === line) this.#isSkippingLine = true;
    const reason = this.#faultOf(status, checksText) ?? this.#finishCells(kernel.rows);
    if (reason === null) {
      kernel.rows++;
      return 'on';
    }
    return this.#reject(start, length, kernel.rows, line, reason) ? 'stop' : 'on';
  }

  /** Why the record that ended the run is none, or null. */
  #faultOf(status: CsvStatus, checksText: boolean): string | null {
    const kernel = this.#kernel;
    if (status === 'too-long') return `the record is larger than ${this.#spec.maxRecordBytes} bytes`;
    if (status === 'unclosed') return `${this.#fieldName(kernel.fields)}: a quote is never closed`;
    if (status === 'quote') return `${this.#fieldName(kernel.fields)}: text follows a closing quote`;
    const record = this.#memory.bytes.subarray(kernel.recordStart, kernel.recordStart + kernel.recordLength);
    if (checksText && !isUtf8(record)) return `not valid UTF-8 at byte ${firstBadByte(record) + 1}`;
    if (status === 'columns') {
      const expected = this.#names.length;
      return `expected ${expected} ${expected === 1 ? 'field' : 'fields'} but found ${kernel.fields}`;
    }
    return this.#headerFault;
  }

  /** Finishes the cells that the kernel handed over; a reason when one of them is bad. */
  #finishCells(row: number): string | null {
    const kernel = this.#kernel;
    const count = kernel.handedCount;
    for (let index = 0; index < count; index++) {
      const length = kernel.handedLength(index);
      const isNull = length < 0 || (length === 0 && this.#dialect.emptyAsNull);
      const cell = {pointer: kernel.handedPointer(index), length};
      if (!isNull && kernel.handedEscaped(index)) this.#unescape(cell);
      for (const wanted of this.#wantedAt[kernel.handedColumn(index)] as readonly WantedColumn[]) {
        if (isNull) wanted.vector.tags[row] = Tag.null;
        else {
          const reason = this.#finishCell(wanted, row, cell, kernel.handedQuoted(index));
          if (reason !== null) return reason;
        }
      }
    }
    return null;
  }

  #unescape(cell: {pointer: number; length: number}): void {
    const target = this.#memory.scratch(cell.length);
    cell.length = this.#kernel.unescape(cell.pointer, cell.length, target);
    cell.pointer = target;
  }

  #finishCell(wanted: WantedColumn, row: number, {pointer, length}: {pointer: number; length: number}, isQuoted: boolean): string | null {
    const {vector, type, path} = wanted;
    if (path.length === 1 && (type.kind === 'VARCHAR' || type.kind === 'CHAR')) {
      vector.ranges[2 * row] = pointer;
      vector.ranges[2 * row + 1] = length;
      vector.tags[row] = Tag.dirty;
      return null;
    }
    const text = this.#memory.readText(pointer, length);
    if (!isQuoted && text === this.#rules.nullLiteral) {
      vector.tags[row] = Tag.null;
      return null;
    }
    const topType = path.length === 1 ? type : (this.#spec.columns[wanted.ordinal]?.type as SqlType);
    const value = readCell(text, topType, this.#rules);
    if (value !== unreadable) {
      writeValue(this.#memory, vector, row, type, valueAt(value, topType, path.slice(1)), this.#spec.timeZone);
      return null;
    }
    if (!this.#nullsBadFields) {
      return `field "${path[0]}": cannot read ${quoted(text)} as ${typeText({...topType, nullable: true})}${this.#advice(text)}`;
    }
    vector.tags[row] = Tag.null;
    return null;
  }

  #advice(text: string): string {
    return text === '' && this.#dialect.nullLiteral === null ? " (with 'csv.null-literal' = '' an empty field is NULL)" : '';
  }

  #fieldName(place: number): string {
    const name = this.#names[place];
    return name === undefined ? `field ${place + 1}` : `field "${name}"`;
  }

  #reject(pointer: number, length: number, row: number, line: number, reason: string): boolean {
    return this.#dropsSilently ? false : this.#spec.reject({pointer, length, row, line, reason});
  }

  #finish(): number {
    this.rows = this.#kernel.rows;
    this.lines = this.#kernel.lines;
    return this.#kernel.cursor;
  }

  /** Passes over a byte order mark; false while it cannot be told yet whether there is one. */
  #passMark(end: number, isFinal: boolean): boolean {
    const from = this.#kernel.cursor;
    const mark = [0xef, 0xbb, 0xbf];
    const found = this.#memory.bytes.subarray(from, Math.min(end, from + 3));
    const isMark = found.every((byte, index) => byte === mark[index]);
    if (isMark && found.length < 3 && !isFinal) return false;
    if (isMark && found.length === 3) this.#kernel.cursor = from + 3;
    this.#isAtStart = false;
    return true;
  }

  /** Passes over the rest of a line that was rejected as too long; false while it has no end. */
  #passLine(end: number, isFinal: boolean): boolean {
    const kernel = this.#kernel;
    const found = this.#memory.bytes.subarray(kernel.cursor, end).indexOf(10);
    kernel.cursor = found < 0 ? end : kernel.cursor + found + 1;
    if (found < 0 && !isFinal) return false;
    kernel.lines++;
    this.#isSkippingLine = false;
    return true;
  }

  /** Reads the part's first record, which is no row; false while it is not whole. */
  #readFirst(isFinal: boolean): boolean {
    const kernel = this.#kernel;
    kernel.setColumns(Array.from({length: mostHeaderFields}, () => ({...skippedColumn, kind: 'handed'})));
    this.#names = []; // Fields of a header have no names yet.
    const status = kernel.run(true);
    // Fewer fields than there may be at the most is no fault of a header.
    const isRecord = status === 'record' || status === 'columns';
    const {recordStart, recordLength, recordLine} = kernel;
    const fault = status === 'done' || isRecord ? null : this.#faultOf(status, false);
    if (isRecord && this.#readsHeader) this.#useHeader(this.#headerNames());
    else this.#useColumns();
    if (status === 'done') return false;
    this.#awaitsFirst = false;
    if (status === 'too-long' && !isFinal && kernel.lines === recordLine) this.#isSkippingLine = true;
    const reason = fault === null ? this.#headerFault : `the header cannot be read: ${fault}`;
    if (fault !== null && this.#readsHeader) this.#headerFault = reason;
    return reason === null || !this.#reject(recordStart, recordLength, 0, recordLine, reason);
  }

  #headerNames(): readonly string[] {
    const kernel = this.#kernel;
    const names: string[] = [];
    for (let index = 0; index < kernel.handedCount; index++) {
      const cell = {pointer: kernel.handedPointer(index), length: kernel.handedLength(index)};
      if (cell.length < 0) break;
      const mark = this.#memory.mark();
      if (kernel.handedEscaped(index)) this.#unescape(cell);
      names.push(this.#memory.readText(cell.pointer, cell.length));
      this.#memory.release(mark);
    }
    return names;
  }

  /** Fields stand in the order of the table's columns. */
  #useColumns(): void {
    const {columns, wanted} = this.#spec;
    this.#missing = [];
    this.#arrange(
      columns.map(column => column.name),
      columns.map((_, ordinal) => wanted.filter(column => column.ordinal === ordinal)),
    );
  }

  /** Fields stand as the header names them. Of two fields with one name the first is meant. */
  #useHeader(names: readonly string[]): void {
    const {columns, wanted} = this.#spec;
    const placeOf = (column: WantedColumn): number => names.indexOf(columns[column.ordinal]?.name as string);
    this.#missing = wanted.filter(column => placeOf(column) < 0);
    this.#arrange(
      names,
      names.map((_, place) => wanted.filter(column => placeOf(column) === place)),
    );
    const lacking = this.#missing[0]?.path[0];
    if (lacking === undefined || this.#nullsBadFields) return;
    const guess = didYouMean(lacking, names);
    this.#headerFault = `the header has no field "${lacking}"${guess === undefined ? '' : `; ${guess}`}`;
  }

  #arrange(names: readonly string[], wantedAt: readonly (readonly WantedColumn[])[]): void {
    this.#names = names;
    this.#wantedAt = wantedAt;
    this.#kernel.setColumns(wantedAt.map(list => csvColumn(list)));
  }
}

/** The value at the end of a path of field names inside a ROW. */
function valueAt(value: Value, type: SqlType, path: readonly string[]): Value {
  const [name, ...rest] = path;
  if (name === undefined || value === null || type.kind !== 'ROW') return value;
  const index = type.fields.findIndex(field => field.name === name);
  return valueAt((value as readonly Value[])[index] ?? null, type.fields[index]?.type as SqlType, rest);
}

/** A text of the data as a message shows it: cut when long. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** Where the bytes stop being UTF-8, from 0. */
function firstBadByte(bytes: Uint8Array): number {
  let low = 0;
  let high = bytes.length;
  // The longest prefix that is UTF-8 but for a character that its end cuts in two.
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const isGood = [0, 1, 2, 3].some(cut => middle >= cut && isUtf8(bytes.subarray(0, middle - cut)));
    if (isGood) low = middle;
    else high = middle - 1;
  }
  while (low > 0 && !isUtf8(bytes.subarray(0, low))) low--;
  return low;
}

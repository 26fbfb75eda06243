import {isUtf8} from 'node:buffer';
import type {Memory} from '../../base/memory.ts';
import {JsonKernel} from '../../kernel/json-decode.ts';
import type {DecodeSpec, RecordDecoder} from '../define.ts';
import {CellFinisher} from './decode-cells.ts';
import {type ColumnSlot, slotsOf} from './decode-slots.ts';
import type {NodeRules, TimeStandard} from './node.ts';
import {recordReason, tooLargeReason} from './reason.ts';

const lineFeed = 10;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** The decoder of `json`: one object a line or a message, or an array of objects, which is several rows. */
export function jsonDecoder(spec: DecodeSpec): RecordDecoder {
  return new JsonDecoder(spec);
}

/** A row that the kernel took and that is none after all. */
interface FaultyRow {
  readonly row: number;
  readonly reason: string;
}

class JsonDecoder implements RecordDecoder {
  rows = 0;
  lines = 0;
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
  readonly lineNumbers: Uint32Array;
  readonly #spec: DecodeSpec;
  readonly #memory: Memory;
  readonly #buffer: Buffer;
  readonly #slots: readonly ColumnSlot[];
  readonly #kernel: JsonKernel;
  readonly #finisher: CellFinisher;
  /** With `ignore-parse-errors` what is no row is passed over without a word. */
  readonly #reject: DecodeSpec['reject'];
  #isAtPartStart = true;
  /** Inside a line that is too large and was rejected already. */
  #isSkippingLine = false;
  /** Lines that were finished before the kernel was called. */
  #linesBefore = 0;
  /** Set when a reject ended the call: the byte after the rejected record. */
  #endedAt: number | null = null;
  #nextRecord = 0;
  #recordCount = 0;

  constructor(spec: DecodeSpec) {
    const ignoresFaults = spec.options.get('ignore-parse-errors') === 'true';
    const badField = ignoresFaults ? 'null' : spec.badField;
    const rules: NodeRules = {
      standard: (spec.options.get('timestamp-format.standard') ?? 'SQL') as TimeStandard,
      timeZone: spec.timeZone,
      badElement: badField === 'null' ? 'null' : 'unreadable',
    };
    this.#spec = spec;
    this.#memory = spec.memory;
    this.#buffer = Buffer.from(spec.memory.wasm.buffer);
    this.#slots = slotsOf(spec.wanted, rules);
    this.#kernel = new JsonKernel(spec.memory, this.#slots, {
      maxRecordBytes: spec.maxRecordBytes,
      tellMissing: spec.options.get('fail-on-missing-field') === 'true',
    });
    this.#finisher = new CellFinisher(spec.memory, this.#kernel, this.#slots, rules, badField);
    this.#reject = ignoresFaults ? () => false : spec.reject;
    this.starts = this.#kernel.starts;
    this.lengths = this.#kernel.lengths;
    this.lineNumbers = this.#kernel.lineNumbers;
  }

  /** Records of the last `decodeRecords` for which there was no room any more. */
  get recordsLeft(): number {
    return this.#recordCount - this.#nextRecord;
  }

  startPart(): void {
    this.#kernel.startPart();
    this.#isAtPartStart = true;
    this.#isSkippingLine = false;
  }

  decodeLines(from: number, end: number, final: boolean, mostRows: number): number {
    this.#beginCall();
    const start = this.#isSkippingLine ? this.#skipLine(from, end, final) : from;
    if (mostRows <= 0 || start === end) return start;
    const limit = start + this.#bytes(start, end).lastIndexOf(lineFeed) + 1;
    if (final && limit < end) return this.#decodeLastLine(start, end, mostRows);
    return limit > start ? this.#decodeWhole(start, limit, mostRows) : this.#decodeUnfinished(start, end);
  }

  decodeRecords(count: number): void {
    this.#beginCall();
    if (count > 0) {
      this.#kernel.inputStarts.set(this.starts.subarray(0, count));
      this.#kernel.inputLengths.set(this.lengths.subarray(0, count));
      this.#nextRecord = 0;
      this.#recordCount = count;
      this.#kernel.startPart();
    }
    this.#nextRecord = this.#kernel.decodeRecords(this.#nextRecord, this.#recordCount);
    let least = 0xffffffff;
    let greatest = 0;
    for (let row = 0; row < this.#kernel.rows; row++) {
      const start = this.starts[row] as number;
      least = Math.min(least, start);
      greatest = Math.max(greatest, start + (this.lengths[row] as number));
    }
    this.#finishRows(least, greatest);
    if (this.#endedAt !== null) this.#nextRecord = this.#recordCount;
  }

  #beginCall(): void {
    this.rows = 0;
    this.lines = 0;
    this.#linesBefore = 0;
    this.#endedAt = null;
  }

  #bytes(from: number, end: number): Buffer {
    return this.#buffer.subarray(from, end);
  }

  /** The rest of a line that was rejected as too large. Returns where the next line begins, or the end. */
  #skipLine(from: number, end: number, final: boolean): number {
    const found = this.#bytes(from, end).indexOf(lineFeed);
    if (found < 0 && !final) return end;
    this.#isSkippingLine = false;
    this.#linesBefore = 1;
    this.lines = 1;
    return found < 0 ? end : from + found + 1;
  }

  /** Lines that all end before `limit`. */
  #decodeWhole(from: number, limit: number, mostRows: number): number {
    const hasMark = this.#isAtPartStart && this.#bytes(from, limit).subarray(0, 3).equals(byteOrderMark);
    this.#isAtPartStart = false;
    const start = hasMark ? from + 3 : from;
    const consumed = this.#kernel.decodeLines(start, limit, mostRows);
    this.#finishRows(start, consumed);
    return this.#endedAt ?? consumed;
  }

  /** The last line has no line feed: it gets one for as long as it is decoded. */
  #decodeLastLine(from: number, end: number, mostRows: number): number {
    const kept = this.#memory.bytes[end] as number;
    this.#memory.bytes[end] = lineFeed;
    const consumed = this.#decodeWhole(from, end + 1, mostRows);
    this.#memory.bytes[end] = kept;
    return Math.min(consumed, end);
  }

  /** There is no whole line yet. It stays, unless it can be told already that it is too large. */
  #decodeUnfinished(from: number, end: number): number {
    if (end - from <= this.#spec.maxRecordBytes) return from;
    this.#isSkippingLine = true;
    this.#isAtPartStart = false;
    const reason = tooLargeReason(end - from, this.#spec.maxRecordBytes);
    this.#reject({pointer: from, length: end - from, row: 0, line: this.#linesBefore, reason});
    return end;
  }

  /** After the kernel: what it could not do, which rows are none after all, and who must be told. */
  #finishRows(from: number, end: number): void {
    const kernel = this.#kernel;
    this.rows = kernel.rows;
    this.lines = this.#linesBefore + kernel.lines;
    if (this.#linesBefore > 0) for (let row = 0; row < this.rows; row++) (this.lineNumbers[row] as number)++;
    const faulty = this.#wrongTexts(from, end);
    if (kernel.pendingCount > 0) this.#finisher.finish(faulty);
    if (kernel.rejectCount > 0 || faulty.size > 0)
      this.#tellRejects([...faulty].map(([row, reason]) => ({row, reason})).sort((a, b) => a.row - b.row));
    this.#copyColumns();
  }

  /** Rows whose record is no UTF-8, with the reason. Nearly always there are none, which the kernel knows of ASCII, and one look at all bytes tells of the rest. */
  #wrongTexts(from: number, end: number): Map<number, string> {
    const faulty = new Map<number, string>();
    if (this.rows === 0 || this.#kernel.isAscii || isUtf8(this.#bytes(from, end))) return faulty;
    for (let row = 0; row < this.rows; row++) {
      const start = this.starts[row] as number;
      const bytes = this.#bytes(start, start + (this.lengths[row] as number));
      if (!isUtf8(bytes)) faulty.set(row, `not valid UTF-8 at byte ${firstWrongByte(bytes) + 1}`);
    }
    return faulty;
  }

  /** Tells of everything that is no row in the order of the records, and closes the gaps that faulty rows leave. */
  #tellRejects(faulty: readonly FaultyRow[]): void {
    const kernel = this.#kernel;
    let nextFaulty = 0;
    let nextReject = 0;
    while (nextReject < kernel.rejectCount || nextFaulty < faulty.length) {
      const fault = faulty[nextFaulty];
      const reject = nextReject < kernel.rejectCount ? kernel.reject(nextReject) : null;
      if (reject !== null && (fault === undefined || reject.row <= fault.row)) {
        nextReject++;
        const reason = recordReason(this.#memory, reject, this.#spec.maxRecordBytes);
        const line = reject.line + this.#linesBefore;
        if (this.#tell(reject.pointer, reject.length, reject.row, nextFaulty, line, reason)) break;
      } else if (fault !== undefined) {
        const {row, reason} = fault;
        const line = this.lineNumbers[row] as number;
        if (this.#tell(this.starts[row] as number, this.lengths[row] as number, row, nextFaulty, line, reason)) break;
        nextFaulty++;
      }
    }
    this.#closeGaps(faulty.slice(0, nextFaulty).map(({row}) => row));
  }

  /** True ends the call after the rows before the reject; the reject counts as consumed. */
  #tell(pointer: number, length: number, row: number, gaps: number, line: number, reason: string): boolean {
    if (!this.#reject({pointer, length, row: row - gaps, line, reason})) return false;
    this.rows = row;
    this.lines = line + 1;
    this.#endedAt = pointer + length + (this.#memory.bytes[pointer + length] === lineFeed ? 1 : 0);
    return true;
  }

  #closeGaps(gaps: readonly number[]): void {
    if (gaps.length === 0) return;
    const rows = this.rows;
    for (const [index, gap] of gaps.entries()) {
      const end = gaps[index + 1] ?? rows;
      const target = gap - index;
      for (const {vector} of this.#slots) {
        vector.numbers.copyWithin(target, gap + 1, end);
        vector.tags.copyWithin(target, gap + 1, end);
      }
      for (const list of [this.starts, this.lengths, this.lineNumbers]) list.copyWithin(target, gap + 1, end);
    }
    this.rows = rows - gaps.length;
  }

  #copyColumns(): void {
    for (const {vector, copies} of this.#slots) {
      for (const copy of copies) {
        copy.numbers.set(vector.numbers.subarray(0, this.rows));
        copy.tags.set(vector.tags.subarray(0, this.rows));
      }
    }
  }
}

/** The first byte that makes the text no UTF-8, or the beginning of a character that is cut off. */
function firstWrongByte(bytes: Buffer): number {
  let least = 0;
  let most = bytes.length;
  // A prefix that ends inside a character is no UTF-8 either, so it is asked with up to three bytes less.
  const isRight = (length: number) => [0, 1, 2, 3].some(less => less <= length && isUtf8(bytes.subarray(0, length - less)));
  while (most - least > 1) {
    const middle = (least + most) >> 1;
    if (isRight(middle)) least = middle;
    else most = middle;
  }
  while (least > 0 && !isUtf8(bytes.subarray(0, least))) least--;
  return least;
}

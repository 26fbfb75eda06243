import {isUtf8} from 'node:buffer';
import type {Memory} from '../../base/memory.ts';
import {batchRows, Tag, type Vector} from '../../flow/batch.ts';
import type {DecodeSpec, RecordDecoder} from '../define.ts';

export function rawDecoder(spec: DecodeSpec): RecordDecoder {
  return new RawDecoder(spec);
}

/** The bytes that end a value, with Java's escapes understood. */
export function lineDelimiterOf(options: ReadonlyMap<string, string>): Buffer {
  const text = options.get('line-delimiter') ?? '\\n';
  const escapes: Readonly<Record<string, string>> = {'\\n': '\n', '\\r': '\r', '\\t': '\t', '\\\\': '\\'};
  return Buffer.from(text.replace(/\\[nrt\\]/g, match => escapes[match] as string));
}

/** Every line is a row, empty ones too. Lines that end with CR LF lose both. */
class RawDecoder implements RecordDecoder {
  readonly starts = new Uint32Array(batchRows);
  readonly lengths = new Uint32Array(batchRows);
  readonly lineNumbers = new Uint32Array(batchRows);
  readonly #spec: DecodeSpec;
  readonly #memory: Memory;
  readonly #bytes: Buffer;
  readonly #delimiter: Buffer;
  readonly #stripsReturn: boolean;
  /** Null when nobody wants the column. */
  readonly #vector: Vector | null;
  readonly #isText: boolean;
  #isAtStart = true;
  /** The rest of an overlong value is to be passed over. */
  #isSkipping = false;
  rows = 0;
  lines = 0;

  constructor(spec: DecodeSpec) {
    const wanted = spec.wanted[0];
    this.#spec = spec;
    this.#memory = spec.memory;
    this.#bytes = Buffer.from(spec.memory.wasm.buffer);
    this.#delimiter = lineDelimiterOf(spec.options);
    this.#stripsReturn = this.#delimiter.toString() === '\n';
    this.#vector = wanted?.vector ?? null;
    this.#isText = spec.columns[0]?.type.kind === 'VARCHAR' || spec.columns[0]?.type.kind === 'CHAR';
  }

  startPart(): void {
    this.#isAtStart = true;
    this.#isSkipping = false;
  }

  decodeLines(from: number, end: number, final: boolean, mostRows: number): number {
    this.rows = 0;
    this.lines = 0;
    if (this.#isAtStart && this.#mayBeMark(from, end) && end - from < 3 && !final) return from;
    let at = this.#isAtStart && this.#mayBeMark(from, end) && end - from >= 3 ? from + 3 : from;
    this.#isAtStart = false;
    while (at < end && this.rows < Math.min(mostRows, batchRows)) {
      const found = this.#find(at, end);
      const next = found < 0 ? end : found + this.#delimiter.length;
      if (found < 0 && !final && !this.#isSkipping && end - at <= this.#spec.maxRecordBytes) break;
      const isWhole = found >= 0 || final;
      const line = this.lines;
      if (isWhole) this.lines++;
      if (this.#isSkipping) {
        this.#isSkipping = !isWhole;
        at = next;
        continue;
      }
      this.#isSkipping = !isWhole;
      const isEnough = this.#take(at, this.#contentEnd(at, found < 0 ? end : found) - at, line);
      at = next;
      if (isEnough) break;
    }
    return at;
  }

  decodeRecords(count: number): void {
    this.rows = 0;
    this.lines = 0;
    while (this.lines < count) {
      const record = this.lines++;
      if (this.#take(this.starts[record] as number, this.lengths[record] as number, record)) break;
    }
  }

  /** One value becomes a row or a reject; true when that ends the call. */
  #take(pointer: number, length: number, line: number): boolean {
    const {maxRecordBytes, reject} = this.#spec;
    const row = this.rows;
    if (length > maxRecordBytes) return reject({pointer, length, row, line, reason: `the record is larger than ${maxRecordBytes} bytes`});
    if (this.#isText && !isUtf8(this.#bytes.subarray(pointer, pointer + length))) {
      return reject({pointer, length, row, line, reason: 'not valid UTF-8'});
    }
    if (this.#vector !== null) {
      this.#vector.ranges[2 * row] = pointer;
      this.#vector.ranges[2 * row + 1] = length;
      this.#vector.tags[row] = Tag.dirty;
    }
    this.starts[row] = pointer;
    this.lengths[row] = length;
    this.lineNumbers[row] = line;
    this.rows++;
    return false;
  }

  /** The next delimiter in [from, end), or -1. */
  #find(from: number, end: number): number {
    const found = this.#bytes.subarray(from, end).indexOf(this.#delimiter);
    return found < 0 ? -1 : from + found;
  }

  #contentEnd(from: number, end: number): number {
    return this.#stripsReturn && end > from && this.#memory.bytes[end - 1] === 13 ? end - 1 : end;
  }

  /** The text begins with a byte order mark, as far as there are bytes. */
  #mayBeMark(from: number, end: number): boolean {
    const mark = [0xef, 0xbb, 0xbf];
    return this.#isText && this.#bytes.subarray(from, Math.min(end, from + 3)).every((byte, index) => byte === mark[index]);
  }
}

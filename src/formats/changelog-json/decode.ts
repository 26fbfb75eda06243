import type {Memory} from '../../base/memory.ts';
import {Tag, Vector} from '../../flow/batch.ts';
import {bigintType, stringType} from '../../types/sql-type.ts';
import type {DecodeSpec, RecordDecoder} from '../define.ts';
import {jsonDecoder} from '../json/decode.ts';
import {changelogModeOf} from './mode.ts';

const lineFeed = 10;
const plus = 43;
const minus = 45;
const watermarkKey = Buffer.from('"watermark"');

/** The decoder of `changelog-json`: json reads `op`, what is inside of `data`, and `watermark`. */
export function changelogDecoder(spec: DecodeSpec): RecordDecoder {
  return new ChangelogDecoder(spec);
}

type Reject = Parameters<DecodeSpec['reject']>[0];

class ChangelogDecoder implements RecordDecoder {
  rows = 0;
  lines = 0;
  watermark: number | null = null;
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
  readonly lineNumbers: Uint32Array;
  readonly #spec: DecodeSpec;
  readonly #memory: Memory;
  readonly #buffer: Buffer;
  readonly #inner: RecordDecoder;
  readonly #op: Vector;
  readonly #mark: Vector;
  readonly #reject: DecodeSpec['reject'];
  /** Told by the inner decoder during a call, to be passed on in the order of the records. */
  #rejects: Reject[] = [];
  /** Set when a reject ended the call: the byte after the rejected record. */
  #endedAt: number | null = null;
  /** The old row of an update is of no use where updates are by key. */
  readonly #skipsBefore: boolean;

  constructor(spec: DecodeSpec) {
    this.#spec = spec;
    this.#memory = spec.memory;
    this.#buffer = Buffer.from(spec.memory.wasm.buffer);
    this.#op = new Vector(spec.memory, 'text');
    this.#mark = new Vector(spec.memory, 'integer');
    this.#reject = spec.options.get('ignore-parse-errors') === 'true' ? () => false : spec.reject;
    this.#skipsBefore = changelogModeOf(spec.options)?.mode === 'upsert';
    this.#inner = jsonDecoder({
      ...spec,
      wanted: [
        ...spec.wanted.map(wanted => ({...wanted, path: ['data', ...wanted.path]})),
        {path: ['op'], type: stringType, ordinal: 0, vector: this.#op},
        {path: ['watermark'], type: bigintType, ordinal: 0, vector: this.#mark},
      ],
      reject: reject => {
        this.#rejects.push(reject);
        return false;
      },
    });
    this.starts = this.#inner.starts;
    this.lengths = this.#inner.lengths;
    this.lineNumbers = this.#inner.lineNumbers;
  }

  get recordsLeft(): number {
    return this.#endedAt === null ? (this.#inner.recordsLeft ?? 0) : 0;
  }

  startPart(): void {
    this.#inner.startPart();
  }

  /** A line with a watermark is decoded in a call of its own, so that it stands behind the rows before it and before those after it. */
  decodeLines(from: number, end: number, final: boolean, mostRows: number): number {
    this.#rejects = [];
    const found = this.#buffer.subarray(from, end).indexOf(watermarkKey);
    if (found < 0) return this.#finished(this.#inner.decodeLines(from, end, final, mostRows), null);
    const start = from + this.#buffer.subarray(from, from + found).lastIndexOf(lineFeed) + 1;
    if (start > from) return this.#finished(this.#inner.decodeLines(from, start, false, mostRows), null);
    const length = this.#buffer.subarray(from + found, end).indexOf(lineFeed);
    if (length < 0) return this.#finished(this.#inner.decodeLines(from, end, final, mostRows), 0);
    return this.#finished(this.#inner.decodeLines(from, from + found + length + 1, false, mostRows), 0);
  }

  decodeRecords(count: number): void {
    this.#rejects = [];
    this.#inner.decodeRecords(count);
    this.#finished(0, null);
  }

  /** Sorts out what the inner decoder took for rows. `markRow`: the row that may be a watermark. */
  #finished(consumed: number, markRow: number | null): number {
    const inner = this.#inner;
    this.rows = 0;
    this.lines = inner.lines;
    this.watermark = null;
    this.#endedAt = null;
    let next = 0;
    for (let row = 0; row < inner.rows && this.#endedAt === null; row++) {
      while (next < this.#rejects.length && (this.#rejects[next] as Reject).row <= row && this.#endedAt === null)
        this.#tell(this.#rejects[next++] as Reject);
      if (this.#endedAt === null) this.#take(row, inner.rows === 1 && row === markRow);
    }
    while (next < this.#rejects.length && this.#endedAt === null) this.#tell(this.#rejects[next++] as Reject);
    return this.#endedAt ?? consumed;
  }

  #tell(reject: Omit<Reject, 'row'>): void {
    if (!this.#reject({...reject, row: this.rows})) return;
    this.lines = reject.line + 1;
    const end = reject.pointer + reject.length;
    this.#endedAt = end + (this.#memory.bytes[end] === lineFeed ? 1 : 0);
  }

  #take(row: number, mayBeMark: boolean): void {
    if (mayBeMark && (this.#mark.tags[row] as number) === Tag.value && (this.#op.tags[row] as number) & Tag.null) {
      this.watermark = this.#mark.numbers[row] as number;
      return;
    }
    const kind = this.#kindOf(row);
    if (typeof kind === 'string') return this.#refuse(row, kind);
    if (kind === 1 && this.#skipsBefore) return;
    if (this.#isEmpty(row) && !this.#hasData(row)) return this.#refuse(row, 'field "data" is missing');
    this.#keep(row, kind);
  }

  #refuse(row: number, reason: string): void {
    this.#tell({
      pointer: this.starts[row] as number,
      length: this.lengths[row] as number,
      line: this.lineNumbers[row] as number,
      reason,
    });
  }

  /** The change kind, or why there is none. */
  #kindOf(row: number): number | string {
    if ((this.#op.tags[row] as number) & Tag.null) {
      const isMark = ((this.#mark.tags[row] as number) & Tag.null) === 0;
      return isMark ? 'a watermark stands on a line of its own' : 'field "op" is missing';
    }
    const pointer = this.#op.ranges[2 * row] as number;
    const length = this.#op.ranges[2 * row + 1] as number;
    const {bytes} = this.#memory;
    const text = length === 2 ? String.fromCharCode(bytes[pointer + 1] as number) : '';
    const sign = bytes[pointer] as number;
    const kind = sign === plus ? {I: 0, U: 2}[text] : sign === minus ? {U: 1, D: 3}[text] : undefined;
    if (kind === undefined) {
      const given = JSON.stringify(this.#memory.readText(pointer, Math.min(length, 40)));
      return `field "op": cannot read ${given} as one of +I, -U, +U, -D`;
    }
    if (kind !== 0 && (this.#spec.kinds ?? null) === null) return `a change other than +I, and the table's changelog mode has inserts only`;
    return kind;
  }

  /** None of the wanted fields is there. */
  #isEmpty(row: number): boolean {
    return this.#spec.wanted.every(({vector}) => (vector.tags[row] as number) & Tag.null);
  }

  #hasData(row: number): boolean {
    const start = this.starts[row] as number;
    const record = JSON.parse(this.#buffer.toString('utf8', start, start + (this.lengths[row] as number))) as unknown;
    if (Array.isArray(record)) return true;
    const {data} = record as {readonly data?: unknown};
    return typeof data === 'object' && data !== null && !Array.isArray(data);
  }

  #keep(row: number, kind: number): void {
    const target = this.rows++;
    const {kinds = null, wanted} = this.#spec;
    if (kinds !== null) kinds[target] = kind;
    if (target === row) return;
    for (const {vector} of wanted) {
      vector.numbers[target] = vector.numbers[row] as number;
      vector.tags[target] = vector.tags[row] as number;
    }
    for (const list of [this.starts, this.lengths, this.lineNumbers]) list[target] = list[row] as number;
  }
}

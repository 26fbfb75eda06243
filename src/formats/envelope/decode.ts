import type {Memory} from '../../base/memory.ts';
import {batchRows, Tag, Vector} from '../../flow/batch.ts';
import {bigintType, physicalOf, type SqlType, stringType} from '../../types/sql-type.ts';
import type {DecodeSpec, RecordDecoder, WantedColumn} from '../define.ts';
import {jsonDecoder} from '../json/decode.ts';

/** An object around a row, or around an old and a new one, that tells what happens to it. */
export interface Envelope {
  /** Where the rows stand: `[['before'], ['after']]`. */
  readonly sides: readonly (readonly string[])[];
  /** Where it stands what happens. */
  readonly op: readonly string[];
  /** Lines that hold nothing but a watermark, in milliseconds, under this name; null: there are none. */
  readonly watermark: string | null;
  /** What an operation does, in order: rows of which side, as which kind of change. A text says why there is no such operation. */
  changesOf(op: string): readonly SideChange[] | string;
  /** What is wrong when a side is not there. */
  missingSide(side: number): string;
  /** Who reads the object. It must read a ROW without fields as NULL where nothing is there. Absent: the json decoder, and JSON is looked at again. */
  readonly decoder?: (spec: DecodeSpec) => RecordDecoder;
}

const presentType: SqlType = {kind: 'ROW', fields: [], nullable: true};

export interface SideChange {
  readonly side: number;
  readonly kind: number;
}

const lineFeed = 10;

type Reject = Parameters<DecodeSpec['reject']>[0];

/** Decodes rows in envelopes: another decoder reads the envelope and what is wanted of each side, and each operation gives its rows. */
export class EnvelopeDecoder implements RecordDecoder {
  rows = 0;
  lines = 0;
  watermark: number | null = null;
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
  readonly lineNumbers: Uint32Array;
  readonly #spec: DecodeSpec;
  readonly #envelope: Envelope;
  readonly #memory: Memory;
  readonly #buffer: Buffer;
  readonly #inner: RecordDecoder;
  readonly #op: Vector;
  readonly #mark: Vector;
  readonly #markKey: Buffer | null;
  /** The wanted columns by side; of one side only, they are those asked for. */
  readonly #sides: readonly (readonly WantedColumn[])[];
  /** Of each side whether it is there; empty where the json decoder reads. */
  readonly #presence: readonly Vector[];
  readonly #reject: DecodeSpec['reject'];
  readonly lacks?: NonNullable<RecordDecoder['lacks']>;
  readonly learn?: NonNullable<RecordDecoder['learn']>;
  /** Told by the inner decoder during a call, to be passed on in the order of the records. */
  #rejects: Reject[] = [];
  #nextReject = 0;
  #nextRow = 0;
  /** Set when a reject ended the call: the byte after the rejected record. */
  #endedAt: number | null = null;

  constructor(spec: DecodeSpec, envelope: Envelope) {
    this.#spec = spec;
    this.#envelope = envelope;
    this.#memory = spec.memory;
    this.#buffer = Buffer.from(spec.memory.wasm.buffer);
    this.#op = new Vector(spec.memory, 'text');
    this.#mark = new Vector(spec.memory, 'integer');
    this.#markKey = envelope.watermark === null ? null : Buffer.from(JSON.stringify(envelope.watermark));
    this.#reject = spec.options.get('ignore-parse-errors') === 'true' ? () => false : spec.reject;
    const isSingle = envelope.sides.length === 1;
    this.#sides = envelope.sides.map(side =>
      spec.wanted.map(wanted => ({
        ...wanted,
        path: [...side, ...wanted.path],
        vector: isSingle ? wanted.vector : new Vector(spec.memory, physicalOf(wanted.type)),
      })),
    );
    const {decoder} = envelope;
    this.#presence = decoder === undefined ? [] : envelope.sides.map(() => new Vector(spec.memory, 'text'));
    const inner = (decoder ?? jsonDecoder)({
      ...spec,
      wanted: [
        ...this.#sides.flat(),
        ...this.#presence.map((vector, side) => ({path: envelope.sides[side] as readonly string[], type: presentType, ordinal: 0, vector})),
        {path: envelope.op, type: stringType, ordinal: 0, vector: this.#op},
        ...(envelope.watermark === null ? [] : [{path: [envelope.watermark], type: bigintType, ordinal: 0, vector: this.#mark}]),
      ],
      reject: reject => {
        this.#rejects.push(reject);
        return false;
      },
    });
    this.#inner = inner;
    if (inner.lacks !== undefined) this.lacks = inner.lacks.bind(inner);
    if (inner.learn !== undefined) this.learn = inner.learn.bind(inner);
    this.starts = isSingle ? this.#inner.starts : new Uint32Array(batchRows);
    this.lengths = isSingle ? this.#inner.lengths : new Uint32Array(batchRows);
    this.lineNumbers = isSingle ? this.#inner.lineNumbers : new Uint32Array(batchRows);
  }

  get recordsLeft(): number {
    return this.#endedAt === null ? (this.#inner.recordsLeft ?? 0) + this.#inner.rows - this.#nextRow : 0;
  }

  startPart(): void {
    this.#inner.startPart();
  }

  /** A line with a watermark is decoded in a call of its own, so that it stands behind the rows before it and before those after it. */
  decodeLines(from: number, end: number, final: boolean, mostRows: number): number {
    this.#begin();
    const most = Math.max(1, Math.floor(mostRows / this.#sides.length));
    const found = this.#markKey === null ? -1 : this.#buffer.subarray(from, end).indexOf(this.#markKey);
    if (found < 0) return this.#finished(this.#inner.decodeLines(from, end, final, most), null);
    const start = from + this.#buffer.subarray(from, from + found).lastIndexOf(lineFeed) + 1;
    if (start > from) return this.#finished(this.#inner.decodeLines(from, start, false, most), null);
    const length = this.#buffer.subarray(from + found, end).indexOf(lineFeed);
    if (length < 0) return this.#finished(this.#inner.decodeLines(from, end, final, most), 0);
    return this.#finished(this.#inner.decodeLines(from, from + found + length + 1, false, most), 0);
  }

  /** Records may be more rows than there is room for: those that are decoded already wait for the next call. */
  decodeRecords(count: number): void {
    const isNew = count > 0 || this.#nextRow >= this.#inner.rows;
    if (isNew) {
      this.#begin();
      if (this.starts !== this.#inner.starts) {
        this.#inner.starts.set(this.starts.subarray(0, count));
        this.#inner.lengths.set(this.lengths.subarray(0, count));
      }
      this.#inner.decodeRecords(count);
    }
    this.#finished(0, null);
  }

  #begin(): void {
    this.#rejects = [];
    this.#nextReject = 0;
    this.#nextRow = 0;
  }

  /** Sorts out what the inner decoder took for rows. `markRow`: the row that may be a watermark. */
  #finished(consumed: number, markRow: number | null): number {
    const inner = this.#inner;
    this.rows = 0;
    this.lines = inner.lines;
    this.watermark = null;
    this.#endedAt = null;
    while (this.#nextRow < inner.rows && this.#endedAt === null && this.rows + this.#sides.length <= batchRows) {
      const row = this.#nextRow;
      const reject = this.#rejects[this.#nextReject];
      if (reject !== undefined && reject.row <= row) {
        this.#nextReject++;
        this.#tell(reject);
        continue;
      }
      this.#nextRow++;
      this.#take(row, inner.rows === 1 && row === markRow);
    }
    while (this.#nextRow >= inner.rows && this.#nextReject < this.#rejects.length && this.#endedAt === null)
      this.#tell(this.#rejects[this.#nextReject++] as Reject);
    return this.#endedAt ?? consumed;
  }

  #tell(reject: Omit<Reject, 'row'>): void {
    if (!this.#reject({...reject, row: this.rows})) return;
    this.lines = reject.line + 1;
    const end = reject.pointer + reject.length;
    this.#endedAt = end + (this.#memory.bytes[end] === lineFeed ? 1 : 0);
  }

  #take(row: number, mayBeMark: boolean): void {
    if ((this.#op.tags[row] as number) & Tag.null) {
      const isMark = this.#markKey !== null && ((this.#mark.tags[row] as number) & Tag.null) === 0;
      if (!isMark) return this.#refuse(row, `field "${this.#envelope.op.join('.')}" is missing`);
      if (!mayBeMark) return this.#refuse(row, 'a watermark stands on a line of its own');
      this.watermark = this.#mark.numbers[row] as number;
      return;
    }
    const length = this.#op.ranges[2 * row + 1] as number;
    const op = this.#memory.readText(this.#op.ranges[2 * row] as number, Math.min(length, 40));
    const changes = this.#envelope.changesOf(op);
    if (typeof changes === 'string') return this.#refuse(row, changes);
    for (const {side} of changes) {
      if (this.#isEmpty(row, side) && !this.#isThere(row, side)) return this.#refuse(row, this.#envelope.missingSide(side));
    }
    for (const {side, kind} of changes) this.#keep(row, side, kind);
  }

  #refuse(row: number, reason: string): void {
    const [pointer, length, line] = [this.#inner.starts[row], this.#inner.lengths[row], this.#inner.lineNumbers[row]] as [
      number,
      number,
      number,
    ];
    this.#tell({pointer, length, line, reason});
  }

  /** None of the wanted fields is there. */
  #isEmpty(row: number, side: number): boolean {
    return (this.#sides[side] as readonly WantedColumn[]).every(({vector}) => (vector.tags[row] as number) & Tag.null);
  }

  #isThere(row: number, side: number): boolean {
    const presence = this.#presence[side];
    if (presence !== undefined) return ((presence.tags[row] as number) & Tag.null) === 0;
    const start = this.#inner.starts[row] as number;
    const record = JSON.parse(this.#buffer.toString('utf8', start, start + (this.#inner.lengths[row] as number))) as unknown;
    if (Array.isArray(record)) return true;
    let inside: unknown = record;
    for (const name of this.#envelope.sides[side] as readonly string[])
      inside = (inside as Readonly<Record<string, unknown>> | null)?.[name];
    return typeof inside === 'object' && inside !== null && !Array.isArray(inside);
  }

  #keep(row: number, side: number, kind: number): void {
    const target = this.rows++;
    const {kinds = null, wanted} = this.#spec;
    if (kinds !== null) kinds[target] = kind;
    const inner = this.#inner;
    for (const [index, {vector}] of wanted.entries()) {
      const from = (this.#sides[side] as readonly WantedColumn[])[index]!.vector;
      vector.numbers[target] = from.numbers[row] as number;
      vector.tags[target] = from.tags[row] as number;
    }
    this.starts[target] = inner.starts[row] as number;
    this.lengths[target] = inner.lengths[row] as number;
    this.lineNumbers[target] = inner.lineNumbers[row] as number;
  }
}

import type {Memory} from '../base/memory.ts';
import {assert} from '../base/problem.ts';
import type {EngineInput} from '../compile/engine.ts';
import type {Offset} from '../flow/delivery.ts';
import type {ByteSource, Position} from '../flow/source.ts';
import type {RecordDecoder} from '../formats/define.ts';
import type {Input} from './input.ts';
import {MetadataColumns} from './metadata-columns.ts';
import type {Rejects} from './rejects.ts';

/** What one read asks for. */
const chunkBytes = 262_144;
/** Kernels read whole vectors, beyond the last byte too. */
const slackBytes = 64;
/** A longer unfinished record is not looked at again before it has doubled. */
const retryBytes = 65_536;
const lineEnd = 10;

/**
 * A source of bytes with its decoder. Bytes are read into one region of engine memory; whole records are decoded out of it, and the unfinished one at its end is
 * carried to the front before the next read. The region has room for the largest record allowed; pages that no record reaches cost nothing.
 */
export class ByteInput implements Input {
  readonly engineInput: EngineInput;
  rows = 0;
  readBytes = 0;
  readonly #memory: Memory;
  readonly #source: ByteSource;
  readonly #decoder: RecordDecoder;
  readonly #metadata: MetadataColumns;
  readonly #rejects: Rejects;
  readonly #maxRecordBytes: number;
  /** Positions within a part count records: it is read again from its beginning. */
  readonly #isBinary: boolean;
  readonly #base: number;
  readonly #limit: number;
  /** Unread bytes lie in [from, end). */
  #from: number;
  #end: number;
  /** No decoding before the bytes reach this far. */
  #retryAt = 0;
  #partEnded = false;
  #isNewPart = true;
  /** Something of the first part has been read. */
  #hasBegun = false;
  /** The rest of a record that is too large is dropped up to its line end. */
  #isSkipping = false;
  /** Of the current part, up to `from`. */
  #partBytes = 0;
  #partLines = 0;
  /** Lines of the part before the current batch. */
  #batchLines = 0;

  constructor(options: {
    readonly engineInput: EngineInput;
    readonly memory: Memory;
    readonly source: ByteSource;
    readonly makeDecoder: (input: ByteInput) => RecordDecoder;
    readonly rejects: Rejects;
    readonly maxRecordBytes: number;
    readonly timeZone: string;
    /** See `FormatDefinition`. */
    readonly isBinary?: boolean;
  }) {
    this.engineInput = options.engineInput;
    this.#memory = options.memory;
    this.#source = options.source;
    this.#rejects = options.rejects;
    this.#maxRecordBytes = options.maxRecordBytes;
    this.#isBinary = options.isBinary === true;
    this.#metadata = new MetadataColumns(options.memory, options.engineInput, options.timeZone);
    const size = this.#maxRecordBytes + chunkBytes + slackBytes;
    this.#base = this.#memory.allocate(size + slackBytes);
    this.#limit = this.#base + size - slackBytes;
    this.#from = this.#base;
    this.#end = this.#base;
    this.#decoder = options.makeDecoder(this);
  }

  take(mostRows: number): 'rows' | 'nothing' | 'ended' {
    for (;;) {
      if (this.#from < this.#end && (this.#partEnded || this.#end >= this.#retryAt) && this.#decode(mostRows)) return 'rows';
      if (this.#rejects.failure !== null) return 'nothing';
      if (this.#from === this.#end && this.#partEnded) this.#endPart();
      const result = this.#read();
      if (result === 'ended') return 'ended';
      if (result === 'nothing') {
        // What came is all there is for now: it may end with a whole record, however long it is.
        if (this.#from === this.#end || this.#retryAt <= this.#from) return 'nothing';
        this.#retryAt = 0;
        if (this.#decode(mostRows)) return 'rows';
        return 'nothing';
      }
    }
  }

  ready(): Promise<void> {
    return this.#source.ready();
  }

  totalBytes(): number | null {
    const progress = this.#source.progress();
    if (progress !== null) this.readBytes = progress.readBytes;
    return progress?.totalBytes ?? null;
  }

  origin(row: number): {readonly where: string; readonly bytes: Uint8Array} {
    const start = this.#decoder.starts[row] as number;
    const length = this.#decoder.lengths[row] as number;
    return {where: this.#whereOf(this.#decoder.lineNumbers[row] as number), bytes: this.#memory.bytes.subarray(start, start + length)};
  }

  /** Told by the decoder. True: the run ends here. */
  reject(record: {readonly pointer: number; readonly length: number; readonly line: number; readonly reason: string}): boolean {
    const bytes = this.#memory.bytes.subarray(record.pointer, record.pointer + record.length);
    const code = record.length > this.#maxRecordBytes ? 'record-too-large' : 'bad-record';
    return this.#rejects.add({where: this.#whereOf(record.line), reason: record.reason, bytes, code});
  }

  position(): Position {
    if (!this.#hasBegun) return this.#source.positionAt(this.#source.startBytes, this.#source.startLines);
    return this.#source.positionAt(this.#isBinary ? 0 : this.#partBytes, this.#partLines);
  }

  offsets(): readonly Offset[] {
    return [];
  }

  get isAtEnd(): boolean {
    return this.#source.isAtEnd ?? false;
  }

  lag(): null {
    return null;
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  #whereOf(line: number): string {
    return `${this.#source.part.name}:${this.#batchLines + line + 1}`;
  }

  /** True when the batch has rows, or none because time went on. */
  #decode(mostRows: number): boolean {
    const decoder = this.#decoder;
    while (this.#from < this.#end) {
      this.#batchLines = this.#partLines;
      const next = decoder.decodeLines(this.#from, this.#end, this.#partEnded, mostRows);
      const consumed = next - this.#from;
      this.#from = next;
      this.#partBytes += consumed;
      this.#partLines += decoder.lines;
      if (decoder.rows > 0) {
        this.#retryAt = 0;
        this.rows += decoder.rows;
        this.engineInput.batch.count = decoder.rows;
        return true;
      }
      const watermark = decoder.watermark ?? null;
      if (watermark !== null) {
        // It stands behind the rows before it: what it makes due comes before those after it.
        this.#retryAt = 0;
        this.engineInput.advance(watermark);
        this.engineInput.batch.count = 0;
        return true;
      }
      if (this.#rejects.failure !== null) return false;
      if (consumed === 0) {
        this.#keepUnfinished();
        return false;
      }
    }
    this.#retryAt = 0;
    return false;
  }

  #keepUnfinished(): void {
    assert(!this.#partEnded, 'at the end of a part every byte is consumed');
    const length = this.#end - this.#from;
    if (length > this.#maxRecordBytes) {
      this.#batchLines = this.#partLines;
      const reason = `a record of ${length} bytes or more is larger than the limit of ${this.#maxRecordBytes} bytes`;
      this.reject({pointer: this.#from, length, line: 0, reason});
      this.#isSkipping = true;
      this.#skip();
    } else this.#retryAt = this.#end + (length < retryBytes ? 1 : length);
  }

  #read(): 'bytes' | 'nothing' | 'ended' {
    this.#makeRoom();
    const target = this.#memory.bytes.subarray(this.#end, Math.min(this.#end + chunkBytes, this.#limit));
    const count = this.#source.read(target);
    if (count === 'nothing' || count === 'ended') return count;
    if (this.#isNewPart) this.#beginPart();
    if (count === 'end-of-part') {
      this.#partEnded = true;
      return 'bytes';
    }
    this.#end += count;
    this.readBytes += count;
    if (this.#isSkipping) this.#skip();
    return 'bytes';
  }

  /**
   * Nothing of the last batch is used any more when the next bytes are asked for, so the unfinished record may move: to where the next bytes stand at a multiple
   * of eight, because copies into a shared memory go by words only then (6 ns for 216 bytes, else 45).
   */
  #makeRoom(): void {
    const length = this.#end - this.#from;
    const start = this.#base + (-length & 7);
    if (this.#from === start || (length > retryBytes && this.#limit - this.#end >= chunkBytes)) return;
    this.#memory.bytes.copyWithin(start, this.#from, this.#end);
    const moved = this.#from - start;
    this.#from = start;
    this.#end -= moved;
    this.#retryAt = Math.max(0, this.#retryAt - moved);
  }

  #beginPart(): void {
    this.#isNewPart = false;
    this.#hasBegun = true;
    this.#partBytes = this.#source.startBytes;
    this.#partLines = this.#source.startLines;
    this.#decoder.startPart(this.#isBinary ? this.#source.startLines : 0);
    this.#metadata.fill(this.#source.part);
  }

  #endPart(): void {
    this.#partEnded = false;
    this.#isSkipping = false;
    this.#isNewPart = true;
    this.#from = this.#base;
    this.#end = this.#base;
    this.#retryAt = 0;
  }

  #skip(): void {
    const at = this.#memory.bytes.subarray(this.#from, this.#end).indexOf(lineEnd);
    const next = at < 0 ? this.#end : this.#from + at + 1;
    this.#partBytes += next - this.#from;
    this.#from = next;
    this.#retryAt = 0;
    if (at < 0) return;
    this.#isSkipping = false;
    this.#partLines++;
  }
}

import {batchRows} from '../../flow/batch.ts';
import type {DecodeSpec, RecordDecoder} from '../define.ts';
import {uncompress} from './codec.ts';
import {type ContainerHeader, readHeader, syncBytes} from './container.ts';
import {Cursor} from './cursor.ts';
import {type ReadRow, rowReader} from './row-reader.ts';

/** Where decoding stands in a file. */
interface Block {
  /** Records that are not read yet. */
  left: number;
  /** Bytes of the block in the file from where decoding stands: those of its records, or all of it while it is compressed. */
  bytes: number;
  /** Where its records go on in engine memory, and where they end; null: in the file's bytes themselves. */
  room: {at: number; readonly end: number} | null;
}

/** What a block holds may be larger than what a record may be. */
const recordsOfBlock = 4;
/** Most blocks have 64 KB. */
const leastRoom = 1 << 18;

/**
 * Records of files: a header with the schema, then blocks. Where reading stands in a file is told by the number of records, because those of a compressed block
 * have no place of their own: whoever goes on reads the file again and passes blocks over.
 */
export class ContainerDecoder implements RecordDecoder {
  rows = 0;
  lines = 0;
  readonly starts = new Uint32Array(batchRows);
  readonly lengths = new Uint32Array(batchRows);
  readonly lineNumbers = new Uint32Array(batchRows);
  readonly #spec: DecodeSpec;
  readonly #cursor: Cursor;
  #header: ContainerHeader | null = null;
  #read: ReadRow | null = null;
  #block: Block | null = null;
  /** Records of the part that were read before. */
  #skip = 0;
  /** Nothing more of this part can be read. */
  #isBroken = false;
  /** Set when a reject ended the call. */
  #isOver = false;
  /** Where records of compressed blocks stand. */
  #room = {pointer: 0, size: 0};
  #roomUsed = 0;

  constructor(spec: DecodeSpec) {
    this.#spec = spec;
    this.#cursor = new Cursor(spec.memory.bytes);
  }

  startPart(lines = 0): void {
    this.#header = null;
    this.#read = null;
    this.#block = null;
    this.#skip = lines;
    this.#isBroken = false;
  }

  decodeRecords(): void {
    throw new Error('records of files are no messages');
  }

  decodeLines(from: number, end: number, final: boolean, mostRows: number): number {
    this.rows = 0;
    this.lines = 0;
    this.#isOver = false;
    const room = this.#block?.room ?? null;
    this.#roomUsed = room === null ? 0 : room.end - this.#room.pointer;
    const most = Math.min(mostRows, batchRows);
    let at = from;
    while (at < end && !this.#isOver) {
      if (this.#isBroken) return end;
      const next = this.#header === null ? this.#takeHeader(at, end, final) : this.#takeBlock(at, end, final, most);
      // A block whose records are read out of a room of their own is passed when the last of them is.
      if (next === at) return at;
      at = next;
      if (this.rows >= most) break;
    }
    return at;
  }

  /** Gives where the first block begins; `at`: the header is not whole yet. */
  #takeHeader(at: number, end: number, final: boolean): number {
    const cursor = this.#cursor;
    cursor.begin(at, end);
    const header = readHeader(cursor);
    if (header === 'unfinished') return final ? this.#break(at, end, 'the file ends inside its header') : at;
    if ('reason' in header) return this.#break(at, end, header.reason);
    const {memory, timeZone, wanted, badField} = this.#spec;
    const read = rowReader(header.schema, {memory, timeZone, wanted, badField, readAs: null});
    if (typeof read === 'string') return this.#break(at, end, read);
    this.#header = header;
    this.#read = read;
    return cursor.at;
  }

  /** Gives where the next block, or the next record of this one, begins; `at`: there is not enough yet, or no room for more rows. */
  #takeBlock(at: number, end: number, final: boolean, mostRows: number): number {
    if (this.#block !== null) return this.#takeRecords(this.#block, at, mostRows);
    const cursor = this.#cursor;
    cursor.begin(at, end);
    const count = cursor.long();
    const size = cursor.long();
    const start = cursor.at;
    const isWrong = cursor.fault === null && !(count >= 0 && size >= 0);
    if (isWrong) return this.#break(at, end, 'a block does not begin as blocks do');
    if (cursor.fault !== null || end - start < size + syncBytes) {
      return final ? this.#break(at, end, 'the file ends inside a block') : at;
    }
    const {sync, codec} = this.#header as ContainerHeader;
    const mark = this.#spec.memory.bytes.subarray(start + size, start + size + syncBytes);
    if (!mark.every((byte, index) => byte === sync[index])) {
      return this.#break(at, end, "a block does not end with the file's mark: what follows cannot be read");
    }
    if (count <= this.#skip) {
      this.#skip -= count;
      return start + size + syncBytes;
    }
    const block: Block = {left: count, bytes: size + syncBytes, room: null};
    if (codec !== 'null') {
      const records = uncompress(codec, this.#spec.memory.bytes.slice(start, start + size), recordsOfBlock * this.#spec.maxRecordBytes);
      if (records === null) return this.#lose(block, start, `its block cannot be uncompressed (${codec})`);
      // Texts of the rows before still stand in the room: they are given out first.
      if (this.rows > 0 && this.#roomUsed + records.length > this.#room.size) return at;
      block.room = this.#placed(records);
    }
    this.#block = block;
    return start;
  }

  /** Reads records of the block that is begun. */
  #takeRecords(block: Block, at: number, mostRows: number): number {
    const cursor = this.#cursor;
    const {room} = block;
    const limit = room === null ? at + block.bytes - syncBytes : room.end;
    cursor.begin(room === null ? at : room.at, limit);
    while (block.left > 0 && this.rows < mostRows && !this.#isOver) {
      if (!this.#takeRecord(block)) return this.#lose(block, at, cursor.fault as string);
    }
    let next = at;
    if (room === null) {
      next = cursor.at;
      block.bytes -= next - at;
    } else room.at = cursor.at;
    if (block.left > 0) return next;
    if (cursor.at < limit) return this.#break(next, next + block.bytes, 'bytes are left behind the last record of a block');
    this.#block = null;
    return next + block.bytes;
  }

  /** False: the bytes are no record, and so nobody knows where the next one begins. */
  #takeRecord(block: Block): boolean {
    const cursor = this.#cursor;
    const start = cursor.at;
    const row = this.rows;
    cursor.rejection = null;
    (this.#read as ReadRow)(cursor, row);
    if (cursor.fault !== null) return false;
    block.left--;
    if (this.#skip > 0) {
      this.#skip--;
      return true;
    }
    const line = this.lines++;
    if (cursor.rejection !== null) {
      this.#isOver = this.#spec.reject({pointer: start, length: cursor.at - start, row, line, reason: cursor.rejection});
      return true;
    }
    this.starts[row] = start;
    this.lengths[row] = cursor.at - start;
    this.lineNumbers[row] = line;
    this.rows = row + 1;
    return true;
  }

  /** The records that are left in a block cannot be read. Gives where the next block begins. */
  #lose(block: Block, at: number, reason: string): number {
    const passed = Math.min(this.#skip, block.left);
    this.#skip -= passed;
    const lost = block.left - passed;
    this.#block = null;
    if (lost > 0) {
      const behind = lost === 1 ? '' : `; ${lost - 1} more of its block ${lost === 2 ? 'is' : 'are'} lost with it`;
      this.#tell(at, block.bytes - syncBytes, reason + behind);
      this.lines += lost - 1;
    }
    return at + block.bytes;
  }

  /** Nothing of this part can be read from here on. It counts as a record. Gives the end of what is there. */
  #break(at: number, end: number, reason: string): number {
    this.#isBroken = true;
    this.#block = null;
    if (this.#skip > 0) this.#skip--;
    else this.#tell(at, end - at, reason);
    return end;
  }

  #tell(pointer: number, length: number, reason: string): void {
    this.#isOver = this.#spec.reject({pointer, length, row: this.rows, line: this.lines++, reason});
  }

  /** Puts the records of a block into the room, behind those of blocks whose rows are given out by the same call. */
  #placed(records: Uint8Array): Block['room'] {
    const {memory} = this.#spec;
    if (this.#roomUsed + records.length > this.#room.size) {
      this.#roomUsed = 0;
      if (records.length > this.#room.size) {
        const size = Math.max(records.length, 2 * this.#room.size, leastRoom);
        this.#room = {pointer: memory.allocate(size), size};
      }
    }
    const at = this.#room.pointer + this.#roomUsed;
    memory.bytes.set(records, at);
    this.#roomUsed += records.length;
    return {at, end: at + records.length};
  }
}

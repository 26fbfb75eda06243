import type {Memory} from '../base/memory.ts';
import {assert} from '../base/problem.ts';
import {wasm} from './generated/json-decode.ts';
import {instantiateKernel} from './instantiate.ts';
import * as layout from './wasm/json/layout.ts';

/** How a slot reads values; anything else becomes a cell that the caller finishes. */
export type JsonReading =
  | {readonly kind: 'integer'; readonly least: number; readonly greatest: number}
  | {readonly kind: 'double' | 'float' | 'text' | 'boolean' | 'date' | 'container' | 'other'}
  /** Scaled by 10^scale; `greatest` is the largest scaled number of either sign. */
  | {readonly kind: 'decimal'; readonly scale: number; readonly greatest: number}
  | {readonly kind: 'time'; readonly precision: number}
  /** Milliseconds up to a precision of 3, microseconds up to 6. */
  | {
      readonly kind: 'timestamp';
      readonly precision: number;
      readonly separator: 'T' | ' ';
      /** Null: without a zone. */
      readonly zone: {readonly takesOffsets: boolean; readonly isUtc: boolean} | null;
    };

/** Where a column lies in engine memory: 8 bytes a cell, and a tag a cell. */
export interface ColumnCells {
  readonly cells: number;
  readonly tagCells: number;
}

/** A wanted place in each record, and the column its values go to. No two slots have the same path. */
export interface JsonSlot {
  readonly path: readonly string[];
  readonly vector: ColumnCells;
  readonly reading: JsonReading;
}

/** Tags of cells that the caller finishes; their cell is the range of the value's JSON in the input. */
export const InnerTag = {raw: layout.tagRaw, escaped: layout.tagEscaped, missing: layout.tagMissing, noObject: layout.tagNoObject} as const;

/** A record that is no row. `fault` is one of `JsonFault`. */
export interface JsonReject {
  readonly pointer: number;
  readonly length: number;
  readonly row: number;
  readonly line: number;
  readonly fault: number;
  readonly faultAt: number;
}

export const JsonFault = {
  value: layout.faultValue,
  commaOrBrace: layout.faultCommaOrBrace,
  commaOrBracket: layout.faultCommaOrBracket,
  key: layout.faultKey,
  colon: layout.faultColon,
  escape: layout.faultEscape,
  control: layout.faultControl,
  number: layout.faultNumber,
  word: layout.faultWord,
  depth: layout.faultDepth,
  trailing: layout.faultTrailing,
  notObject: layout.faultNotObject,
  tooLarge: layout.faultTooLarge,
} as const;

interface Exports {
  open(job: number): void;
  startPart(): void;
  decodeLines(from: number, limit: number, mostRows: number): number;
  decodeRecords(first: number, count: number): number;
  unescapeCells(scratch: number): number;
}

/** The kernel over one set of slots. After a call its results stand here, until the next one. */
export class JsonKernel {
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
  readonly lineNumbers: Uint32Array;
  /** Cells to finish, in the order of rows: the row in the upper 16 bits, the slot's number in the lower ones. */
  readonly pending: Uint32Array;
  /** The records of `decodeRecords`. */
  readonly inputStarts: Uint32Array;
  readonly inputLengths: Uint32Array;
  readonly #memory: Memory;
  readonly #exports: Exports;
  readonly #job: Uint32Array;
  readonly #rejects: Uint32Array;
  readonly #slotNumbers = new Map<JsonSlot, number>();

  constructor(memory: Memory, slots: readonly JsonSlot[], options: {maxRecordBytes: number; tellMissing: boolean}) {
    assert(slots.length < 65536, 'a record has fewer than 65,536 wanted fields');
    this.#memory = memory;
    const words = (count: number) => new Uint32Array(memory.wasm.buffer, memory.allocate(count * 4), count);
    this.#job = words(layout.jobSize / 4);
    this.starts = words(layout.mostRows);
    this.lengths = words(layout.mostRows);
    this.lineNumbers = words(layout.mostRows);
    this.inputStarts = words(layout.mostRows);
    this.inputLengths = words(layout.mostRows);
    this.pending = words(Math.max(1, layout.mostRows * slots.length));
    this.#rejects = words((layout.rejectCapacity * layout.rejectSize) / 4);
    const names = [...new Set(slots.flatMap(slot => slot.path))].map(name => Buffer.byteLength(name));
    const longestKey = Math.max(1, ...names);
    const tables = writeTables(memory, slots, this.#slotNumbers);
    const job = (offset: number, value: number) => (this.#job[offset / 4] = value);
    job(layout.jobSlots, tables.slots);
    job(layout.jobSlotCount, slots.length);
    job(layout.jobRootNode, tables.root);
    job(layout.jobStarts, this.starts.byteOffset);
    job(layout.jobLengths, this.lengths.byteOffset);
    job(layout.jobLineNumbers, this.lineNumbers.byteOffset);
    job(layout.jobRejects, this.#rejects.byteOffset);
    job(layout.jobPending, this.pending.byteOffset);
    job(layout.jobTemplates, memory.allocate(layout.templatesBytes));
    job(layout.jobKeyBuffer, memory.allocate(longestKey * 6 + 16));
    job(layout.jobLongestKey, longestKey);
    job(layout.jobInputStarts, this.inputStarts.byteOffset);
    job(layout.jobInputLengths, this.inputLengths.byteOffset);
    job(layout.jobMaxRecordBytes, options.maxRecordBytes);
    job(layout.jobMissingTag, options.tellMissing ? layout.tagMissing : 1);
    this.#exports = instantiateKernel<Exports>(wasm, memory);
    this.#exports.open(this.#job.byteOffset);
  }

  get rows(): number {
    return this.#job[layout.jobRows / 4] as number;
  }
  get lines(): number {
    return this.#job[layout.jobLines / 4] as number;
  }
  /** Whether the rows are known to be ASCII; false says nothing. */
  get isAscii(): boolean {
    return this.#job[layout.jobIsAscii / 4] === 1;
  }
  get rejectCount(): number {
    return this.#job[layout.jobRejectCount / 4] as number;
  }
  get pendingCount(): number {
    return this.#job[layout.jobPendingCount / 4] as number;
  }

  /** The number that `pending` calls a slot by. */
  numberOf(slot: JsonSlot): number {
    const number = this.#slotNumbers.get(slot);
    assert(number !== undefined, 'a slot of another kernel');
    return number;
  }

  reject(index: number): JsonReject {
    const at = (index * layout.rejectSize) / 4;
    const word = (offset: number) => this.#rejects[at + offset / 4] as number;
    return {
      pointer: word(layout.rejectStart),
      length: word(layout.rejectLength),
      row: word(layout.rejectRow),
      line: word(layout.rejectLine),
      fault: word(layout.rejectCode),
      faultAt: word(layout.rejectAt),
    };
  }

  /** The next line is not the rest of the one before: an array of rows that was not at its end is forgotten. */
  startPart(): void {
    this.#exports.startPart();
  }

  /**
   * Decodes the lines of [from, limit), the last of which ends with the line feed before `limit`, until there are `mostRows` rows or there is no room for
   * rejects. Returns the pointer after the last byte consumed, which may be between two elements of an array of rows: then the next call goes on there.
   */
  decodeLines(from: number, limit: number, mostRows: number): number {
    return this.#exports.decodeLines(from, limit, Math.min(mostRows, layout.mostRows)) >>> 0;
  }

  /** Decodes the records of `inputStarts` and `inputLengths` from `first` on. Returns the first one of `count` that must be decoded by a further call. */
  decodeRecords(first: number, count: number): number {
    return this.#exports.decodeRecords(first, count);
  }

  /** Finishes the texts with escapes, in scratch, and takes them out of the pending cells. Returns how many are left. */
  unescapeCells(): number {
    const bytes = this.#job[layout.jobEscapedBytes / 4] as number;
    // 16 bytes are written at a time, so there is room for them behind the last text.
    return bytes === 0 ? this.pendingCount : this.#exports.unescapeCells(this.#memory.scratch(bytes + 16));
  }

  /** From now on doubles of up to 19 digits are read by the kernel too. It is left to the caller because the table takes a while to make, and few inputs need it. */
  readLongDoubles(): void {
    if (this.#job[layout.jobFives / 4] === 0) this.#job[layout.jobFives / 4] = writeFives(this.#memory);
  }
}

/** 128 bits of each power of five, from its highest bit on. */
function writeFives(memory: Memory): number {
  const table = memory.allocate((layout.fivesGreatest - layout.fivesLeast + 1) * 16);
  for (let exponent = layout.fivesLeast; exponent <= layout.fivesGreatest; exponent++) {
    const value = exponent < 0 ? reciprocalOfFive(-exponent) : powerOfFive(exponent);
    const at = table + (exponent - layout.fivesLeast) * 16;
    memory.view.setBigUint64(at, BigInt.asUintN(64, value), true);
    memory.view.setBigUint64(at + 8, value >> 64n, true);
  }
  return table;
}

function powerOfFive(exponent: number): bigint {
  const power = 5n ** BigInt(exponent);
  const bits = bitLength(power);
  return bits > 128n ? power >> (bits - 128n) : power << (128n - bits);
}

/** Rounded up as long as 64 bits hold the power itself (up to 27), which is what the proof of the method asks for; beyond, cut off. */
function reciprocalOfFive(exponent: number): bigint {
  const power = 5n ** BigInt(exponent);
  const bits = bitLength(power);
  if (exponent <= 27) return (1n << (bits + 127n)) / power + 1n;
  const value = (1n << (2n * bits + 128n)) / power + 1n;
  return value >> (bitLength(value) - 128n);
}

function bitLength(value: bigint): bigint {
  return BigInt(value.toString(2).length);
}

/** A name on the way to slots. */
interface Field {
  readonly name: string;
  readonly fields: Map<string, Field>;
  slot: JsonSlot | null;
}

/** Writes slots and nodes. Slots are numbered in the order of the tree, so that those below a node lie side by side. */
function writeTables(memory: Memory, slots: readonly JsonSlot[], numbers: Map<JsonSlot, number>): {slots: number; root: number} {
  const root: Field = {name: '', fields: new Map(), slot: null};
  for (const slot of slots) {
    let field = root;
    for (const name of slot.path) {
      let inner = field.fields.get(name);
      if (inner === undefined) field.fields.set(name, (inner = {name, fields: new Map(), slot: null}));
      field = inner;
    }
    assert(field !== root && field.slot === null, 'two slots of one path');
    field.slot = slot;
  }
  const table = memory.allocate(Math.max(1, slots.length) * layout.slotSize);
  const writeNode = (field: Field): number => {
    const node = memory.allocate(layout.nodeSize);
    const first = numbers.size;
    const entries = [...field.fields.values()].map(inner => {
      let slot = 0;
      if (inner.slot !== null) {
        slot = table + numbers.size * layout.slotSize;
        numbers.set(inner.slot, numbers.size);
        writeSlot(memory, slot, inner.slot);
      }
      return {name: inner.name, slot, node: inner.fields.size > 0 ? writeNode(inner) : 0};
    });
    writeNames(memory, node, entries);
    memory.view.setUint32(node + layout.nodeFirstSlot, first, true);
    memory.view.setUint32(node + layout.nodeEndSlot, numbers.size, true);
    return node;
  };
  return {slots: table, root: writeNode(root)};
}

function writeNames(memory: Memory, node: number, entries: readonly {name: string; slot: number; node: number}[]): void {
  const size = 2 ** Math.ceil(Math.log2(entries.length * 2 + 1));
  const table = memory.allocate(size * layout.entrySize);
  const {view} = memory;
  for (let index = 0; index < size; index++)
    view.setInt32(table + index * layout.entrySize + layout.entryNameLength, layout.entryEmpty, true);
  for (const entry of entries) {
    const bytes = Buffer.from(entry.name);
    const name = memory.allocate(bytes.length + 8);
    memory.bytes.set(bytes, name);
    const head = new DataView(new Uint8Array([...bytes.subarray(0, 8), 0, 0, 0, 0, 0, 0, 0, 0]).buffer);
    let index = hashOf(head.getUint32(0, true), head.getUint32(4, true), bytes.length) & (size - 1);
    while (view.getInt32(table + index * layout.entrySize + layout.entryNameLength, true) !== layout.entryEmpty)
      index = (index + 1) & (size - 1);
    const at = table + index * layout.entrySize;
    view.setUint32(at + layout.entryHead, head.getUint32(0, true), true);
    view.setUint32(at + layout.entryHead + 4, head.getUint32(4, true), true);
    view.setUint32(at + layout.entryName, name, true);
    view.setInt32(at + layout.entryNameLength, bytes.length, true);
    view.setUint32(at + layout.entrySlot, entry.slot, true);
    view.setUint32(at + layout.entryNode, entry.node, true);
  }
  view.setUint32(node + layout.nodeTable, table, true);
  view.setUint32(node + layout.nodeMask, size - 1, true);
}

/** The kernel finds names with the same function. */
function hashOf(low: number, high: number, length: number): number {
  const mixed = (Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) + length) | 0;
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

const kinds = {
  integer: layout.kindInteger,
  double: layout.kindDouble,
  float: layout.kindFloat,
  decimal: layout.kindDecimal,
  text: layout.kindText,
  boolean: layout.kindBoolean,
  timestamp: layout.kindTimestamp,
  date: layout.kindDate,
  time: layout.kindTime,
  container: layout.kindContainer,
  other: layout.kindOther,
} as const;

function writeSlot(memory: Memory, at: number, {vector, reading}: JsonSlot): void {
  const {view} = memory;
  view.setUint32(at + layout.slotKind, kinds[reading.kind], true);
  view.setUint32(at + layout.slotCells, vector.cells, true);
  view.setUint32(at + layout.slotTags, vector.tagCells, true);
  if (reading.kind === 'integer') {
    view.setFloat64(at + layout.slotLeast, reading.least, true);
    view.setFloat64(at + layout.slotGreatest, reading.greatest, true);
  } else if (reading.kind === 'decimal') {
    view.setUint32(at + layout.slotDetail, reading.scale, true);
    view.setFloat64(at + layout.slotGreatest, reading.greatest, true);
  } else if (reading.kind === 'time') {
    view.setUint32(at + layout.slotStepNanos, 10 ** (9 - Math.min(reading.precision, 3)), true);
  } else if (reading.kind === 'timestamp') writeTimestampSlot(memory, at, reading);
}

function writeTimestampSlot(memory: Memory, at: number, reading: JsonReading & {readonly kind: 'timestamp'}): void {
  const {view} = memory;
  const {precision, separator, zone} = reading;
  if (precision > 3) view.setUint32(at + layout.slotKind, layout.kindTimestampMicros, true);
  view.setUint32(at + layout.slotDetail, separator.charCodeAt(0), true);
  view.setUint32(at + layout.slotStepNanos, 10 ** (9 - precision), true);
  memory.bytes.set(Buffer.from(`1970-01-01${separator}00:00`), at + layout.slotMemo);
  if (zone === null) return;
  const flags = layout.zoneInstant + (zone.takesOffsets ? layout.zoneOffsets : 0) + (zone.isUtc ? layout.zoneUtc : 0);
  view.setUint32(at + layout.slotZone, flags, true);
}

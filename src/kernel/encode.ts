import type {Memory} from '../base/memory.ts';
import {wasm} from './generated/encode.ts';
import {instantiateKernel} from './instantiate.ts';

/** The numbers of the kernel's operation kinds (wasm/encode/layout.ts). */
const kinds = {
  literal: 0,
  integer: 1,
  double: 2,
  float: 3,
  boolean: 4,
  decimal: 5,
  date: 6,
  time: 7,
  timestamp: 8,
  'json-text': 9,
  'csv-text': 10,
  'tsv-text': 11,
  'raw-text': 12,
  json: 13,
  change: 14,
  handed: 15,
} as const;

/** One step of writing a row: a prefix, then the value of one column (`literal`: no value; `change`: the row's change kind; `handed`: JavaScript writes the value). */
export interface EncodeOperation {
  readonly kind: keyof typeof kinds;
  readonly prefix: Uint8Array;
  /** What a NULL is written as; null: a NULL writes nothing, and no prefix either. */
  readonly nullText: Uint8Array | null;
  /** A comma comes before the prefix, unless this is the row's first field with a comma. For rows that leave NULL fields out. */
  readonly hasComma: boolean;
  /** `decimal`: digits after the point. `timestamp`: the digits of a second that the cell counts (3, 6 or 9). */
  readonly scale: number;
  /** A byte around dates, times and change kinds (a quote), or 0. */
  readonly wrap: number;
  /** `timestamp`: with `T` in the middle; with `Z` at the end. */
  readonly isIso: boolean;
  readonly isZoned: boolean;
  /** The column. 0 for `literal` and `change`. */
  readonly cells: number;
  readonly tagCells: number;
}

/** What decides whether a CSV text stands in quotes. Bytes, or -1 for none. */
export interface CsvQuoting {
  readonly delimiter: number;
  readonly quote: number;
  readonly escape: number;
  /** A text that equals what NULL is written as stands in quotes. */
  readonly nullText: Uint8Array;
  /** A text with a space at an end stands in quotes. */
  readonly quotesSpaces: boolean;
}

/** `full`: the output has to be taken away. `handed`: JavaScript has to write the value of the current operation in the current row. */
export type EncodeStatus = 'done' | 'full' | 'handed';
const statuses: readonly EncodeStatus[] = ['done', 'full', 'handed'];

/** Places in the control block, in u32 words (wasm/encode/layout.ts). */
const at = {
  selection: 0,
  count: 1,
  position: 2,
  operation: 3,
  out: 4,
  outEnd: 5,
  program: 6,
  programBytes: 7,
  kinds: 8,
  resume: 9,
  begun: 10,
  delimiter: 11,
  quote: 12,
  escape: 13,
  nullPointer: 14,
  nullLength: 15,
  quoteSpaces: 16,
  ends: 17,
} as const;
const controlBytes = 18 * 4;
const operationBytes = 32;
/** Large enough to make calls rare, small enough to stay in the second cache level. */
const regionBytes = 128 * 1024;
/** The kernel writes 16 bytes at a time. */
const slackBytes = 64;

interface Exports {
  encode(control: number): number;
}

/** The face of the kernel `encode`: its program, its control block and its output region. */
export class EncodeKernel {
  readonly #memory: Memory;
  readonly #exports: Exports;
  readonly #control: number;
  readonly #words: Uint32Array;
  readonly #region: number;
  readonly #regionBytes: number;
  /** Where each row ends, as a pointer into the region as it was then; null when nobody asks. */
  readonly #ends: Uint32Array | null;
  /** Of the rows before this position the ends are counted from the beginning of the output. */
  #counted = 0;
  /** Bytes taken away since the start. */
  #takenBytes = 0;

  /** `endsOfRows`: `ends` says where each of so many rows at the most ends; 0: it does not. */
  constructor(memory: Memory, operations: readonly EncodeOperation[], quoting: CsvQuoting | null, endsOfRows = 0) {
    this.#memory = memory;
    this.#exports = instantiateKernel<Exports>(wasm, memory);
    this.#control = memory.allocate(controlBytes);
    const words = new Uint32Array(memory.wasm.buffer, this.#control, controlBytes / 4);
    this.#words = words;
    // Every prefix must fit an empty region.
    this.#regionBytes = operations.reduce(
      (bytes, {prefix, nullText}) => Math.max(bytes, 2 * (prefix.length + (nullText?.length ?? 0) + slackBytes)),
      regionBytes,
    );
    this.#region = memory.allocate(this.#regionBytes + slackBytes);
    words[at.program] = memory.allocate(operations.length * operationBytes);
    words[at.programBytes] = operations.length * operationBytes;
    for (const [index, operation] of operations.entries())
      this.#writeOperation((words[at.program] as number) + index * operationBytes, operation);
    words[at.outEnd] = this.#region + this.#regionBytes;
    words[at.out] = this.#region;
    words[at.delimiter] = quoting?.delimiter ?? -1;
    words[at.quote] = quoting?.quote ?? -1;
    words[at.escape] = quoting?.escape ?? -1;
    words[at.nullPointer] = this.#literal(quoting?.nullText ?? new Uint8Array());
    words[at.nullLength] = quoting?.nullText.length ?? 0;
    words[at.quoteSpaces] = Number(quoting?.quotesSpaces ?? false);
    const ends = endsOfRows === 0 ? 0 : memory.allocate(endsOfRows * 4);
    this.#ends = endsOfRows === 0 ? null : new Uint32Array(memory.wasm.buffer, ends, endsOfRows);
    words[at.ends] = ends;
  }

  /** Where each row ends, in bytes from the beginning of all that was written since the start, once all of it is taken. */
  get ends(): Uint32Array | undefined {
    return this.#ends ?? undefined;
  }

  #writeOperation(pointer: number, operation: EncodeOperation): void {
    const {view} = this.#memory;
    const nullText = operation.nullText ?? new Uint8Array();
    const flags = [operation.nullText === null, operation.hasComma, operation.isIso, operation.isZoned];
    view.setUint8(pointer, kinds[operation.kind]);
    view.setUint8(
      pointer + 1,
      flags.reduce((bits, flag, index) => bits | (flag ? 1 << index : 0), 0),
    );
    view.setUint8(pointer + 2, operation.scale);
    view.setUint8(pointer + 3, operation.wrap);
    const words = [operation.cells, operation.tagCells, this.#literal(operation.prefix), operation.prefix.length];
    words.push(this.#literal(nullText), nullText.length);
    for (const [index, word] of words.entries()) view.setUint32(pointer + 4 + index * 4, word, true);
  }

  #literal(bytes: Uint8Array): number {
    const pointer = this.#memory.allocate(bytes.length + 16);
    this.#memory.bytes.set(bytes, pointer);
    return pointer;
  }

  /** Begins the rows that a selection names. `kinds` points to the change kinds by row, 0 when all are inserts. */
  start(selection: number, count: number, kinds: number): void {
    const words = this.#words;
    words[at.selection] = selection;
    words[at.count] = count;
    words[at.kinds] = kinds;
    words[at.position] = 0;
    words[at.operation] = 0;
    words[at.resume] = 0;
    words[at.begun] = 0;
    words[at.out] = this.#region;
    this.#counted = 0;
    this.#takenBytes = 0;
  }

  run(): EncodeStatus {
    return statuses[this.#exports.encode(this.#control)] as EncodeStatus;
  }

  /** What has been written since the last `take`: a view that holds until the next run. */
  take(): Uint8Array {
    const end = this.#words[at.out] as number;
    this.#words[at.out] = this.#region;
    this.#countEnds(end);
    return this.#memory.bytes.subarray(this.#region, end);
  }

  #countEnds(end: number): void {
    const ends = this.#ends;
    if (ends === null) return;
    const position = this.#words[at.position] as number;
    const before = this.#takenBytes - this.#region;
    for (; this.#counted < position; this.#counted++) ends[this.#counted] = (ends[this.#counted] as number) + before;
    this.#takenBytes += end - this.#region;
  }

  /** Bytes that did not go through the region stand in the output. */
  passBytes(count: number): void {
    this.#takenBytes += count;
  }

  /** Bytes that fit behind what has been written. */
  get room(): number {
    return this.#region + this.#regionBytes - (this.#words[at.out] as number);
  }

  /** Writes bytes of JavaScript's behind what has been written. They must fit. */
  append(bytes: Uint8Array): void {
    const out = this.#words[at.out] as number;
    this.#memory.bytes.set(bytes, out);
    this.#words[at.out] = out + bytes.length;
  }

  /** After `handed`: the row and the operation whose value is missing. */
  get row(): number {
    return this.#memory.view.getUint32((this.#words[at.selection] as number) + (this.#words[at.position] as number) * 4, true);
  }
  get operation(): number {
    return (this.#words[at.operation] as number) / operationBytes;
  }
  /** The missing value has been written: the next run goes on behind it. */
  passValue(): void {
    this.#words[at.operation] = (this.#words[at.operation] as number) + operationBytes;
  }
}

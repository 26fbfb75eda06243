import type {Memory} from '../base/memory.ts';
import {assert} from '../base/problem.ts';
import type {EngineInput} from '../compile/engine.ts';
import type {MessageLayout} from '../connectors/define.ts';
import type {SchemaRegistry} from '../connectors/registry/registry.ts';
import {batchRows, Tag, Vector} from '../flow/batch.ts';
import type {Offset} from '../flow/delivery.ts';
import {type MessageSource, type MessageTable, nullLength, type Position} from '../flow/source.ts';
import type {DecodeSpec, RecordDecoder, WantedColumn} from '../formats/define.ts';
import {ChangeKind} from '../types/change.ts';
import {physicalOf} from '../types/sql-type.ts';
import type {Input, ReadPartition} from './input.ts';
import {MessageMetadata} from './message-metadata.ts';
import {MissingSchemas, type RegisteredPart} from './missing-schemas.ts';
import type {Rejects} from './rejects.ts';

/** Room beside the largest message allowed. */
const roomBytes = 4 * 1024 * 1024;
/** An update of a changelog is two rows, and both must fit a batch. */
const mostMessages = batchRows / 2 - 1;

type Reject = Parameters<DecodeSpec['reject']>[0];
/** Makes the decoder of what is wanted of values or of keys; `reject` is told of what cannot be read. */
type MakeDecoder = (part: {readonly wanted: readonly WantedColumn[]; readonly reject: DecodeSpec['reject']}) => RecordDecoder;

export interface MessageInputOptions {
  readonly engineInput: EngineInput;
  readonly memory: Memory;
  readonly source: MessageSource;
  readonly layout: MessageLayout;
  readonly rejects: Rejects;
  readonly maxRecordBytes: number;
  readonly timeZone: string;
  /** A message without value is a row of NULLs: what is raw has no other way to say it. */
  readonly keepsNull: boolean;
  readonly valueDecoder: MakeDecoder;
  readonly keyDecoder: MakeDecoder;
  /** Where the schemas of values and of keys are kept; null where they need none. */
  readonly valueRegistry?: SchemaRegistry | null;
  readonly keyRegistry?: SchemaRegistry | null;
}

/** A column that comes out of the key. */
interface KeyColumn {
  readonly from: Vector;
  readonly to: Vector;
}

/**
 * A source of messages with its decoders. Messages are worked on in runs: of those with values, or of those that take rows back. The decoder tells of which record
 * each row came, and so keys, metadata and partitions find their rows.
 */
export class MessageInput implements Input {
  readonly engineInput: EngineInput;
  rows = 0;
  readBytes = 0;
  readonly #options: MessageInputOptions;
  readonly #table: MessageTable;
  readonly #value: RecordDecoder;
  /** Null where nobody wants anything of keys. */
  readonly #key: RecordDecoder | null;
  readonly #keyColumns: readonly KeyColumn[];
  /** Every run has its keys decoded, not only those that take rows back. */
  readonly #readsKeys: boolean;
  readonly #metadata: MessageMetadata;
  /** Null: all that is read explains itself. */
  readonly #schemas: MissingSchemas | null;
  /** Where reading stands before the messages that wait for their schemas; null: none do. */
  #before: {readonly position: Position; readonly offsets: readonly Offset[]} | null = null;
  /** The next message of the table. */
  #next = 0;
  /** The messages of the run, by the number of their record. */
  readonly #run = new Uint32Array(batchRows);
  #runLength = 0;
  /** Of each message of the run the row of the key decoder's vectors, by the number of its record; -1: it has no key. */
  readonly #keyRows = new Int32Array(batchRows);
  /** Of each key that is decoded, the number of its message in the run. */
  readonly #keyRecords = new Uint32Array(batchRows);
  /** Messages whose key cannot be read. */
  readonly #badKeys = new Set<number>();
  /** The message of each row of the batch. */
  readonly #messages = new Uint32Array(batchRows);

  constructor(options: MessageInputOptions) {
    const {engineInput, memory, layout, maxRecordBytes} = options;
    this.#options = options;
    this.engineInput = engineInput;
    const size = 2 * maxRecordBytes + roomBytes;
    this.#table = messageTable(memory.allocate(size), size);
    this.#metadata = new MessageMetadata(memory, engineInput, options.timeZone);
    const {value, key} = wantedParts(engineInput, layout);
    this.#value = options.valueDecoder({wanted: value, reject: reject => this.#refuse(reject)});
    const keyed = key.map(one => ({...one, vector: new Vector(memory, physicalOf(one.type))}));
    this.#keyColumns = key.map((one, index) => ({from: (keyed[index] as WantedColumn).vector, to: one.vector}));
    this.#readsKeys = key.some(({vector}) => !value.some(other => other.vector === vector));
    const wantsKey = layout.takesBack || this.#readsKeys;
    this.#key = wantsKey ? options.keyDecoder({wanted: keyed, reject: reject => this.#refuseKey(reject)}) : null;
    this.#schemas = schemasOf(this.#value, this.#key, options);
  }

  take(mostRows: number): 'rows' | 'nothing' | 'ended' {
    const {source, rejects} = this.#options;
    if (this.#isWaiting()) return 'nothing';
    for (;;) {
      const rows = this.#decodeNext();
      if (rows > 0) {
        this.rows += rows;
        this.engineInput.batch.count = rows;
        return 'rows';
      }
      if (rejects.failure !== null) return 'nothing';
      if (!this.isBetweenRecords) continue;
      const before = this.#schemas === null ? null : {position: source.position(), offsets: source.offsets()};
      const taken = source.take(this.#table, Math.min(mostRows, mostMessages));
      if (taken === 'messages') {
        this.#next = 0;
        this.#countBytes();
        if (this.#schemas?.ask(this.#table) === true) {
          this.#before = before;
          return 'nothing';
        }
      }
      this.#followPartitions();
      if (taken !== 'messages') return taken;
    }
  }

  /** Messages that were taken wait for schemas. */
  #isWaiting(): boolean {
    if (this.#before === null) return false;
    if (this.#schemas?.isWaiting === true) return true;
    this.#before = null;
    this.#followPartitions();
    return false;
  }

  ready(): Promise<void> {
    return this.#before === null ? this.#options.source.ready() : (this.#schemas?.ready() ?? Promise.resolve());
  }

  totalBytes(): null {
    return null;
  }

  origin(row: number): {readonly where: string; readonly bytes: Uint8Array} {
    const message = this.#messages[row] as number;
    const length = this.#table.valueLengths[message] as number;
    return {
      where: this.#table.where(message),
      bytes: this.#bytes(this.#table.valueStarts[message] as number, length === nullLength ? 0 : length),
    };
  }

  position(): Position {
    return this.#before?.position ?? this.#options.source.position();
  }

  /** Messages that wait are none that were begun: the position stands before them. */
  get isBetweenRecords(): boolean {
    return this.#before !== null || (this.#next >= this.#table.count && (this.#value.recordsLeft ?? 0) === 0);
  }

  offsets(): readonly Offset[] {
    return this.#before?.offsets ?? this.#options.source.offsets();
  }

  get isAtEnd(): boolean {
    return this.#before === null && this.isBetweenRecords && this.#options.source.isAtEnd;
  }

  lag(): number | null {
    return this.#options.source.lag();
  }

  createdAtMs(row: number): number | null {
    const made = this.#table.metadata(this.#messages[row] as number, 'timestamp');
    return typeof made === 'number' && made >= 0 ? made : null;
  }

  readPartitions(): readonly ReadPartition[] {
    const {source} = this.#options;
    const lags = source.partitionLags?.() ?? [];
    return source.offsets().map(({topic, partition, offset}, number) => ({
      name: `${topic}[${partition}]`,
      offset,
      lag: lags[number] ?? null,
      hasEnded: source.hasEnded(number),
    }));
  }

  async close(): Promise<void> {
    await this.#schemas?.close();
    await this.#options.source.close();
  }

  /** Rows of the next batch; 0 where there are none, or none yet. */
  #decodeNext(): number {
    if ((this.#value.recordsLeft ?? 0) > 0) {
      // What keys have put into scratch went with the last batch.
      if (this.#readsKeys) this.#decodeKeys();
      this.#value.decodeRecords(0);
      return this.#finishValues();
    }
    const {takesBack} = this.#options.layout;
    const {valueLengths, count} = this.#table;
    if (this.#next >= count) return 0;
    if (this.#isTooLarge(this.#next)) {
      this.#refuseLarge(this.#next++);
      return 0;
    }
    const goes = (message: number): boolean => takesBack && valueLengths[message] === nullLength;
    const isDelete = goes(this.#next);
    this.#startRun(message => goes(message) === isDelete && !this.#isTooLarge(message));
    if (isDelete || this.#readsKeys) this.#decodeKeys();
    if (isDelete) return this.#finishDeletes();
    this.#startValues();
    return this.#finishValues();
  }

  /** The messages from the next one on, as long as they belong together. */
  #startRun(belongs: (message: number) => boolean): void {
    let length = 0;
    while (this.#next < this.#table.count && belongs(this.#next)) this.#run[length++] = this.#next++;
    this.#runLength = length;
    this.#badKeys.clear();
  }

  /** Leaves in the run what has a value and a key that can be read, and decodes it. */
  #startValues(): void {
    const {valueStarts, valueLengths, pointer} = this.#table;
    const {starts, lengths} = this.#value;
    let record = 0;
    for (let index = 0; index < this.#runLength; index++) {
      const message = this.#run[index] as number;
      const length = valueLengths[message] as number;
      const isNull = length === nullLength;
      if ((isNull && !this.#options.keepsNull) || (this.#badKeys.size > 0 && this.#badKeys.has(message))) continue;
      starts[record] = isNull ? pointer : (valueStarts[message] as number);
      lengths[record] = isNull ? 0 : length;
      this.#keyRows[record] = this.#keyRows[index] as number;
      this.#run[record++] = message;
    }
    this.#runLength = record;
    // An empty call would go on with the one before.
    if (record > 0) this.#value.decodeRecords(record);
  }

  #finishValues(): number {
    const rows = this.#runLength === 0 ? 0 : this.#value.rows;
    if (rows === 0) return 0;
    const {layout, keepsNull} = this.#options;
    const {lineNumbers} = this.#value;
    for (let row = 0; row < rows; row++) this.#messages[row] = this.#run[lineNumbers[row] as number] as number;
    if (layout.takesBack) this.engineInput.batch.kinds?.fill(ChangeKind.updateAfter, 0, rows);
    if (this.#readsKeys) for (const {from, to} of this.#keyColumns) if (!this.#isOfValue(to)) this.#moveKeys(from, to, lineNumbers, rows);
    if (keepsNull) this.#keepNulls(rows);
    this.#finishRows(rows);
    return rows;
  }

  /** Messages without values: rows of their keys, which go. */
  #finishDeletes(): number {
    let rows = 0;
    for (let index = 0; index < this.#runLength; index++) {
      const message = this.#run[index] as number;
      const keyRow = this.#keyRows[index] as number;
      if (this.#badKeys.has(message)) continue;
      if (keyRow < 0) {
        this.#reject(message, 'the message has neither key nor value, so it does not say what it takes back', new Uint8Array());
        continue;
      }
      this.#keyRows[rows] = keyRow;
      this.#messages[rows++] = message;
    }
    const {batch} = this.engineInput;
    for (const vector of batch.vectors) vector.tags.fill(Tag.null, 0, rows);
    for (const {from, to} of this.#keyColumns) this.#moveKeys(from, to, null, rows);
    batch.kinds?.fill(ChangeKind.delete, 0, rows);
    this.#finishRows(rows);
    return rows;
  }

  #finishRows(rows: number): void {
    this.#metadata.fill(this.#table, this.#messages, rows);
    const {partitions} = this.engineInput;
    if (partitions === null) return;
    const ofMessages = this.#table.partitions;
    for (let row = 0; row < rows; row++) partitions.numbers[row] = ofMessages[this.#messages[row] as number] as number;
  }

  /** Keys of the run's messages, into the key decoder's vectors. What is no key and no reject either (a blank text) counts as none. */
  #decodeKeys(): void {
    const key = this.#key;
    assert(key !== null, 'somebody wants keys');
    const {keyStarts, keyLengths} = this.#table;
    let count = 0;
    for (let index = 0; index < this.#runLength; index++) {
      const message = this.#run[index] as number;
      this.#keyRows[index] = -1;
      if (keyLengths[message] === nullLength) continue;
      key.starts[count] = keyStarts[message] as number;
      key.lengths[count] = keyLengths[message] as number;
      this.#keyRecords[count++] = index;
    }
    if (count === 0) return;
    key.decodeRecords(count);
    for (let row = 0; row < key.rows; row++) {
      const index = this.#keyRecords[key.lineNumbers[row] as number] as number;
      const message = this.#run[index] as number;
      const isSecond = (this.#keyRows[index] as number) >= 0;
      if (isSecond && !this.#badKeys.has(message)) {
        this.#badKeys.add(message);
        this.#reject(message, 'the key holds more than one record', this.#keyOf(message));
      }
      this.#keyRows[index] = row;
    }
    // Behind a key that is more rows than there is room for, which is no key, nothing is left of the others.
    for (let left = key.recordsLeft ?? 0; left > 0; left--) {
      const message = this.#run[this.#keyRecords[count - left] as number] as number;
      if (this.#badKeys.has(message)) continue;
      this.#badKeys.add(message);
      this.#reject(message, 'the key cannot be read: it, or one before it, holds too many records', this.#keyOf(message));
    }
  }

  #isOfValue(to: Vector): boolean {
    const index = this.engineInput.batch.vectors.indexOf(to);
    const wanted = this.engineInput.node.wanted[index];
    return wanted?.kind === 'physical' && this.#options.layout.value.includes(wanted.ordinal);
  }

  /** `records`: of each row the number of its message in the run; null: the rows are those messages. */
  #moveKeys(from: Vector, to: Vector, records: Uint32Array | null, rows: number): void {
    for (let row = 0; row < rows; row++) {
      const keyRow = this.#keyRows[records === null ? row : (records[row] as number)] as number;
      to.tags[row] = keyRow < 0 ? Tag.null : (from.tags[keyRow] as number);
      if (keyRow >= 0) to.numbers[row] = from.numbers[keyRow] as number;
    }
  }

  #keepNulls(rows: number): void {
    const {batch} = this.engineInput;
    for (let row = 0; row < rows; row++) {
      if (this.#table.valueLengths[this.#messages[row] as number] !== nullLength) continue;
      for (const vector of batch.vectors) if (this.#isOfValue(vector)) vector.tags[row] = Tag.null;
    }
  }

  #followPartitions(): void {
    const {partitions} = this.engineInput;
    if (partitions === null) return;
    const {source} = this.#options;
    partitions.grow(source.partitionCount);
    for (let partition = 0; partition < source.partitionCount; partition++) if (source.hasEnded(partition)) partitions.end(partition);
  }

  #countBytes(): void {
    const {valueLengths, count} = this.#table;
    for (let message = 0; message < count; message++) {
      const length = valueLengths[message] as number;
      if (length !== nullLength) this.readBytes += length;
    }
  }

  #isTooLarge(message: number): boolean {
    const {maxRecordBytes} = this.#options;
    const length = this.#table.valueLengths[message] as number;
    const keyLength = this.#table.keyLengths[message] as number;
    return (length > maxRecordBytes && length !== nullLength) || (keyLength > maxRecordBytes && keyLength !== nullLength);
  }

  #refuseLarge(message: number): void {
    const {rejects, maxRecordBytes} = this.#options;
    const length = this.#table.valueLengths[message] as number;
    const isKey = length === nullLength || length <= maxRecordBytes;
    const bytes = isKey ? (this.#table.keyLengths[message] as number) : length;
    const reason = `a ${isKey ? 'key' : 'record'} of ${bytes} bytes is larger than the limit of ${maxRecordBytes} bytes`;
    rejects.add({where: this.#table.where(message), reason, bytes: null, code: 'record-too-large'});
  }

  /** Told by the decoder of values. True: the run ends here. */
  #refuse({pointer, length, line, reason}: Reject): boolean {
    return this.#reject(this.#run[line] as number, reason, this.#bytes(pointer, length));
  }

  #refuseKey({pointer, length, line, reason}: Reject): boolean {
    const message = this.#run[this.#keyRecords[line] as number] as number;
    this.#badKeys.add(message);
    return this.#reject(message, `the key: ${reason}`, this.#bytes(pointer, length));
  }

  #reject(message: number, reason: string, bytes: Uint8Array): boolean {
    return this.#options.rejects.add({where: this.#table.where(message), reason, bytes, code: 'bad-record'});
  }

  #keyOf(message: number): Uint8Array {
    return this.#bytes(this.#table.keyStarts[message] as number, this.#table.keyLengths[message] as number);
  }

  #bytes(pointer: number, length: number): Uint8Array {
    return this.#options.memory.bytes.subarray(pointer, pointer + length);
  }
}

function schemasOf(
  value: RecordDecoder,
  key: RecordDecoder | null,
  {valueRegistry = null, keyRegistry = null}: MessageInputOptions,
): MissingSchemas | null {
  const parts: RegisteredPart[] = [];
  if (valueRegistry !== null) parts.push({part: 'value', decoder: value, registry: valueRegistry});
  if (keyRegistry !== null && key !== null) parts.push({part: 'key', decoder: key, registry: keyRegistry});
  return parts.length === 0 ? null : new MissingSchemas(parts);
}

function messageTable(pointer: number, size: number): MessageTable {
  return {
    count: 0,
    pointer,
    size,
    valueStarts: new Uint32Array(batchRows),
    valueLengths: new Uint32Array(batchRows),
    keyStarts: new Uint32Array(batchRows),
    keyLengths: new Uint32Array(batchRows),
    partitions: new Uint32Array(batchRows),
    metadata: () => null,
    where: () => '',
  };
}

/** Which of the wanted columns stand in values and which in keys. One that stands in both is read from the value; its key counts where there is no value. */
function wantedParts(
  {node, batch}: EngineInput,
  layout: MessageLayout,
): {readonly value: readonly WantedColumn[]; readonly key: readonly WantedColumn[]} {
  const value: WantedColumn[] = [];
  const key: WantedColumn[] = [];
  for (const [index, one] of node.wanted.entries()) {
    if (one.kind !== 'physical') continue;
    const vector = batch.vectors[index] as Vector;
    const {path, type} = one;
    const inValue = layout.value.indexOf(one.ordinal);
    if (inValue >= 0) value.push({path, type, ordinal: inValue, vector});
    const inKey = layout.key?.columns.findIndex(column => column.ordinal === one.ordinal) ?? -1;
    const named = layout.key?.columns[inKey];
    if (named !== undefined) key.push({path: [named.column.name, ...path.slice(1)], type, ordinal: inKey, vector});
  }
  return {value, key};
}

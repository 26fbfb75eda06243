import type {Memory} from '../../base/memory.ts';
import {assert, fail} from '../../base/problem.ts';
import {type Batch, batchOver, batchRows, Tag, type Vector} from '../../flow/batch.ts';
import {readValue} from '../../flow/cells.ts';
import type {RowEncoder} from '../../formats/define.ts';
import {findFormat} from '../../formats/index.ts';
import {ChangeKind} from '../../types/change.ts';
import type {Column} from '../../types/sql-type.ts';
import type {ConnectorContext, ConnectorTable, MessageLayout, MessageSinkSpec} from '../define.ts';
import {registryOf, type SchemaRegistry} from '../registry/registry.ts';
import type {MessageHeader} from './client.ts';
import type {Outbox} from './outbox.ts';

/** Where messages go. */
export interface MessageTarget {
  /** Where the next ones are put; another one after a capture. */
  readonly outbox: Outbox;
  /** All rows of a batch are in the outbox. */
  sent(): void;
  /** The partition of the next message, below 0 where its key decides. */
  partition(): number;
}

/** A part of a message: some columns of the batch, written by a format. */
interface Part {
  readonly batch: Batch;
  readonly encoder: RowEncoder;
  /** Where its schema is registered, and under which subject; null: nowhere. */
  readonly registry: {readonly registry: SchemaRegistry; readonly subject: string} | null;
}

/** Turns each row of a batch into a message: value and key by their formats, headers and time from metadata columns. */
export class MessageEncoder implements RowEncoder {
  readonly #memory: Memory;
  readonly #timeZone: string;
  readonly #target: MessageTarget;
  readonly #topic: string;
  readonly #value: Part;
  readonly #key: Part | null;
  /** Rows that go are messages without value, and old rows are nothing. */
  readonly #isUpsert: boolean;
  /** The only column of a raw value, whose NULL is a message without value. */
  readonly #rawValue: Vector | null;
  readonly #timestamp: {readonly vector: Vector; readonly column: Column} | null;
  readonly #headers: {readonly vector: Vector; readonly column: Column} | null;
  readonly #valueRows = new Int32Array(batchRows);

  constructor(options: {
    readonly table: ConnectorTable;
    readonly context: ConnectorContext;
    readonly spec: MessageSinkSpec;
    readonly layout: MessageLayout;
    readonly topic: string;
    readonly target: MessageTarget;
  }) {
    const {table, context, spec, layout, topic, target} = options;
    this.#memory = context.memory;
    this.#timeZone = context.timeZone;
    this.#target = target;
    this.#topic = topic;
    this.#isUpsert = layout.takesBack;
    const part = (
      what: 'value' | 'key',
      ordinals: readonly number[],
      columns: readonly Column[],
      format: string,
      formatOptions: ReadonlyMap<string, string>,
      kinds: boolean,
    ) => {
      const batch = batchOver(
        context.memory,
        ordinals.map(ordinal => spec.batch.vectors[ordinal] as Vector),
        kinds ? spec.batch.kinds : null,
      );
      const encoder = findFormat(format)?.encoder?.(
        {memory: context.memory, columns, options: formatOptions, timeZone: context.timeZone, kinds, messages: true},
        batch,
      );
      assert(encoder?.ends !== undefined, 'formats of messages say where rows end');
      const registry = registryOf(format, formatOptions, context);
      const subject = formatOptions.get('subject') ?? formatOptions.get('schema-registry.subject') ?? `${topic}-${what}`;
      return {batch, encoder, registry: registry === null ? null : {registry, subject}};
    };
    const valueColumns = layout.value.map(ordinal => spec.columns[ordinal] as Column);
    this.#value = part('value', layout.value, valueColumns, table.format as string, spec.formatOptions, spec.kinds && !this.#isUpsert);
    const {key} = layout;
    this.#key =
      key === null
        ? null
        : part(
            'key',
            key.columns.map(({ordinal}) => ordinal),
            key.columns.map(({column}) => column),
            key.format,
            key.formatOptions,
            false,
          );
    this.#rawValue = table.format === 'raw' ? (this.#value.batch.vectors[0] ?? null) : null;
    const written = (name: string) => {
      const index = (table.writtenMetadata ?? []).indexOf(name);
      if (index < 0) return null;
      const ordinal = table.columns.length - (table.writtenMetadata ?? []).length + index;
      return {vector: spec.batch.vectors[ordinal] as Vector, column: spec.columns[ordinal] as Column};
    };
    this.#timestamp = written('timestamp');
    this.#headers = written('headers');
    checkTypes(this.#timestamp?.column ?? null, this.#headers?.column ?? null);
  }

  async open(): Promise<void> {
    for (const part of [this.#value, this.#key]) {
      if (part === null || part.registry === null) continue;
      const {encoder} = part;
      const {registry, subject} = part.registry;
      if (encoder.registration !== undefined) encoder.registration.learn(await registry.register(subject, encoder.registration.schema));
      await registry.close();
    }
  }

  start(): null {
    return null;
  }
  end(): null {
    return null;
  }

  encode(batch: Batch): void {
    const rows = this.#isUpsert ? this.#chooseUpserts(batch) : this.#chooseAll(batch);
    const {outbox} = this.#target;
    const topic = outbox.topicNumber(this.#topic);
    const values = this.#encodePart(this.#value, outbox);
    const keys = this.#key === null ? 0 : this.#encodePart(this.#key, outbox);
    const valueEnds = this.#value.encoder.ends as Uint32Array;
    const keyEnds = this.#key?.encoder.ends as Uint32Array;
    const all = this.#key?.batch ?? batch;
    for (let index = 0; index < rows; index++) {
      const row = all.selection[index] as number;
      const valueRow = this.#valueRows[index] as number;
      const hasValue = valueRow >= 0 && (this.#rawValue === null || ((this.#rawValue.tags[row] as number) & Tag.null) === 0);
      const hasKey = this.#key !== null;
      outbox.add(
        topic,
        hasValue ? values + startOf(valueEnds, valueRow) : -1,
        hasValue ? values + (valueEnds[valueRow] as number) : -1,
        hasKey ? keys + startOf(keyEnds, index) : -1,
        hasKey ? keys + (keyEnds[index] as number) : -1,
        this.#target.partition(),
        this.#timestamp === null ? Number.NaN : this.#timeOf(row),
        this.#headers === null ? undefined : this.#headersOf(row),
      );
    }
    this.#target.sent();
  }

  #chooseAll({selection, count}: Batch): number {
    const rows = selection.subarray(0, count);
    this.#value.batch.selection.set(rows);
    this.#value.batch.count = count;
    if (this.#key !== null) {
      this.#key.batch.selection.set(rows);
      this.#key.batch.count = count;
    }
    for (let index = 0; index < count; index++) this.#valueRows[index] = index;
    return count;
  }

  #chooseUpserts({selection, count, kinds}: Batch): number {
    const key = this.#key as Part;
    const value = this.#value;
    let rows = 0;
    let values = 0;
    for (let index = 0; index < count; index++) {
      const row = selection[index] as number;
      const kind = kinds === null ? ChangeKind.insert : (kinds[row] as number);
      if (kind === ChangeKind.updateBefore) continue;
      key.batch.selection[rows] = row;
      if (kind === ChangeKind.delete) this.#valueRows[rows] = -1;
      else {
        value.batch.selection[values] = row;
        this.#valueRows[rows] = values++;
      }
      rows++;
    }
    key.batch.count = rows;
    value.batch.count = values;
    return rows;
  }

  /** The bytes of all rows go to the outbox; gives where they begin. */
  #encodePart({batch, encoder}: Part, outbox: Outbox): number {
    const start = outbox.bytes;
    if (batch.count > 0) encoder.encode(batch, bytes => void outbox.append(bytes));
    return start;
  }

  #timeOf(row: number): number {
    const {vector, column} = this.#timestamp as {vector: Vector; column: Column};
    const value = readValue(this.#memory, vector, row, column.type, this.#timeZone);
    const precision = column.type.kind === 'TIMESTAMP_LTZ' ? column.type.precision : 3;
    return value === null ? Number.NaN : Math.floor(Number(value) / (precision <= 3 ? 1 : precision <= 6 ? 1e3 : 1e6));
  }

  #headersOf(row: number): readonly MessageHeader[] | undefined {
    const {vector, column} = this.#headers as {vector: Vector; column: Column};
    const value = readValue(this.#memory, vector, row, column.type, this.#timeZone);
    if (!(value instanceof Map)) return undefined;
    return [...value].map(([name, bytes]) => ({[String(name)]: bytes instanceof Uint8Array ? Buffer.from(bytes) : Buffer.alloc(0)}));
  }
}

function startOf(ends: Uint32Array, row: number): number {
  return row === 0 ? 0 : (ends[row - 1] as number);
}

/** What cannot be written is told before anything is. */
function checkTypes(timestamp: Column | null, headers: Column | null): void {
  if (timestamp !== null && timestamp.type.kind !== 'TIMESTAMP_LTZ') {
    throw fail('invalid', 'wrong-type', `column "${timestamp.name}" is written as the time of messages, and must be a TIMESTAMP_LTZ`, {
      hint: `declare it TIMESTAMP_LTZ(3) METADATA FROM 'timestamp'`,
    });
  }
  const type = headers?.type;
  if (headers !== null && type !== undefined && !(type.kind === 'MAP' && type.value.kind === 'VARBINARY')) {
    throw fail(
      'invalid',
      'wrong-type',
      `column "${headers.name}" is written as the headers of messages, and must be a MAP<STRING, BYTES>`,
      {
        hint: `declare it MAP<STRING, BYTES> METADATA FROM 'headers'`,
      },
    );
  }
}

import type {SchemaRegistry} from '../connectors/registry/registry.ts';
import {batchRows} from '../flow/batch.ts';
import {type MessageTable, nullLength} from '../flow/source.ts';
import type {RecordDecoder} from '../formats/define.ts';

/** A decoder of values or of keys whose schemas a registry has. */
export interface RegisteredPart {
  readonly part: 'value' | 'key';
  readonly decoder: RecordDecoder;
  readonly registry: SchemaRegistry;
}

/** Schemas that messages name and their decoders lack. Decoders never wait: messages do, until what they need has been fetched. */
export class MissingSchemas {
  readonly #parts: readonly RegisteredPart[];
  readonly #present = {starts: new Uint32Array(batchRows), lengths: new Uint32Array(batchRows)};
  /** Null: nothing is missing. */
  #fetching: Promise<void> | null = null;
  #failure: unknown = null;

  constructor(parts: readonly RegisteredPart[]) {
    this.#parts = parts;
  }

  /** Begins to fetch what the messages need. True: they have to wait. */
  ask(table: MessageTable): boolean {
    const wanted = this.#parts.flatMap(one => this.#lackedBy(one, table).map(id => ({...one, id})));
    if (wanted.length === 0) return false;
    this.#fetching = Promise.all(wanted.map(async ({decoder, registry, id}) => decoder.learn?.(id, await registry.schema(id)))).then(
      () => void (this.#fetching = null),
      (error: unknown) => {
        this.#failure = error;
        this.#fetching = null;
      },
    );
    return true;
  }

  /** Throws what kept a schema from being fetched. */
  get isWaiting(): boolean {
    if (this.#failure !== null) throw this.#failure;
    return this.#fetching !== null;
  }

  ready(): Promise<void> {
    return this.#fetching ?? Promise.resolve();
  }

  async close(): Promise<void> {
    for (const {registry} of this.#parts) await registry.close();
  }

  #lackedBy({part, decoder}: RegisteredPart, table: MessageTable): readonly number[] {
    const starts = part === 'value' ? table.valueStarts : table.keyStarts;
    const lengths = part === 'value' ? table.valueLengths : table.keyLengths;
    const present = this.#present;
    let count = 0;
    for (let message = 0; message < table.count; message++) {
      const length = lengths[message] as number;
      // What there is no room for has only its length.
      if (length === nullLength || length > table.size) continue;
      present.starts[count] = starts[message] as number;
      present.lengths[count++] = length;
    }
    return decoder.lacks?.(present.starts, present.lengths, count) ?? [];
  }
}

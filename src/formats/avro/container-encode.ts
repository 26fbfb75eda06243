import type {Batch} from '../../flow/batch.ts';
import type {RowEncoder} from '../define.ts';
import {type Codec, compress} from './codec.ts';
import {magic, syncBytes} from './container.ts';
import {Output} from './output.ts';
import type {WriteRow} from './row-writer.ts';

/** A file of records: a header with their schema, then blocks. Each batch is a block, so that a file may end, and be cut, behind any of them. */
export class ContainerEncoder implements RowEncoder {
  readonly #write: WriteRow;
  readonly #schema: string;
  readonly #codec: Codec;
  /** What ends each block. Made of the schema, so that whoever goes on with a file after a restart writes the same. */
  readonly #sync: Uint8Array;
  readonly #records = new Output();
  readonly #head = new Output();

  constructor(write: WriteRow, schema: string, codec: Codec) {
    this.#write = write;
    this.#schema = schema;
    this.#codec = codec;
    this.#sync = syncOf(schema);
  }

  start(): Uint8Array {
    const output = new Output();
    output.raw(magic, 0, magic.length);
    output.long(2);
    for (const [name, value] of [
      ['avro.schema', this.#schema],
      ['avro.codec', this.#codec],
    ] as const) {
      for (const text of [name, value]) {
        const bytes = Buffer.from(text);
        output.blob(bytes, 0, bytes.length);
      }
    }
    output.long(0);
    output.raw(this.#sync, 0, syncBytes);
    return output.written();
  }

  end(): null {
    return null;
  }

  encode({selection, count}: Batch, write: (bytes: Uint8Array) => void): void {
    if (count === 0) return;
    const records = this.#records;
    records.at = 0;
    for (let index = 0; index < count; index++) this.#write(records, selection[index] as number);
    const bytes = compress(this.#codec, records.written());
    const head = this.#head;
    head.at = 0;
    head.long(count);
    head.blob(bytes, 0, bytes.length);
    head.raw(this.#sync, 0, syncBytes);
    write(head.written());
  }
}

/** Sixteen bytes that records hardly hold by chance. */
function syncOf(schema: string): Uint8Array {
  const sync = new Uint8Array(syncBytes);
  const bytes = Buffer.from(schema);
  for (let at = 0; at < syncBytes; at++) {
    let hash = Math.imul(at + 1, 0x9e3779b1);
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) + at;
    sync[at] = (hash ^ (hash >>> 15)) >>> 8;
  }
  return sync;
}

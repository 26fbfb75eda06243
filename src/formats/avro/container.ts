import {type Codec, codecs} from './codec.ts';
import type {Cursor} from './cursor.ts';
import {type AvroSchema, parseSchema} from './schema.ts';

/** A file of records begins with these bytes. */
export const magic = Buffer.from('Obj\u0001', 'latin1');
/** The mark that stands in the header and behind each block. */
export const syncBytes = 16;

export interface ContainerHeader {
  readonly schema: AvroSchema;
  readonly codec: Codec;
  readonly sync: Uint8Array;
}

/** Reads the header of a file. `unfinished`: the bytes end before it does; another text says why it is none. */
export function readHeader(cursor: Cursor): ContainerHeader | 'unfinished' | {readonly reason: string} {
  const {at, end, bytes} = cursor;
  for (let index = 0; index < magic.length && at + index < end; index++) {
    if (bytes[at + index] !== magic[index]) return {reason: 'the file does not begin as files of Avro do'};
  }
  cursor.at = Math.min(end, at + magic.length);
  const entries = new Map<string, string>();
  for (let count = cursor.block(); count > 0; count = cursor.block()) {
    for (let index = 0; index < count && cursor.fault === null; index++) {
      cursor.text();
      const name = cursor.string();
      cursor.blob();
      entries.set(name, cursor.string());
    }
  }
  cursor.fixed(syncBytes);
  if (cursor.fault !== null || end - at < magic.length) return 'unfinished';
  const sync = bytes.slice(cursor.start, cursor.start + syncBytes);
  const codec = entries.get('avro.codec') ?? 'null';
  const known = codecs.find(one => one === codec);
  if (known === undefined) return {reason: `the file is compressed with ${JSON.stringify(codec)}; there are ${codecs.join(', ')}`};
  const schema = parseSchema([entries.get('avro.schema') ?? '']);
  return typeof schema === 'string' ? {reason: schema} : {schema, codec: known, sync};
}

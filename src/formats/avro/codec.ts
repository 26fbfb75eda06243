import {crc32, deflateRawSync, inflateRawSync} from 'node:zlib';
import {compressSnappy, uncompressSnappy} from './snappy.ts';

/** How the blocks of a file are compressed, by the names that stand in files. */
export const codecs = ['null', 'deflate', 'snappy'] as const;
export type Codec = (typeof codecs)[number];

/** What Flink writes unless told otherwise. */
export const defaultCodec: Codec = 'snappy';

/** The records of a block; null when the bytes are not what the codec writes, or would be more than `mostBytes`. */
export function uncompress(codec: Codec, bytes: Uint8Array, mostBytes: number): Uint8Array | null {
  switch (codec) {
    case 'null':
      return bytes;
    case 'deflate':
      try {
        return inflateRawSync(bytes, {maxOutputLength: mostBytes});
      } catch {
        return null;
      }
    case 'snappy': {
      // Behind it stands a checksum of what was compressed.
      if (bytes.length < 4) return null;
      const records = uncompressSnappy(bytes.subarray(0, -4), mostBytes);
      if (records === null) return null;
      const sum = Buffer.from(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).readUInt32BE();
      return crc32(records) === sum ? records : null;
    }
  }
}

export function compress(codec: Codec, bytes: Uint8Array): Uint8Array {
  switch (codec) {
    case 'null':
      return bytes;
    case 'deflate':
      return deflateRawSync(bytes);
    case 'snappy': {
      const sum = Buffer.alloc(4);
      sum.writeUInt32BE(crc32(bytes));
      return Buffer.concat([compressSnappy(bytes), sum]);
    }
  }
}

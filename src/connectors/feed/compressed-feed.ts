import {fail, type ProblemError} from '../../base/problem.ts';
import type {Feed} from './feed.ts';

export type Compression = 'gzip' | 'zstd';

/** By the end of the name: `.gz` and `.zst`; null: the bytes are as they are. */
export function compressionOf(path: string): Compression | null {
  if (path.endsWith('.gz')) return 'gzip';
  if (path.endsWith('.zst')) return 'zstd';
  return null;
}

/** Pieces that were decompressed and wait to be taken. */
export class Pieces {
  readonly #pieces: Uint8Array[] = [];
  bytes = 0;

  add(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.bytes += piece.length;
  }

  /** Fills as much of the target as there is. */
  take(target: Uint8Array): number {
    let filled = 0;
    while (filled < target.length && this.#pieces.length > 0) {
      const piece = this.#pieces[0] as Uint8Array;
      const part = piece.subarray(0, target.length - filled);
      target.set(part, filled);
      filled += part.length;
      if (part.length === piece.length) this.#pieces.shift();
      else this.#pieces[0] = piece.subarray(part.length);
    }
    this.bytes -= filled;
    return filled;
  }
}

/** A compressed file that ends early or does not follow its format. Everything before the fault has been given. */
export function tornProblem(name: string, compression: Compression, isCut: boolean, givenBytes: number): ProblemError {
  const tool = compression === 'gzip' ? 'gzip -t' : 'zstd -t';
  return fail(
    'data',
    'torn-file',
    `${name} is ${isCut ? 'cut off' : 'broken'}: its ${compression} data ${isCut ? 'ends too early' : 'cannot be decompressed'}`,
    {
      detail: `${givenBytes} bytes could be decompressed, and the records in them were read`,
      hint: `write the file again; "${tool}" tells when it is whole`,
      place: {kind: 'data', where: name},
    },
  );
}

/** Reads and drops the first bytes: the only way to a place inside a compressed file. */
export async function skipBytes(feed: Feed, bytes: number): Promise<number> {
  const target = new Uint8Array(Math.min(bytes, 1 << 18));
  let left = bytes;
  while (left > 0) {
    const count = feed.read(target.subarray(0, Math.min(left, target.length)));
    if (count === 'ended') break;
    if (count === 'nothing') await feed.ready();
    else left -= count;
  }
  return bytes - left;
}

import {bucketOf} from './hashing.ts';

/**
 * Rows by hash: open addressing with linear probing in 2^bits buckets. A bucket is `row + 1`, or where hashes are kept a pair, the hash and `row + 1`; 0 in the
 * place of `row + 1` is an empty one. Generated code reads the cells itself.
 */
export class HashIndex {
  readonly cells: Int32Array;
  readonly keepsHashes: boolean;
  /** 32 less the number of bits of a bucket: see `bucketOf`. */
  readonly shift: number;
  /** Buckets less one. */
  readonly mask: number;
  /** Buckets that are not empty. */
  used = 0;

  constructor(bits: number, keepsHashes: boolean) {
    this.keepsHashes = keepsHashes;
    this.shift = 32 - bits;
    this.mask = (1 << bits) - 1;
    this.cells = new Int32Array((1 << bits) * (keepsHashes ? 2 : 1));
  }

  /** Enters a row under its hash, unless it stands there already. */
  enter(hash: number, row: number): void {
    const {cells, mask} = this;
    let bucket = bucketOf(hash, this.shift);
    if (this.keepsHashes) {
      for (; cells[bucket * 2 + 1] !== 0; bucket = (bucket + 1) & mask) if (cells[bucket * 2 + 1] === row + 1) return;
      cells[bucket * 2] = hash;
      cells[bucket * 2 + 1] = row + 1;
    } else {
      for (; cells[bucket] !== 0; bucket = (bucket + 1) & mask) if (cells[bucket] === row + 1) return;
      cells[bucket] = row + 1;
    }
    this.used++;
  }

  /**
   * Takes a row's entry out, if it is there. The entries after it move up, so no tombstone is left: `hashOf` gives the hashes of their rows where they are not
   * kept. Somebody may be on his way through the buckets and have seen those below `walked`: gives the bucket from which he must look again, so that he misses
   * none of what has moved.
   */
  remove(hash: number, row: number, hashOf: (row: number) => number, walked: number): number {
    const {cells, mask, shift} = this;
    const width = this.keepsHashes ? 2 : 1;
    const rowCell = width - 1;
    let hole = bucketOf(hash, shift);
    for (; cells[hole * width + rowCell] !== row + 1; hole = (hole + 1) & mask) if (cells[hole * width + rowCell] === 0) return walked;
    let unseen = walked;
    for (let next = (hole + 1) & mask; ; next = (next + 1) & mask) {
      const entry = cells[next * width + rowCell] as number;
      if (entry === 0) break;
      const home = bucketOf(this.keepsHashes ? (cells[next * 2] as number) : hashOf(entry - 1), shift);
      // An entry may move into the hole unless its home lies behind the hole, on the way to where it is.
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      for (let cell = 0; cell < width; cell++) cells[hole * width + cell] = cells[next * width + cell] as number;
      if (hole < unseen && next >= unseen) unseen = hole;
      hole = next;
    }
    for (let cell = 0; cell < width; cell++) cells[hole * width + cell] = 0;
    this.used--;
    return unseen;
  }
}

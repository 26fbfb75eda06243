import {bucketOf, combineHashes, hashExact, hashFloat, hashText} from './hashing.ts';
import type {ImageReader} from './image.ts';
import {type KeyKind, keySlots} from './key-cells.ts';
import {pageMask, pageShift, RowMark, RowStore, type Slot} from './row-store.ts';

const firstShift = 32 - 8;

/**
 * Rows found by their keys, through an index apart from them: open addressing with linear probing, half full at most. Growing makes a new index and touches
 * nothing else. With number keys only, an entry is `row + 1`; when there is a text key it is a pair, the hash and `row + 1`, so that few texts are compared.
 * 0 in the place of `row + 1` is an empty entry. Generated code probes the index itself and calls `insert` when it finds nothing.
 */
export class GroupTable extends RowStore {
  readonly keys: readonly KeyKind[];
  readonly hashesInIndex: boolean;
  /** Cell of each key within a row. */
  readonly keyOffsets: readonly number[];
  /** Cell of each slot that is not a key. */
  readonly slotOffsets: readonly number[];
  index: Int32Array;
  /** 32 less the number of bits of a bucket: see `bucketOf`. */
  shift = firstShift;
  /** Buckets less one. */
  mask: number;
  #used = 0;

  constructor(keys: readonly KeyKind[], slots: readonly Slot[], reusesRows = false) {
    const ofKeys = keys.map(key => keySlots[key]);
    super([...ofKeys.flat(), ...slots], reusesRows);
    this.keys = keys;
    this.hashesInIndex = keys.includes('text');
    let slot = 0;
    this.keyOffsets = ofKeys.map(own => {
      const offset = this.offsets[slot] as number;
      slot += own.length;
      return offset;
    });
    this.slotOffsets = this.offsets.slice(slot);
    this.index = this.#emptyIndex();
    this.mask = (1 << (32 - this.shift)) - 1;
  }

  override get bytes(): number {
    return super.bytes + this.index.byteLength;
  }

  #emptyIndex(): Int32Array {
    return new Int32Array((1 << (32 - this.shift)) * (this.hashesInIndex ? 2 : 1));
  }

  /** A new row, entered under a hash. The caller then writes its keys; they must be the ones the hash was made of, and not in the table yet. */
  insert(hash: number): number {
    const row = this.addRow();
    if (this.#used * 2 > this.mask) this.#grow(row, hash);
    else this.#enter(hash, row);
    return row;
  }

  /** Takes a row away. The entries after it move up, so no tombstone is left. */
  remove(row: number): void {
    const width = this.hashesInIndex ? 2 : 1;
    const entryCell = width - 1;
    let hole = bucketOf(this.hashRow(row), this.shift);
    while (this.index[hole * width + entryCell] !== row + 1) hole = (hole + 1) & this.mask;
    for (let next = (hole + 1) & this.mask; ; next = (next + 1) & this.mask) {
      const entry = this.index[next * width + entryCell] as number;
      if (entry === 0) break;
      const hash = this.hashesInIndex ? (this.index[next * 2] as number) : this.hashRow(entry - 1);
      const home = bucketOf(hash, this.shift);
      // An entry may move into the hole unless its home lies behind the hole, on the way to where it is.
      if (((next - home) & this.mask) < ((next - hole) & this.mask)) continue;
      for (let cell = 0; cell < width; cell++) this.index[hole * width + cell] = this.index[next * width + cell] as number;
      hole = next;
    }
    for (let cell = 0; cell < width; cell++) this.index[hole * width + cell] = 0;
    this.#used--;
    this.removeRow(row);
  }

  /** The hash of a row's keys: the same that generated code makes of the same keys. */
  hashRow(row: number): number {
    const page = this.page(row);
    const cell = this.cellOf(row);
    const {keys, keyOffsets} = this;
    if (keys.length === 0) return 0;
    let hash = this.#hashKey(keys[0] as KeyKind, page, cell + (keyOffsets[0] as number));
    for (let index = 1; index < keys.length; index++) {
      hash = combineHashes(hash, this.#hashKey(keys[index] as KeyKind, page, cell + (keyOffsets[index] as number)));
    }
    return hash;
  }

  #hashKey(key: KeyKind, page: Float64Array, cell: number): number {
    if (key === 'exact') return hashExact(page[cell] as number);
    if (key === 'float') return combineHashes(page[cell] as number, hashFloat(page[cell + 1] as number));
    const bytes = this.textAt(page, cell);
    return hashText(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, page[cell + 1] as number);
  }

  override load(image: ImageReader): void {
    super.load(image);
    this.#reindex();
  }

  override clear(): void {
    super.clear();
    this.#reindex();
  }

  #reindex(): void {
    const live = this.liveRows;
    this.shift = firstShift;
    while (live * 2 > (1 << (32 - this.shift)) - 1) this.shift--;
    this.#resize();
    for (let row = 0; row < this.rowCount; row++) if (!this.isFree(row)) this.#enter(this.hashRow(row), row);
  }

  #resize(): void {
    this.mask = (1 << (32 - this.shift)) - 1;
    this.index = this.#emptyIndex();
    this.#used = 0;
  }

  /** Makes the index twice as large and enters every row, the new one last: its keys are not written yet. */
  #grow(newRow: number, newHash: number): void {
    const old = this.index;
    this.shift--;
    this.#resize();
    if (this.hashesInIndex) {
      for (let at = 0; at < old.length; at += 2) if (old[at + 1] !== 0) this.#enter(old[at] as number, (old[at + 1] as number) - 1);
    } else if (this.keys.length === 1 && this.keys[0] === 'exact') this.#enterExact(newRow);
    else
      for (let at = 0; at < old.length; at++)
        if (old[at] !== 0) this.#enter(this.hashRow((old[at] as number) - 1), (old[at] as number) - 1);
    this.#enter(newHash, newRow);
  }

  /** Rows lie in order, so walking them is several times cheaper than following the old index. */
  #enterExact(newRow: number): void {
    const {index, mask, shift, stride} = this;
    for (let row = 0; row < this.rowCount; row++) {
      const page = this.pages[row >>> pageShift] as Float64Array;
      const cell = (row & pageMask) * stride;
      if (row === newRow || (page[cell] as number) >= RowMark.free) continue;
      let bucket = bucketOf(hashExact(page[cell + 1] as number), shift);
      while (index[bucket] !== 0) bucket = (bucket + 1) & mask;
      index[bucket] = row + 1;
      this.#used++;
    }
  }

  #enter(hash: number, row: number): void {
    const {index, mask} = this;
    let bucket = bucketOf(hash, this.shift);
    if (this.hashesInIndex) {
      while (index[bucket * 2 + 1] !== 0) bucket = (bucket + 1) & mask;
      index[bucket * 2] = hash;
      index[bucket * 2 + 1] = row + 1;
    } else {
      while (index[bucket] !== 0) bucket = (bucket + 1) & mask;
      index[bucket] = row + 1;
    }
    this.#used++;
  }
}

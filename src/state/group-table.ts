import {combineHashes, hashExact, hashFloat, hashText} from './hashing.ts';
import {HashIndex} from './hash-index.ts';
import type {ImageReader} from './image.ts';
import {type KeyKind, keySlots} from './key-cells.ts';
import {pageMask, pageShift, RowMark, RowStore, type Slot} from './row-store.ts';

const leastBits = 8;

/** A new index twice as large is begun at 7 of 16 buckets, and must have taken over before half of them are used: so many buckets are left until then. */
const fullAt = 7 / 16;
const inTime = 1 / 16;

/**
 * Rows found by their keys, through an index apart from them that is half full at most. It grows little by little: while one that is twice as large fills with
 * the rows that are there, a few with each that comes, looking goes on in the old one, in which every row stands until the new one takes over. So looking knows
 * one index only, and no row has to wait until all others have moved. When there is a text key the index keeps hashes, so that few texts are compared.
 * Generated code probes the index itself and calls `insert` when it finds nothing.
 */
export class GroupTable extends RowStore {
  readonly keys: readonly KeyKind[];
  readonly hashesInIndex: boolean;
  /** Cell of each key within a row. */
  readonly keyOffsets: readonly number[];
  /** Cell of each slot that is not a key. */
  readonly slotOffsets: readonly number[];
  /** Of the index in which rows are found: its cells, its shift and its mask. They change in `insert` and between two steps only. */
  index: Int32Array;
  shift: number;
  mask: number;
  readonly #hashOf = (row: number): number => this.hashRow(row);
  #current: HashIndex;
  /** The index that will take over. Every row that came since it was begun stands in both. */
  #growing: HashIndex | null = null;
  /** While an image is loaded: rows below this stand in the index under the keys that they have; 0: the index must be made anew. */
  #indexedRows = 0;
  /** How far its filling has come, of how many, and how many each new row moves: buckets of the current index where that keeps hashes, else rows. */
  #walked = 0;
  #walkEnd = 0;
  #walkStep = 0;

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
    this.#current = new HashIndex(leastBits, this.hashesInIndex);
    const {cells, shift, mask} = this.#current;
    this.index = cells;
    this.shift = shift;
    this.mask = mask;
  }

  override get bytes(): number {
    return super.bytes + this.index.byteLength + (this.#growing?.cells.byteLength ?? 0);
  }

  /** A new row, entered under a hash. The caller then writes its keys; they must be the ones the hash was made of, and not in the table yet. */
  insert(hash: number): number {
    // Before the row is there: it has no keys yet by which it could be moved.
    if (this.#growing !== null) this.#moveSome(this.#growing);
    else if (this.#current.used >= (this.mask + 1) * fullAt) this.#beginToGrow();
    const row = this.addRow();
    this.#current.enter(hash, row);
    this.#growing?.enter(hash, row);
    return row;
  }

  /** Takes a row away. */
  remove(row: number): void {
    const hash = this.hashRow(row);
    const unseen = this.#current.remove(hash, row, this.#hashOf, this.hashesInIndex ? this.#walked : 0);
    if (this.hashesInIndex) this.#walked = unseen;
    this.#growing?.remove(hash, row, this.#hashOf, 0);
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

  /** Of images that follow each other each is only what has changed: where no keys went, the rows that were there stand in the index already. */
  override load(image: ImageReader): void {
    const rows = this.rowCount;
    const free = rows - this.liveRows;
    this.#indexedRows = this.#growing === null && (free === 0 || !this.reusesRows) ? rows : 0;
    super.load(image);
    const areIndexed = this.#indexedRows > 0 && this.rowCount - this.liveRows === free;
    if (areIndexed && this.liveRows < (this.mask + 1) * fullAt) this.#enterRows(this.#current, rows, this.rowCount);
    else this.#reindex();
    this.#indexedRows = 0;
  }

  protected override loadRow(row: number, image: ImageReader): void {
    if (row >= this.#indexedRows) return super.loadRow(row, image);
    const hash = this.hashRow(row);
    super.loadRow(row, image);
    // Another key has got the row.
    if (this.hashRow(row) !== hash) this.#indexedRows = 0;
  }

  override clear(): void {
    super.clear();
    this.#indexedRows = 0;
    this.#reindex();
  }

  /** Makes the index anew, at once. */
  #reindex(): void {
    this.#growing = null;
    this.#walked = 0;
    let bits = leastBits;
    while (this.liveRows >= (1 << bits) * fullAt) bits++;
    this.#use(new HashIndex(bits, this.hashesInIndex));
    this.#enterRows(this.#current, 0, this.rowCount);
  }

  #use(index: HashIndex): void {
    this.#current = index;
    this.index = index.cells;
    this.shift = index.shift;
    this.mask = index.mask;
  }

  #beginToGrow(): void {
    this.#growing = new HashIndex(33 - this.shift, this.hashesInIndex);
    this.#walked = 0;
    this.#walkEnd = this.hashesInIndex ? this.mask + 1 : this.rowCount;
    this.#walkStep = Math.ceil(this.#walkEnd / ((this.mask + 1) * inTime - 1));
  }

  /** Where hashes are kept, following the old index fills the new one in order; else walking the rows is several times cheaper, because they lie in order. */
  #moveSome(growing: HashIndex): void {
    const from = this.#walked;
    const to = Math.min(from + this.#walkStep, this.#walkEnd);
    if (this.hashesInIndex) {
      const {index} = this;
      for (let at = 2 * from; at < 2 * to; at += 2) {
        if (index[at + 1] !== 0) growing.enter(index[at] as number, (index[at + 1] as number) - 1);
      }
    } else this.#enterRows(growing, from, to);
    this.#walked = to;
    if (to < this.#walkEnd) return;
    this.#use(growing);
    this.#growing = null;
    this.#walked = 0;
  }

  #enterRows(index: HashIndex, from: number, to: number): void {
    const isExact = this.keys.length === 1 && this.keys[0] === 'exact';
    const {stride} = this;
    for (let row = from; row < to; row++) {
      const page = this.pages[row >>> pageShift] as Float64Array;
      const cell = (row & pageMask) * stride;
      if ((page[cell] as number) >= RowMark.free) continue;
      index.enter(isExact ? hashExact(page[cell + 1] as number) : this.hashRow(row), row);
    }
  }
}

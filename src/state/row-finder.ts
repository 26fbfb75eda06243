import {GroupTable} from './group-table.ts';
import {bucketOf, hashExact} from './hashing.ts';
import type {RowStore, Slot} from './row-store.ts';

/** What a row that is found by all of its columns needs: their hash, and the next row with the same (row number + 1; 0: none). */
export const finderSlots: readonly Slot[] = [
  {kind: 'number', initial: 0},
  {kind: 'number', initial: 0},
];

/** Rows of a store by the hash of their columns. What is beside the rows is made anew when it is first asked for after a restart. */
export class RowFinder {
  readonly #rows: RowStore;
  readonly #hash: number;
  readonly #next: number;
  /** Of each hash the first row (+ 1). Null: to be made anew. */
  #heads: GroupTable | null = null;

  /** `cells`: those of `finderSlots` within a row. */
  constructor(rows: RowStore, cells: readonly number[]) {
    this.#rows = rows;
    [this.#hash, this.#next] = cells as readonly [number, number];
  }

  get bytes(): number {
    return this.#heads?.bytes ?? 0;
  }

  /** The rows are others now, as after a restart. */
  forget(): void {
    this.#heads = null;
  }

  /** A row that has just come into the store. */
  enter(row: number, hash: number): void {
    this.#put(row, this.#hash, hash);
    // What is made anew has this row, too.
    if (this.#heads === null) this.#made();
    else this.#link(this.#heads, row, hash);
  }

  /** A row is about to be removed. */
  leave(row: number): void {
    const heads = this.#made();
    const head = this.#find(heads, this.#get(row, this.#hash));
    const page = heads.page(head);
    const cell = heads.cellOf(head) + (heads.slotOffsets[0] as number);
    const next = this.#get(row, this.#next);
    if (page[cell] !== row + 1) {
      let before = (page[cell] as number) - 1;
      while (this.#get(before, this.#next) !== row + 1) before = this.#get(before, this.#next) - 1;
      this.#put(before, this.#next, next);
    } else if (next !== 0) page[cell] = next;
    else heads.remove(head);
  }

  /** The rows of a hash, in no order. */
  *withHash(hash: number): Generator<number> {
    const heads = this.#made();
    const head = this.#find(heads, hash);
    if (head < 0) return;
    let link = heads.page(head)[heads.cellOf(head) + (heads.slotOffsets[0] as number)] as number;
    for (; link !== 0; link = this.#get(link - 1, this.#next)) yield link - 1;
  }

  #made(): GroupTable {
    if (this.#heads !== null) return this.#heads;
    this.#heads = new GroupTable(['exact'], [{kind: 'number', initial: 0}], true);
    for (let row = 0; row < this.#rows.rowCount; row++) {
      if (!this.#rows.isFree(row)) this.#link(this.#heads, row, this.#get(row, this.#hash));
    }
    return this.#heads;
  }

  #link(heads: GroupTable, row: number, hash: number): void {
    let head = this.#find(heads, hash);
    if (head < 0) {
      head = heads.insert(hashExact(hash));
      heads.page(head)[heads.cellOf(head) + (heads.keyOffsets[0] as number)] = hash;
    }
    const page = heads.page(head);
    const cell = heads.cellOf(head) + (heads.slotOffsets[0] as number);
    this.#put(row, this.#next, page[cell] as number);
    page[cell] = row + 1;
  }

  #find(heads: GroupTable, hash: number): number {
    const {index, shift, mask} = heads;
    const key = heads.keyOffsets[0] as number;
    for (let bucket = bucketOf(hashExact(hash), shift); ; bucket = (bucket + 1) & mask) {
      const head = (index[bucket] as number) - 1;
      if (head < 0 || heads.page(head)[heads.cellOf(head) + key] === hash) return head;
    }
  }

  #get(row: number, offset: number): number {
    return this.#rows.page(row)[this.#rows.cellOf(row) + offset] as number;
  }
  #put(row: number, offset: number, value: number): void {
    this.#rows.markChanged(row);
    this.#rows.page(row)[this.#rows.cellOf(row) + offset] = value;
  }
}

import type {Memory} from '../base/memory.ts';
import {Vector} from '../flow/batch.ts';
import {readValue} from '../flow/cells.ts';
import {physicalOf, type SqlType} from '../types/sql-type.ts';
import type {Row} from '../types/value.ts';
import {RowCells} from './row-cells.ts';
import {RowStore} from './row-store.ts';

/** Cells of a group's row: its first and its last entry. An entry is named by its row number + 1; 0: there is none. */
export interface LogEnds {
  readonly first: number;
  readonly last: number;
}

/** Everything that came to each group, in the order in which it came: for aggregates that are computed from all their rows. */
export class ValueLog {
  readonly store: RowStore;
  readonly #memory: Memory;
  readonly #timeZone: string;
  readonly #types: readonly SqlType[];
  readonly #cells: RowCells;
  readonly #ends: LogEnds;
  readonly #identity: readonly number[] | null;
  readonly #next: number;
  readonly #before: number;
  /** One row, to read values through. */
  readonly #reading: readonly Vector[];

  /** `identity`: the columns by which entries are told apart; null: all. */
  constructor(
    session: {readonly memory: Memory; readonly timeZone: string},
    types: readonly SqlType[],
    ends: LogEnds,
    identity: readonly number[] | null = null,
  ) {
    this.#identity = identity;
    this.#memory = session.memory;
    this.#timeZone = session.timeZone;
    this.#types = types;
    this.#ends = ends;
    const slots = RowCells.slots(types);
    const link = {kind: 'number', initial: 0} as const;
    this.store = new RowStore([...slots, link, link], true);
    this.#next = this.store.offsets[slots.length] as number;
    this.#before = this.store.offsets[slots.length + 1] as number;
    this.#cells = new RowCells(
      this.store,
      this.#memory,
      types.map((type, column) => ({column, type})),
      this.store.offsets,
    );
    this.#reading = types.map(type => new Vector(this.#memory, physicalOf(type), 1));
  }

  /** Puts a batch's row at the end of a group, whose own row starts at `cell` of `page`. */
  add(page: Float64Array, cell: number, vectors: readonly Vector[], row: number): void {
    const entry = this.store.addRow();
    this.#cells.store(entry, vectors, row);
    const last = page[cell + this.#ends.last] as number;
    this.#put(entry, this.#before, last);
    if (last === 0) page[cell + this.#ends.first] = entry + 1;
    else this.#put(last - 1, this.#next, entry + 1);
    page[cell + this.#ends.last] = entry + 1;
  }

  /** Puts a batch's row in the place of the entry that only its identity tells from others, or at the end. */
  put(page: Float64Array, cell: number, vectors: readonly Vector[], row: number): void {
    const known = this.#identity === null ? 0 : this.#find(page, cell, vectors, row);
    if (known === 0) return this.add(page, cell, vectors, row);
    this.store.markChanged(known - 1);
    this.#cells.store(known - 1, vectors, row);
  }

  isEmpty(page: Float64Array, cell: number): boolean {
    return page[cell + this.#ends.first] === 0;
  }

  /** Writes the last entry of a group into a batch. */
  loadLast(page: Float64Array, cell: number, vectors: readonly Vector[], row: number): void {
    this.#cells.load((page[cell + this.#ends.last] as number) - 1, vectors, row);
  }

  #find(page: Float64Array, cell: number, vectors: readonly Vector[], row: number): number {
    let link = page[cell + this.#ends.first] as number;
    while (link !== 0 && !this.#cells.isSame(link - 1, vectors, row, this.#identity)) link = this.#get(link - 1, this.#next);
    return link;
  }

  /** Takes the first entry away that is the same as a batch's row, and tells which one it was. */
  remove(page: Float64Array, cell: number, vectors: readonly Vector[], row: number): 'nothing' | 'last' | 'other' {
    const link = this.#find(page, cell, vectors, row);
    if (link === 0) return 'nothing';
    const [before, next] = [this.#get(link - 1, this.#before), this.#get(link - 1, this.#next)];
    if (before === 0) page[cell + this.#ends.first] = next;
    else this.#put(before - 1, this.#next, next);
    if (next === 0) page[cell + this.#ends.last] = before;
    else this.#put(next - 1, this.#before, before);
    this.store.removeRow(link - 1);
    return next === 0 ? 'last' : 'other';
  }

  /** Takes all entries of a group away. */
  forget(page: Float64Array, cell: number): void {
    for (let link = page[cell + this.#ends.first] as number; link !== 0;) {
      const next = this.#get(link - 1, this.#next);
      this.store.removeRow(link - 1);
      link = next;
    }
    page[cell + this.#ends.first] = 0;
    page[cell + this.#ends.last] = 0;
  }

  /** The entries of a group as plain values. */
  rows(page: Float64Array, cell: number): readonly Row[] {
    const rows: Row[] = [];
    for (let link = page[cell + this.#ends.first] as number; link !== 0; link = this.#get(link - 1, this.#next)) {
      const mark = this.#memory.mark();
      this.#cells.load(link - 1, this.#reading, 0);
      rows.push(this.#types.map((type, index) => readValue(this.#memory, this.#reading[index] as Vector, 0, type, this.#timeZone)));
      this.#memory.release(mark);
    }
    return rows;
  }

  #get(entry: number, offset: number): number {
    return this.store.page(entry)[this.store.cellOf(entry) + offset] as number;
  }
  #put(entry: number, offset: number, link: number): void {
    this.store.markChanged(entry);
    this.store.page(entry)[this.store.cellOf(entry) + offset] = link;
  }
}

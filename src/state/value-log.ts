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
  readonly #next: number;
  readonly #before: number;
  /** One row, to read values through. */
  readonly #reading: readonly Vector[];

  constructor(session: {readonly memory: Memory; readonly timeZone: string}, types: readonly SqlType[], ends: LogEnds) {
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

  /** Takes the first entry away that is the same as a batch's row, if there is one. */
  remove(page: Float64Array, cell: number, vectors: readonly Vector[], row: number): void {
    for (let link = page[cell + this.#ends.first] as number; link !== 0; link = this.#get(link - 1, this.#next)) {
      if (!this.#cells.isSame(link - 1, vectors, row)) continue;
      const [before, next] = [this.#get(link - 1, this.#before), this.#get(link - 1, this.#next)];
      if (before === 0) page[cell + this.#ends.first] = next;
      else this.#put(before - 1, this.#next, next);
      if (next === 0) page[cell + this.#ends.last] = before;
      else this.#put(next - 1, this.#before, before);
      this.store.removeRow(link - 1);
      return;
    }
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

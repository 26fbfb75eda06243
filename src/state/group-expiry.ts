import type {Clock} from '../base/clock.ts';
import type {GroupTable} from './group-table.ts';
import type {ImageReader, ImageWriter, SavedState} from './image.ts';

/** Cells of a group's row: a number that no other group ever has, when it changed last, and its neighbours in that order (row number + 1; 0: none). */
export interface ExpiryCells {
  readonly id: number;
  readonly changedAt: number;
  readonly before: number;
  readonly next: number;
}

/** What else is kept for a group, to be forgotten with it. */
export interface Dependent {
  /** Rows that begin with a group's number; null where `forget` says all. */
  readonly rows: GroupTable | null;
  readonly forget: ((page: Float64Array, cell: number) => void) | null;
}

/** Forgets groups that have not changed for some time. They stand in a list in the order of their last change, so only those that go are looked at. */
export class GroupExpiry implements SavedState {
  readonly bytes = 24;
  readonly #table: GroupTable;
  readonly #cells: ExpiryCells;
  readonly #dependents: readonly Dependent[];
  readonly #ttlMs: number;
  readonly #clock: Clock;
  #first = 0;
  #last = 0;
  #lastId = 0;
  #nowMs = 0;
  /** Numbers of groups that are gone, while rows that begin with them are still there. */
  readonly #gone = new Set<number>();

  constructor(table: GroupTable, cells: ExpiryCells, dependents: readonly Dependent[], ttlMs: number, clock: Clock) {
    this.#table = table;
    this.#cells = cells;
    this.#dependents = dependents;
    this.#ttlMs = ttlMs;
    this.#clock = clock;
  }

  /** Before each stretch of rows, which all come at this time. */
  expire(): void {
    this.#nowMs = this.#clock.now();
    while (this.#first !== 0 && this.#get(this.#first - 1, this.#cells.changedAt) + this.#ttlMs <= this.#nowMs) {
      const row = this.#first - 1;
      this.forget(row);
      this.#table.remove(row);
    }
    if (this.#gone.size > this.#table.liveRows) this.#sweep();
  }

  /** A group changes: it is the last to go now. */
  touch(row: number): void {
    const {id, changedAt} = this.#cells;
    if (this.#get(row, id) === 0) this.#put(row, id, ++this.#lastId);
    else this.#unlink(row);
    this.#put(row, changedAt, this.#nowMs);
    this.#put(row, this.#cells.before, this.#last);
    this.#put(row, this.#cells.next, 0);
    if (this.#last === 0) this.#first = row + 1;
    else this.#put(this.#last - 1, this.#cells.next, row + 1);
    this.#last = row + 1;
  }

  /** A group is about to be removed from its table. */
  forget(row: number): void {
    this.#unlink(row);
    const page = this.#table.page(row);
    const cell = this.#table.cellOf(row);
    for (const {forget} of this.#dependents) forget?.(page, cell);
    if (this.#dependents.some(({rows}) => rows !== null)) this.#gone.add(this.#get(row, this.#cells.id));
  }

  /** Of what is kept by group: what belongs to those that are gone. Done when they are more than those that are there, so it costs little a group. */
  #sweep(): void {
    for (const {rows} of this.#dependents) {
      if (rows === null) continue;
      const key = rows.keyOffsets[0] as number;
      for (let row = 0; row < rows.rowCount; row++)
        if (!rows.isFree(row) && this.#gone.has(rows.page(row)[rows.cellOf(row) + key] as number)) rows.remove(row);
    }
    this.#gone.clear();
  }

  #unlink(row: number): void {
    const [before, next] = [this.#get(row, this.#cells.before), this.#get(row, this.#cells.next)];
    if (before === 0) this.#first = next;
    else this.#put(before - 1, this.#cells.next, next);
    if (next === 0) this.#last = before;
    else this.#put(next - 1, this.#cells.before, before);
  }

  #get(row: number, offset: number): number {
    return this.#table.page(row)[this.#table.cellOf(row) + offset] as number;
  }
  #put(row: number, offset: number, value: number): void {
    this.#table.markChanged(row);
    this.#table.page(row)[this.#table.cellOf(row) + offset] = value;
  }

  save(_what: 'full' | 'changes', image: ImageWriter): void {
    for (const number of [this.#first, this.#last, this.#lastId]) image.f64(number);
    image.list([...this.#gone]);
  }

  load(image: ImageReader): void {
    this.#first = image.f64();
    this.#last = image.f64();
    this.#lastId = image.f64();
    this.#gone.clear();
    for (const id of image.list()) this.#gone.add(id);
  }
}

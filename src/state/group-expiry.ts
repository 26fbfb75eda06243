import type {Clock} from '../base/clock.ts';
import type {GroupTable} from './group-table.ts';
import type {ImageReader, ImageWriter, SavedState} from './image.ts';
import {expirySlots, RowExpiry} from './row-expiry.ts';
import type {Slot} from './row-store.ts';

/** What a group's row needs: a number that no other group ever has (0: none yet), and its place in the order of changes. */
export const groupExpirySlots: readonly Slot[] = [{kind: 'number', initial: 0}, ...expirySlots];

/** What else is kept for a group, to be forgotten with it. */
export interface Dependent {
  /** Rows that begin with a group's number; null where `forget` says all. */
  readonly rows: GroupTable | null;
  readonly forget: ((page: Float64Array, cell: number) => void) | null;
}

/** So many rows are looked at before each stretch of rows when those of groups that are gone are forgotten. */
const sweptRows = 8192;

/** Forgets groups that have not changed for some time, and what is kept for them. */
export class GroupExpiry implements SavedState {
  readonly bytes = 24;
  readonly #table: GroupTable;
  readonly #id: number;
  readonly #order: RowExpiry;
  readonly #dependents: readonly Dependent[];
  #lastId = 0;
  /** Numbers of groups that are gone, while rows that begin with them are still there. */
  #gone = new Set<number>();
  /** Of those, the ones whose rows are being looked for, and where: they may be anywhere behind. */
  #swept = new Set<number>();
  #sweptDependent = 0;
  #sweptRow = 0;

  /** `cells`: those of `groupExpirySlots` within a row. */
  constructor(table: GroupTable, cells: readonly number[], dependents: readonly Dependent[], ttlMs: number, clock: Clock) {
    const [id, ...order] = cells as readonly [number, ...number[]];
    this.#table = table;
    this.#id = id;
    this.#order = new RowExpiry(table, order, ttlMs, clock, row => {
      this.#forgetDependents(row);
      table.remove(row);
    });
    this.#dependents = dependents;
  }

  /** Before each stretch of rows, which all come at this time. */
  expire(): void {
    this.#order.expire();
    // Done when they are more than those that are there, so it costs little a group.
    if (this.#swept.size > 0) this.#sweep();
    else if (this.#gone.size > this.#table.liveRows) this.#beginToSweep();
  }

  /** A group changes: it is the last to go now. */
  touch(row: number): void {
    const page = this.#table.page(row);
    const cell = this.#table.cellOf(row) + this.#id;
    if (page[cell] === 0) page[cell] = ++this.#lastId;
    this.#order.touch(row);
  }

  /** A group is about to be removed from its table for another reason. */
  forget(row: number): void {
    this.#order.forget(row);
    this.#forgetDependents(row);
  }

  #forgetDependents(row: number): void {
    const page = this.#table.page(row);
    const cell = this.#table.cellOf(row);
    for (const {forget} of this.#dependents) forget?.(page, cell);
    if (this.#dependents.some(({rows}) => rows !== null)) this.#gone.add(page[cell + this.#id] as number);
  }

  #beginToSweep(): void {
    [this.#swept, this.#gone] = [this.#gone, this.#swept];
    this.#sweptDependent = 0;
    this.#sweptRow = 0;
    this.#sweep();
  }

  /** Forgets some of the rows that are kept for groups that are gone. */
  #sweep(): void {
    let looks = sweptRows;
    for (; this.#sweptDependent < this.#dependents.length; this.#sweptDependent++, this.#sweptRow = 0) {
      const rows = this.#dependents[this.#sweptDependent]?.rows ?? null;
      if (rows === null) continue;
      const key = rows.keyOffsets[0] as number;
      for (; this.#sweptRow < rows.rowCount; this.#sweptRow++) {
        if (looks-- === 0) return;
        const row = this.#sweptRow;
        if (!rows.isFree(row) && this.#swept.has(rows.page(row)[rows.cellOf(row) + key] as number)) rows.remove(row);
      }
    }
    this.#swept.clear();
  }

  save(what: 'full' | 'changes', image: ImageWriter): void {
    this.#order.save(what, image);
    image.f64(this.#lastId);
    // A number may be among the rows that have been looked at, or not: it is looked for again.
    image.list([...this.#gone, ...this.#swept]);
  }

  load(image: ImageReader): void {
    this.#order.load(image);
    this.#lastId = image.f64();
    this.#gone = new Set(image.list());
    this.#swept = new Set();
  }
}

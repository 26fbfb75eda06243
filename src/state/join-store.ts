import type {Clock} from '../base/clock.ts';
import {GroupTable} from './group-table.ts';
import {type KeyKind, keySlots} from './key-cells.ts';
import {expirySlots, RowExpiry} from './row-expiry.ts';
import {RowStore, type Slot} from './row-store.ts';

/** What is known of one side of a join before it runs. */
export interface JoinSideOptions {
  readonly columns: readonly KeyKind[];
  /** Rows of this side may be taken back, so they must be found by all of their columns. */
  readonly retracts: boolean;
  /** Each row knows how many partners it has. */
  readonly countsPartners: boolean;
  /** Rows are forgotten in time, and their numbers given again: all of a key together, or each by itself. */
  readonly forgets: 'never' | 'keys' | 'rows';
  /** Each row is forgotten when it has not changed for so long; `forgot` is told its key. */
  readonly expires?: {readonly ttlMs: number; readonly clock: Clock; readonly forgot: (key: number) => void};
}

const numberSlot: Slot = {kind: 'number', initial: 0};

/** The keys of a join, each once, with where the rows of both sides are that have it. */
export function joinKeys(keys: readonly KeyKind[]): GroupTable {
  return new GroupTable(keys, [numberSlot, numberSlot], true);
}

/**
 * The rows of one side of a join: for each key a ring of rows in the order of arrival, of which the key knows the last (its row + 1; 0 when there is none).
 * Where rows may be taken back, equal rows are one with a count.
 */
export class JoinSide {
  readonly rows: RowStore;
  /** The same, where rows are found by their columns. */
  readonly table: GroupTable | null;
  readonly columnOffsets: readonly number[];
  readonly countsPartners: boolean;
  readonly expiry: RowExpiry | null;
  readonly #keys: GroupTable;
  /** Cell of the last row within a key's row. */
  readonly #last: number;
  readonly #next: number;
  readonly #before: number;
  readonly #count: number;
  readonly #key: number;
  readonly #partners: number;

  constructor(keys: GroupTable, side: 'left' | 'right', options: JoinSideOptions) {
    const {columns, retracts, countsPartners, forgets, expires} = options;
    this.#keys = keys;
    this.#last = keys.slotOffsets[side === 'left' ? 0 : 1] as number;
    this.countsPartners = countsPartners;
    const isSingle = forgets === 'rows' || expires !== undefined;
    const names = [
      'next',
      ...(retracts || isSingle ? ['before'] : []),
      ...(retracts ? ['count'] : []),
      ...(isSingle ? ['key'] : []),
      ...(countsPartners ? ['partners'] : []),
    ];
    const own = [...names.map(() => numberSlot), ...(expires === undefined ? [] : expirySlots)];
    this.table = retracts ? new GroupTable(columns, own, true) : null;
    this.rows = this.table ?? new RowStore([...columns.flatMap(kind => keySlots[kind]), ...own], forgets !== 'never' || isSingle);
    let slot = 0;
    this.columnOffsets = columns.map(kind => {
      const offset = this.rows.offsets[slot] as number;
      slot += keySlots[kind].length;
      return offset;
    });
    const cells = this.rows.offsets.slice(slot);
    // 0, which is the cell of a row's mark: there is none.
    const cellOf = (name: string): number => cells[names.indexOf(name)] ?? 0;
    this.#next = cellOf('next');
    this.#before = cellOf('before');
    this.#count = cellOf('count');
    this.#key = cellOf('key');
    this.#partners = cellOf('partners');
    const forget = (row: number): void => expires?.forgot(this.forgetRow(row));
    this.expiry = expires === undefined ? null : new RowExpiry(this.rows, cells.slice(names.length), expires.ttlMs, expires.clock, forget);
  }

  /** The last row of a key, or -1. */
  last(key: number): number {
    return (this.#keys.page(key)[this.#keys.cellOf(key) + this.#last] as number) - 1;
  }

  /** The row that follows in the ring: behind the last one comes the first. */
  next(row: number): number {
    return this.rows.page(row)[this.rows.cellOf(row) + this.#next] as number;
  }

  /** The rows of a key in the order of arrival. */
  *ring(key: number): Generator<number> {
    const last = this.last(key);
    if (last < 0) return;
    for (let row = this.next(last); ; row = this.next(row)) {
      yield row;
      if (row === last) return;
    }
  }

  /** How many equal rows a row stands for. */
  count(row: number): number {
    return this.#count === 0 ? 1 : (this.rows.page(row)[this.rows.cellOf(row) + this.#count] as number);
  }

  partners(row: number): number {
    return this.rows.page(row)[this.rows.cellOf(row) + this.#partners] as number;
  }

  setPartners(row: number, partners: number): void {
    this.rows.markChanged(row);
    this.rows.page(row)[this.rows.cellOf(row) + this.#partners] = partners;
    this.expiry?.touch(row);
  }

  /** One more of a row that stands in its place: a new one, or one to which an equal one has come. */
  enter(key: number, row: number): void {
    if (this.#key !== 0) this.rows.page(row)[this.rows.cellOf(row) + this.#key] = key;
    this.expiry?.touch(row);
    if (this.#count === 0) return this.#link(key, row);
    this.rows.markChanged(row);
    const page = this.rows.page(row);
    const at = this.rows.cellOf(row) + this.#count;
    page[at] = (page[at] as number) + 1;
    if (page[at] === 1) this.#link(key, row);
  }

  /** A row has come that is not kept, because this one says as much. */
  renew(row: number): void {
    this.expiry?.touch(row);
  }

  /** One less of a row. */
  leave(key: number, row: number): void {
    const at = this.rows.cellOf(row) + this.#count;
    const page = this.rows.page(row);
    page[at] = (page[at] as number) - 1;
    this.rows.markChanged(row);
    if (page[at] > 0) return this.expiry?.touch(row);
    this.#unlink(key, row);
    this.expiry?.forget(row);
    this.table?.remove(row);
  }

  /** Forgets one row; gives its key. */
  forgetRow(row: number): number {
    const key = this.rows.page(row)[this.rows.cellOf(row) + this.#key] as number;
    this.#unlink(key, row);
    if (this.table === null) this.rows.removeRow(row);
    else this.table.remove(row);
    return key;
  }

  /** Forgets all rows of a key. */
  forget(key: number): void {
    const last = this.last(key);
    if (last < 0) return;
    for (let row = this.next(last), next = row; ; row = next) {
      next = this.next(row);
      this.rows.removeRow(row);
      if (row === last) break;
    }
    this.#setLast(key, -1);
  }

  #setLast(key: number, row: number): void {
    this.#keys.markChanged(key);
    this.#keys.page(key)[this.#keys.cellOf(key) + this.#last] = row + 1;
  }

  #setLink(row: number, link: number, target: number): void {
    this.rows.markChanged(row);
    this.rows.page(row)[this.rows.cellOf(row) + link] = target;
  }

  #link(key: number, row: number): void {
    const last = this.last(key);
    const first = last < 0 ? row : this.next(last);
    this.#setLink(row, this.#next, first);
    if (last >= 0) this.#setLink(last, this.#next, row);
    if (this.#before !== 0) {
      this.#setLink(row, this.#before, last < 0 ? row : last);
      this.#setLink(first, this.#before, row);
    }
    this.#setLast(key, row);
  }

  #unlink(key: number, row: number): void {
    const next = this.next(row);
    const before = this.rows.page(row)[this.rows.cellOf(row) + this.#before] as number;
    if (next === row) return this.#setLast(key, -1);
    this.#setLink(before, this.#next, next);
    this.#setLink(next, this.#before, before);
    if (this.last(key) === row) this.#setLast(key, before);
  }
}

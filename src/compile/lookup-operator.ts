import type {Batch, Vector} from '../flow/batch.ts';
import type {JoinSide} from '../state/join-store.ts';
import type {RowCells} from '../state/row-cells.ts';
import type {RowStore} from '../state/row-store.ts';
import {ChangeKind} from '../types/change.ts';
import type {JoinCode} from './join-code.ts';
import type {JoinInbox} from './join-operator.ts';
import type {Producer} from './stage.ts';

export interface LookupParts {
  readonly inbox: JoinInbox;
  readonly batch: Batch;
  /** Left rows without a partner come out too. */
  readonly keepsAll: boolean;
  readonly hasResidual: boolean;
  readonly right: JoinSide;
  readonly code: JoinCode;
  readonly waiting: WaitingRows;
  /** No more rows of the right side will come. */
  readonly hasTable: () => boolean;
}

/** Left rows that came before the table was whole: their columns and keys as they stand in the inbox, and their kinds. */
export interface WaitingRows {
  readonly rows: RowStore;
  readonly cells: RowCells;
  readonly vectors: readonly Vector[];
  /** Cell of the kind within a row. */
  readonly kind: number;
}

/**
 * Joins each left row with what a table has, once the table has been read to its end. Nothing of a left row is kept: what takes a row back finds the same
 * partners as the row did.
 */
export class LookupOperator implements Producer {
  readonly waitsForEnd = false;
  readonly #parts: LookupParts;
  readonly #batch: Batch;
  #next = 0;
  #partner = -1;
  #lastPartner = -1;
  #found = 0;
  #isBegun = false;
  /** Rows that have waited and are taken: those before. */
  #taken = 0;

  constructor(parts: LookupParts) {
    this.#parts = parts;
    this.#batch = parts.batch;
  }

  get #inboxCount(): number {
    return this.#parts.inbox.batch.count;
  }
  get #areWaiting(): boolean {
    return this.#parts.waiting.rows.rowCount > 0;
  }
  get isDone(): boolean {
    return this.#inboxCount === 0 && !(this.#areWaiting && this.#parts.hasTable());
  }
  /** Time must not go on before the rows that have waited: they would be late. */
  get comesFirst(): boolean {
    return !this.isDone;
  }

  produce(mostRows: number): void {
    const {batch, ports} = this.#parts.inbox;
    if (batch.count === 0) this.#takeWaiting(mostRows);
    let looks = mostRows;
    for (; this.#next < batch.count; this.#next++) {
      const row = this.#next;
      if (ports[row] === 1) this.#learn(row);
      else if (!this.#parts.hasTable()) this.#wait(row);
      else {
        if (!this.#isBegun) this.#begin(row);
        for (; this.#partner >= 0; this.#pass()) {
          if (looks-- <= 0 || this.#batch.count >= mostRows) return;
          this.#meet(row);
        }
        if (this.#batch.count >= mostRows) return;
        this.#finish(row);
      }
    }
    this.#next = 0;
    batch.count = 0;
  }

  #learn(row: number): void {
    const {code, right} = this.#parts;
    const key = code.right.key(row);
    if (key >= 0) right.enter(key, code.right.keep(row, true));
  }

  #kindOf(row: number): number {
    const {kinds} = this.#parts.inbox.batch;
    return kinds === null ? ChangeKind.insert : (kinds[row] as number);
  }

  #wait(row: number): void {
    const {rows, cells, vectors, kind} = this.#parts.waiting;
    const stored = rows.addRow();
    cells.store(stored, vectors, row);
    rows.page(stored)[rows.cellOf(stored) + kind] = this.#kindOf(row);
  }

  /** Puts rows that have waited back into the inbox, in the order in which they came; the last ones take the store with them. */
  #takeWaiting(mostRows: number): void {
    const {inbox, waiting} = this.#parts;
    const {rows, cells, vectors, kind} = waiting;
    for (; this.#taken < rows.rowCount && inbox.batch.count < mostRows; this.#taken++) {
      const stored = this.#taken;
      const row = inbox.batch.count++;
      cells.load(stored, vectors, row);
      inbox.ports[row] = 0;
      if (inbox.batch.kinds !== null) inbox.batch.kinds[row] = rows.page(stored)[rows.cellOf(stored) + kind] as number;
    }
    if (this.#taken < rows.rowCount) return;
    rows.clear();
    this.#taken = 0;
  }

  #begin(row: number): void {
    const {code, right} = this.#parts;
    const key = code.left.key(row);
    this.#isBegun = true;
    this.#found = 0;
    this.#lastPartner = key < 0 ? -1 : right.last(key);
    this.#partner = this.#lastPartner < 0 ? -1 : right.next(this.#lastPartner);
  }

  #pass(): void {
    this.#partner = this.#partner === this.#lastPartner ? -1 : this.#parts.right.next(this.#partner);
  }

  #meet(row: number): void {
    const {code, hasResidual} = this.#parts;
    const out = this.#batch.count;
    code.left.give(row, out);
    code.right.load(this.#partner, out);
    if (hasResidual && !code.test(out)) return;
    this.#found++;
    this.#give(row);
  }

  #finish(row: number): void {
    this.#isBegun = false;
    if (this.#found > 0 || !this.#parts.keepsAll) return;
    const {code} = this.#parts;
    code.left.give(row, this.#batch.count);
    code.right.pad(this.#batch.count);
    this.#give(row);
  }

  #give(row: number): void {
    const out = this.#batch.count++;
    if (this.#batch.kinds !== null) this.#batch.kinds[out] = this.#kindOf(row);
  }
}

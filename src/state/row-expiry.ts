import type {Clock} from '../base/clock.ts';
import type {ImageReader, ImageWriter, SavedState} from './image.ts';
import type {RowStore, Slot} from './row-store.ts';

/** What a row that is forgotten in time needs: when it changed last (NaN: it stands in no list), and its neighbours in that order (row number + 1; 0: none). */
export const expirySlots: readonly Slot[] = [
  {kind: 'number', initial: Number.NaN},
  {kind: 'number', initial: 0},
  {kind: 'number', initial: 0},
];

/** Forgets rows of a store that have not changed for some time. They stand in a list in the order of their last change, so only those that go are looked at. */
export class RowExpiry implements SavedState {
  readonly bytes = 16;
  readonly #rows: RowStore;
  readonly #changedAt: number;
  readonly #before: number;
  readonly #next: number;
  readonly #ttlMs: number;
  readonly #clock: Clock;
  readonly #remove: (row: number) => void;
  #first = 0;
  #last = 0;
  #nowMs = 0;

  /** `cells`: those of `expirySlots` within a row. `remove` takes a row away whose time is over, with all that belongs to it; the list has left it by then. */
  constructor(rows: RowStore, cells: readonly number[], ttlMs: number, clock: Clock, remove: (row: number) => void) {
    this.#rows = rows;
    [this.#changedAt, this.#before, this.#next] = cells as readonly [number, number, number];
    this.#ttlMs = ttlMs;
    this.#clock = clock;
    this.#remove = remove;
  }

  /** Before each stretch of rows, which all come at this time: those whose time is over go. */
  expire(): void {
    this.#nowMs = this.#clock.now();
    while (this.#first !== 0 && this.#get(this.#first - 1, this.#changedAt) + this.#ttlMs <= this.#nowMs) {
      const row = this.#first - 1;
      this.forget(row);
      this.#remove(row);
    }
  }

  /** A row comes or changes: it is the last to go now. */
  touch(row: number): void {
    if (!Number.isNaN(this.#get(row, this.#changedAt))) this.#unlink(row);
    this.#put(row, this.#changedAt, this.#nowMs);
    this.#put(row, this.#before, this.#last);
    this.#put(row, this.#next, 0);
    if (this.#last === 0) this.#first = row + 1;
    else this.#put(this.#last - 1, this.#next, row + 1);
    this.#last = row + 1;
  }

  /** A row is about to be removed from its store for another reason. */
  forget(row: number): void {
    if (!Number.isNaN(this.#get(row, this.#changedAt))) this.#unlink(row);
    this.#put(row, this.#changedAt, Number.NaN);
  }

  #unlink(row: number): void {
    const [before, next] = [this.#get(row, this.#before), this.#get(row, this.#next)];
    if (before === 0) this.#first = next;
    else this.#put(before - 1, this.#next, next);
    if (next === 0) this.#last = before;
    else this.#put(next - 1, this.#before, before);
  }

  #get(row: number, offset: number): number {
    return this.#rows.page(row)[this.#rows.cellOf(row) + offset] as number;
  }
  #put(row: number, offset: number, value: number): void {
    this.#rows.markChanged(row);
    this.#rows.page(row)[this.#rows.cellOf(row) + offset] = value;
  }

  save(_what: 'full' | 'changes', image: ImageWriter): void {
    image.f64(this.#first);
    image.f64(this.#last);
  }

  load(image: ImageReader): void {
    this.#first = image.f64();
    this.#last = image.f64();
  }
}

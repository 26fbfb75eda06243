import type {Memory} from '../base/memory.ts';
import type {Vector} from '../flow/batch.ts';
import type {SqlType} from '../types/sql-type.ts';
import type {ImageReader, ImageWriter} from './image.ts';
import {RowCells} from './row-cells.ts';
import {RowOrder} from './row-order.ts';
import {RowStore} from './row-store.ts';
import type {SortKey} from './sort-store.ts';
import {TimerHeap} from './timer-heap.ts';

/** Rows that wait for their time. Each knows when it came, so that rows of one time that are equal stay in the order of arrival. */
export class TimeStore extends RowStore {
  readonly #cells: RowCells;
  readonly #order: RowOrder;
  readonly #waiting = new TimerHeap();
  readonly #timeOffset: number;
  readonly #arrivalOffset: number;
  #arrivals = 0;
  /** Rows whose time has come, by time, not in order yet where that is the same. */
  readonly #due: number[] = [];
  /** The time of the last row whose time has come. */
  #lastTime = -Infinity;

  /** `keys`: the order of rows that are due together; the first of them is the time, a column of milliseconds. */
  constructor(memory: Memory, types: readonly SqlType[], keys: readonly SortKey[]) {
    const own = RowCells.slots(types);
    super([...own, {kind: 'number', initial: 0}, {kind: 'number', initial: 0}], true);
    this.#timeOffset = this.offsets[own.length] as number;
    this.#arrivalOffset = this.offsets[own.length + 1] as number;
    this.#cells = new RowCells(
      this,
      memory,
      types.map((type, column) => ({column, type})),
      this.offsets,
    );
    this.#order = new RowOrder(this, memory, types, keys);
  }

  /** Takes a batch's row, before which the watermark was this. False: a row of its time or of a later one has gone on by that already. */
  add(time: number, watermark: number, vectors: readonly Vector[], row: number): boolean {
    this.#pass(watermark);
    if (time <= this.#lastTime) return false;
    const stored = this.addRow();
    this.#cells.store(stored, vectors, row);
    const page = this.page(stored);
    const cell = this.cellOf(stored);
    page[cell + this.#timeOffset] = time;
    page[cell + this.#arrivalOffset] = this.#arrivals;
    this.#waiting.push(time, this.#arrivals++, stored);
    return true;
  }

  #pass(watermark: number): void {
    while (this.#isWaiting(watermark)) this.#passOne();
  }

  #isWaiting(watermark: number): boolean {
    return this.#waiting.size > 0 && this.#waiting.time <= watermark;
  }

  #passOne(): void {
    this.#lastTime = this.#waiting.time;
    this.#due.push(this.#waiting.item);
    this.#waiting.pop();
  }

  /** Whether the time of some row has come. */
  isDue(watermark: number): boolean {
    return this.#due.length > 0 || this.#isWaiting(watermark);
  }

  /**
   * Some rows whose time has come, in order: the first `most`, and those of the same time as the last of them. They stay in the store until they are taken, and
   * are not told of again.
   */
  due(watermark: number, most: number): readonly number[] {
    const due = this.#due;
    while (this.#isWaiting(watermark) && (due.length < most || this.#waiting.time === this.#lastTime)) this.#passOne();
    let end = Math.min(most, due.length);
    while (end < due.length && this.#timeOf(due[end] as number) === this.#timeOf(due[end - 1] as number)) end++;
    const rows = due.splice(0, end);
    return rows.sort((a, b) => this.#order.compareStored(a, b));
  }

  #timeOf(stored: number): number {
    return this.page(stored)[this.cellOf(stored) + this.#timeOffset] as number;
  }

  /** Writes a row into a batch and forgets it. */
  take(stored: number, vectors: readonly Vector[], row: number): void {
    this.#cells.load(stored, vectors, row);
    this.removeRow(stored);
  }

  override save(what: 'full' | 'changes', image: ImageWriter): void {
    image.f64(this.#arrivals);
    image.f64(this.#lastTime);
    super.save(what, image);
  }

  override load(image: ImageReader): void {
    this.#arrivals = image.f64();
    this.#lastTime = image.f64();
    super.load(image);
    this.#waiting.clear();
    this.#due.length = 0;
    for (let row = 0; row < this.rowCount; row++) {
      if (this.isFree(row)) continue;
      const page = this.page(row);
      const cell = this.cellOf(row);
      this.#waiting.push(page[cell + this.#timeOffset] as number, page[cell + this.#arrivalOffset] as number, row);
    }
  }
}

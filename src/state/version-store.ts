import type {Memory} from '../base/memory.ts';
import type {Vector} from '../flow/batch.ts';
import type {ChangeKind} from '../types/change.ts';
import type {SqlType} from '../types/sql-type.ts';
import {GroupTable} from './group-table.ts';
import type {ImageReader, ImageWriter, SavedState} from './image.ts';
import type {KeyKind} from './key-cells.ts';
import {RowCells} from './row-cells.ts';
import {RowStore, type Slot} from './row-store.ts';
import {TimerHeap} from './timer-heap.ts';

const number: Slot = {kind: 'number', initial: 0};

/** A row that waits, with the version that it meets; -1: none. */
export interface Meeting {
  readonly waiting: number;
  readonly version: number;
}

/**
 * What the rows of keys were as time went on, and rows of another stream that wait for their time, to meet what was there then. Of each key the versions form a
 * list in the order of their times; those that no row can meet any more are dropped. Links are a row's number and one more; 0 is no row.
 */
export class VersionStore implements SavedState {
  /** The keys, of versions and of rows that wait; generated code finds them. */
  readonly keys: GroupTable;
  readonly #versions: RowStore;
  readonly #versionCells: RowCells;
  readonly #waiting: RowStore;
  readonly #waitingCells: RowCells;
  readonly #timers = new TimerHeap();
  /** Cells within rows of the three. */
  readonly #ofKey: {readonly first: number; readonly last: number; readonly waiting: number};
  readonly #ofVersion: {readonly time: number; readonly isThere: number; readonly next: number; readonly before: number};
  readonly #ofWaiting: {readonly time: number; readonly arrival: number; readonly kind: number; readonly key: number};
  #arrivals = 0;
  /** Rows up to this time have met their versions. */
  #watermark = -Infinity;

  /** The types of the columns of rows that wait, and of versions. */
  constructor(memory: Memory, keys: readonly KeyKind[], waiting: readonly SqlType[], versions: readonly SqlType[]) {
    this.keys = new GroupTable(keys, [number, number, number], true);
    const [first, last, count] = this.keys.slotOffsets as readonly [number, number, number];
    this.#ofKey = {first, last, waiting: count};
    const rowsOf = (types: readonly SqlType[]): RowStore => new RowStore([...RowCells.slots(types), number, number, number, number], true);
    const cellsOf = (store: RowStore, types: readonly SqlType[]): RowCells =>
      new RowCells(
        store,
        memory,
        types.map((type, column) => ({column, type})),
        store.offsets,
      );
    this.#versions = rowsOf(versions);
    this.#versionCells = cellsOf(this.#versions, versions);
    const [time, isThere, next, before] = this.#versions.offsets.slice(-4) as [number, number, number, number];
    this.#ofVersion = {time, isThere, next, before};
    this.#waiting = rowsOf(waiting);
    this.#waitingCells = cellsOf(this.#waiting, waiting);
    const [due, arrival, kind, key] = this.#waiting.offsets.slice(-4) as [number, number, number, number];
    this.#ofWaiting = {time: due, arrival, kind, key};
  }

  get liveRows(): number {
    return this.keys.liveRows + this.#versions.liveRows + this.#waiting.liveRows;
  }

  get bytes(): number {
    return this.keys.bytes + this.#versions.bytes + this.#waiting.bytes + this.#timers.bytes;
  }

  /** From a time on, the row of a key is this one; or, where it is not there, none is. */
  addVersion(key: number, time: number, isThere: boolean, vectors: readonly Vector[], row: number): void {
    let after = this.#ofKeyAt(key, this.#ofKey.last);
    while (after !== 0 && this.#version(after, this.#ofVersion.time) > time) after = this.#version(after, this.#ofVersion.before);
    const isSameTime = after !== 0 && this.#version(after, this.#ofVersion.time) === time;
    const stored = isSameTime ? after - 1 : this.#versions.addRow();
    if (!isSameTime) this.#enter(key, stored + 1, after);
    this.#versionCells.store(stored, vectors, row);
    this.#set(this.#versions, stored, this.#ofVersion.time, time);
    this.#set(this.#versions, stored, this.#ofVersion.isThere, isThere ? 1 : 0);
    this.#dropBefore(key, this.#watermark);
    this.#forgetIdle(key);
  }

  /** A row that waits for a time, to meet what a key was then. Key -1: nothing. */
  addWaiting(key: number, time: number, kind: ChangeKind, vectors: readonly Vector[], row: number): void {
    const stored = this.#waiting.addRow();
    this.#waitingCells.store(stored, vectors, row);
    this.#set(this.#waiting, stored, this.#ofWaiting.time, time);
    this.#set(this.#waiting, stored, this.#ofWaiting.arrival, this.#arrivals);
    this.#set(this.#waiting, stored, this.#ofWaiting.kind, kind);
    this.#set(this.#waiting, stored, this.#ofWaiting.key, key);
    if (key >= 0) this.#set(this.keys, key, this.#ofKey.waiting, this.#ofKeyAt(key, this.#ofKey.waiting) + 1);
    this.#timers.push(time, this.#arrivals++, stored);
  }

  /** Both streams have come this far. */
  advance(watermark: number): void {
    this.#watermark = watermark;
  }

  get isDue(): boolean {
    return this.#timers.size > 0 && this.#timers.time <= this.#watermark;
  }

  /** The next row whose time has come: by time, then in the order of arrival. Only while one is due. It must be let go before the next is asked for. */
  meet(): Meeting {
    const waiting = this.#timers.item;
    const key = this.#get(this.#waiting, waiting, this.#ofWaiting.key);
    if (key < 0) return {waiting, version: -1};
    const time = this.#get(this.#waiting, waiting, this.#ofWaiting.time);
    this.#dropBefore(key, time);
    const first = this.#ofKeyAt(key, this.#ofKey.first);
    const isMet = first !== 0 && this.#version(first, this.#ofVersion.time) <= time && this.#version(first, this.#ofVersion.isThere) === 1;
    return {waiting, version: isMet ? first - 1 : -1};
  }

  kindOf(waiting: number): ChangeKind {
    return this.#get(this.#waiting, waiting, this.#ofWaiting.kind) as ChangeKind;
  }

  /** Writes the columns of a row that waits, or of a version, into a batch's row. */
  loadWaiting(waiting: number, vectors: readonly Vector[], row: number): void {
    this.#waitingCells.load(waiting, vectors, row);
  }
  loadVersion(version: number, vectors: readonly Vector[], row: number): void {
    this.#versionCells.load(version, vectors, row);
  }

  /** Forgets the row that was met last. */
  letGo(): void {
    const waiting = this.#timers.item;
    this.#timers.pop();
    const key = this.#get(this.#waiting, waiting, this.#ofWaiting.key);
    this.#waiting.removeRow(waiting);
    if (key < 0) return;
    this.#set(this.keys, key, this.#ofKey.waiting, this.#ofKeyAt(key, this.#ofKey.waiting) - 1);
    this.#forgetIdle(key);
  }

  /** Puts a version behind another one; 0: before all. */
  #enter(key: number, link: number, after: number): void {
    const next = after === 0 ? this.#ofKeyAt(key, this.#ofKey.first) : this.#version(after, this.#ofVersion.next);
    this.#set(this.#versions, link - 1, this.#ofVersion.before, after);
    this.#set(this.#versions, link - 1, this.#ofVersion.next, next);
    if (after === 0) this.#set(this.keys, key, this.#ofKey.first, link);
    else this.#set(this.#versions, after - 1, this.#ofVersion.next, link);
    if (next === 0) this.#set(this.keys, key, this.#ofKey.last, link);
    else this.#set(this.#versions, next - 1, this.#ofVersion.before, link);
  }

  /** Drops the versions that were over by a time, and one that says that nothing is there. */
  #dropBefore(key: number, time: number): void {
    for (;;) {
      const first = this.#ofKeyAt(key, this.#ofKey.first);
      if (first === 0 || this.#version(first, this.#ofVersion.time) > time) return;
      const next = this.#version(first, this.#ofVersion.next);
      const isOver = next !== 0 && this.#version(next, this.#ofVersion.time) <= time;
      if (!isOver && this.#version(first, this.#ofVersion.isThere) === 1) return;
      this.#set(this.keys, key, this.#ofKey.first, next);
      if (next === 0) this.#set(this.keys, key, this.#ofKey.last, 0);
      else this.#set(this.#versions, next - 1, this.#ofVersion.before, 0);
      this.#versions.removeRow(first - 1);
    }
  }

  #forgetIdle(key: number): void {
    if (this.#ofKeyAt(key, this.#ofKey.first) === 0 && this.#ofKeyAt(key, this.#ofKey.waiting) === 0) this.keys.remove(key);
  }

  #ofKeyAt(key: number, cell: number): number {
    return this.#get(this.keys, key, cell);
  }
  #version(link: number, cell: number): number {
    return this.#get(this.#versions, link - 1, cell);
  }
  #get(store: RowStore, row: number, cell: number): number {
    return store.page(row)[store.cellOf(row) + cell] as number;
  }
  #set(store: RowStore, row: number, cell: number, value: number): void {
    store.markChanged(row);
    store.page(row)[store.cellOf(row) + cell] = value;
  }

  save(what: 'full' | 'changes', image: ImageWriter): void {
    image.f64(this.#arrivals);
    image.f64(this.#watermark);
    for (const store of [this.keys, this.#versions, this.#waiting]) store.save(what, image);
  }

  load(image: ImageReader): void {
    this.#arrivals = image.f64();
    this.#watermark = image.f64();
    for (const store of [this.keys, this.#versions, this.#waiting]) store.load(image);
    this.#timers.clear();
    for (let row = 0; row < this.#waiting.rowCount; row++) {
      if (this.#waiting.isFree(row)) continue;
      const time = this.#get(this.#waiting, row, this.#ofWaiting.time);
      this.#timers.push(time, this.#get(this.#waiting, row, this.#ofWaiting.arrival), row);
    }
  }

  /** Between two steps: see RowStore. */
  tidy(): void {
    for (const store of [this.keys, this.#versions, this.#waiting]) store.tidy();
  }
}

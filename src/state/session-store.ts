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

/** Cells of a session's row. Links are a row's number and one more; 0 is no row. */
const Cell = {key: 1, start: 2, last: 3, rank: 4, firstRow: 5, lastRow: 6, next: 7} as const;
const number: Slot = {kind: 'number', initial: 0};

/**
 * Rows in sessions: of each key the sessions that are not over, of each session its rows in the order of arrival. A session is over when time has come to its
 * last row's time and the gap behind it.
 */
export class SessionStore implements SavedState {
  /** The keys; generated code finds them. */
  readonly keys: GroupTable;
  readonly #sessions = new RowStore(
    Array.from({length: 7}, () => number),
    true,
  );
  readonly #rows: RowStore;
  readonly #cells: RowCells;
  readonly #nextRow: number;
  /** Cell of what a row does; 0 where all are inserted. */
  readonly #kind: number;
  readonly #firstSession: number;
  readonly #gapMs: number;
  readonly #closesAtOf: (end: number) => number;
  readonly #timers = new TimerHeap();
  #begun = 0;

  constructor(
    memory: Memory,
    layout: {
      readonly keys: readonly KeyKind[];
      readonly types: readonly SqlType[];
      readonly gapMs: number;
      readonly closesAtOf: (end: number) => number;
      /** Rows may be taken back: what takes one back belongs to a session as any other row does. */
      readonly retracts: boolean;
    },
  ) {
    const {keys, types, retracts} = layout;
    this.keys = new GroupTable(keys, [number], true);
    this.#firstSession = this.keys.slotOffsets[0] as number;
    const own = RowCells.slots(types);
    this.#rows = new RowStore([...own, number, ...(retracts ? [number] : [])], true);
    this.#nextRow = this.#rows.offsets[own.length] as number;
    this.#kind = retracts ? (this.#rows.offsets.at(-1) as number) : 0;
    this.#cells = new RowCells(
      this.#rows,
      memory,
      types.map((type, column) => ({column, type})),
      this.#rows.offsets,
    );
    this.#gapMs = layout.gapMs;
    this.#closesAtOf = layout.closesAtOf;
  }

  get liveRows(): number {
    return this.keys.liveRows + this.#sessions.liveRows + this.#rows.liveRows;
  }

  get bytes(): number {
    return this.keys.bytes + this.#sessions.bytes + this.#rows.bytes + this.#timers.bytes;
  }

  /** Takes a row of a key. False: it came too late, that is, the session it would belong to was over by the watermark. */
  add(key: number, time: number, watermark: number, vectors: readonly Vector[], row: number, kind: ChangeKind): boolean {
    let session = -1;
    let last = time;
    for (let link = this.#first(key); link !== 0;) {
      const found = link - 1;
      link = this.#get(found, Cell.next);
      if (!this.#touches(found, time, watermark)) continue;
      last = Math.max(last, this.#get(found, Cell.last));
      session = session < 0 ? found : this.#merged(session, found);
    }
    if (session < 0) {
      if (this.#closesAtOf(time + this.#gapMs) <= watermark) {
        if (this.#first(key) === 0) this.keys.remove(key);
        return false;
      }
      session = this.#begin(key, time);
    }
    this.#set(session, Cell.start, Math.min(this.#get(session, Cell.start), time));
    this.#set(session, Cell.last, last);
    const stored = this.#rows.addRow();
    this.#cells.store(stored, vectors, row);
    if (this.#kind !== 0) this.#rows.page(stored)[this.#rows.cellOf(stored) + this.#kind] = kind;
    this.#append(session, stored + 1, stored + 1);
    return true;
  }

  /** Whether a time belongs to a session that is not over. Two sessions of a key at most are so close to it. */
  #touches(session: number, time: number, watermark: number): boolean {
    const end = this.#get(session, Cell.last) + this.#gapMs;
    return this.#get(session, Cell.start) <= time + this.#gapMs && end >= time && this.#closesAtOf(end) > watermark;
  }

  #begin(key: number, time: number): number {
    const session = this.#sessions.addRow();
    this.#set(session, Cell.key, key);
    this.#set(session, Cell.start, time);
    this.#set(session, Cell.last, time);
    this.#set(session, Cell.rank, ++this.#begun);
    this.#set(session, Cell.next, this.#first(key));
    this.#setFirst(key, session + 1);
    this.#wait(session);
    return session;
  }

  /** Makes one of two sessions: the one that began first goes on. */
  #merged(one: number, other: number): number {
    const isFirst = this.#get(one, Cell.rank) < this.#get(other, Cell.rank);
    const [session, ended] = isFirst ? [one, other] : [other, one];
    this.#set(session, Cell.start, Math.min(this.#get(session, Cell.start), this.#get(ended, Cell.start)));
    this.#append(session, this.#get(ended, Cell.firstRow), this.#get(ended, Cell.lastRow));
    this.#forget(ended);
    return session;
  }

  #append(session: number, firstRow: number, lastRow: number): void {
    const end = this.#get(session, Cell.lastRow);
    if (end === 0) this.#set(session, Cell.firstRow, firstRow);
    else this.#link(end - 1, firstRow);
    this.#set(session, Cell.lastRow, lastRow);
  }

  #link(row: number, next: number): void {
    this.#rows.markChanged(row);
    this.#rows.page(row)[this.#rows.cellOf(row) + this.#nextRow] = next;
  }

  #wait(session: number): void {
    this.#timers.push(this.#closesAtOf(this.#get(session, Cell.last) + this.#gapMs), this.#get(session, Cell.rank), session);
  }

  /** When the next session may be over. */
  get earliest(): number {
    return this.#timers.time;
  }

  /** The session that is over first by a time; -1: none is. A timer may be of a session that went on, or became part of another. */
  over(time: number): number {
    while (this.#timers.size > 0 && this.#timers.time <= time) {
      const {item: session, rank, time: asked} = this.#timers;
      const isThere = session < this.#sessions.rowCount && !this.#sessions.isFree(session) && this.#get(session, Cell.rank) === rank;
      if (isThere && this.#closesAtOf(this.#get(session, Cell.last) + this.#gapMs) <= asked) return session;
      this.#timers.pop();
      if (isThere) this.#wait(session);
    }
    return -1;
  }

  start(session: number): number {
    return this.#get(session, Cell.start);
  }
  end(session: number): number {
    return this.#get(session, Cell.last) + this.#gapMs;
  }

  /** What the first row of a session does. */
  kindOf(session: number): ChangeKind {
    const first = this.#get(session, Cell.firstRow) - 1;
    return (this.#kind === 0 ? 0 : this.#rows.page(first)[this.#rows.cellOf(first) + this.#kind]) as ChangeKind;
  }

  /** Writes the first row of a session into a batch and forgets it. True: it was the last, and the session is forgotten too. */
  take(session: number, vectors: readonly Vector[], row: number): boolean {
    const stored = this.#get(session, Cell.firstRow) - 1;
    this.#cells.load(stored, vectors, row);
    const next = this.#rows.page(stored)[this.#rows.cellOf(stored) + this.#nextRow] as number;
    this.#rows.removeRow(stored);
    this.#set(session, Cell.firstRow, next);
    if (next !== 0) return false;
    const key = this.#get(session, Cell.key);
    this.#forget(session);
    if (this.#first(key) === 0) this.keys.remove(key);
    return true;
  }

  /** Takes a session out of the list of its key. */
  #forget(session: number): void {
    const key = this.#get(session, Cell.key);
    const next = this.#get(session, Cell.next);
    if (this.#first(key) === session + 1) this.#setFirst(key, next);
    else {
      let before = this.#first(key) - 1;
      while (this.#get(before, Cell.next) !== session + 1) before = this.#get(before, Cell.next) - 1;
      this.#set(before, Cell.next, next);
    }
    this.#sessions.removeRow(session);
  }

  #get(session: number, cell: number): number {
    return this.#sessions.page(session)[this.#sessions.cellOf(session) + cell] as number;
  }
  #set(session: number, cell: number, value: number): void {
    this.#sessions.markChanged(session);
    this.#sessions.page(session)[this.#sessions.cellOf(session) + cell] = value;
  }
  #first(key: number): number {
    return this.keys.page(key)[this.keys.cellOf(key) + this.#firstSession] as number;
  }
  #setFirst(key: number, session: number): void {
    this.keys.markChanged(key);
    this.keys.page(key)[this.keys.cellOf(key) + this.#firstSession] = session;
  }

  save(what: 'full' | 'changes', image: ImageWriter): void {
    image.f64(this.#begun);
    for (const store of [this.keys, this.#sessions, this.#rows]) store.save(what, image);
  }

  load(image: ImageReader): void {
    this.#begun = image.f64();
    for (const store of [this.keys, this.#sessions, this.#rows]) store.load(image);
    this.#timers.clear();
    for (let session = 0; session < this.#sessions.rowCount; session++) if (!this.#sessions.isFree(session)) this.#wait(session);
  }

  /** Between two steps: see RowStore. */
  tidy(): void {
    this.keys.tidy();
    this.#rows.tidy();
  }
}

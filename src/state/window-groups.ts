import {damaged, type ImageReader, type ImageWriter, type SavedState} from './image.ts';

/** A window that has not closed, with the rows of its groups in the order of first sight. */
export interface OpenWindow {
  readonly id: number;
  readonly start: number;
  readonly end: number;
  /** The watermark that closes it. */
  readonly closesAt: number;
  readonly rows: number[];
}

/**
 * The windows that are open, each with a small number that stands for it in the keys of its groups. Numbers are given again. What closes a window is decided by
 * its end: `closesAtOf`.
 */
export class WindowGroups implements SavedState {
  readonly #closesAtOf: (end: number) => number;
  readonly #byId: (OpenWindow | undefined)[] = [];
  readonly #free: number[] = [];
  /** By end, then by start. */
  readonly #byEnd = new Map<number, Map<number, OpenWindow>>();
  /** No window closes earlier; NaN: to be found again, because the earliest has closed. */
  #earliest = Infinity;
  #count = 0;
  /** How many rows of each window the last image has. */
  #saved = new Map<number, number>();

  constructor(closesAtOf: (end: number) => number) {
    this.#closesAtOf = closesAtOf;
  }

  get bytes(): number {
    let rows = 0;
    for (const window of this.#byId) if (window !== undefined) rows += window.rows.length;
    return this.#count * 200 + rows * 8;
  }

  closesAt(end: number): number {
    return this.#closesAtOf(end);
  }

  /** The number of a window, which is opened where it is not. */
  idOf(start: number, end: number): number {
    const known = this.#byEnd.get(end)?.get(start);
    return (known ?? this.#open(this.#free.pop() ?? this.#byId.length, start, end)).id;
  }

  /** Notes the row of a group that has just begun. */
  add(id: number, row: number): void {
    (this.#byId[id] as OpenWindow).rows.push(row);
  }

  /** When the first window closes; Infinity: none is open. */
  get earliest(): number {
    if (Number.isNaN(this.#earliest)) {
      this.#earliest = Infinity;
      for (const end of this.#byEnd.keys()) this.#earliest = Math.min(this.#earliest, this.#closesAtOf(end));
    }
    return this.#earliest;
  }

  /** Whether a watermark closes any window. */
  closesAny(watermark: number): boolean {
    return watermark >= this.earliest;
  }

  /** The windows that a watermark closes, in the order in which they close. */
  closedBy(watermark: number): readonly OpenWindow[] {
    if (watermark < this.earliest) return [];
    const closed = this.#byId.filter(window => window !== undefined && window.closesAt <= watermark) as OpenWindow[];
    return closed.sort((a, b) => a.closesAt - b.closesAt || a.end - b.end || a.start - b.start);
  }

  /** Forgets a window. */
  drop({id, start, end, closesAt}: OpenWindow): void {
    const ofEnd = this.#byEnd.get(end);
    ofEnd?.delete(start);
    if (ofEnd?.size === 0) this.#byEnd.delete(end);
    this.#byId[id] = undefined;
    this.#free.push(id);
    this.#saved.delete(id);
    this.#count--;
    if (!(closesAt > this.#earliest)) this.#earliest = Number.NaN;
  }

  /** Every open window; of one that the last image has, only the rows that came since. */
  save(what: 'full' | 'changes', image: ImageWriter): void {
    const isFull = what === 'full';
    image.u8(isFull ? 1 : 0);
    image.u32(this.#count);
    for (const window of this.#byId) {
      if (window === undefined) continue;
      const from = isFull ? 0 : (this.#saved.get(window.id) ?? 0);
      image.u32(window.id);
      image.f64(window.start);
      image.f64(window.end);
      image.u32(from);
      image.list(window.rows.slice(from));
      this.#saved.set(window.id, window.rows.length);
    }
  }

  load(image: ImageReader): void {
    const isFull = image.u8() === 1;
    const before = isFull ? [] : [...this.#byId];
    this.#byId.length = 0;
    this.#free.length = 0;
    this.#byEnd.clear();
    this.#saved.clear();
    this.#earliest = Infinity;
    const count = image.u32();
    this.#count = 0;
    for (let left = count; left > 0; left--) {
      const id = image.u32();
      const window = this.#open(id, image.f64(), image.f64());
      const from = image.u32();
      const old = before[id]?.rows ?? [];
      if (from > old.length) throw damaged('it misses what was saved before');
      for (let at = 0; at < from; at++) window.rows.push(old[at] as number);
      for (const row of image.list()) window.rows.push(row);
      this.#saved.set(id, window.rows.length);
    }
    for (let id = 0; id < this.#byId.length; id++) if (this.#byId[id] === undefined) this.#free.push(id);
  }

  #open(id: number, start: number, end: number): OpenWindow {
    const window = {id, start, end, closesAt: this.#closesAtOf(end), rows: []};
    this.#byId[id] = window;
    const ofEnd = this.#byEnd.get(end) ?? new Map<number, OpenWindow>();
    ofEnd.set(start, window);
    this.#byEnd.set(end, ofEnd);
    this.#earliest = Math.min(this.#earliest, window.closesAt);
    this.#count++;
    return window;
  }
}

/** How many rows came too late for their windows. */
export class LateRows implements SavedState {
  count = 0;
  readonly bytes = 8;
  save(_what: 'full' | 'changes', image: ImageWriter): void {
    image.f64(this.count);
  }
  load(image: ImageReader): void {
    this.count = image.f64();
  }
}

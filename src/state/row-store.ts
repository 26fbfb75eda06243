import {IntegerCodes, isWideCode} from './integer-codes.ts';
import {damaged, type ImageReader, type ImageWriter, type SavedState} from './image.ts';
import {TextArena} from './text-arena.ts';

/**
 * What a slot of a row holds: `number`: any double; `code`: an exact number or the code of a wide one, its own (see IntegerCodes); `key`: the same, interned;
 * `text`: two cells, address in the arena and length in bytes (-1 is NULL).
 */
export type SlotKind = 'number' | 'code' | 'key' | 'text';

export interface Slot {
  readonly kind: SlotKind;
  /** The cell of a new row. */
  readonly initial: number;
}

/** A page holds so many rows. */
export const pageShift = 10;
export const pageMask = (1 << pageShift) - 1;

/** Cell 0 of a row: unchanged since the last save, changed, free, or free since the last save. What is not free is less than `free`. */
export const RowMark = {saved: 0, changed: 1, free: 2, freeChanged: 3} as const;

const formatVersion = 1;

/** Texts of so many rows at most, and so many bytes of them, are moved at a time. */
const tidiedRows = 8192;
const tidiedBytes = 1 << 20;

/**
 * Rows of a fixed layout, dense in the order of arrival, in pages that never move: a row's number is good for its whole life. Row `r` starts at cell
 * `(r & pageMask) * stride` of `pages[r >>> pageShift]`; cell 0 is its mark, then come the slots.
 */
export class RowStore implements SavedState {
  readonly pages: Float64Array[] = [];
  readonly stride: number;
  readonly slots: readonly Slot[];
  /** Cell of each slot within a row. */
  readonly offsets: readonly number[];
  readonly codes = new IntegerCodes();
  arena = new TextArena();
  /** Rows ever begun: numbers below may be free. */
  rowCount = 0;
  readonly #template: Float64Array;
  readonly #textOffsets: readonly number[];
  readonly #codeOffsets: readonly number[];
  /** Codes of the row's own, unlike those of keys. */
  readonly #releasedOffsets: readonly number[];
  /** The numbers of removed rows are given again. */
  readonly reusesRows: boolean;
  #free: number[] = [];
  #changed: number[] = [];
  /** Rows were forgotten or moved since the last save: the next one must be full, whatever is asked. */
  #isRewritten = false;
  /** Rows whose texts have been moved, and those whose texts must be: later ones have theirs in new pages. */
  #tidied = 0;
  #tidyEnd = 0;

  /** `reusesRows`: the numbers of removed rows are given again; otherwise row numbers always stand for the order of arrival. */
  constructor(slots: readonly Slot[], reusesRows = false) {
    this.slots = slots;
    this.reusesRows = reusesRows;
    const offsets: number[] = [];
    let stride = 1;
    for (const slot of slots) {
      offsets.push(stride);
      stride += slot.kind === 'text' ? 2 : 1;
    }
    this.offsets = offsets;
    this.stride = stride;
    this.#template = new Float64Array(stride);
    this.#textOffsets = this.#offsetsOf('text');
    this.#releasedOffsets = this.#offsetsOf('code');
    this.#codeOffsets = [...this.#offsetsOf('code'), ...this.#offsetsOf('key')].sort((a, b) => a - b);
    for (const [index, slot] of slots.entries()) {
      const offset = offsets[index] as number;
      this.#template[offset] = slot.kind === 'text' ? 0 : slot.initial;
      if (slot.kind === 'text') this.#template[offset + 1] = slot.initial;
    }
    this.#template[0] = RowMark.changed;
  }

  #offsetsOf(kind: SlotKind): number[] {
    return this.slots.flatMap((slot, index) => (slot.kind === kind ? [this.offsets[index] as number] : []));
  }

  get bytes(): number {
    return (
      this.pages.length * (this.stride << pageShift) * 8 +
      this.arena.bytes +
      this.codes.bytes +
      (this.#changed.length + this.#free.length) * 8
    );
  }

  get liveRows(): number {
    return this.rowCount - this.#free.length;
  }

  /** A new row with every slot at its initial cell, marked as changed. */
  addRow(): number {
    const reused = this.reusesRows ? this.#free.pop() : undefined;
    const row = reused ?? this.rowCount++;
    if (row >>> pageShift === this.pages.length) this.pages.push(new Float64Array(this.stride << pageShift));
    const page = this.page(row);
    const cell = this.cellOf(row);
    // A number that is given again may be noted already.
    if (page[cell] !== RowMark.freeChanged) this.#changed.push(row);
    page.set(this.#template, cell);
    return row;
  }

  page(row: number): Float64Array {
    return this.pages[row >>> pageShift] as Float64Array;
  }
  cellOf(row: number): number {
    return (row & pageMask) * this.stride;
  }
  isFree(row: number): boolean {
    return (this.page(row)[this.cellOf(row)] as number) >= RowMark.free;
  }

  /** Notes that a row differs from what was saved last. Cheap to call again. */
  markChanged(row: number): void {
    const page = this.page(row);
    const cell = this.cellOf(row);
    if (page[cell] !== RowMark.saved) return;
    page[cell] = RowMark.changed;
    this.#changed.push(row);
  }

  /** Takes a row away, with its texts and wide integers. */
  removeRow(row: number): void {
    this.markChanged(row);
    const page = this.page(row);
    const cell = this.cellOf(row);
    for (const offset of this.#textOffsets) this.arena.free(page[cell + offset] as number, page[cell + offset + 1] as number);
    for (const offset of this.#releasedOffsets) this.codes.release(page[cell + offset] as number);
    page[cell] = RowMark.freeChanged;
    this.#free.push(row);
  }

  /** Puts a text into a text slot (its first cell in the page), in place of what was there. Length -1 is NULL. */
  putText(page: Float64Array, cell: number, source: Uint8Array, start: number, length: number): void {
    this.arena.free(page[cell] as number, page[cell + 1] as number);
    page[cell] = length > 0 ? this.arena.add(source, start, length) : 0;
    page[cell + 1] = length;
  }

  textAt(page: Float64Array, cell: number): Uint8Array {
    return this.arena.bytesAt(page[cell] as number, page[cell + 1] as number);
  }

  /** Puts an exact integer into a code slot, in place of what was there. `sign`: see IntegerCodes. */
  putInteger(page: Float64Array, cell: number, value: bigint, sign: 1 | -1 = 1): void {
    this.codes.release(page[cell] as number);
    page[cell] = this.codes.cell(value, sign);
  }

  /** Between two steps: when most of the arena is dead, the living texts are copied out of its old pages, those of some rows at a time. */
  tidy(): void {
    const {arena} = this;
    if (!arena.isMoving) {
      if (!arena.isMostlyDead) return;
      arena.beginToMove();
      this.#tidied = 0;
      this.#tidyEnd = this.rowCount;
    }
    let bytes = 0;
    for (const end = Math.min(this.#tidied + tidiedRows, this.#tidyEnd); this.#tidied < end && bytes < tidiedBytes; this.#tidied++) {
      const page = this.page(this.#tidied);
      const cell = this.cellOf(this.#tidied);
      if ((page[cell] as number) < RowMark.free) for (const offset of this.#textOffsets) bytes += this.#moveText(page, cell + offset);
    }
    if (this.#tidied >= this.#tidyEnd) arena.endMoving();
  }

  #moveText(page: Float64Array, cell: number): number {
    const [address, length] = [page[cell] as number, page[cell + 1] as number];
    if (length <= 0 || !this.arena.isOld(address)) return 0;
    page[cell] = this.arena.add(this.arena.bytesAt(address, length), 0, length);
    return length;
  }

  /** Forgets all rows. */
  clear(): void {
    this.#isRewritten = true;
    this.pages.length = 0;
    this.arena = new TextArena();
    this.rowCount = 0;
    this.#free = [];
    this.#changed = [];
  }

  /** Keeps only these rows, given in ascending order, and numbers them anew from 0. */
  keepRows(rows: ArrayLike<number>): void {
    this.#isRewritten = true;
    this.#changed = [];
    let kept = 0;
    for (let row = 0; row < this.rowCount; row++) {
      const page = this.page(row);
      const cell = this.cellOf(row);
      if (rows[kept] !== row) {
        for (const offset of this.#textOffsets) this.arena.free(page[cell + offset] as number, page[cell + offset + 1] as number);
        continue;
      }
      const target = this.page(kept);
      const to = this.cellOf(kept++);
      for (let offset = 0; offset < this.stride; offset++) target[to + offset] = page[cell + offset] as number;
    }
    this.rowCount = kept;
    // Rows have other numbers now.
    this.#tidied = 0;
    this.#tidyEnd = kept;
    this.pages.length = (kept + pageMask) >>> pageShift;
    this.tidy();
  }

  save(what: 'full' | 'changes', image: ImageWriter): void {
    const isFull = what === 'full' || this.#isRewritten;
    const rows = isFull ? this.#liveRows() : this.#changed.filter(row => !this.isFree(row));
    image.u32(formatVersion);
    image.text(this.#signature());
    image.u8(isFull ? 1 : 0);
    image.u32(this.rowCount);
    image.list(this.#free);
    image.list(rows);
    for (const row of rows) this.#saveRow(row, image);
    for (const row of isFull ? rows : this.#changed) {
      const page = this.page(row);
      const cell = this.cellOf(row);
      if (page[cell] === RowMark.changed) page[cell] = RowMark.saved;
    }
    for (const row of this.#changed) if (this.isFree(row)) this.page(row)[this.cellOf(row)] = RowMark.free;
    this.#changed = [];
    this.#isRewritten = false;
  }

  load(image: ImageReader): void {
    if (image.u32() !== formatVersion) throw damaged('it was written by another version of weir');
    if (image.text() !== this.#signature()) throw damaged('it holds other slots than this query has');
    if (image.u8() === 1) this.clear();
    this.#isRewritten = false;
    this.rowCount = image.u32();
    this.#free = image.list();
    const rows = image.list();
    while (this.pages.length << pageShift < this.rowCount) this.pages.push(new Float64Array(this.stride << pageShift));
    for (const row of rows) this.loadRow(row, image);
    for (const row of this.#free) this.page(row)[this.cellOf(row)] = RowMark.free;
    this.#changed = [];
  }

  #liveRows(): number[] {
    const rows: number[] = [];
    for (let row = 0; row < this.rowCount; row++) if (!this.isFree(row)) rows.push(row);
    return rows;
  }

  #signature(): string {
    return this.slots.map(slot => slot.kind).join(' ');
  }

  #saveRow(row: number, image: ImageWriter): void {
    const page = this.page(row);
    const cell = this.cellOf(row);
    for (let offset = 1; offset < this.stride; offset++) image.f64(page[cell + offset] as number);
    for (const offset of this.#textOffsets) {
      if ((page[cell + offset + 1] as number) > 0) image.bytes(this.textAt(page, cell + offset));
    }
    for (const offset of this.#codeOffsets) {
      const code = page[cell + offset] as number;
      if (isWideCode(code)) image.text(String(this.codes.value(code)));
    }
  }

  /** Over a row that an earlier image gave, too. */
  protected loadRow(row: number, image: ImageReader): void {
    const page = this.page(row);
    const cell = this.cellOf(row);
    const {stride} = this;
    for (const offset of this.#textOffsets) this.arena.free(page[cell + offset] as number, page[cell + offset + 1] as number);
    for (const offset of this.#releasedOffsets) this.codes.release(page[cell + offset] as number);
    for (let offset = 1; offset < stride; offset++) page[cell + offset] = image.f64();
    for (const offset of this.#textOffsets) {
      if ((page[cell + offset + 1] as number) <= 0) continue;
      const text = image.bytes();
      page[cell + offset] = this.arena.add(text, 0, text.length);
    }
    for (const offset of this.#codeOffsets) {
      const code = page[cell + offset] as number;
      if (!isWideCode(code)) continue;
      const value = BigInt(image.text());
      const isOwn = this.#releasedOffsets.includes(offset);
      page[cell + offset] = isOwn ? this.codes.cell(value, code < 0 ? -1 : 1) : this.codes.interned(value);
    }
    page[cell] = RowMark.saved;
  }
}

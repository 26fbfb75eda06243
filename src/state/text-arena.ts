const pageShift = 15;
const unit = 8;
const pageBytes = unit << pageShift;

/** Bytes per address step and steps per page, for generated code. */
export const arenaGeometry = {unit, pageShift, pageMask: (1 << pageShift) - 1} as const;

/**
 * The texts of one table. An address counts steps of 8 bytes through pages of 256 KiB, so nothing ever moves while it grows; a longer text has a page of its
 * own, and the addresses of several. Texts given back leave holes; the table copies what lives into a new arena when more than half is dead.
 */
export class TextArena {
  readonly pages: DataView[] = [];
  /** The next free step of the current page, as an address; a new page is begun when the text does not fit. */
  #next = 0;
  #end = 0;
  #allocated = 0;
  #dead = 0;

  get bytes(): number {
    return this.#allocated;
  }

  get isMostlyDead(): boolean {
    return this.#dead > pageBytes && this.#dead * 2 > this.#allocated;
  }

  /** Copies a text in; gives its address. */
  add(source: Uint8Array, start: number, length: number): number {
    const steps = (length + unit - 1) >>> 3;
    if (this.#next + steps > this.#end) this.#addPage(steps);
    const address = this.#next;
    this.#next += steps;
    const page = this.pages[address >>> pageShift] as DataView;
    const target = page.byteOffset + (address & arenaGeometry.pageMask) * unit;
    new Uint8Array(page.buffer, target, length).set(source.subarray(start, start + length));
    return address;
  }

  free(length: number): void {
    if (length > 0) this.#dead += ((length + unit - 1) >>> 3) * unit;
  }

  /** The text itself, to be read only; of no length where there is none (-1: NULL). */
  bytesAt(address: number, length: number): Uint8Array {
    const page = this.pages[address >>> pageShift];
    if (page === undefined || length <= 0) return new Uint8Array(0);
    return new Uint8Array(page.buffer, (address & arenaGeometry.pageMask) * unit, length);
  }

  /** The order of a text given as bytes and one in the arena, by unsigned bytes: negative, zero or positive. */
  compare(bytes: Uint8Array, start: number, length: number, address: number, otherLength: number): number {
    const shorter = Math.min(length, otherLength);
    const page = this.pages[address >>> pageShift] as DataView;
    const offset = (address & arenaGeometry.pageMask) * unit;
    for (let at = 0; at < shorter; at++) {
      const difference = (bytes[start + at] as number) - page.getUint8(offset + at);
      if (difference !== 0) return difference;
    }
    return length - otherLength;
  }

  /** The order of two texts, by unsigned bytes: negative, zero or positive. */
  compareTexts(a: number, lengthA: number, b: number, lengthB: number): number {
    const shorter = Math.min(lengthA, lengthB);
    if (shorter <= 0) return lengthA - lengthB;
    const pageA = this.pages[a >>> pageShift] as DataView;
    const pageB = this.pages[b >>> pageShift] as DataView;
    const startA = (a & arenaGeometry.pageMask) * unit;
    const startB = (b & arenaGeometry.pageMask) * unit;
    let at = 0;
    for (; at <= shorter - 4; at += 4) {
      const [wordA, wordB] = [pageA.getUint32(startA + at), pageB.getUint32(startB + at)];
      if (wordA !== wordB) return wordA - wordB;
    }
    for (; at < shorter; at++) {
      const difference = pageA.getUint8(startA + at) - pageB.getUint8(startB + at);
      if (difference !== 0) return difference;
    }
    return lengthA - lengthB;
  }

  #addPage(steps: number): void {
    const pages = Math.max(1, (steps + (1 << pageShift) - 1) >>> pageShift);
    const view = new DataView(new ArrayBuffer(pages * pageBytes));
    const first = this.pages.length;
    // A text longer than a page begins at its page's start, and nothing else is put into the pages it covers.
    for (let page = 0; page < pages; page++) this.pages.push(view);
    this.#next = first << pageShift;
    this.#end = pages === 1 ? (first + 1) << pageShift : this.#next + steps;
    this.#allocated += pages * pageBytes;
  }
}

/** Whether a text in the arena (page and offset within it) has the same bytes as one in `other`. No loop from 4 to 16 bytes, as for their hash. */
export function sameBytes(page: DataView, offset: number, other: DataView, start: number, length: number): boolean {
  if (length < 4 || length > 16) return sameBytesOfAnyLength(page, offset, other, start, length);
  const inner = (length >>> 3) << 2;
  const last = length - 4;
  return (
    ((page.getInt32(offset, true) ^ other.getInt32(start, true)) |
      (page.getInt32(offset + inner, true) ^ other.getInt32(start + inner, true)) |
      (page.getInt32(offset + last - inner, true) ^ other.getInt32(start + last - inner, true)) |
      (page.getInt32(offset + last, true) ^ other.getInt32(start + last, true))) ===
    0
  );
}

function sameBytesOfAnyLength(page: DataView, offset: number, other: DataView, start: number, length: number): boolean {
  let at = 0;
  for (; at <= length - 4; at += 4) if (page.getInt32(offset + at, true) !== other.getInt32(start + at, true)) return false;
  for (; at < length; at++) if (page.getUint8(offset + at) !== other.getUint8(start + at)) return false;
  return true;
}

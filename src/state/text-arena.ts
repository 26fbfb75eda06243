const pageShift = 15;
const unit = 8;
const pageBytes = unit << pageShift;

/** Bytes per address step and steps per page, for generated code. */
export const arenaGeometry = {unit, pageShift, pageMask: (1 << pageShift) - 1} as const;

const noBytes = new DataView(new ArrayBuffer(0));

/**
 * The texts of one table. An address counts steps of 8 bytes through pages of 256 KiB, so nothing ever moves while it grows; a longer text has a page of its
 * own, and the addresses of several. Texts given back leave holes; when more than half is dead the table copies what lives, little by little, out of the pages
 * that are there by then (they are old), and has them all taken away. Their numbers are given again.
 */
export class TextArena {
  readonly pages: DataView[] = [];
  /** The next free step of the current page, as an address; a new page is begun when the text does not fit. */
  #next = 0;
  #end = 0;
  #allocated = 0;
  /** In pages that are not old. */
  #dead = 0;
  /** By page. Null: nobody moves texts. */
  #isOld: Uint8Array | null = null;
  readonly #unused: number[] = [];

  get bytes(): number {
    return this.#allocated;
  }

  get isMostlyDead(): boolean {
    return this.#dead > pageBytes && this.#dead * 2 > this.#allocated;
  }

  /** Whether texts are being moved. */
  get isMoving(): boolean {
    return this.#isOld !== null;
  }

  /** All pages are old from now on. */
  beginToMove(): void {
    this.#isOld = new Uint8Array(this.pages.length).fill(1);
    this.#next = 0;
    this.#end = 0;
    this.#dead = 0;
    for (const page of this.#unused) this.#isOld[page] = 0;
  }

  /** Takes the old pages away: no text that lives is in them any more. */
  endMoving(): void {
    for (const [page, isOld] of (this.#isOld ?? []).entries()) {
      if (isOld === 0) continue;
      this.pages[page] = noBytes;
      this.#unused.push(page);
      this.#allocated -= pageBytes;
    }
    this.#isOld = null;
  }

  /** Whether a text must be moved. */
  isOld(address: number): boolean {
    return this.#isOld?.[address >>> pageShift] === 1;
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

  free(address: number, length: number): void {
    if (length > 0 && !this.isOld(address)) this.#dead += ((length + unit - 1) >>> 3) * unit;
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
    const count = Math.max(1, (steps + (1 << pageShift) - 1) >>> pageShift);
    const view = new DataView(new ArrayBuffer(count * pageBytes));
    // A text longer than a page begins at its page's start, and nothing else is put into the pages it covers.
    const first = this.#unusedNumbers(count) ?? this.pages.length;
    for (let page = first; page < first + count; page++) this.pages[page] = view;
    this.#next = first << pageShift;
    this.#end = count === 1 ? (first + 1) << pageShift : this.#next + steps;
    this.#allocated += count * pageBytes;
  }

  /** The first of so many numbers on end that pages had which are gone; none if there are not so many. */
  #unusedNumbers(count: number): number | undefined {
    if (count === 1) return this.#unused.pop();
    const unused = this.#unused.sort((a, b) => a - b);
    const at = unused.findIndex((first, index) => unused[index + count - 1] === first + count - 1);
    return at < 0 ? undefined : unused.splice(at, count)[0];
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

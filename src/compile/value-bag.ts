import {compareBytes} from '../types/compare.ts';
import type {GroupTable} from '../state/group-table.ts';
import {FloatFlag} from '../state/key-cells.ts';
import type {Bag, FeedSlot} from './aggregate-layout.ts';

/**
 * The values of each group, linked, for MIN and MAX over rows that may be taken back: when the least or greatest value goes, the values left are walked.
 * A link is a row number + 1, or 0.
 */
export class ValueLists {
  readonly #groups: GroupTable;
  readonly #values: GroupTable;
  readonly #extremes: readonly FeedSlot[];
  readonly #head: number;
  readonly #next: number;
  readonly #before: number;
  readonly #value: number;

  constructor(groups: GroupTable, bag: Bag, links: NonNullable<Bag['links']>, slots: readonly FeedSlot[]) {
    this.#groups = groups;
    this.#values = bag.table;
    this.#extremes = slots.filter(slot => slot.role === 'least' || slot.role === 'greatest');
    this.#head = links.head;
    this.#next = links.next;
    this.#before = links.before;
    this.#value = bag.table.keyOffsets[1] as number;
  }

  /** Puts a new value first in its group, whose row starts at `cell` of `page`. */
  add(page: Float64Array, cell: number, value: number): void {
    const head = page[cell + this.#head] as number;
    this.#put(value, this.#next, head);
    this.#put(value, this.#before, 0);
    if (head !== 0) this.#put(head - 1, this.#before, value + 1);
    page[cell + this.#head] = value + 1;
  }

  /** Takes a value out of its group and of the table of values. */
  remove(page: Float64Array, cell: number, value: number): void {
    const next = this.#get(value, this.#next);
    const before = this.#get(value, this.#before);
    if (before === 0) page[cell + this.#head] = next;
    else this.#put(before - 1, this.#next, next);
    if (next !== 0) this.#put(next - 1, this.#before, before);
    const lost = this.#extremes.filter(slot => this.#isExtreme(page, cell + slot.offset, slot, value));
    this.#values.remove(value);
    for (const slot of lost) this.#find(page, cell, slot);
  }

  #get(value: number, offset: number): number {
    return this.#values.page(value)[this.#values.cellOf(value) + offset] as number;
  }
  #put(value: number, offset: number, link: number): void {
    this.#values.page(value)[this.#values.cellOf(value) + offset] = link;
    this.#values.markChanged(value);
  }

  #isExtreme(page: Float64Array, cell: number, slot: FeedSlot, value: number): boolean {
    return this.#compare(page, cell, slot, value) === 0;
  }

  #find(page: Float64Array, cell: number, slot: FeedSlot): void {
    const wantsGreater = slot.role === 'greatest';
    const target = cell + slot.offset;
    let isFirst = true;
    this.#forget(page, target, slot);
    for (let link = page[cell + this.#head] as number; link !== 0; link = this.#get(link - 1, this.#next)) {
      const order = isFirst ? 0 : this.#compare(page, target, slot, link - 1);
      if (isFirst || (wantsGreater ? order < 0 : order > 0)) this.#take(page, target, slot, link - 1);
      isFirst = false;
    }
  }

  #forget(page: Float64Array, cell: number, slot: FeedSlot): void {
    if (slot.kind === 'text') this.#groups.putText(page, cell, new Uint8Array(0), 0, -1);
    else if (slot.kind === 'float') page[cell] = slot.role === 'least' ? Number.NaN : -Infinity;
    else {
      this.#groups.codes.release(page[cell] as number);
      page[cell] = Number.NaN;
    }
  }

  #take(page: Float64Array, cell: number, slot: FeedSlot, value: number): void {
    const valuePage = this.#values.page(value);
    const valueCell = this.#values.cellOf(value) + this.#value;
    if (slot.kind === 'text') {
      const text = this.#values.textAt(valuePage, valueCell);
      this.#groups.putText(page, cell, text, 0, text.length);
    } else if (slot.kind === 'float') page[cell] = floatOf(valuePage, valueCell);
    else this.#groups.putInteger(page, cell, this.#values.codes.value(valuePage[valueCell] as number), slot.role === 'greatest' ? 1 : -1);
  }

  /** What the slot holds against a value: negative, zero or positive. NaN is the greatest number. */
  #compare(page: Float64Array, cell: number, slot: FeedSlot, value: number): number {
    const valuePage = this.#values.page(value);
    const valueCell = this.#values.cellOf(value) + this.#value;
    if (slot.kind === 'text') return compareBytes(this.#groups.textAt(page, cell), this.#values.textAt(valuePage, valueCell));
    if (slot.kind === 'exact')
      return ascending(this.#groups.codes.value(page[cell] as number), this.#values.codes.value(valuePage[valueCell] as number));
    const held = page[cell] as number;
    const other = floatOf(valuePage, valueCell);
    return ascending(held, other) || Number(Number.isNaN(held)) - Number(Number.isNaN(other));
  }
}

function floatOf(page: Float64Array, cell: number): number {
  return page[cell] === FloatFlag.notANumber ? Number.NaN : (page[cell + 1] as number);
}

function ascending<T extends number | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

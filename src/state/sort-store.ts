import type {Memory} from '../base/memory.ts';
import {Tag, type Batch, type Vector} from '../flow/batch.ts';
import type {SqlType} from '../types/sql-type.ts';
import {isWideCode, nullCode} from './integer-codes.ts';
import {FloatFlag, type KeyKind, keyKindOf, keySlots, loadCell, storeCell} from './key-cells.ts';
import {partition, rowNumbers, RowSort} from './row-sort.ts';
import {RowStore} from './row-store.ts';

export interface SortKey {
  /** Column of the rows. */
  readonly column: number;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** Rows beyond the limit that are collected before the rest is thrown away. */
const leastSlack = 4096;

/**
 * Collects rows and gives them out in order; rows that are equal under the keys stay in the order of arrival. With a limit it never holds more than twice as
 * many rows (or the limit and a few thousand), whatever comes.
 */
export class SortStore extends RowStore {
  readonly #memory: Memory;
  readonly #kinds: readonly KeyKind[];
  readonly #columnOffsets: readonly number[];
  readonly #keys: readonly SortKey[];
  readonly #limit: number | null;
  #ranks = new Float64Array(0);
  /** A first key with a higher rank than this cannot be among the rows kept. */
  #worstRank = Infinity;

  /** `limit`: only so many rows, the first in order, will ever be asked for. */
  constructor(memory: Memory, types: readonly SqlType[], keys: readonly SortKey[], limit: number | null) {
    const kinds = types.map(keyKindOf);
    super(kinds.flatMap(kind => keySlots[kind]));
    this.#memory = memory;
    this.#kinds = kinds;
    this.#keys = keys;
    this.#limit = limit;
    let slot = 0;
    this.#columnOffsets = kinds.map(kind => {
      const offset = this.offsets[slot] as number;
      slot += keySlots[kind].length;
      return offset;
    });
  }

  /** Takes one row of a batch's vectors. */
  append(vectors: readonly Vector[], row: number): void {
    if (this.#limit === 0) return;
    const stored = this.addRow();
    const page = this.page(stored);
    const cell = this.cellOf(stored);
    for (let column = 0; column < vectors.length; column++) {
      storeCell(
        this,
        this.#kinds[column] as KeyKind,
        page,
        cell + (this.#columnOffsets[column] as number),
        this.#memory,
        vectors[column] as Vector,
        row,
      );
    }
    if (this.#limit !== null && this.rowCount >= this.#limit + Math.max(this.#limit, leastSlack)) this.#dropWorst(this.#limit);
  }

  /** Whether a row may be among those kept: a cheap test that spares most rows of a long input their copy. */
  mayKeep(vectors: readonly Vector[], row: number): boolean {
    if (this.#worstRank === Infinity) return true;
    const key = this.#keys[0] as SortKey;
    const vector = vectors[key.column] as Vector;
    if (vector.physical === 'text' || vector.tags[row] !== Tag.value) return true;
    const value = vector.numbers[row] as number;
    return !((key.descending ? -value : value) > this.#worstRank);
  }

  /** All row numbers, to be put in order in short steps; rows must not come or go meanwhile. */
  sort(): RowSort {
    this.#ranks = new Float64Array(this.rowCount);
    return new RowSort(this.rowCount, this.#keys.length === 0 ? byArrival : this.#byKeys(), (from, to) => this.#rank(from, to));
  }

  /** Most rows are told apart by a number of their own (see `#rank`), what is equal by that is compared in full, and what is equal then stays as it came. */
  #byKeys(): (a: number, b: number) => number {
    const ranks = this.#ranks;
    return (a, b) => {
      const left = ranks[a] as number;
      const right = ranks[b] as number;
      if (left < right) return -1;
      if (left > right) return 1;
      return this.#compare(a, b) || a - b;
    };
  }

  /** Two rows by some of the keys, from one to before another: negative, zero or positive. */
  compareBy(a: number, b: number, from: number, to: number): number {
    return this.#compare(a, b, from, to);
  }

  /** Writes one column of a row into a vector. */
  emitColumn(row: number, column: number, vector: Vector, target: number): void {
    const cell = this.cellOf(row) + (this.#columnOffsets[column] as number);
    loadCell(this, this.#kinds[column] as KeyKind, this.page(row), cell, this.#memory, vector, target);
  }

  /** Writes a row into a batch. */
  emit(row: number, batch: Batch, target: number): void {
    const page = this.page(row);
    const cell = this.cellOf(row);
    for (let column = 0; column < this.#kinds.length; column++) {
      loadCell(
        this,
        this.#kinds[column] as KeyKind,
        page,
        cell + (this.#columnOffsets[column] as number),
        this.#memory,
        batch.vectors[column] as Vector,
        target,
      );
    }
  }

  #dropWorst(limit: number): void {
    const rows = rowNumbers(this.rowCount);
    this.#ranks = new Float64Array(rows.length);
    this.#rank(0, rows.length);
    if (this.#keys.length > 0) partition(rows, limit, this.#byKeys());
    const kept = rows.subarray(0, limit).sort();
    if (this.#keys.length > 0) {
      this.#worstRank = -Infinity;
      for (const row of kept) this.#worstRank = Math.max(this.#worstRank, this.#ranks[row] as number);
    }
    this.keepRows(kept);
  }

  /** A number a row that orders most rows by their first key alone: what is less comes first, what is equal is compared in full. */
  #rank(from: number, to: number): void {
    const [key] = this.#keys;
    if (key === undefined) return;
    const kind = this.#kinds[key.column] as KeyKind;
    const offset = this.#columnOffsets[key.column] as number;
    const nullRank = key.nullsFirst ? -Infinity : Infinity;
    for (let row = from; row < to; row++) {
      const rank = this.#rankOf(kind, this.page(row), this.cellOf(row) + offset);
      this.#ranks[row] = rank === null ? nullRank : key.descending ? -rank : rank;
    }
  }

  #rankOf(kind: KeyKind, page: Float64Array, cell: number): number | null {
    const first = page[cell] as number;
    if (kind === 'exact') return first === nullCode ? null : isWideCode(first) ? Number(this.codes.value(first)) : first;
    if (kind === 'float') return first === FloatFlag.null ? null : first === FloatFlag.notANumber ? Infinity : (page[cell + 1] as number);
    if ((page[cell + 1] as number) < 0) return null;
    const bytes = this.textAt(page, cell);
    let rank = 0;
    for (let at = 0; at < 6; at++) rank = rank * 256 + (bytes[at] ?? 0);
    return rank;
  }

  #compare(a: number, b: number, from = 0, to = this.#keys.length): number {
    for (let position = from; position < to; position++) {
      const key = this.#keys[position] as SortKey;
      const kind = this.#kinds[key.column] as KeyKind;
      const offset = this.#columnOffsets[key.column] as number;
      const order = this.#compareCells(kind, key, this.page(a), this.cellOf(a) + offset, this.page(b), this.cellOf(b) + offset);
      if (order !== 0) return order;
    }
    return 0;
  }

  #compareCells(kind: KeyKind, key: SortKey, pageA: Float64Array, cellA: number, pageB: Float64Array, cellB: number): number {
    const isNullA = isNullCell(kind, pageA, cellA);
    const isNullB = isNullCell(kind, pageB, cellB);
    if (isNullA || isNullB) return isNullA === isNullB ? 0 : isNullA === key.nullsFirst ? -1 : 1;
    const order = this.#compareValues(kind, pageA, cellA, pageB, cellB);
    return key.descending ? -order : order;
  }

  #compareValues(kind: KeyKind, pageA: Float64Array, cellA: number, pageB: Float64Array, cellB: number): number {
    const a = pageA[cellA] as number;
    const b = pageB[cellB] as number;
    if (kind === 'text') return this.arena.compareTexts(a, pageA[cellA + 1] as number, b, pageB[cellB + 1] as number);
    if (kind === 'exact') {
      return isWideCode(a) || isWideCode(b) ? ascending(this.codes.value(a), this.codes.value(b)) : a - b;
    }
    // Flags differ between NaN, the greatest, and a number only.
    return a - b || ascending(pageA[cellA + 1] as number, pageB[cellB + 1] as number);
  }
}

function byArrival(a: number, b: number): number {
  return a - b;
}

function ascending<T extends number | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isNullCell(kind: KeyKind, page: Float64Array, cell: number): boolean {
  if (kind === 'text') return (page[cell + 1] as number) < 0;
  return kind === 'exact' ? page[cell] === nullCode : page[cell] === FloatFlag.null;
}

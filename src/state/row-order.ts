import type {Memory} from '../base/memory.ts';
import {Tag, type Vector} from '../flow/batch.ts';
import type {SqlType} from '../types/sql-type.ts';
import {isWideCode, nullCode} from './integer-codes.ts';
import {FloatFlag, type KeyKind, keyKindOf} from './key-cells.ts';
import {RowCells} from './row-cells.ts';
import type {RowStore} from './row-store.ts';
import type {SortKey} from './sort-store.ts';

interface OrderedColumn extends SortKey {
  readonly kind: KeyKind;
  /** Its first cell within a row. */
  readonly offset: number;
}

/** The order of rows whose columns are kept by RowCells: of two in the store, or of one in a batch and one in the store. */
export class RowOrder {
  readonly #store: RowStore;
  readonly #memory: Memory;
  readonly #columns: readonly OrderedColumn[];

  /** `types`: those of all columns, whose slots begin at `offsets`. */
  constructor(
    store: RowStore,
    memory: Memory,
    types: readonly SqlType[],
    keys: readonly SortKey[],
    offsets: readonly number[] = store.offsets,
  ) {
    this.#store = store;
    this.#memory = memory;
    this.#columns = keys.map(key => {
      const slot = RowCells.slots(types.slice(0, key.column)).length;
      return {...key, kind: keyKindOf(types[key.column] as SqlType), offset: offsets[slot] as number};
    });
  }

  /** Negative, zero or positive. */
  compareStored(a: number, b: number): number {
    const [pageA, pageB] = [this.#store.page(a), this.#store.page(b)];
    const [startA, startB] = [this.#store.cellOf(a), this.#store.cellOf(b)];
    for (const column of this.#columns) {
      const [cellA, cellB] = [startA + column.offset, startB + column.offset];
      const [isNullA, isNullB] = [isNullCell(column.kind, pageA, cellA), isNullCell(column.kind, pageB, cellB)];
      const order = isNullA || isNullB ? nullOrder(column, isNullA, isNullB) : this.#values(column, pageA, cellA, pageB, cellB);
      if (order !== 0) return order;
    }
    return 0;
  }

  /** A batch's row against one in the store. */
  compare(vectors: readonly Vector[], row: number, stored: number): number {
    const page = this.#store.page(stored);
    const start = this.#store.cellOf(stored);
    for (const column of this.#columns) {
      const vector = vectors[column.column] as Vector;
      const isNull = ((vector.tags[row] as number) & Tag.null) !== 0;
      const isNullStored = isNullCell(column.kind, page, start + column.offset);
      const order =
        isNull || isNullStored ? nullOrder(column, isNull, isNullStored) : this.#incoming(column, vector, row, page, start + column.offset);
      if (order !== 0) return order;
    }
    return 0;
  }

  #values(column: OrderedColumn, pageA: Float64Array, cellA: number, pageB: Float64Array, cellB: number): number {
    const [a, b] = [pageA[cellA] as number, pageB[cellB] as number];
    let order: number;
    if (column.kind === 'text') order = this.#store.arena.compareTexts(a, pageA[cellA + 1] as number, b, pageB[cellB + 1] as number);
    else if (column.kind === 'exact') order = this.#exact(a, b);
    // Flags differ only between a number and NaN, the greatest.
    else order = a - b || ascending(pageA[cellA + 1] as number, pageB[cellB + 1] as number);
    return column.descending ? -order : order;
  }

  #incoming(column: OrderedColumn, vector: Vector, row: number, page: Float64Array, cell: number): number {
    const held = page[cell] as number;
    const value = vector.numbers[row] as number;
    let order: number;
    if (column.kind === 'text') {
      const start = vector.ranges[2 * row] as number;
      const text = this.#memory.bytes.subarray(start, start + (vector.ranges[2 * row + 1] as number));
      order = Buffer.compare(text, this.#store.textAt(page, cell));
    } else if (column.kind === 'exact') {
      if ((vector.tags[row] as number) & Tag.wide) order = ascending(this.#memory.wide[value] as bigint, this.#store.codes.value(held));
      else order = isWideCode(held) ? ascending(BigInt(value), this.#store.codes.value(held)) : value - held;
    } else {
      const isNotNumber = Number.isNaN(value);
      order = Number(isNotNumber) - Number(held === FloatFlag.notANumber) || (isNotNumber ? 0 : ascending(value, page[cell + 1] as number));
    }
    return column.descending ? -order : order;
  }

  #exact(a: number, b: number): number {
    return isWideCode(a) || isWideCode(b) ? ascending(this.#store.codes.value(a), this.#store.codes.value(b)) : a - b;
  }
}

function nullOrder(column: SortKey, isNullA: boolean, isNullB: boolean): number {
  if (isNullA === isNullB) return 0;
  return isNullA === column.nullsFirst ? -1 : 1;
}

function isNullCell(kind: KeyKind, page: Float64Array, cell: number): boolean {
  if (kind === 'text') return (page[cell + 1] as number) < 0;
  return kind === 'exact' ? page[cell] === nullCode : page[cell] === FloatFlag.null;
}

function ascending<T extends number | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

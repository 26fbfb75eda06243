import type {Memory} from '../base/memory.ts';
import {Tag, type Vector} from '../flow/batch.ts';
import type {SqlType} from '../types/sql-type.ts';
import {combineHashes, hashExact, hashFloat, hashText} from './hashing.ts';
import {isWideCode, nullCode} from './integer-codes.ts';
import {FloatFlag, type KeyKind, keyKindOf, keySlots, loadText, putInteger} from './key-cells.ts';
import type {RowStore, Slot} from './row-store.ts';

interface StoredColumn {
  readonly column: number;
  readonly kind: KeyKind;
  readonly offset: number;
}

/** Columns of a batch's rows, kept whole in rows of a store: written, compared and read back. The store's slots for them are `RowCells.slots`. */
export class RowCells {
  readonly #store: RowStore;
  readonly #memory: Memory;
  readonly #columns: readonly StoredColumn[];

  /** The slots of columns of these types, in order. */
  static slots(types: readonly SqlType[]): readonly Slot[] {
    return types.flatMap(type => {
      const kind = keyKindOf(type);
      return kind === 'exact' ? [{kind: 'code', initial: 0} as const] : keySlots[kind];
    });
  }

  /** `offsets`: the cells of the slots within a row. */
  constructor(
    store: RowStore,
    memory: Memory,
    columns: readonly {readonly column: number; readonly type: SqlType}[],
    offsets: readonly number[],
  ) {
    this.#store = store;
    this.#memory = memory;
    let slot = 0;
    this.#columns = columns.map(({column, type}) => {
      const kind = keyKindOf(type);
      const offset = offsets[slot] as number;
      slot += kind === 'exact' ? 1 : keySlots[kind].length;
      return {column, kind, offset};
    });
  }

  /** Puts a batch's row in the place of what was there. */
  store(stored: number, vectors: readonly Vector[], row: number): void {
    const page = this.#store.page(stored);
    const start = this.#store.cellOf(stored);
    for (const {column, kind, offset} of this.#columns) this.#storeCell(kind, page, start + offset, vectors[column] as Vector, row);
  }

  #storeCell(kind: KeyKind, page: Float64Array, cell: number, vector: Vector, row: number): void {
    const tag = vector.tags[row] as number;
    const isNull = (tag & Tag.null) !== 0;
    const value = vector.numbers[row] as number;
    if (kind === 'text') {
      const {ranges} = vector;
      this.#store.putText(page, cell, this.#memory.bytes, ranges[2 * row] as number, isNull ? -1 : (ranges[2 * row + 1] as number));
    } else if (kind === 'float') {
      page[cell] = isNull ? FloatFlag.null : Number.isNaN(value) ? FloatFlag.notANumber : FloatFlag.number;
      page[cell + 1] = page[cell] === FloatFlag.number ? value : 0;
    } else if (tag & Tag.wide) this.#store.putInteger(page, cell, this.#memory.wide[value] as bigint);
    else {
      this.#store.codes.release(page[cell] as number);
      page[cell] = isNull ? nullCode : value;
    }
  }

  /** Whether a batch's row has the same values, in all columns or in some. */
  isSame(stored: number, vectors: readonly Vector[], row: number, columns: readonly number[] | null = null): boolean {
    const page = this.#store.page(stored);
    const start = this.#store.cellOf(stored);
    return this.#columns.every(
      ({column, kind, offset}) =>
        (columns !== null && !columns.includes(column)) || this.#isSameCell(kind, page, start + offset, vectors[column] as Vector, row),
    );
  }

  #isSameCell(kind: KeyKind, page: Float64Array, cell: number, vector: Vector, row: number): boolean {
    const tag = vector.tags[row] as number;
    const isNull = (tag & Tag.null) !== 0;
    const held = page[cell] as number;
    const value = vector.numbers[row] as number;
    if (kind === 'text') {
      const length = page[cell + 1] as number;
      if (isNull || length < 0) return isNull && length < 0;
      if (length !== vector.ranges[2 * row + 1]) return false;
      const start = vector.ranges[2 * row] as number;
      return Buffer.compare(this.#store.textAt(page, cell), this.#memory.bytes.subarray(start, start + length)) === 0;
    }
    if (kind === 'float') {
      if (isNull || held === FloatFlag.null) return isNull && held === FloatFlag.null;
      return held === FloatFlag.notANumber ? Number.isNaN(value) : page[cell + 1] === value;
    }
    if (isNull || held === nullCode) return isNull && held === nullCode;
    if (!(tag & Tag.wide)) return held === value;
    return isWideCode(held) && this.#store.codes.value(held) === this.#memory.wide[value];
  }

  /** A hash of all columns of a batch's row: rows that are the same (`isSame`) have the same. */
  hash(vectors: readonly Vector[], row: number): number {
    let hash = 0;
    for (const {column, kind} of this.#columns) hash = combineHashes(hash, this.#hashCell(kind, vectors[column] as Vector, row));
    return hash;
  }

  #hashCell(kind: KeyKind, vector: Vector, row: number): number {
    const tag = vector.tags[row] as number;
    if (tag & Tag.null) return -1;
    if (kind === 'text') return hashText(this.#memory.view, vector.ranges[2 * row] as number, vector.ranges[2 * row + 1] as number);
    const value = vector.numbers[row] as number;
    if (tag & Tag.wide) return hashFloat(Number(this.#memory.wide[value]));
    return kind === 'exact' ? hashExact(value) : hashFloat(value + 0);
  }

  /** Writes the row into a batch, each column at its own place. Text is copied into scratch. */
  load(stored: number, vectors: readonly Vector[], row: number): void {
    const page = this.#store.page(stored);
    const start = this.#store.cellOf(stored);
    for (const {column, kind, offset} of this.#columns) this.#loadCell(kind, page, start + offset, vectors[column] as Vector, row);
  }

  #loadCell(kind: KeyKind, page: Float64Array, cell: number, vector: Vector, row: number): void {
    const held = page[cell] as number;
    if (kind === 'text') return loadText(this.#store, page, cell, this.#memory, vector, row);
    if (kind === 'exact' && isWideCode(held)) return putInteger(this.#store.codes.value(held), this.#memory, vector, row);
    const isNull = held === (kind === 'exact' ? nullCode : FloatFlag.null);
    const number = kind === 'exact' ? held : held === FloatFlag.notANumber ? Number.NaN : (page[cell + 1] as number);
    vector.numbers[row] = isNull ? 0 : number;
    vector.tags[row] = isNull ? Tag.null : Tag.value;
  }

  /** Copies the columns from one batch's row to another's; of a text, only where it is. */
  copy(from: readonly Vector[], row: number, to: readonly Vector[], target: number): void {
    for (const {column} of this.#columns) {
      const [source, copy] = [from[column] as Vector, to[column] as Vector];
      copy.numbers[target] = source.numbers[row] as number;
      copy.tags[target] = source.tags[row] as number;
    }
  }
}

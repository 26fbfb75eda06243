import type {Memory} from '../base/memory.ts';
import type {Vector} from '../flow/batch.ts';
import type {SqlType} from '../types/sql-type.ts';
import {GroupTable} from './group-table.ts';
import type {ImageReader} from './image.ts';
import type {KeyKind} from './key-cells.ts';
import {RowCells} from './row-cells.ts';
import {finderSlots, RowFinder} from './row-finder.ts';
import {RowList} from './row-list.ts';
import {RowOrder} from './row-order.ts';
import {RowStore, type Slot} from './row-store.ts';
import type {SortKey} from './sort-store.ts';

const numberSlot: Slot = {kind: 'number', initial: 0};

/**
 * Rows of partitions in order; rows that are equal under the keys stay in the order of arrival. The store keeps each row with its partition and its number of
 * arrival; the lists in order are made of that again after a restart.
 */
export class RankStore extends RowStore {
  readonly partitions: GroupTable;
  readonly cells: RowCells;
  readonly #memory: Memory;
  readonly #types: readonly SqlType[];
  readonly #order: RowOrder;
  /** The rows of each partition in order; null after a restart, until they are asked for. */
  #lists: RowList[] | null = [];
  #arrivals = 0;
  readonly #partitionOffset: number;
  readonly #arrivalOffset: number;
  /** A row that comes stands behind another when it is greater, or where that is enough, equal. */
  readonly #leastBehind: 0 | 1;
  /** Where rows are found that are taken back. */
  readonly #finder: RowFinder | null;
  /** The first cell of each column. */
  readonly #columnOffsets: readonly number[];

  /**
   * `reusesPartitions`: the numbers of partitions that went empty are given again; otherwise they always stand for the order of first sight.
   * `partitionSlots`: what else is kept of a partition. `ties`: of equal rows the one that came first stands before the others, or the one that came last.
   * `findsRows`: rows are taken back, so they must be found by their columns.
   */
  constructor(
    memory: Memory,
    types: readonly SqlType[],
    partitionKeys: readonly KeyKind[],
    keys: readonly SortKey[],
    reusesPartitions: boolean,
    partitionSlots: readonly Slot[] = [],
    ties: 'first' | 'last' = 'first',
    findsRows = false,
  ) {
    const own = RowCells.slots(types);
    super([...own, numberSlot, numberSlot, ...(findsRows ? finderSlots : [])], true);
    this.#leastBehind = ties === 'first' ? 0 : 1;
    this.partitions = new GroupTable(partitionKeys, partitionSlots, reusesPartitions);
    this.cells = new RowCells(
      this,
      memory,
      types.map((type, column) => ({column, type})),
      this.offsets,
    );
    this.#columnOffsets = types.map((_, column) => this.offsets[RowCells.slots(types.slice(0, column)).length] as number);
    this.#memory = memory;
    this.#types = types;
    this.#order = new RowOrder(this, memory, types, keys);
    this.#partitionOffset = this.offsets[own.length] as number;
    this.#arrivalOffset = this.offsets[own.length + 1] as number;
    this.#finder = findsRows ? new RowFinder(this, this.offsets.slice(own.length + 2)) : null;
  }

  /** The rows of a partition in order. What is taken out of it must be removed from the store as well. */
  list(partition: number): RowList {
    this.#lists ??= this.#listsOfRows();
    return (this.#lists[partition] ??= new RowList());
  }

  /** The place at which a batch's row would stand. */
  placeOf(list: RowList, vectors: readonly Vector[], row: number): number {
    return list.firstPlace(stored => !this.isBehind(vectors, row, stored));
  }

  /** Whether a batch's row would stand behind a row of the store. */
  isBehind(vectors: readonly Vector[], row: number, stored: number): boolean {
    return Math.sign(this.#order.compare(vectors, row, stored)) >= this.#leastBehind;
  }

  /** Puts a batch's row at a place of its partition. */
  insertAt(partition: number, list: RowList, place: number, vectors: readonly Vector[], row: number): void {
    const stored = this.addRow();
    this.cells.store(stored, vectors, row);
    const page = this.page(stored);
    const cell = this.cellOf(stored);
    page[cell + this.#partitionOffset] = partition;
    page[cell + this.#arrivalOffset] = this.#arrivals++;
    this.#finder?.enter(stored, this.cells.hash(vectors, row));
    list.insertAt(place, stored);
  }

  /** Where the first row with all values of a batch's row stands; -1: nowhere. Only where the store finds rows. */
  find(list: RowList, vectors: readonly Vector[], row: number): number {
    let found = -1;
    for (const stored of this.#finder?.withHash(this.cells.hash(vectors, row)) ?? []) {
      if (this.#listOf(stored) !== list || !this.cells.isSame(stored, vectors, row)) continue;
      if (found < 0 || this.#inOrder(stored, found) < 0) found = stored;
    }
    return found < 0 ? -1 : list.firstPlace(stored => this.#inOrder(stored, found) >= 0);
  }

  /** The order of two rows of the store: negative, zero or positive. */
  #inOrder(a: number, b: number): number {
    const direction = this.#leastBehind === 0 ? 1 : -1;
    return this.#order.compareStored(a, b) || direction * (this.#arrivalOf(a) - this.#arrivalOf(b));
  }

  removeAt(list: RowList, place: number): void {
    const row = list.removeAt(place);
    this.#finder?.leave(row);
    this.removeRow(row);
  }

  /** One column of the rows, to be read into another one of a batch. */
  columnAs(column: number, target: number): RowCells {
    const first = RowCells.slots(this.#types.slice(0, column)).length;
    return new RowCells(this, this.#memory, [{column: target, type: this.#types[column] as SqlType}], this.offsets.slice(first));
  }

  /** The number in a column that is never NULL and always exact. */
  numberOf(stored: number, column: number): number {
    return this.page(stored)[this.cellOf(stored) + (this.#columnOffsets[column] as number)] as number;
  }

  /** Forgets a partition that has no rows. */
  removePartition(partition: number): void {
    this.partitions.remove(partition);
  }

  /** Forgets a partition with its rows. */
  forgetPartition(partition: number): void {
    for (const row of this.list(partition)) {
      this.#finder?.leave(row);
      this.removeRow(row);
    }
    this.#lists![partition] = new RowList();
    this.partitions.remove(partition);
  }

  override get bytes(): number {
    return super.bytes + (this.#finder?.bytes ?? 0);
  }

  override load(image: ImageReader): void {
    super.load(image);
    this.#lists = null;
    this.#finder?.forget();
  }

  override clear(): void {
    super.clear();
    this.#lists = [];
    this.#finder?.forget();
  }

  #listsOfRows(): RowList[] {
    const lists: number[][] = [];
    this.#arrivals = 0;
    for (let row = 0; row < this.rowCount; row++) {
      if (this.isFree(row)) continue;
      const partition = this.page(row)[this.cellOf(row) + this.#partitionOffset] as number;
      (lists[partition] ??= []).push(row);
      this.#arrivals = Math.max(this.#arrivals, this.#arrivalOf(row) + 1);
    }
    return lists.map(list => RowList.of(list.sort((a, b) => this.#inOrder(a, b))));
  }

  #listOf(row: number): RowList {
    return this.list(this.page(row)[this.cellOf(row) + this.#partitionOffset] as number);
  }

  #arrivalOf(row: number): number {
    return this.page(row)[this.cellOf(row) + this.#arrivalOffset] as number;
  }
}

import type {Memory} from '../base/memory.ts';
import type {Vector} from '../flow/batch.ts';
import type {SqlType} from '../types/sql-type.ts';
import {RowCells} from './row-cells.ts';
import {RowStore} from './row-store.ts';
import type {WindowGroups} from './window-groups.ts';

/** Whole rows that wait for their windows to close. The windows know which rows are theirs, in the order of arrival. */
export class WindowRows extends RowStore {
  readonly cells: RowCells;
  readonly #windows: WindowGroups;

  constructor(memory: Memory, types: readonly SqlType[], windows: WindowGroups) {
    super(RowCells.slots(types), true);
    this.#windows = windows;
    this.cells = new RowCells(
      this,
      memory,
      types.map((type, column) => ({column, type})),
      this.offsets,
    );
  }

  /** Takes a batch's row that belongs to an open window. */
  add(window: number, vectors: readonly Vector[], row: number): void {
    const stored = this.addRow();
    this.cells.store(stored, vectors, row);
    this.#windows.add(window, stored);
  }
}

import type {Memory} from '../base/memory.ts';
import {Tag} from '../flow/batch.ts';
import type {GroupTable} from '../state/group-table.ts';
import type {ColumnSource} from './columns.ts';
import type {FeedSlot} from './aggregate-layout.ts';

/** What generated code calls for the rare rows: integers beyond 2^53, and the first value of a group. `cell` is the slot's, in `page`. */

export type UpdateCell = (page: Float64Array, cell: number, value: number) => void;

/** Adds an exact number to a sum that has no value yet, or is wide, or gets wide. */
export function addExact(table: GroupTable): UpdateCell {
  return (page, cell, value) => addInteger(table, page, cell, BigInt(value));
}

function addInteger(table: GroupTable, page: Float64Array, cell: number, value: bigint): void {
  const before = page[cell] as number;
  table.putInteger(page, cell, Number.isNaN(before) ? value : table.codes.value(before) + value);
}

/** Puts an exact number where it is better than what is there, which is nothing yet or wide. */
export function improveExact(table: GroupTable, wantsGreater: boolean): UpdateCell {
  return (page, cell, value) => improveInteger(table, page, cell, BigInt(value), wantsGreater);
}

function improveInteger(table: GroupTable, page: Float64Array, cell: number, value: bigint, wantsGreater: boolean): void {
  const before = page[cell] as number;
  const isBetter = Number.isNaN(before) || (wantsGreater ? value > table.codes.value(before) : value < table.codes.value(before));
  if (isBetter) table.putInteger(page, cell, value, wantsGreater ? 1 : -1);
}

/** Puts a text where it comes before (or after) what is there. */
export function improveText(
  table: GroupTable,
  memory: Memory,
  wantsGreater: boolean,
): (page: Float64Array, cell: number, pointer: number, length: number) => void {
  return (page, cell, pointer, length) => {
    const held = page[cell + 1] as number;
    if (held >= 0) {
      const order = held === 0 ? length : table.arena.compare(memory.bytes, pointer, length, page[cell] as number, held);
      if (wantsGreater ? order <= 0 : order >= 0) return;
    }
    table.putText(page, cell, memory.bytes, pointer, length);
  };
}

/** Updates every slot of a feed with a wide integer of a column. `times`: 1, or -1 to take it back. `base`: the group's first cell. */
export function updateWide(
  table: GroupTable,
  memory: Memory,
  column: ColumnSource,
  slots: readonly FeedSlot[],
): (page: Float64Array, base: number, row: number, times: number) => void {
  const {vector} = column;
  return (page, base, row, times) => {
    const at = vector.numbers[row] as number;
    const value = vector.tags[row] === Tag.wide ? (memory.wide[at] as bigint) : BigInt(at);
    for (const {role, offset} of slots) {
      const cell = base + offset;
      if (role === 'count') page[cell] = (page[cell] as number) + times;
      else if (role === 'sum') addInteger(table, page, cell, times === 1 ? value : -value);
      else if (times === 1) improveInteger(table, page, cell, value, role === 'greatest');
    }
  };
}

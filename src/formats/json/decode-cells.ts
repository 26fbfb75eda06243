import type {Memory} from '../../base/memory.ts';
import {Tag} from '../../flow/batch.ts';
import {writeValue} from '../../flow/cells.ts';
import {InnerTag, type JsonKernel} from '../../kernel/json-decode.ts';
import {type JsonNode, parseJson} from '../../types/json-text.ts';
import type {SqlType} from '../../types/sql-type.ts';
import type {ColumnSlot} from './decode-slots.ts';
import {type NodeRules, readNode, unreadable} from './node.ts';
import {fieldReason} from './reason.ts';

/** Finishes the cells that the kernel leaves over, each in its place. */
export class CellFinisher {
  readonly #memory: Memory;
  readonly #kernel: JsonKernel;
  /** By the kernel's number. */
  readonly #slots: readonly ColumnSlot[];
  readonly #rules: NodeRules;
  readonly #badField: 'reject' | 'null';

  constructor(memory: Memory, kernel: JsonKernel, slots: readonly ColumnSlot[], rules: NodeRules, badField: 'reject' | 'null') {
    this.#memory = memory;
    this.#kernel = kernel;
    this.#slots = [...slots].sort((a, b) => kernel.numberOf(a) - kernel.numberOf(b));
    this.#rules = rules;
    this.#badField = badField;
  }

  /** Adds the rows that cannot be finished, with the reason; rows that are in `faulty` already are left alone. */
  finish(faulty: Map<number, string>): void {
    const kernel = this.#kernel;
    const count = kernel.unescapeCells();
    for (let index = 0; index < count; index++) {
      const place = kernel.pending[index] as number;
      const row = place >>> 16;
      const slot = this.#slots[place & 0xffff] as ColumnSlot;
      const tag = slot.vector.tags[row] as number;
      if (tag < InnerTag.raw || (faulty.size > 0 && faulty.has(row))) continue;
      const reason = this.#finishCell(slot, row, tag);
      if (reason === null) continue;
      slot.vector.tags[row] = Tag.null;
      if (this.#badField === 'reject') faulty.set(row, reason);
    }
  }

  /** The reason why the cell cannot be finished, or null. */
  #finishCell(slot: ColumnSlot, row: number, tag: number): string | null {
    const {vector, type, path} = slot;
    if (tag === InnerTag.missing) return `field "${path.join('.')}" is missing`;
    const pointer = vector.ranges[2 * row] as number;
    const length = vector.ranges[2 * row + 1] as number;
    if (tag === InnerTag.raw && this.#finishNumber(slot, row, pointer, length)) return null;
    const text = this.#memory.readText(pointer, length);
    if (tag === InnerTag.noObject) return `field "${path.join('.')}": ${text.slice(0, 60)} is no object with fields`;
    const node = parseJson(text);
    const value = node === undefined ? unreadable : readNode(node, type, this.#rules);
    if (value === unreadable) return fieldReason(path, text, type, node === undefined ? '' : this.#hint(node, type));
    writeValue(this.#memory, vector, row, type, value, this.#rules.timeZone);
    return null;
  }

  /** The commonest of such cells, without taking them apart: doubles of many digits. */
  #finishNumber({vector, type}: ColumnSlot, row: number, pointer: number, length: number): boolean {
    const first = this.#memory.bytes[pointer] as number;
    if (type.kind !== 'DOUBLE' || (first !== 0x2d && (first < 0x30 || first > 0x39))) return false;
    this.#kernel.readLongDoubles();
    const number = Number(this.#memory.readText(pointer, length));
    if (!Number.isFinite(number)) return false;
    vector.numbers[row] = number;
    vector.tags[row] = Tag.value;
    return true;
  }

  /** What would help, where that is plain: the other standard of times. */
  #hint(node: JsonNode, type: SqlType): string {
    if (type.kind !== 'TIMESTAMP' && type.kind !== 'TIMESTAMP_LTZ') return '';
    const standard = this.#rules.standard === 'SQL' ? 'ISO-8601' : 'SQL';
    const fits = readNode(node, type, {...this.#rules, standard}) !== unreadable;
    return fits ? ` (it would fit 'timestamp-format.standard' = '${standard}')` : '';
  }
}

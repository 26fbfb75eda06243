import type {Memory} from '../base/memory.ts';
import type {Physical} from '../types/sql-type.ts';

/** The most rows in a batch: small enough that its columns stay in the first cache levels. */
export const batchRows = 2048;

/**
 * What a cell holds, one byte a cell. Bit 0 alone says NULL, so `tag & 1` is the null test; a text value is `value` when its bytes may be copied between JSON
 * quotes as they are, and `dirty` when they hold (or may hold) a quote, a backslash or a control character.
 */
export const Tag = {value: 0, null: 1, dirty: 2, wide: 4} as const;

/** One column of a batch, in engine memory: 8 bytes a cell and a tag a cell. */
export class Vector {
  readonly physical: Physical;
  readonly capacity: number;
  /** Pointers, for the kernels. */
  readonly cells: number;
  readonly tagCells: number;
  /** The cells as numbers (`number` and `integer`). A wide integer's cell is its index in `memory.wide`. */
  readonly numbers: Float64Array;
  /** The cells as text: pointer at 2 * row, length in bytes at 2 * row + 1. */
  readonly ranges: Uint32Array;
  readonly tags: Uint8Array;

  constructor(memory: Memory, physical: Physical, capacity: number = batchRows) {
    this.physical = physical;
    this.capacity = capacity;
    this.cells = memory.allocate(capacity * 8);
    this.tagCells = memory.allocate(capacity);
    this.numbers = new Float64Array(memory.wasm.buffer, this.cells, capacity);
    this.ranges = new Uint32Array(memory.wasm.buffer, this.cells, capacity * 2);
    this.tags = new Uint8Array(memory.wasm.buffer, this.tagCells, capacity);
  }
}

/**
 * Rows on their way: columns, and which of their rows count, in which order. Row i of the batch is row `selection[i]` of every vector. Bytes that text cells
 * point to stay valid until the batch's producer is asked for its next batch.
 */
export interface Batch {
  readonly vectors: readonly Vector[];
  /** Pointer and view of the same u32 row numbers. */
  readonly selectionPointer: number;
  readonly selection: Uint32Array;
  count: number;
  /** The change kind of each row, by vector row number (not by position in the selection); null for append-only streams. */
  readonly kinds: Uint8Array | null;
}

/** A batch with vectors of its own. The selection starts as the identity, and stays it unless somebody writes to it. */
export function createBatch(memory: Memory, physicals: readonly Physical[], hasKinds: boolean, capacity: number = batchRows): Batch {
  return batchOver(
    memory,
    physicals.map(physical => new Vector(memory, physical, capacity)),
    hasKinds ? new Uint8Array(memory.wasm.buffer, memory.allocate(capacity), capacity) : null,
    capacity,
  );
}

/** A batch over vectors that exist, with a selection of its own. */
export function batchOver(memory: Memory, vectors: readonly Vector[], kinds: Uint8Array | null, capacity: number = batchRows): Batch {
  const selectionPointer = memory.allocate(capacity * 4);
  const selection = new Uint32Array(memory.wasm.buffer, selectionPointer, capacity);
  for (let row = 0; row < capacity; row++) selection[row] = row;
  return {vectors, selectionPointer, selection, count: 0, kinds};
}

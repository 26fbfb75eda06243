import type {Memory} from '../base/memory.ts';
import {assert} from '../base/problem.ts';
import {type Batch, batchRows} from '../flow/batch.ts';
import {type CsvQuoting, EncodeKernel, type EncodeOperation} from '../kernel/encode.ts';
import type {RowEncoder} from './define.ts';

/** What a row-by-row text format is made of: the kernel's program, and JavaScript for what the kernel leaves. */
export interface EncodeProgram {
  readonly operations: readonly EncodeOperation[];
  readonly quoting: CsvQuoting | null;
  /** The text of the value that an operation writes in a row: the values that the kernel hands over (wide integers, long doubles, bytes …). */
  readonly finish: (operation: number, row: number) => string;
  readonly start: string | null;
  readonly end: string | null;
  /** Whether the encoder has `ends`. */
  readonly tellsEnds?: boolean;
}

/** Runs a program over batches. Memory does not grow with the rows: the output goes out in pieces of one region. */
export class ProgramEncoder implements RowEncoder {
  readonly #memory: Memory;
  readonly #program: EncodeProgram;
  readonly #kernel: EncodeKernel;

  constructor(memory: Memory, program: EncodeProgram) {
    this.#memory = memory;
    this.#program = program;
    this.#kernel = new EncodeKernel(memory, program.operations, program.quoting, program.tellsEnds === true ? batchRows : 0);
  }

  get ends(): Uint32Array | undefined {
    return this.#kernel.ends;
  }

  start(): Uint8Array | null {
    return this.#program.start === null ? null : Buffer.from(this.#program.start);
  }

  end(): Uint8Array | null {
    return this.#program.end === null ? null : Buffer.from(this.#program.end);
  }

  encode(batch: Batch, write: (bytes: Uint8Array) => void): void {
    if (batch.count === 0) return;
    const kernel = this.#kernel;
    const {kinds} = batch;
    assert(kinds === null || kinds.buffer === this.#memory.wasm.buffer, 'the change kinds of a batch lie outside of engine memory');
    kernel.start(batch.selectionPointer, batch.count, kinds === null ? 0 : kinds.byteOffset);
    for (;;) {
      const status = kernel.run();
      if (status === 'handed') {
        this.#append(Buffer.from(this.#program.finish(kernel.operation, kernel.row)), write);
        kernel.passValue();
        continue;
      }
      write(kernel.take());
      if (status === 'done') return;
    }
  }

  /** A value larger than the region is a piece of its own. */
  #append(bytes: Uint8Array, write: (bytes: Uint8Array) => void): void {
    if (bytes.length > this.#kernel.room) write(this.#kernel.take());
    if (bytes.length > this.#kernel.room) {
      this.#kernel.passBytes(bytes.length);
      write(bytes);
    } else this.#kernel.append(bytes);
  }
}

import {assert} from './problem.ts';

/** Kernels load 16 bytes at a time, and may look this far beyond the end of what they were given, wherever in the memory it lies. */
const readAhead = 64;

/**
 * The one WebAssembly memory of an engine: input bytes, batch columns, scratch and output. Its size is fixed, because growing detaches every view; what is
 * never touched costs address space only. State does not live here: it belongs to the garbage collector.
 *
 * Two kinds of room: `allocate` gives room for life, `scratch` gives room that is handed back in the reverse order of taking (mark, then release).
 */
export class Memory {
  readonly wasm: WebAssembly.Memory;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** BigInts that do not fit an f64 exactly. A cell tagged `wide` holds an index into this list. Handed back together with scratch. */
  readonly wide: bigint[] = [];
  #lifeEnd = 65536; // Below lie the tables of the kernels; pointer 0 is never given out, so that 0 can mean "none".
  #scratchTop: number;
  #encoder = new TextEncoder();

  constructor(size = 1 << 30) {
    this.wasm = largestMemory(size);
    this.bytes = new Uint8Array(this.wasm.buffer);
    this.view = new DataView(this.wasm.buffer);
    this.#scratchTop = this.bytes.length - readAhead;
  }

  /** Room for the life of the engine: `size` bytes, aligned to 16, zeroed. Fails as an environment problem when memory is used up. */
  allocate(size: number): number {
    const pointer = this.#lifeEnd;
    this.#lifeEnd = (pointer + size + 15) & ~15;
    assert(this.#lifeEnd < this.#scratchTop, `engine memory of ${this.bytes.length} bytes is used up`);
    return pointer;
  }

  /** Scratch room of `size` bytes; scratch grows downwards from the end of the memory. */
  scratch(size: number): number {
    const pointer = (this.#scratchTop - size) & ~7;
    assert(pointer >>> 0 > this.#lifeEnd && pointer > 0, `engine memory of ${this.bytes.length} bytes is used up by the text of one batch`);
    this.#scratchTop = pointer;
    return pointer;
  }

  /** Everything taken from scratch (and put into `wide`) after a mark is handed back by releasing it. */
  mark(): Mark {
    return {scratchTop: this.#scratchTop, wideLength: this.wide.length};
  }
  release(mark: Mark): void {
    this.#scratchTop = mark.scratchTop;
    this.wide.length = mark.wideLength;
  }

  /** Writes a text into scratch as UTF-8. The caller reads the length from `textLength`. Lone surrogates become U+FFFD. */
  writeText(text: string): number {
    const most = text.length * 3;
    const pointer = this.scratch(most);
    this.textLength = this.#encoder.encodeInto(text, this.bytes.subarray(pointer, pointer + most)).written;
    return pointer;
  }
  textLength = 0;

  /** The UTF-8 text at a pointer. */
  readText(pointer: number, length: number): string {
    // Creating a string through latin1 is several times cheaper than through UTF-8, and most text is ASCII.
    const buffer = this.#buffer;
    for (let at = pointer; at < pointer + length; at++) {
      if ((this.bytes[at] as number) > 127) return buffer.utf8Slice(pointer, pointer + length);
    }
    return buffer.latin1Slice(pointer, pointer + length);
  }
  get #buffer(): SlicingBuffer {
    return (this.#cachedBuffer ??= Buffer.from(this.wasm.buffer) as unknown as SlicingBuffer);
  }
  #cachedBuffer: SlicingBuffer | undefined;
}

export interface Mark {
  readonly scratchTop: number;
  readonly wideLength: number;
}

interface SlicingBuffer {
  utf8Slice(start: number, end: number): string;
  latin1Slice(start: number, end: number): string;
}

/**
 * The memory asked for, or the largest half of it that this machine gives. Shared, though no other thread sees it: the bytes of a memory that is not shared
 * count as live ones for the garbage collector, which then marks the whole heap at once (5 ms of a one-liner), and again whenever other buffers grow.
 */
function largestMemory(size: number): WebAssembly.Memory {
  for (let pages = size >>> 16; ; pages >>>= 1) {
    const descriptor = {initial: pages, maximum: pages, shared: true};
    try {
      return new WebAssembly.Memory(descriptor);
    } catch (error) {
      if (pages <= 1024) throw error;
    }
  }
}

import {fstatSync, write, writeSync} from 'node:fs';
import {fail, type ProblemError} from '../base/problem.ts';
import type {Sink} from '../flow/sink.ts';

const blockBytes = 128 * 1024;
/** More than this waiting, and the loop must drain before it writes again. */
const mostWaitingBytes = 1024 * 1024;
/** How long to wait before trying again when somebody made the descriptor non-blocking and it is full. */
const retryMs = 2;

/**
 * Standard output or standard error: a descriptor that is there already, and stays open. Files are written at once, because the system takes such bytes
 * without waiting; pipes and terminals in the background, so that a slow reader does not keep signals and timers from being served.
 */
export class DescriptorSink implements Sink {
  readonly #descriptor: number;
  /** What to call it in a message: `standard output`. */
  readonly #name: string;
  #block = Buffer.allocUnsafe(blockBytes);
  #used = 0;
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #isFile: boolean | null = null;
  #failure: ProblemError | null = null;
  #closedByReader = false;
  #pump: Promise<void> | null = null;

  constructor(descriptor: number, name: string) {
    this.#descriptor = descriptor;
    this.#name = name;
  }

  get closedByReader(): boolean {
    return this.#closedByReader;
  }
  get full(): boolean {
    return this.#waitingBytes > mostWaitingBytes || this.#failure !== null;
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  write(bytes: Uint8Array): void {
    if (this.#closedByReader || this.#failure !== null) return;
    if (this.#used + bytes.length > this.#block.length) this.#handOver();
    if (bytes.length > this.#block.length) {
      this.#enqueue(new Uint8Array(bytes)); // Not slice: that of a Buffer does not copy.
      return;
    }
    this.#block.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  async drain(): Promise<void> {
    while (this.full && this.#failure === null && this.#pump !== null) await this.#pump;
    this.#throwFailure();
  }

  async flush(): Promise<void> {
    this.#handOver();
    while (this.#pump !== null) await this.#pump;
    this.#throwFailure();
  }

  close(): Promise<void> {
    return this.flush();
  }

  /** The block in hand joins the queue. */
  #handOver(): void {
    if (this.#used === 0) return;
    const block = this.#block.subarray(0, this.#used);
    this.#used = 0;
    if (this.#writesAtOnce()) {
      this.#enqueue(block);
      return;
    }
    this.#block = Buffer.allocUnsafe(blockBytes);
    this.#enqueue(block);
  }

  #enqueue(bytes: Uint8Array): void {
    if (this.#closedByReader || this.#failure !== null) return;
    if (this.#writesAtOnce()) {
      this.#writeNow(bytes);
      return;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#pump ??= this.#writeWaiting();
  }

  #writesAtOnce(): boolean {
    if (this.#isFile === null) {
      try {
        this.#isFile = fstatSync(this.#descriptor).isFile();
      } catch {
        this.#isFile = false; // A closed descriptor: the write says so.
      }
    }
    return this.#isFile;
  }

  #writeNow(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(this.#descriptor, bytes, at, bytes.length - at);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #writeWaiting(): Promise<void> {
    let at = 0;
    for (let bytes = this.#waiting[0]; bytes !== undefined; bytes = this.#waiting[0]) {
      try {
        at += await writeOnce(this.#descriptor, bytes, at);
      } catch (error) {
        if (codeOf(error) === 'EAGAIN') {
          await new Promise(resolve => setTimeout(resolve, retryMs));
          continue;
        }
        this.#fail(error);
        break;
      }
      if (at < bytes.length) continue;
      at = 0;
      this.#waiting.shift();
      this.#waitingBytes -= bytes.length;
    }
    this.#pump = null;
  }

  #fail(error: unknown): void {
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
    if (codeOf(error) === 'EPIPE') {
      this.#closedByReader = true;
      return;
    }
    const reason = codeOf(error) === 'ENOSPC' ? 'no space is left on the device' : error instanceof Error ? error.message : String(error);
    this.#failure = fail('environment', 'cannot-write', `cannot write to ${this.#name}: ${reason}`, {
      hint: codeOf(error) === 'ENOSPC' ? 'make room, or write somewhere else' : 'look where the output of the command goes',
    });
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure;
  }
}

function writeOnce(descriptor: number, bytes: Uint8Array, at: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(descriptor, bytes, at, bytes.length - at, null, (error, count) => (error === null ? resolve(count) : reject(error)));
  });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

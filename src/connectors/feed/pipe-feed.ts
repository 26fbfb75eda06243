import {closeSync, constants, openSync} from 'node:fs';
import {Socket} from 'node:net';
import {isatty, ReadStream} from 'node:tty';
import {systemProblem} from '../system-error.ts';
import {always, type Feed} from './feed.ts';

/** What a pipe of Linux holds, and so the most that one call gives. */
const slotBytes = 65536;
/** How far the event loop may read ahead. */
const slotCount = 4;

/**
 * A pipe, a socket or a terminal. The event loop reads into a ring of slots, one after the other, and stops while all of them wait to be taken. Asking a pipe
 * directly would be no faster: it is empty after each read, and to hear so costs an exception.
 */
export class PipeFeed implements Feed {
  readonly #name: string;
  readonly #descriptor: number;
  readonly #ownsDescriptor: boolean;
  readonly #slots: readonly Uint8Array[] = Array.from({length: slotCount}, () => new Uint8Array(slotBytes));
  /** Bytes of each slot that waits, the one to take first at `#first`. */
  readonly #lengths = new Uint32Array(slotCount);
  #first = 0;
  #filled = 0;
  /** Bytes of the first slot that are taken. */
  #taken = 0;
  #socket: Socket | undefined;
  #isReading = false;
  #ended = false;
  #closed = false;
  #error: unknown = null;
  #ready: Promise<void> | undefined;
  #wake: (() => void) | undefined;

  /** `descriptor` stays the caller's. */
  constructor(descriptor: number, name: string) {
    this.#name = name;
    // A terminal's settings are its own; sockets, and systems without /proc, cannot be opened anew.
    const own = isatty(descriptor) ? null : openWithoutWaiting(descriptor);
    this.#descriptor = own ?? descriptor;
    this.#ownsDescriptor = own !== null;
  }

  read(target: Uint8Array): number | 'nothing' | 'ended' {
    let count = 0;
    while (this.#filled > 0 && count < target.length) count += this.#take(target.subarray(count));
    if (count > 0) {
      if (!this.#isReading && !this.#ended) this.#resume();
      return count;
    }
    if (this.#closed) return 'ended';
    if (this.#error !== null) throw systemProblem('read', this.#name, this.#error);
    return this.#ended ? 'ended' : 'nothing';
  }

  ready(): Promise<void> {
    if (this.#filled > 0 || this.#ended || this.#error !== null) return always;
    this.#ready ??= new Promise(resolve => {
      this.#wake = resolve;
    });
    if (!this.#isReading) this.#resume();
    return this.#ready;
  }

  pause(): void {
    this.#isReading = false;
    this.#socket?.pause();
    this.#socket?.unref();
    this.#awake();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#ended = true;
    this.#filled = 0;
    this.pause();
    if (!this.#ownsDescriptor) return;
    if (this.#socket === undefined) closeSync(this.#descriptor);
    else this.#socket.destroy();
  }

  #take(target: Uint8Array): number {
    const length = this.#lengths[this.#first] as number;
    const piece = (this.#slots[this.#first] as Uint8Array).subarray(this.#taken, Math.min(length, this.#taken + target.length));
    target.set(piece);
    this.#taken += piece.length;
    if (this.#taken === length) {
      this.#first = (this.#first + 1) % slotCount;
      this.#filled--;
      this.#taken = 0;
    }
    return piece.length;
  }

  #resume(): void {
    this.#isReading = true;
    this.#socket ??= this.#makeSocket();
    this.#socket.ref();
    this.#socket.resume();
  }

  #makeSocket(): Socket {
    const onread = {
      /** The slot for the next read; asked for after each one, also when reading stops with it. */
      buffer: () => this.#slots[(this.#first + this.#filled) % slotCount] as Uint8Array,
      callback: (count: number) => {
        this.#lengths[(this.#first + this.#filled) % slotCount] = count;
        this.#filled++;
        this.#awake();
        // One slot stays free for the read that may follow.
        this.#isReading &&= this.#filled < slotCount - 1;
        return this.#isReading;
      },
    };
    const options = {fd: this.#descriptor, readable: true, writable: false, manualStart: true, onread};
    const socket = isatty(this.#descriptor) ? new ReadStream(this.#descriptor, options) : new Socket(options);
    socket.on('end', () => this.#end());
    socket.on('close', () => this.#end());
    socket.on('error', error => {
      this.#error = error;
      this.#awake();
    });
    return socket;
  }

  #end(): void {
    this.#ended = true;
    this.#awake();
  }

  #awake(): void {
    this.#wake?.();
    this.#wake = undefined;
    this.#ready = undefined;
  }
}

/**
 * The same pipe, opened anew so that reads of it do not wait. Setting that on the given descriptor would set it for every process that shares it: the shell,
 * and whoever runs next. Null where the system has no way to do so.
 */
function openWithoutWaiting(descriptor: number): number | null {
  try {
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return null;
  }
}

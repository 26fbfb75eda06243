import {closeSync, constants, openSync, readSync} from 'node:fs';
import {Socket} from 'node:net';
import {isatty, ReadStream} from 'node:tty';
import {errorCode, systemProblem} from '../system-error.ts';
import {always, type Feed} from './feed.ts';

/** What a pipe of Linux holds, and so the most that one call gives. */
const pipeBytes = 65536;

/**
 * A pipe, a socket or a terminal. Full speed takes no turn of the event loop: while the pipe is full, `read` asks the system straight into the target. When it
 * runs dry, the event loop waits for the next bytes, which then lie in `#arrived`.
 */
export class PipeFeed implements Feed {
  readonly #name: string;
  readonly #descriptor: number;
  readonly #ownsDescriptor: boolean;
  readonly #isTerminal: boolean;
  #socket: Socket | undefined;
  #arrived: Uint8Array = new Uint8Array(0);
  #isDry = false;
  #ended = false;
  #closed = false;
  #error: unknown = null;
  #ready: Promise<void> | undefined;
  #wake: (() => void) | undefined;

  /** `descriptor` stays the caller's. */
  constructor(descriptor: number, name: string) {
    this.#name = name;
    this.#isTerminal = isatty(descriptor);
    const own = this.#isTerminal ? null : openWithoutWaiting(descriptor);
    this.#descriptor = own ?? descriptor;
    this.#ownsDescriptor = own !== null;
    // Without a description of its own (sockets, systems without /proc) the shared one must stop waiting, which making the socket does.
    if (own === null) this.#makeSocket();
  }

  read(target: Uint8Array): number | 'nothing' | 'ended' {
    if (this.#arrived.length > 0) return this.#takeArrived(target);
    if (this.#error !== null) throw systemProblem('read', this.#name, this.#error);
    if (this.#ended) return 'ended';
    if (this.#isDry || this.#ready !== undefined || this.#isTerminal) return 'nothing';
    return this.#readNow(target);
  }

  ready(): Promise<void> {
    if (this.#arrived.length > 0 || this.#ended || this.#error !== null) return always;
    if (this.#ready === undefined) {
      this.#ready = new Promise(resolve => {
        this.#wake = resolve;
      });
      const socket = this.#socket ?? this.#makeSocket();
      socket.ref();
      socket.resume();
    }
    return this.#ready;
  }

  /** Stops waiting; the descriptor of the caller stays open, and bytes that arrived stay for whoever reads on. */
  pause(): void {
    this.#socket?.pause();
    this.#socket?.unref();
    this.#awake();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#ended = true;
    this.#arrived = this.#arrived.subarray(0, 0);
    this.pause();
    if (!this.#ownsDescriptor) return;
    if (this.#socket === undefined) closeSync(this.#descriptor);
    else this.#socket.destroy();
  }

  #takeArrived(target: Uint8Array): number {
    const piece = this.#arrived.subarray(0, target.length);
    target.set(piece);
    this.#arrived = this.#arrived.subarray(piece.length);
    return piece.length;
  }

  #readNow(target: Uint8Array): number | 'nothing' | 'ended' {
    try {
      const count = readSync(this.#descriptor, target, 0, target.length, null);
      if (count === 0) this.#ended = true;
      // A short read has emptied the pipe: asking again would only cost an exception.
      this.#isDry = count < Math.min(pipeBytes, target.length);
      return count === 0 ? 'ended' : count;
    } catch (error) {
      if (errorCode(error) === 'EAGAIN') {
        this.#isDry = true;
        return 'nothing';
      }
      this.#error = error;
      throw systemProblem('read', this.#name, error);
    }
  }

  #makeSocket(): Socket {
    const buffer = new Uint8Array(pipeBytes);
    const callback = (count: number): boolean => {
      this.#arrived = buffer.subarray(0, count);
      this.#isDry = count < pipeBytes;
      this.#awake();
      return false; // The buffer is ours until it is taken: reading goes on with the next `ready`.
    };
    const options = {fd: this.#descriptor, readable: true, writable: false, manualStart: true, onread: {buffer, callback}};
    const socket = this.#isTerminal ? new ReadStream(this.#descriptor, options) : new Socket(options);
    socket.on('end', () => this.#end());
    socket.on('close', () => this.#end());
    socket.on('error', error => {
      this.#error = error;
      this.#awake();
    });
    socket.pause();
    this.#socket = socket;
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

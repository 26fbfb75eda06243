import {closeSync, constants, fstatSync, openSync, writeSync} from 'node:fs';
import {Socket} from 'node:net';
import type {Sink} from '../../flow/sink.ts';
import {always} from '../feed/feed.ts';
import {errorCode, systemProblem} from '../system-error.ts';

/** What a pipe of Linux holds: larger writes are slower. */
const chunkBytes = 65536;
/** What may wait for a slow reader before the loop is asked to. */
const enoughBytes = 4 * chunkBytes;

/**
 * Writes to an open descriptor: standard output, a file, a pipe. Small writes are gathered. Files, devices and terminals take everything at once; a pipe or a
 * socket that is full is waited for by the event loop, so that signals are served meanwhile. Nothing is lost at the end of the process once `flush` resolved.
 */
export class DescriptorSink implements Sink {
  readonly #name: string;
  readonly #given: number;
  readonly #ownsGiven: boolean;
  #descriptor: number;
  #mayBeFull = false;
  #opened = false;
  #closed = false;
  #closedByReader = false;
  /** All that was given to `write`, wherever it is by now. */
  #takenBytes = 0;
  readonly #gathered = new Uint8Array(chunkBytes);
  #gatheredBytes = 0;
  /** Chunks that the pipe had no room for, in order. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #socket: Socket | undefined;
  #sending: Promise<void> | undefined;
  #error: unknown = null;

  constructor(options: {readonly descriptor: number; readonly name: string; readonly ownsDescriptor: boolean}) {
    this.#name = options.name;
    this.#given = options.descriptor;
    this.#descriptor = options.descriptor;
    this.#ownsGiven = options.ownsDescriptor;
  }

  async open(): Promise<void> {
    this.#openNow();
  }

  get full(): boolean {
    return this.#waitingBytes >= enoughBytes;
  }
  get closedByReader(): boolean {
    return this.#closedByReader;
  }
  get takenBytes(): number {
    return this.#takenBytes;
  }

  write(bytes: Uint8Array): void {
    if (!this.#opened) this.#openNow();
    this.#failIfBroken();
    this.#takenBytes += bytes.length;
    if (this.#gatheredBytes + bytes.length > chunkBytes) this.#release();
    if (bytes.length > chunkBytes) {
      for (let at = 0; at < bytes.length; at += chunkBytes) this.#send(bytes.subarray(at, at + chunkBytes), false);
      return;
    }
    this.#gathered.set(bytes, this.#gatheredBytes);
    this.#gatheredBytes += bytes.length;
  }

  async drain(): Promise<void> {
    while (this.#waitingBytes > 0) await this.#sendWaiting();
    this.#failIfBroken();
  }

  async flush(): Promise<void> {
    this.#release();
    await this.drain();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    try {
      await this.flush();
    } finally {
      this.#closed = true;
      if (this.#descriptor !== this.#given) this.#closeOwn();
      if (this.#ownsGiven) closeSync(this.#given);
    }
  }

  #openNow(): void {
    if (this.#opened) return;
    this.#opened = true;
    let kind;
    try {
      kind = fstatSync(this.#given);
    } catch (error) {
      throw systemProblem('write', this.#name, error);
    }
    if (kind.isSocket()) {
      this.#mayBeFull = true;
      this.#makeSocket(); // Which stops it from waiting; it is nobody else's.
    } else if (kind.isFIFO()) {
      // A pipe that cannot be opened anew is written to as it is: then a write waits while its reader does.
      const own = openWithoutWaiting(this.#given);
      this.#mayBeFull = own !== null;
      this.#descriptor = own ?? this.#given;
    }
  }

  #failIfBroken(): void {
    if (this.#error !== null) throw systemProblem('write', this.#name, this.#error);
  }

  /** Sends what was gathered. */
  #release(): void {
    if (this.#gatheredBytes === 0) return;
    const bytes = this.#gathered.subarray(0, this.#gatheredBytes);
    this.#gatheredBytes = 0;
    this.#send(bytes, false);
  }

  /** `kept`: the bytes are ours already and need no copy when they have to wait. */
  #send(bytes: Uint8Array, kept: boolean): void {
    if (this.#closedByReader) return;
    let at = 0;
    while (at < bytes.length && this.#waitingBytes === 0) {
      const count = this.#writeNow(bytes, at);
      if (this.#closedByReader) return;
      if (count === 0) break;
      at += count;
    }
    if (at === bytes.length) return;
    const rest = bytes.subarray(at);
    this.#waiting.push(kept ? rest : rest.slice());
    this.#waitingBytes += rest.length;
  }

  /** How many bytes the system took; 0 when there is no room now. */
  #writeNow(bytes: Uint8Array, at: number): number {
    try {
      return writeSync(this.#descriptor, bytes, at, bytes.length - at);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EAGAIN') {
        if (!this.#mayBeFull) pauseBriefly(); // A terminal that somebody else set not to wait.
        return 0;
      }
      this.#breakBy(error);
      if (!this.#closedByReader) throw systemProblem('write', this.#name, error);
      return 0;
    }
  }

  /** A reader that went away is the end of the work, not a fault. */
  #breakBy(error: unknown): void {
    const code = errorCode(error);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#gatheredBytes = 0;
    if (code === 'EPIPE' || code === 'ECONNRESET') this.#closedByReader = true;
    else if (!this.#closedByReader) this.#error ??= error;
  }

  /** Hands everything that waits to the event loop; resolves when it is written, or the reader is gone. */
  #sendWaiting(): Promise<void> {
    if (!this.#mayBeFull) {
      this.#sendAgain();
      return always;
    }
    this.#sending ??= new Promise(resolve => {
      const socket = this.#socket ?? this.#makeSocket();
      const chunks = this.#waiting;
      const bytes = this.#waitingBytes;
      this.#waiting = [];
      socket.ref();
      socket.write(Buffer.concat(chunks, bytes), error => {
        if (error) this.#breakBy(error);
        else this.#waitingBytes -= bytes;
        socket.unref();
        this.#sending = undefined;
        resolve();
      });
    });
    return this.#sending;
  }

  #sendAgain(): void {
    const chunks = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const chunk of chunks) this.#send(chunk, true);
  }

  #makeSocket(): Socket {
    const socket = new Socket({fd: this.#descriptor, readable: false, writable: true});
    socket.on('error', error => this.#breakBy(error));
    socket.unref();
    this.#socket = socket;
    return socket;
  }

  #closeOwn(): void {
    if (this.#socket === undefined) closeSync(this.#descriptor);
    else this.#socket.destroy();
  }
}

/**
 * The same pipe, opened anew so that writes to it do not wait. Setting that on the given descriptor would set it for every process that shares it. Null where
 * the system has no way to do so (sockets; systems without /proc).
 */
function openWithoutWaiting(descriptor: number): number | null {
  try {
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return null;
  }
}

function pauseBriefly(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}

import {createServer, type Server, Socket} from 'node:net';

/** The keys of requests whose replies somebody drops. */
export const apiKeys = {
  produce: 0,
  fetch: 1,
  metadata: 3,
  offsetCommit: 8,
  offsetFetch: 9,
  findCoordinator: 10,
  heartbeat: 12,
  initProducerId: 22,
  addPartitionsToTxn: 24,
  addOffsetsToTxn: 25,
  endTxn: 26,
  txnOffsetCommit: 28,
} as const;

export type ApiName = keyof typeof apiKeys;

/**
 * Stands between Kafka's clients and a broker, on loopback alone, and does what networks do. It knows where frames begin, which request each reply answers, and
 * nothing else. What it was told holds for connections that are there and for those that come, until it is told otherwise.
 */
export class FaultProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  readonly #targetPort: () => number;
  #refuses = false;
  #isFrozen = false;
  #replyDelayMs = 0;
  readonly #drops: Drop[] = [];
  readonly #strays: Stray[] = [];
  readonly #counts = new Map<number, number>();

  private constructor(server: Server, port: number, targetPort: () => number) {
    this.#server = server;
    this.port = port;
    this.#targetPort = targetPort;
    server.on('connection', client => this.#accept(client));
  }

  /**
   * Listens on a free port. `targetPort` is asked for at each connection: a broker that advertises this proxy starts after it.
   */
  static async listen(targetPort: () => number): Promise<FaultProxy> {
    const server = createServer({pauseOnConnect: true, allowHalfOpen: false});
    await new Promise<void>((done, failed) => server.once('error', failed).listen(0, '127.0.0.1', done));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
    return new FaultProxy(server, address.port, targetPort);
  }

  get bootstrap(): string {
    return `127.0.0.1:${this.port}`;
  }

  get connections(): number {
    return this.#pairs.size;
  }

  /** Requests of this kind that clients have sent so far. */
  requests(name: ApiName): number {
    return this.#counts.get(apiKeys[name]) ?? 0;
  }

  /** Resets all connections: what is on its way is lost, in both directions. */
  cut(): void {
    for (const pair of this.#pairs) pair.destroy();
  }

  /** Takes and gives nothing while connections stay open; what waits goes on afterwards. */
  freeze(): void {
    this.#isFrozen = true;
    for (const pair of this.#pairs) pair.update();
  }

  thaw(): void {
    this.#isFrozen = false;
    for (const pair of this.#pairs) pair.update();
  }

  /** Every reply waits this long; 0 for no more. Replies keep their order. */
  delayReplies(waitMs: number): void {
    this.#replyDelayMs = waitMs;
  }

  /** New connections are reset at once; those that are there stay. */
  refuseConnections(refuses: boolean): void {
    this.#refuses = refuses;
  }

  /**
   * The next reply to a request of this kind is swallowed, and its connection reset when `thenCut` says so: the broker has done what it was asked, and its client does
   * not learn of it. Settles when that has happened.
   */
  dropNextReply(name: ApiName, thenCut = true): Promise<void> {
    return new Promise(done => this.#drops.push({apiKey: apiKeys[name], thenCut, done}));
  }

  /**
   * The next request of this kind goes astray: it does not arrive, and its connection is reset. Settles when that has happened, with a way to let it arrive after all,
   * long after its client has tried again, on a connection of its own.
   */
  strayNextRequest(name: ApiName): Promise<StrayRequest> {
    return new Promise(done => {
      const toSender = (frame: Buffer): void => done({deliver: () => deliver(frame, this.#targetPort())});
      this.#strays.push({apiKey: apiKeys[name], done: toSender});
    });
  }

  /** No fault any more; connections stay. What has not come to pass yet is forgotten and never settles. */
  heal(): void {
    this.#drops.length = 0;
    this.#strays.length = 0;
    this.#refuses = false;
    this.#replyDelayMs = 0;
    this.thaw();
  }

  async close(): Promise<void> {
    const closed = new Promise(done => this.#server.close(done));
    this.cut();
    await closed;
  }

  #accept(client: Socket): void {
    if (this.#refuses) {
      client.resetAndDestroy();
      return;
    }
    const pair = new Pair(client, this.#targetPort(), {
      isFrozen: () => this.#isFrozen,
      replyDelayMs: () => this.#replyDelayMs,
      onRequest: apiKey => void this.#counts.set(apiKey, (this.#counts.get(apiKey) ?? 0) + 1),
      takeDrop: apiKey => takeOf(apiKey, this.#drops),
      takeStray: apiKey => takeOf(apiKey, this.#strays),
      onEnd: () => void this.#pairs.delete(pair),
    });
    this.#pairs.add(pair);
  }
}

/** A request that has not arrived. */
export interface StrayRequest {
  /** Gives it to the broker, and waits for the reply that nobody reads. */
  deliver(): Promise<void>;
}

interface Drop {
  readonly apiKey: number;
  readonly thenCut: boolean;
  readonly done: () => void;
}

interface Stray {
  readonly apiKey: number;
  readonly done: (frame: Buffer) => void;
}

/** The first of this kind, once. */
function takeOf<Fault extends {readonly apiKey: number}>(apiKey: number, faults: Fault[]): Fault | null {
  const index = faults.findIndex(fault => fault.apiKey === apiKey);
  return index < 0 ? null : (faults.splice(index, 1)[0] ?? null);
}

function deliver(frame: Buffer, port: number): Promise<void> {
  return new Promise((done, failed) => {
    const socket = new Socket();
    socket.once('error', failed).once('data', () => {
      socket.destroy();
      done();
    });
    socket.connect(port, '127.0.0.1', () => socket.write(frame));
  });
}

interface Faults {
  isFrozen(): boolean;
  replyDelayMs(): number;
  onRequest(apiKey: number): void;
  takeDrop(apiKey: number): Drop | null;
  takeStray(apiKey: number): Stray | null;
  onEnd(): void;
}

/** A client's connection and the one that was opened for it. */
class Pair {
  readonly #client: Socket;
  readonly #broker = new Socket();
  readonly #faults: Faults;
  /** Kinds of requests that wait for their replies, by correlation id. */
  readonly #pending = new Map<number, number>();
  readonly #requests = new Frames();
  readonly #replies = new Frames();
  /** Replies that are held back, in order. */
  readonly #held: {readonly frame: Buffer; readonly dueMs: number}[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(client: Socket, targetPort: number, faults: Faults) {
    this.#client = client;
    this.#faults = faults;
    for (const socket of [client, this.#broker]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.destroy());
      socket.on('close', () => this.destroy());
    }
    client.on('data', bytes => this.#onRequests(bytes));
    this.#broker.on('data', bytes => this.#onReplies(bytes));
    this.#broker.connect(targetPort, '127.0.0.1', () => this.update());
  }

  update(): void {
    if (this.#broker.connecting) return;
    if (this.#faults.isFrozen()) {
      this.#client.pause();
      this.#broker.pause();
      return;
    }
    this.#client.resume();
    this.#broker.resume();
    this.#release();
  }

  destroy(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#held.length = 0;
    for (const socket of [this.#client, this.#broker]) if (!socket.destroyed) socket.resetAndDestroy();
    this.#faults.onEnd();
  }

  #onRequests(bytes: Buffer): void {
    for (const frame of this.#requests.take(bytes)) {
      const apiKey = frame.readInt16BE(4);
      this.#faults.onRequest(apiKey);
      const stray = this.#faults.takeStray(apiKey);
      if (stray !== null) {
        this.destroy();
        stray.done(Buffer.from(frame));
        return;
      }
      this.#pending.set(frame.readInt32BE(8), apiKey);
      this.#broker.write(frame);
    }
  }

  #onReplies(bytes: Buffer): void {
    for (const frame of this.#replies.take(bytes)) {
      const correlationId = frame.readInt32BE(4);
      const apiKey = this.#pending.get(correlationId);
      this.#pending.delete(correlationId);
      const drop = apiKey === undefined ? null : this.#faults.takeDrop(apiKey);
      if (drop === null) {
        this.#held.push({frame, dueMs: performance.now() + this.#faults.replyDelayMs()});
        continue;
      }
      if (drop.thenCut) this.destroy();
      drop.done();
      if (drop.thenCut) return;
    }
    this.#release();
  }

  /** Gives what is due. A reply never overtakes another one. */
  #release(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#faults.isFrozen()) return;
    for (let next = this.#held[0]; next !== undefined; next = this.#held[0]) {
      const waitMs = next.dueMs - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#release(), Math.ceil(waitMs));
        return;
      }
      this.#held.shift();
      this.#client.write(next.frame);
    }
  }
}

/** Cuts a stream of bytes into Kafka's frames: four bytes of length, then as many. */
class Frames {
  #rest: Buffer = Buffer.alloc(0);

  /** Whole frames, with their lengths. */
  take(bytes: Buffer): Buffer[] {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const frames: Buffer[] = [];
    let at = 0;
    while (all.length - at >= 4) {
      const end = at + 4 + all.readInt32BE(at);
      if (end > all.length) break;
      frames.push(all.subarray(at, end));
      at = end;
    }
    this.#rest = all.subarray(at);
    return frames;
  }
}

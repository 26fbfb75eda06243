import {type ChildProcess, spawn} from 'node:child_process';
import {createInterface, type Interface} from 'node:readline';
import {node} from '../peers.ts';

export interface PaceOptions {
  readonly bootstrap: string;
  readonly topic: string;
  readonly partitions: number;
  readonly perSecond: number;
  readonly keys: number;
  readonly lingerMs: number;
}

/** Another process of the bench that answers in lines. */
class Helper {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  constructor(script: string, options: object) {
    this.#child = spawn(node, [`bench/kafka/${script}`, JSON.stringify(options)], {stdio: ['pipe', 'pipe', 'inherit']});
    this.#reader = createInterface({input: this.#child.stdout as NodeJS.ReadableStream});
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  async line(): Promise<unknown> {
    const {value, done} = await this.#lines.next();
    if (done === true) throw new Error('a process of the bench has ended before its time');
    return JSON.parse(value) as unknown;
  }

  say(text: string): void {
    this.#child.stdin?.write(text);
  }

  end(): void {
    this.#child.stdin?.end();
  }
}

/** Gives a topic so many records a second until it is stopped. */
export class Pace {
  readonly #helper: Helper;

  constructor(options: PaceOptions) {
    this.#helper = new Helper('pace.js', options);
  }

  /** Gives how many records it has sent, all of them acknowledged. */
  async stop(): Promise<number> {
    this.#helper.end();
    return ((await this.#helper.line()) as {readonly sent: number}).sent;
  }
}

/** What was seen of a topic since somebody asked last. Times are milliseconds; null: nothing has come. */
export interface Seen {
  readonly count: number;
  /** Of the first record that came, by `monotonicMs`. */
  readonly firstMs: number | null;
  readonly median: number | null;
  readonly p99: number | null;
  readonly most: number | null;
}

/** Reads what is committed in a topic, as it comes. */
export class Watch {
  readonly #helper: Helper;

  private constructor(helper: Helper) {
    this.#helper = helper;
  }

  static async open(options: {readonly bootstrap: string; readonly topic: string; readonly partitions: number}): Promise<Watch> {
    const helper = new Helper('watch.js', options);
    await helper.line();
    return new Watch(helper);
  }

  async seen(): Promise<Seen> {
    this.#helper.say('\n');
    return (await this.#helper.line()) as Seen;
  }

  close(): void {
    this.#helper.end();
  }
}

/** The clock that all processes of the machine share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

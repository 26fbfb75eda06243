import type {EngineOutput} from '../compile/engine.ts';
import type {Sink} from '../flow/sink.ts';
import type {RowEncoder} from '../formats/define.ts';

/** One output of the engine: its rows become bytes and go to a sink. */
export class Output {
  readonly sink: Sink;
  rows = 0;
  /** As far as the sink is given bytes. */
  writtenBytes = 0;
  readonly #engineOutput: EngineOutput;
  /** Null drops rows unseen. */
  readonly #encoder: RowEncoder | null;
  readonly #limit: number;
  readonly #write: (bytes: Uint8Array) => void;
  #started = false;
  #finished = false;

  constructor(options: {
    readonly engineOutput: EngineOutput;
    readonly sink: Sink;
    readonly encoder: RowEncoder | null;
    /** Rows that are wanted. */
    readonly limit: number | null;
  }) {
    this.#engineOutput = options.engineOutput;
    this.sink = options.sink;
    this.#encoder = options.encoder;
    this.#limit = options.limit ?? Infinity;
    this.#write = bytes => {
      this.writtenBytes += bytes.length;
      this.sink.write(bytes);
    };
    this.#engineOutput.deliver = () => this.#deliver();
  }

  /** What must be known before the first row, then the sink. */
  async open(): Promise<void> {
    await this.#encoder?.open?.();
    await this.sink.open();
  }

  /** Nobody wants more rows: it has as many as were asked for, or its reader went away. */
  get isSatisfied(): boolean {
    return this.rows >= this.#limit || this.sink.closedByReader;
  }

  /** What stands after the last row. */
  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#start();
    const end = this.#encoder?.end() ?? null;
    if (end !== null) this.sink.write(end);
  }

  #deliver(): void {
    const {batch} = this.#engineOutput;
    const left = this.#limit - this.rows;
    if (left <= 0 || this.sink.closedByReader) return;
    const {count} = batch;
    if (count > left) batch.count = left;
    this.rows += batch.count;
    if (this.#encoder !== null) {
      this.#start();
      this.#encoder.encode(batch, this.#write);
    }
    batch.count = count;
  }

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    const start = this.#encoder?.start() ?? null;
    if (start !== null && this.sink.continues !== true) this.sink.write(start);
  }
}

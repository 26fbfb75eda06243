import {EventEmitter} from 'node:events';
import {PassThrough} from 'node:stream';
import type {ReadStream} from 'node:tty';
import xterm from '@xterm/headless';
import type {Terminal} from '../../tui/terminal.ts';

/** A terminal in this process: what is written to it becomes a screen that can be read, and a test types on its keyboard. */
export class PlayedTerminal implements Terminal {
  readonly #screen: InstanceType<typeof xterm.Terminal>;
  readonly #keyboard = new PassThrough();
  readonly #events = new EventEmitter();
  readonly #acts = new Set<() => void>();
  readonly input: ReadStream;
  isRaw = false;
  isClosed = false;
  /** All that was written. */
  written = '';

  constructor(columns: number, rows: number) {
    this.#screen = new xterm.Terminal({cols: columns, rows, allowProposedApi: true});
    const raw = (isRaw: boolean): void => void (this.isRaw = isRaw);
    const more = {isTTY: true, setRawMode: raw, ref: () => undefined, unref: () => undefined};
    this.input = Object.assign(this.#keyboard, more) as unknown as ReadStream;
  }

  write(text: string): void {
    this.written += text;
    this.#screen.write(text);
  }

  size(): {readonly columns: number; readonly rows: number} {
    return {columns: this.#screen.cols, rows: this.#screen.rows};
  }

  onResize(listener: () => void): () => void {
    this.#events.on('resize', listener);
    return () => void this.#events.off('resize', listener);
  }

  onEnd(act: () => void): () => void {
    this.#acts.add(act);
    return () => void this.#acts.delete(act);
  }

  close(): void {
    this.isClosed = true;
  }

  type(text: string): void {
    this.#keyboard.write(text);
  }

  resize(columns: number, rows: number): void {
    this.#screen.resize(columns, rows);
    this.#events.emit('resize');
  }

  /** The process ends in the middle of it. */
  die(): void {
    for (const act of this.#acts) act();
  }

  /** Whether it shows the screen of a program, and not that of the shell. */
  async isAlternate(): Promise<boolean> {
    await this.lines();
    return this.#screen.buffer.active.type === 'alternate';
  }

  /** Lines in sight, without spaces at their ends, once all that was written is shown. */
  async lines(): Promise<readonly string[]> {
    await new Promise<void>(done => {
      this.#screen.write('', done);
    });
    const {active} = this.#screen.buffer;
    return Array.from(
      {length: this.#screen.rows},
      (_, row) =>
        active
          .getLine(active.viewportY + row)
          ?.translateToString(true)
          .trimEnd() ?? '',
    );
  }
}

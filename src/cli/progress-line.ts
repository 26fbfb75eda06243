import type {Clock} from '../base/clock.ts';
import type {Sink} from '../flow/sink.ts';
import type {RunProgress} from '../job/contract.ts';
import {flags} from './flags.ts';
import {short} from './numbers.ts';
import type {Options} from './options.ts';
import type {World} from './world.ts';

/** A short run needs no progress. */
const quietMs = 1000;

/** One line on standard error, written over itself and removed at the end. */
export class ProgressLine {
  readonly #world: World;
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #isWanted: () => boolean;
  #isShown = false;

  /** `printsRows`: rows go to the same terminal while it runs, so that a line written over itself would tear them. */
  constructor(options: Options, world: World, clock: Clock, printsRows: boolean) {
    this.#world = world;
    this.#clock = clock;
    this.#startMs = clock.now();
    const isUseful = (): boolean => !printsRows && !options.isOn(flags.quiet) && world.isErrorTerminal;
    this.#isWanted = () => !options.isOn(flags.noProgress) && (options.isOn(flags.progress) || isUseful());
  }

  show(progress: RunProgress): void {
    const elapsedMs = this.#clock.now() - this.#startMs;
    if (elapsedMs < quietMs || !this.#isWanted()) return;
    this.#world.say(`\r${progressText(progress, elapsedMs)}\x1b[K`);
    this.#isShown = true;
  }

  /** The same sink, which removes the line before anything of it is written: on one terminal rows would stand behind it. */
  above(sink: Sink): Sink {
    let isPending = false;
    const clear = (): void => {
      if (isPending) this.clear();
      isPending = false;
    };
    return {
      open: () => sink.open(),
      write: bytes => {
        this.clear();
        isPending = true;
        sink.write(bytes);
      },
      get full() {
        return sink.full;
      },
      drain: () => {
        clear();
        return sink.drain();
      },
      flush: () => {
        clear();
        return sink.flush();
      },
      get closedByReader() {
        return sink.closedByReader;
      },
      close: () => {
        clear();
        return sink.close();
      },
    };
  }

  clear(): void {
    if (this.#isShown) this.#world.say('\r\x1b[K');
    this.#isShown = false;
  }
}

export function progressText(progress: RunProgress, elapsedMs: number): string {
  const parts = [`${short(progress.rowsIn)} rows`, `${short((progress.rowsIn * 1000) / Math.max(1, elapsedMs))} rows/s`];
  if (progress.totalBytes !== null && progress.totalBytes > 0)
    parts.unshift(`${Math.floor((progress.readBytes * 100) / progress.totalBytes)} %`);
  if (progress.rejected > 0) parts.push(`${short(progress.rejected)} rejected`);
  return parts.join('  ');
}

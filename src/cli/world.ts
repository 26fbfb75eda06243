import {fstatSync, statSync, writeSync} from 'node:fs';
import {isatty} from 'node:tty';
import {fileURLToPath} from 'node:url';
import {systemClock} from '../base/clock.ts';
import type {StandardInput} from '../connectors/define.ts';
import {DescriptorSink} from '../connectors/output/descriptor-sink.ts';
import type {Sink} from '../flow/sink.ts';
import {runLastActs} from './last-acts.ts';

/** What a command may use of the process it runs in. */
export interface World {
  readonly environment: NodeJS.ProcessEnv;
  /** Relative paths start here. */
  readonly directory: string;
  /** The module that a job's process runs. */
  readonly jobModule: string;
  /** Loads the module of the full screen, which is no part of the command. */
  readonly loadTui: () => Promise<typeof import('../tui/main.ts')>;
  readonly standardInput: StandardInput;
  readonly standardOutput: Sink;
  readonly standardError: Sink;
  /** Standard input is a pipe or a terminal, and nobody knows when it ends. */
  readonly isInputLive: boolean;
  readonly isOutputTerminal: boolean;
  readonly isErrorTerminal: boolean;
  /** Cells of a line of the terminal; null when there is none. */
  readonly columns: number | null;
  /** Lines of the terminal; null when there is none. */
  readonly rows: number | null;
  /** Writes to standard error before it returns: messages must be out even when the process is about to end. */
  readonly say: (text: string) => void;
  /** Calls back at the first SIGINT or SIGTERM. The second one ends the process at once. The function given back ends the watch. */
  readonly onStopSignal: (stop: () => void) => () => void;
}

export function processWorld(mainModule: string, load: (url: string) => Promise<unknown>): World {
  const terminals: (boolean | undefined)[] = [];
  const isKnownTerminal = (descriptor: number): boolean => (terminals[descriptor] ??= isTerminal(descriptor));
  // What costs something is found out when it is asked for: a one-liner needs little of it.
  return {
    environment: process.env,
    directory: process.cwd(),
    get jobModule() {
      return fileURLToPath(new URL('./job.js', mainModule));
    },
    loadTui: async () => (await load(new URL('./tui.js', mainModule).href)) as typeof import('../tui/main.ts'),
    standardInput: {
      descriptor: 0,
      get isTerminal() {
        return isKnownTerminal(0);
      },
      readAhead: null,
    },
    standardOutput: new DescriptorSink({descriptor: 1, name: 'standard output', ownsDescriptor: false}),
    standardError: new DescriptorSink({descriptor: 2, name: 'standard error', ownsDescriptor: false}),
    get isInputLive() {
      return !isFile(0);
    },
    get isOutputTerminal() {
      return isKnownTerminal(1);
    },
    get isErrorTerminal() {
      return isKnownTerminal(2);
    },
    get columns() {
      return isKnownTerminal(1) ? process.stdout.columns || null : null;
    },
    get rows() {
      return isKnownTerminal(1) ? process.stdout.rows || null : null;
    },
    say,
    onStopSignal,
  };
}

/** Asking the terminal costs 4 ms the first time, and asking the file system whether it can be one at all nearly nothing. */
function isTerminal(descriptor: number): boolean {
  try {
    const kind = fstatSync(descriptor);
    return kind.isCharacterDevice() && kind.rdev !== nullDevice() && isatty(descriptor);
  } catch {
    return false; // A closed descriptor.
  }
}

/** What /dev/null is on this system; NaN where there is none. */
function nullDevice(): number {
  return statSync('/dev/null', {throwIfNoEntry: false})?.rdev ?? NaN;
}

function isFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile();
  } catch {
    return false;
  }
}

function say(text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(2, bytes, at, bytes.length - at);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) return; // Nobody listens, and there is nowhere else to say so.
    }
  }
}

/** A wrapper (npm, timeout) passes on to its child what the terminal or the system has sent to the whole group already: that is one signal, not two. */
const echoMs = 100;

function onStopSignal(stop: () => void): () => void {
  const names = ['SIGINT', 'SIGTERM'] as const;
  let firstMs: number | null = null;
  const handler = (name: NodeJS.Signals): void => {
    if (firstMs === null) {
      firstMs = systemClock.now();
      stop();
      return;
    }
    if (systemClock.now() - firstMs < echoMs) return;
    runLastActs();
    // The signal itself ends the process (130 or 143 to a shell): leaving in an orderly way could wait for a writer whose reader is stuck.
    end();
    process.kill(process.pid, name);
  };
  const end = (): void => names.forEach(name => void process.removeListener(name, handler));
  for (const name of names) process.on(name, handler);
  return end;
}

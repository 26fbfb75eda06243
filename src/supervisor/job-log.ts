import {appendFileSync, mkdirSync, readFileSync, renameSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {RateLimit} from '../telemetry/rate-limit.ts';
import type {JournalEntry} from './journal.ts';

/** An entry of a job's log, with how many others of its kind have been left out before it. */
export interface LoggedEntry extends JournalEntry {
  readonly leftOut: number;
}

/** A log has two files of this size at the most: the present one, and the one before it. */
const mostBytes = 1 << 20;
const presentName = 'log';
const earlierName = 'log.1';

/** So many messages of one kind are told in ten seconds. */
const limits = {most: 20, withinMs: 10_000};

/** Lets some messages of each kind of a job through. What becomes of a job is never left out. */
export class EntryLimit {
  readonly #limit = new RateLimit(limits);

  /** Null: it is left out. */
  take(job: string, entry: JournalEntry): LoggedEntry | null {
    if (entry.kind === 'event') return {...entry, leftOut: 0};
    const leftOut = this.#limit.take(`${entry.kind} ${entry.code ?? ''} ${job}`, entry.atMs);
    return leftOut === null ? null : {...entry, leftOut};
  }
}

/** Keeps what happened to a job in its folder, a line of JSON each, for its owner alone. It must not be what stops a job: what cannot be written is told once. */
export class JobLog {
  readonly #directory: string;
  readonly #onFailure: (error: unknown) => void;
  /** Null: not known yet. */
  #bytes: number | null = null;
  #hasFailed = false;

  constructor(directory: string, onFailure: (error: unknown) => void) {
    this.#directory = directory;
    this.#onFailure = onFailure;
  }

  add(entry: LoggedEntry): void {
    if (this.#hasFailed) return;
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    const path = join(this.#directory, presentName);
    try {
      if (this.#bytes === null) {
        mkdirSync(this.#directory, {recursive: true, mode: 0o700});
        this.#bytes = statSync(path, {throwIfNoEntry: false})?.size ?? 0;
      }
      if (this.#bytes + line.length > mostBytes) {
        renameSync(path, join(this.#directory, earlierName));
        this.#bytes = 0;
      }
      appendFileSync(path, line, {mode: 0o600});
      this.#bytes += line.length;
    } catch (error) {
      this.#hasFailed = true;
      this.#onFailure(error);
    }
  }
}

/** What the log of a job holds, the oldest first; nothing where there is none. A line that was cut off by a crash is passed over. */
export function readJobLog(directory: string): readonly LoggedEntry[] {
  return [earlierName, presentName].flatMap(name => linesOf(join(directory, name)).flatMap(parsed));
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

function parsed(line: string): readonly LoggedEntry[] {
  try {
    const entry = JSON.parse(line) as LoggedEntry;
    return typeof entry.atMs === 'number' && typeof entry.text === 'string' && typeof entry.number === 'number' ? [entry] : [];
  } catch {
    return [];
  }
}

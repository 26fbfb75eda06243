import type {Clock} from '../base/clock.ts';
import type {Problem} from '../base/problem.ts';
import {wordOf} from './report.ts';
import type {JobState, SupervisorState} from './state.ts';

/** Something that happened to a job, as plain JSON. */
export interface JournalEntry {
  /** Rises by one from entry to entry of a job, from 1. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly level: 'note' | 'warning' | 'error';
  /** `event`: the job has become something else, or its supervisor says something about it; `problem`: the job says something of a record; `line`: a process of it has written that. */
  readonly kind: 'event' | 'problem' | 'line';
  /** Of a problem; null: the job has become something else, or a process of it has written a line. */
  readonly code: string | null;
  readonly text: string;
  /** `orders.ndjson:17`; null where nothing is known. */
  readonly where: string | null;
  /** The record, where the problem is about one. */
  readonly detail: string | null;
}

/** So many entries are kept of each job: the latest. */
const mostEntries = 500;
/** A line of a stranger's may be as long as it likes. */
const longestText = 2000;

/** What happened to jobs of late: what they have become, what was reported of them, what their processes wrote to standard error. Nothing secret comes in here. */
export class Journal {
  readonly #clock: Clock;
  readonly #entries = new Map<string, JournalEntry[]>();
  readonly #words = new Map<string, string>();
  readonly #listeners = new Set<(job: string, entry: JournalEntry) => void>();
  #lastNumber = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Told of each entry; the function given back ends that. */
  onEntry(listener: (job: string, entry: JournalEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Notes what has become of each job since it was called last. */
  look(state: SupervisorState): void {
    for (const [name, job] of state.jobs) {
      const word = wordsOf(job);
      if (this.#words.get(name) === word) continue;
      this.#words.set(name, word);
      this.#add(name, {level: 'note', kind: 'event', code: null, text: word, where: null, detail: null});
    }
  }

  /** `isSaid`: the job says so of a record; else it is about the job itself. */
  problem(job: string, {severity, code, message, place, detail}: Problem, isSaid = true): void {
    const where = place?.kind === 'data' ? place.where : null;
    this.#add(job, {level: severity, kind: isSaid ? 'problem' : 'event', code, text: message, where, detail: detail ?? null});
  }

  /** A line that a process of the job has written. */
  line(job: string, text: string): void {
    this.#add(job, {level: 'note', kind: 'line', code: null, text, where: null, detail: null});
  }

  /** The entries of a job behind the one of this number, the oldest first; at most so many, and then the latest. */
  after(job: string, number: number, most: number = mostEntries): readonly JournalEntry[] {
    return (this.#entries.get(job) ?? []).filter(entry => entry.number > number).slice(-most);
  }

  #add(job: string, entry: Omit<JournalEntry, 'number' | 'atMs'>): void {
    const entries = this.#entries.get(job) ?? [];
    this.#entries.set(job, entries);
    const shorten = (text: string): string => (text.length > longestText ? `${text.slice(0, longestText)}…` : text);
    const detail = entry.detail === null ? null : shorten(entry.detail);
    const whole = {...entry, number: ++this.#lastNumber, atMs: this.#clock.now(), text: shorten(entry.text), detail};
    entries.push(whole);
    if (entries.length > mostEntries) entries.shift();
    for (const listener of this.#listeners) listener(job, whole);
  }
}

function wordsOf(job: JobState): string {
  const word = wordOf(job);
  const pids = job.processes.flatMap(({pid}) => pid ?? []);
  return word === 'running' && pids.length > 0 ? `running: ${pids.length === 1 ? 'process' : 'processes'} ${pids.join(', ')}` : word;
}

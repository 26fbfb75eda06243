import {setTimeout as wait} from 'node:timers/promises';
import {systemClock} from '../../base/clock.ts';
import {fail, ProblemError} from '../../base/problem.ts';
import {parseDuration} from '../../base/quantity.ts';
import type {JournalEntry} from '../../supervisor/journal.ts';
import {readJobLog} from '../../supervisor/job-log.ts';
import {matchesName} from '../../supervisor/name-pattern.ts';
import type {Invocation} from '../commands/define.ts';
import {exitCodes} from '../exit-codes.ts';
import {flags} from '../flags.ts';
import {type JobEntry, jsonLine, levels, textLine} from '../log-lines.ts';
import {logFolders} from '../places.ts';
import {findSupervisors, type FoundSupervisor, tell} from '../supervisors.ts';

/** How often it is looked whether more has happened. */
const pollMs = 300;
const answerMs = 5000;
const usualLines = 100;

/** `logs`: what happened to jobs, what was reported of them, what their processes wrote. */
export function showLogs(invocation: Invocation): Promise<number> {
  return new LogReader(invocation, () => true).show();
}

/** `events`: what has become of jobs, and what their supervisor says about them. */
export function showEvents(invocation: Invocation): Promise<number> {
  return new LogReader(invocation, ({kind}) => kind === 'event').show();
}

/**
 * Puts together what supervisors remember and what lies in the folders of jobs: those that have ended have left it there, as far as they keep anything.
 */
class LogReader {
  readonly #invocation: Invocation;
  readonly #isMeant: (entry: JobEntry) => boolean;
  readonly #shown = new Set<string>();
  /** Of each job of each supervisor the last entry that was heard of. */
  readonly #heard = new Map<string, number>();
  readonly #stop = new AbortController();

  constructor(invocation: Invocation, isOfKind: (entry: JobEntry) => boolean) {
    const {options} = invocation;
    this.#invocation = invocation;
    const level = levels.indexOf((options.value(flags.level) ?? 'note') as (typeof levels)[number]);
    const sinceMs = sinceOf(options.value(flags.since));
    this.#isMeant = entry => isOfKind(entry) && entry.atMs >= sinceMs && levels.indexOf(entry.level) >= level;
  }

  async show(): Promise<number> {
    const {options, world, talk, operands} = this.#invocation;
    const isFollowing = options.isOn(flags.follow);
    const unwatch = world.onStopSignal(() => this.#stop.abort());
    try {
      const supervisors = await findSupervisors(options, world);
      const names = this.#names(supervisors);
      checkWords(operands, names);
      const entries = [...this.#fromFolders(), ...(await this.#fromSupervisors(supervisors))];
      await this.#print(entries, options.count(flags.limit) ?? usualLines);
      if (this.#shown.size === 0 && !isFollowing)
        talk.note(names.length === 0 ? 'no jobs run here, and none have left a log' : 'nothing has been noted');
      if (isFollowing) await this.#follow();
    } finally {
      unwatch();
    }
    return exitCodes.done.code;
  }

  /** Until no supervisor has any of the jobs any more, or a signal comes. What the last one wrote before its end lies in the folders. */
  async #follow(): Promise<void> {
    const {options, world} = this.#invocation;
    for (;;) {
      const supervisors = await findSupervisors(options, world);
      await this.#print(await this.#fromSupervisors(supervisors), Infinity);
      const isAlive = supervisors.some(({project, jobs}) => jobs.some(({job}) => this.#isNamed(project, job)));
      if (this.#stop.signal.aborted || !isAlive) break;
      await wait(pollMs, undefined, {signal: this.#stop.signal}).catch(() => undefined);
    }
    await this.#print(this.#fromFolders(), Infinity);
  }

  #fromFolders(): readonly JobEntry[] {
    const {options, world} = this.#invocation;
    const folders = logFolders(options, world).filter(({project, job}) => this.#isNamed(project, job));
    return folders.flatMap(({project, job, directory}) => readJobLog(directory).map(entry => ({...entry, project, job})));
  }

  async #fromSupervisors(supervisors: readonly FoundSupervisor[]): Promise<readonly JobEntry[]> {
    const entries: JobEntry[] = [];
    for (const {path, project, pid, jobs} of supervisors) {
      for (const {job} of jobs) {
        if (!this.#isNamed(project, job)) continue;
        const key = JSON.stringify([path, pid, job]);
        const found = await journalOf(path, job, this.#heard.get(key) ?? 0);
        for (const entry of found) entries.push({...entry, leftOut: 0, project, job});
        const last = found.at(-1);
        if (last !== undefined) this.#heard.set(key, last.number);
      }
    }
    return entries;
  }

  /** In the order of time; the last so many of those that were not printed yet. */
  async #print(entries: readonly JobEntry[], most: number): Promise<void> {
    const {options, world} = this.#invocation;
    const fresh = entries.filter(entry => {
      const key = JSON.stringify([entry.project, entry.job, entry.atMs, entry.number]);
      if (this.#shown.has(key) || !this.#isMeant(entry)) return false;
      this.#shown.add(key);
      return true;
    });
    const shown = most === 0 ? [] : fresh.toSorted((a, b) => a.atMs - b.atMs || a.number - b.number).slice(-most);
    if (shown.length === 0) return;
    const format = options.values(flags.output).at(-1) ?? 'text';
    const isJson = format === 'json' || format === 'ndjson';
    if (!isJson && format !== 'text')
      throw fail('usage', 'bad-argument', `--output of logs and events cannot be "${format}"`, {
        hint: 'write ndjson or json, or leave it out',
      });
    const severalProjects = new Set(entries.map(({project}) => project)).size > 1;
    const lines = shown.map(entry => (isJson ? jsonLine(entry) : textLine(entry, severalProjects)));
    world.standardOutput.write(Buffer.from(`${lines.join('\n')}\n`));
    if (world.standardOutput.full) await world.standardOutput.drain();
    await world.standardOutput.flush();
    if (world.standardOutput.closedByReader) this.#stop.abort();
  }

  #names(supervisors: readonly FoundSupervisor[]): readonly (readonly [project: string, job: string])[] {
    const {options, world} = this.#invocation;
    const running = supervisors.flatMap(({project, jobs}) => jobs.map(({job}) => [project, job] as const));
    return [...running, ...logFolders(options, world).map(({project, job}) => [project, job] as const)];
  }

  #isNamed(project: string, job: string): boolean {
    const {operands} = this.#invocation;
    return operands.length === 0 || operands.some(word => isMeant(word, project, job));
  }
}

/** `orders`, `orders*`, `shop/orders`. */
function isMeant(word: string, project: string, job: string): boolean {
  const slash = word.indexOf('/');
  return slash === -1 ? matchesName(word, job) : matchesName(word.slice(0, slash), project) && matchesName(word.slice(slash + 1), job);
}

function checkWords(words: readonly string[], names: readonly (readonly [project: string, job: string])[]): void {
  const unknown = words.filter(word => !names.some(([project, job]) => isMeant(word, project, job)));
  if (unknown.length === 0) return;
  const known = [...new Set(names.map(([project, job]) => `${project}/${job}`))];
  throw fail(
    'usage',
    'unknown-job',
    `there is no job ${unknown.map(word => JSON.stringify(word)).join(', ')} that runs or has left a log`,
    {
      hint: known.length === 0 ? 'no jobs run here, and none have left a log' : `there are: ${known.join(', ')}`,
    },
  );
}

/** A supervisor that ends meanwhile has nothing more to say. */
async function journalOf(path: string, job: string, after: number): Promise<readonly JournalEntry[]> {
  const entries: JournalEntry[] = [];
  try {
    await tell(path, {command: 'journal', job, after}, AbortSignal.timeout(answerMs), answer => {
      if (answer.kind === 'entry') entries.push(answer.entry);
    });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
  }
  return entries;
}

/** `10 min` before now, or a moment: `2026-01-05T10:00:00Z`. */
function sinceOf(text: string | null): number {
  if (text === null) return -Infinity;
  const duration = /^\d+$/.test(text) ? null : parseDuration(text);
  const ms = duration === null ? (/^\d{4}-/.test(text) ? Date.parse(text) : NaN) : systemClock.now() - duration;
  if (!Number.isFinite(ms))
    throw fail('usage', 'bad-argument', `--since cannot be "${text}"`, {
      hint: 'write a time before now such as 10min, or a moment: 2026-01-05T10:00:00Z',
    });
  return ms;
}

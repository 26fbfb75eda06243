import type {Clock} from '../base/clock.ts';
import {ProblemError} from '../base/problem.ts';
import {ask, unreachable} from '../supervisor/control/client.ts';
import type {ControlAnswer, ControlRequest} from '../supervisor/control/messages.ts';
import type {JobCommand} from '../supervisor/decide.ts';
import type {JournalEntry} from '../supervisor/journal.ts';
import type {JobReport} from '../supervisor/report.ts';
import type {JobDescription, JobId, Snapshot, StatusSource, Told} from './source.ts';

/** A supervisor that is alive answers at once. */
const answerMs = 2000;

type Supervisor = Snapshot['supervisors'][number];

/** Supervisors that listen at sockets. */
export class RemoteSource implements StatusSource {
  readonly #paths: () => readonly string[];
  readonly #clock: Clock;
  /** Where each project's supervisor was met last. */
  #pathOf: ReadonlyMap<string, string> = new Map();

  /** `paths`: where some may listen, asked each time: they come and go. */
  constructor(paths: () => readonly string[], clock: Clock) {
    this.#paths = paths;
    this.#clock = clock;
  }

  async snapshot(): Promise<Snapshot> {
    const paths = this.#paths();
    const met = await Promise.all(paths.map(async path => ({path, supervisor: await statusAt(path)})));
    const found = met.flatMap(({path, supervisor}) => (supervisor === null ? [] : [{path, supervisor}]));
    if (found.length === 0) throw unreachable(paths[0] ?? 'any socket', paths.length === 0 ? 'there is none' : 'nobody listens there');
    this.#pathOf = new Map(found.map(({path, supervisor}) => [supervisor.project, path]));
    return {atMs: this.#clock.now(), supervisors: found.map(({supervisor}) => supervisor)};
  }

  async tell(command: JobCommand, ids: readonly JobId[]): Promise<readonly Told[]> {
    const projects = [...new Set(ids.map(({project}) => project))];
    const told = projects.map(async project => {
      const jobs = ids.filter(id => id.project === project).map(({job}) => job);
      const heard: Told[] = [];
      await this.#ask(project, {command, jobs}, answer => {
        if (answer.kind === 'job') heard.push({text: toldText(command, answer), isBad: false});
        if (answer.kind === 'problem') heard.push({text: answer.problem.message, isBad: true});
      });
      return heard;
    });
    return (await Promise.all(told)).flat();
  }

  async describe({project, job}: JobId): Promise<JobDescription> {
    const texts = {plan: '', config: ''};
    await this.#ask(project, {command: 'describe', job}, answer => {
      if (answer.kind === 'text') texts[answer.about] += answer.text;
    });
    return {plan: texts.plan || null, config: texts.config || null};
  }

  async journal({project, job}: JobId, after: number): Promise<readonly JournalEntry[]> {
    const entries: JournalEntry[] = [];
    await this.#ask(project, {command: 'journal', job, after}, answer => {
      if (answer.kind === 'entry') entries.push(answer.entry);
    });
    return entries;
  }

  async #ask(project: string, request: ControlRequest, onAnswer: (answer: ControlAnswer) => void): Promise<void> {
    const path = this.#pathOf.get(project);
    if (path === undefined) throw unreachable(project, 'it has not answered yet');
    await ask({path, request, onAnswer});
  }
}

/** What one job has become by a command. */
export function toldText(command: JobCommand, {job, before, state, epoch}: Extract<ControlAnswer, {kind: 'job'}>): string {
  if (command === 'checkpoint') return `${job}: ${epoch === null ? state : `commit ${epoch}`}`;
  if (command === 'restart') return `${job}: ${state}, with a new process`;
  return before === state ? `${job}: ${state} already` : `${job}: from ${before} to ${state}`;
}

/** Null: nobody answers there, in time. */
async function statusAt(path: string): Promise<Supervisor | null> {
  let who: {readonly project: string; readonly pid: number} | null = null;
  const jobs: JobReport[] = [];
  const onAnswer = (answer: ControlAnswer): void => {
    if (answer.kind === 'project') who = {project: answer.project, pid: answer.pid};
    else if (answer.kind === 'status') jobs.push(answer.status);
  };
  try {
    const isWhole = await ask({path, request: {command: 'status'}, onAnswer, stop: AbortSignal.timeout(answerMs)});
    return isWhole && who !== null ? {...(who as {readonly project: string; readonly pid: number}), jobs} : null;
  } catch (error) {
    if (error instanceof ProblemError) return null;
    throw error;
  }
}

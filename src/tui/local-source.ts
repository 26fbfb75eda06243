import type {Clock} from '../base/clock.ts';
import {commandProgress, type Mark, markOf} from '../supervisor/control/goals.ts';
import type {JobCommand} from '../supervisor/decide.ts';
import type {Journal, JournalEntry} from '../supervisor/journal.ts';
import {redactReport, reportJobs, wordOf} from '../supervisor/report.ts';
import type {JobState, SupervisorState} from '../supervisor/state.ts';
import type {Supervision} from '../supervisor/supervise.ts';
import {toldText} from './remote-source.ts';
import type {JobDescription, JobId, Snapshot, StatusSource, Told} from './source.ts';

export interface LocalSourceOptions {
  readonly project: string;
  /** Of the supervisor: this process. */
  readonly pid: number;
  readonly supervision: Supervision;
  readonly journal: Journal;
  readonly describe: (job: string) => Promise<JobDescription>;
  /** Takes secrets of a job out of a text that is about it. */
  readonly redact: (job: string, text: string) => string;
  readonly clock: Clock;
}

/** The supervisor in this process. */
export class LocalSource implements StatusSource {
  readonly #options: LocalSourceOptions;

  constructor(options: LocalSourceOptions) {
    this.#options = options;
  }

  async snapshot(): Promise<Snapshot> {
    const {project, pid, supervision, redact, clock} = this.#options;
    const jobs = reportJobs(supervision.state).map(report => redactReport(report, redact));
    return {atMs: clock.now(), supervisors: [{project, pid, jobs}]};
  }

  async tell(command: JobCommand, ids: readonly JobId[]): Promise<readonly Told[]> {
    const {supervision} = this.#options;
    const names = ids.map(({job}) => job).filter(name => supervision.state.jobs.has(name));
    const told: Told[] = [];
    const able = names.filter(name => command !== 'checkpoint' || jobOf(supervision.state, name).settings.hasLog);
    told.push(...names.filter(name => !able.includes(name)).map(name => ({text: `${name} commits nothing`, isBad: true})));
    const before = new Map(able.map(name => [name, jobOf(supervision.state, name)]));
    supervision.command(command, able);
    const reached = able.map(name => this.#reached(command, name, before.get(name) as JobState));
    return [...told, ...(await Promise.all(reached))];
  }

  async describe({job}: JobId): Promise<JobDescription> {
    return this.#options.describe(job);
  }

  async journal({job}: JobId, after: number): Promise<readonly JournalEntry[]> {
    return this.#options.journal.after(job, after);
  }

  /** Resolves when a job is where it was told to go, or cannot come there. */
  #reached(command: JobCommand, name: string, before: JobState): Promise<Told> {
    const {supervision} = this.#options;
    const mark: Mark = markOf(command === 'checkpoint' ? jobOf(supervision.state, name) : before);
    return new Promise(resolve => {
      let unwatch = (): void => undefined;
      const look = (state: SupervisorState): void => {
        const job = jobOf(state, name);
        const progress = commandProgress(command, job, mark);
        if (progress === 'open') return;
        unwatch();
        if (progress === 'lost') resolve({text: `${name} is ${wordOf(job)}`, isBad: true});
        else
          resolve({
            text: toldText(command, {kind: 'job', job: name, before: wordOf(before), state: wordOf(job), epoch: epochOf(job)}),
            isBad: false,
          });
      };
      unwatch = supervision.onChange(look);
      look(supervision.state);
    });
  }
}

function epochOf({processes}: JobState): number | null {
  const epochs = processes.map(({status, checkpoints}) => Math.max(status.commit?.epoch ?? -1, checkpoints.epoch ?? -1));
  return epochs.includes(-1) ? null : Math.min(...epochs);
}

function jobOf(state: SupervisorState, name: string): JobState {
  return state.jobs.get(name) as JobState;
}

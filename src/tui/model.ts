import type {JobCommand} from '../supervisor/decide.ts';
import type {JournalEntry} from '../supervisor/journal.ts';
import {type Sorting, sorted} from './columns.ts';
import {filtered, type JobView} from './jobs.ts';
import type {Look} from './look.ts';
import type {JobDescription, JobId, Snapshot, Told} from './source.ts';

export const tabs = ['Overview', 'Plan', 'Inputs', 'Logs', 'Checkpoints', 'Errors', 'Config'] as const;
export type Tab = (typeof tabs)[number];

/** What is asked of the person at the foot of the screen, or over it. */
export type Prompt =
  | {readonly kind: 'filter'; readonly text: string; /** What it was before. */ readonly before: string}
  | {readonly kind: 'palette'; readonly text: string}
  /** The command is told when the person types y. */
  | {readonly kind: 'confirm'; readonly command: JobCommand; readonly jobs: readonly JobView[]}
  | {readonly kind: 'sort'; readonly at: number}
  | {readonly kind: 'help'; readonly top: number}
  | {readonly kind: 'quit'};

/** What came of something, at the foot of the screen for a while. */
export interface Notice {
  readonly text: string;
  readonly isBad: boolean;
  readonly untilMs: number;
}

/** What is known of a job beyond its status, as far as it was asked for. */
export interface JobDetails {
  readonly description: JobDescription | null;
  readonly isAsked: boolean;
  /** The oldest first. */
  readonly journal: readonly JournalEntry[];
}

export const noDetails: JobDetails = {description: null, isAsked: false, journal: []};

/** How the screen was opened. */
export interface Setting {
  /** `run`: the jobs end with this process. `top`: they do not. `text`: nobody types, it is printed once. */
  readonly host: 'run' | 'top' | 'text';
  readonly isReadOnly: boolean;
  /** The jobs can go on in the background: all keep logs. */
  readonly canDetach: boolean;
  readonly look: Look;
}

/** Everything that the screen is a function of. */
export interface Model {
  readonly setting: Setting;
  readonly columns: number;
  readonly rows: number;
  /** Milliseconds since 1970, when anything happened last. */
  readonly nowMs: number;
  /** As reported last; null: not yet. */
  readonly jobs: readonly JobView[] | null;
  /** What is shown instead while the display is frozen. */
  readonly frozen: {readonly jobs: readonly JobView[]; readonly atMs: number} | null;
  /** Why nobody answers; null: somebody does. */
  readonly lost: string | null;
  readonly project: string;
  /** By key; null: the first one. */
  readonly chosen: string | null;
  readonly marked: ReadonlySet<string>;
  readonly filter: string;
  readonly sorting: Sorting | null;
  /** One job has the whole screen. */
  readonly isOpen: boolean;
  readonly tab: Tab;
  /** Lines of the tab that are out of sight above; with `isFollowing` the last ones are in sight. */
  readonly top: number;
  readonly isFollowing: boolean;
  readonly isWrapping: boolean;
  /** Only lines of the tab with this text. */
  readonly search: string;
  readonly details: ReadonlyMap<string, JobDetails>;
  readonly prompt: Prompt | null;
  readonly notice: Notice | null;
}

export function initialModel(setting: Setting, size: {readonly columns: number; readonly rows: number}, nowMs: number): Model {
  return {
    setting,
    ...size,
    nowMs,
    jobs: null,
    frozen: null,
    lost: null,
    project: '',
    chosen: null,
    marked: new Set(),
    filter: '',
    sorting: null,
    isOpen: false,
    tab: 'Overview',
    top: 0,
    isFollowing: true,
    isWrapping: false,
    search: '',
    details: new Map(),
    prompt: null,
    notice: null,
  };
}

/** What happens to a screen. */
export type ScreenEvent =
  | {
      readonly kind: 'snapshot';
      readonly snapshot: Snapshot;
      /** Processor time by job. */ readonly cpuMs: ReadonlyMap<string, number | null>;
    }
  | {readonly kind: 'lost'; readonly why: string}
  | {readonly kind: 'key'; /** As `keyName` gives it: a letter, or `up`, `ctrl-u`. */ readonly key: string}
  | {readonly kind: 'resize'; readonly columns: number; readonly rows: number}
  | {readonly kind: 'told'; readonly told: readonly Told[]}
  | {readonly kind: 'described'; readonly key: string; readonly description: JobDescription | null}
  | {readonly kind: 'journal'; readonly key: string; readonly entries: readonly JournalEntry[]};

/** How a screen ends: the jobs are none of its business; they are to stop; they are to go on in the background. */
export type Leaving = 'leave' | 'stop' | 'detach';

/** What the world has to do for a screen. */
export type Effect =
  | {readonly kind: 'tell'; readonly command: JobCommand; readonly jobs: readonly JobId[]}
  | {readonly kind: 'describe'; readonly id: JobId}
  | {readonly kind: 'copy'; readonly text: string}
  | {readonly kind: 'redraw'}
  | {readonly kind: 'end'; readonly how: Leaving};

export interface Step {
  readonly model: Model;
  readonly effects: readonly Effect[];
}

/** The jobs of the list, in its order. */
export function shownJobs({jobs, frozen, filter, sorting}: Model): readonly JobView[] {
  return sorted(filtered(frozen?.jobs ?? jobs ?? [], filter), sorting);
}

/** The job that the cursor is on; null: there is none. */
export function chosenJob(model: Model): JobView | null {
  const shown = shownJobs(model);
  return shown.find(({key}) => key === model.chosen) ?? shown[0] ?? null;
}

/** What an action is for: all marked jobs, else the one under the cursor. */
export function addressedJobs(model: Model): readonly JobView[] {
  const marked = (model.jobs ?? []).filter(({key}) => model.marked.has(key));
  const chosen = chosenJob(model);
  return !model.isOpen && marked.length > 0 ? marked : chosen === null ? [] : [chosen];
}

export function detailsOf(model: Model, key: string): JobDetails {
  return model.details.get(key) ?? noDetails;
}

/** Lines are few there: a line a job and nothing beside it. */
export function isSmall({columns, rows}: Model): boolean {
  return columns < 60 || rows < 12;
}

export function isTooSmall({columns, rows}: Model): boolean {
  return columns < 40 || rows < 6;
}

/** The list leaves room for the job under the cursor. */
export function hasPreview(model: Model): boolean {
  return !isSmall(model) && model.rows >= 20 && model.setting.host !== 'text';
}

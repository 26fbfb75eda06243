import type {RunProgress} from '../job/contract.ts';
import {diagnose} from '../telemetry/doctor.ts';
import {type Measured, measuredOf} from '../telemetry/sample.ts';
import {missingDependencies} from './dependencies.ts';
import type {JobState, ProcessState, SupervisorState} from './state.ts';

/** One word for what a job does, in the order in which one of several processes speaks for all. */
const words = [
  'quarantined',
  'failed',
  'not answering',
  'restarting',
  'starting',
  'waiting',
  'stopping',
  'pausing',
  'resuming',
  'running',
  'paused',
  'stopped',
  'done',
] as const;

export type JobWord = (typeof words)[number];

/** What is told of a job to whoever asks, as plain JSON. Of several processes: sums, and of commits the one furthest behind. */
export interface JobReport {
  readonly job: string;
  readonly state: JobWord;
  readonly pids: readonly number[];
  /** Since the log began where the job keeps one; else of the present processes. */
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly rejected: number;
  /** The last commit that counts; null: the job keeps no log. */
  readonly epoch: number | null;
  /** Milliseconds since 1970. */
  readonly lastCommitAtMs: number | null;
  readonly commitMs: number | null;
  /** How often it was started again after a death. */
  readonly restarts: number;
  readonly memoryBytes: number | null;
  readonly stateBytes: number;
  /** Messages that wait in its sources, as far as known. */
  readonly lag: number | null;
  readonly startedMs: number | null;
  /** Jobs that must come further before this one is started. */
  readonly waitsFor: readonly string[];
  /** Why it failed last. */
  readonly problem: string | null;
  /** Why it gives no output, or less than it could: sentences, the most likely first. */
  readonly notes: readonly string[];
  /** What it measures of itself; null: nothing yet. */
  readonly measured: Measured | null;
}

export function wordOf(job: JobState): JobWord {
  const all = new Set(job.processes.map(wordOfProcess));
  return words.find(word => all.has(word)) ?? 'waiting';
}

function wordOfProcess({phase, ending, isNotAnswering, attempts}: ProcessState): JobWord {
  if (phase === 'killed') return 'restarting';
  if (isNotAnswering) return 'not answering';
  if (phase !== 'down') return phase;
  return ending ?? (attempts > 0 ? 'restarting' : 'waiting');
}

export function reportJobs(state: SupervisorState): readonly JobReport[] {
  return [...state.jobs.values()].map(job => reportJob(state, job));
}

function reportJob(state: SupervisorState, job: JobState): JobReport {
  const {processes, settings} = job;
  const sum = (of: (child: ProcessState) => number): number => processes.reduce((total, child) => total + of(child), 0);
  const known = (numbers: readonly (number | null)[]): number[] => numbers.filter(number => number !== null);
  const least = (numbers: readonly (number | null)[]): number | null => (known(numbers).length === 0 ? null : Math.min(...known(numbers)));
  const total = (numbers: readonly (number | null)[]): number | null =>
    known(numbers).length === 0 ? null : known(numbers).reduce((a, b) => a + b, 0);
  const commits = processes.map(({status}) => status.commit);
  const measured = measuredOf(processes.flatMap(({status}) => status.sample ?? []));
  return {
    job: settings.name,
    state: wordOf(job),
    pids: known(processes.map(({pid}) => pid)),
    ...progressOf(job),
    epoch: least(commits.map(commit => commit?.epoch ?? null)),
    lastCommitAtMs: least(commits.map(commit => commit?.atMs || null)),
    commitMs: least(commits.map(commit => commit?.tookMs ?? null)),
    restarts: sum(({restarts}) => restarts),
    memoryBytes: total(processes.map(({memoryBytes}) => memoryBytes)),
    stateBytes: sum(({status}) => status.stateBytes),
    lag: total(processes.map(({status}) => status.lag)),
    startedMs: least(processes.map(({startedMs}) => startedMs || null)),
    waitsFor: wordOf(job) === 'waiting' ? missingDependencies(state, job) : [],
    problem: processes.find(({problem}) => problem !== null)?.problem?.message ?? null,
    notes:
      measured === null || wordOf(job) !== 'running' || state.tickedMs === 0
        ? []
        : diagnose({measured, ...progressOf(job)}, state.tickedMs),
    measured,
  };
}

/** Rows of all processes of a job. */
export function progressOf({processes}: JobState): Pick<RunProgress, 'rowsIn' | 'rowsOut' | 'rejected'> {
  const sum = (key: 'rowsIn' | 'rowsOut' | 'rejected'): number => processes.reduce((total, {status}) => total + status[key], 0);
  return {rowsIn: sum('rowsIn'), rowsOut: sum('rowsOut'), rejected: sum('rejected')};
}

/** A report without the secrets of its job, in whatever text of it they may stand. */
export function redactReport(report: JobReport, redact: (job: string, text: string) => string): JobReport {
  const {job, problem, notes, measured} = report;
  const plain = (text: string): string => redact(job, text);
  const inputs = measured?.inputs.map(input => ({
    ...input,
    table: plain(input.table),
    partitions: input.partitions.map(partition => ({...partition, name: plain(partition.name)})),
  }));
  return {
    ...report,
    problem: problem === null ? null : plain(problem),
    notes: notes.map(plain),
    measured: measured === null || inputs === undefined ? null : {...measured, inputs},
  };
}

import {renameSync, rmSync, writeFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {fail} from '../base/problem.ts';
import {progressOf, wordOf} from '../supervisor/report.ts';
import type {JobState, SupervisorState} from '../supervisor/state.ts';
import type {Spread} from '../telemetry/histogram.ts';
import {measuredOf, slots, sumOf} from '../telemetry/sample.ts';

/** What `--report` writes: how a run has gone, for whatever comes after it. Keys are added, never changed. */
export interface RunReport {
  readonly version: 1;
  readonly project: string;
  readonly exitCode: number;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly jobs: readonly JobRunReport[];
}

export interface JobRunReport {
  readonly job: string;
  /** `done`, `stopped`, `failed`, `died` (without a word), `quarantined`, … */
  readonly status: string;
  /** Why it did not end well; null: it did. */
  readonly reason: string | null;
  /** Since the log began where the job keeps one; else of its last process. */
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly rejected: number;
  /** By the code of the problem, of the last process. */
  readonly rejectedByReason: Readonly<Record<string, number>>;
  readonly lateRows: number;
  readonly bytesIn: number;
  /** As far as sinks are given bytes. */
  readonly bytesOut: number;
  readonly seconds: number;
  /** Time that the last process has worked, not waited, for each row that it has read; null: it has read none. */
  readonly nsPerRow: number | null;
  /** Of the last process; null: the job commits nothing. */
  readonly commits: (Partial<Spread> & {readonly count: number; readonly lastEpoch: number}) | null;
  readonly latency: Spread | null;
  readonly restarts: number;
}

/** `redact` takes secrets of a job out of a text. */
export function reportOf(
  state: SupervisorState,
  options: {
    readonly project: string;
    readonly exitCode: number;
    readonly nowMs: number;
    readonly redact: (job: string, text: string) => string;
  },
): RunReport {
  const jobs = [...state.jobs.values()];
  const started = jobs.flatMap(({processes}) => processes.map(({startedMs}) => startedMs)).filter(ms => ms > 0);
  return {
    version: 1,
    project: options.project,
    exitCode: options.exitCode,
    startedAt: new Date(Math.min(options.nowMs, ...started)).toISOString(),
    endedAt: new Date(options.nowMs).toISOString(),
    jobs: jobs.map(job => reportJob(job, options.redact)),
  };
}

function reportJob(job: JobState, redact: (job: string, text: string) => string): JobRunReport {
  const {processes, settings} = job;
  const samples = processes.flatMap(({status}) => status.sample ?? []);
  const measured = measuredOf(samples);
  const startedMs = Math.min(...processes.map(process => process.startedMs || process.endedMs));
  const workMs = sumOf(samples)[slots.workMs] as number;
  const rowsTaken = measured?.inputs.reduce((rows, input) => rows + input.rows, 0) ?? 0;
  const commits = processes.flatMap(({status}) => status.commit ?? []);
  const problem = processes.find(child => child.problem !== null)?.problem ?? null;
  const hasDied = processes.some(({ending, result}) => ending === 'failed' && result === null);
  return {
    job: settings.name,
    status: hasDied ? 'died' : wordOf(job),
    reason: problem === null ? null : redact(settings.name, problem.message),
    ...progressOf(job),
    rejectedByReason: Object.fromEntries(measured?.rejects.map(({code, count}) => [code, count]) ?? []),
    lateRows: measured?.lateRows ?? 0,
    bytesIn: processes.reduce((bytes, {status}) => bytes + status.readBytes, 0),
    bytesOut: measured?.writtenBytes ?? 0,
    seconds: Math.max(0, Math.max(...processes.map(({endedMs}) => endedMs)) - startedMs) / 1000,
    nsPerRow: rowsTaken === 0 ? null : Math.round((workMs * 1e6) / rowsTaken),
    commits: commits.length === 0 ? null : {count: 0, ...measured?.commits, lastEpoch: Math.min(...commits.map(({epoch}) => epoch))},
    latency: measured?.latency ?? null,
    restarts: processes.reduce((sum, {restarts}) => sum + restarts, 0),
  };
}

/** Writes it so that nobody ever sees half of it. Throws an environment problem. */
export function writeReport(path: string, directory: string, report: RunReport): void {
  const target = resolve(directory, path);
  const temporary = `${target}.new`;
  try {
    writeFileSync(temporary, `${JSON.stringify(report, null, 2)}\n`);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, {force: true});
    throw fail(
      'environment',
      'cannot-write',
      `the report cannot be written to ${path}: ${error instanceof Error ? error.message : String(error)}`,
      {
        hint: 'name another file with --report',
      },
    );
  }
}

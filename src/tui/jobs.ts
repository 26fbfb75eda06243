import type {JobReport} from '../supervisor/report.ts';
import {advance, type JobHistory, rateNow} from './history.ts';
import {type JobId, keyOf, type Snapshot} from './source.ts';
import {clean} from './text.ts';

/** A job as the screen shows it: what it says of itself, and what follows from what it said before. */
export interface JobView {
  readonly id: JobId;
  readonly key: string;
  /** How it is called on the screen: with its project where there are several. */
  readonly name: string;
  readonly report: JobReport;
  readonly history: JobHistory;
  /** Rows a second; null: not known yet. */
  readonly inRate: number | null;
  readonly outRate: number | null;
}

/** Of all jobs together. */
export interface Totals {
  readonly jobs: number;
  readonly inRate: number | null;
  readonly outRate: number | null;
  readonly lag: number | null;
  readonly cpuShare: number | null;
  readonly memoryBytes: number | null;
}

/** The jobs of a snapshot, with the histories that the jobs before had. `cpuMs`: processor time by job. */
export function jobsOf(snapshot: Snapshot, before: readonly JobView[], cpuMs: ReadonlyMap<string, number | null>): readonly JobView[] {
  const histories = new Map(before.map(({key, history}) => [key, history]));
  const isAlone = snapshot.supervisors.length < 2;
  return snapshot.supervisors.flatMap(({project, jobs}) =>
    jobs.map((report): JobView => {
      const id = {project, job: report.job};
      const key = keyOf(id);
      const history = advance(histories.get(key) ?? null, report, snapshot.atMs, cpuMs.get(key) ?? null);
      return {
        id,
        key,
        name: clean(isAlone ? report.job : `${project}/${report.job}`),
        report,
        history,
        inRate: rateNow(history, 'rowsIn'),
        outRate: rateNow(history, 'rowsOut'),
      };
    }),
  );
}

export function totalsOf(jobs: readonly JobView[]): Totals {
  const sum = (of: (job: JobView) => number | null): number | null => {
    const known = jobs.map(of).filter(value => value !== null);
    return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
  };
  return {
    jobs: jobs.length,
    inRate: sum(job => job.inRate),
    outRate: sum(job => job.outRate),
    lag: sum(job => job.report.lag),
    cpuShare: sum(job => job.history.cpuShare),
    memoryBytes: sum(job => job.report.memoryBytes),
  };
}

/** Jobs that have a text in their name, project or state; with `!` before it, all others. */
export function filtered(jobs: readonly JobView[], filter: string): readonly JobView[] {
  const isInverse = filter.startsWith('!');
  const wanted = (isInverse ? filter.slice(1) : filter).toLowerCase();
  if (wanted === '') return jobs;
  return jobs.filter(({id, report}) => `${id.project}/${id.job} ${report.state}`.toLowerCase().includes(wanted) !== isInverse);
}

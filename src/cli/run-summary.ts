import {textWidth} from '../base/text-width.ts';
import type {RunProgress} from '../job/contract.ts';
import type {JobState, SupervisorState} from '../supervisor/decide.ts';
import {duration, grouped, short} from './numbers.ts';

/** A line a job: how it ended, rows in and out, rejected records, how long it took and how fast it was. */
export function runSummary(state: SupervisorState): string {
  const head = ['job', '', 'rows in', 'rows out', 'rejected', 'time', 'rows/s'];
  const lines = [head, ...[...state.jobs].map(([name, job]) => cells(name, job))];
  const widths = head.map((_, column) => Math.max(...lines.map(line => textWidth(line[column] as string))));
  return lines
    .map(line =>
      line
        .map((cell, column) => {
          const pad = ' '.repeat((widths[column] as number) - textWidth(cell));
          return column < 2 ? cell + pad : pad + cell;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cells(name: string, job: JobState): readonly string[] {
  const elapsedMs = Math.max(1, job.endedMs - job.startedMs);
  const {rowsIn, rowsOut, rejected} = job.progress;
  const status = job.result?.status ?? 'died';
  return [name, status, grouped(rowsIn), grouped(rowsOut), grouped(rejected), duration(elapsedMs), short((rowsIn * 1000) / elapsedMs)];
}

/** All jobs as one, for the progress line. A size that one of them does not know is not known. */
export function totalProgress(state: SupervisorState): RunProgress {
  const all = [...state.jobs.values()].map(job => job.progress);
  const sum = (of: (progress: RunProgress) => number): number => all.reduce((total, progress) => total + of(progress), 0);
  return {
    rowsIn: sum(progress => progress.rowsIn),
    rowsOut: sum(progress => progress.rowsOut),
    rejected: sum(progress => progress.rejected),
    readBytes: sum(progress => progress.readBytes),
    totalBytes: all.every(progress => progress.totalBytes !== null) ? sum(progress => progress.totalBytes ?? 0) : null,
  };
}

import {textWidth} from '../base/text-width.ts';
import type {RunProgress} from '../job/contract.ts';
import {progressOf, wordOf} from '../supervisor/report.ts';
import type {JobState, SupervisorState} from '../supervisor/state.ts';
import {duration, grouped, short} from './numbers.ts';

/** A line a job: how it ended, rows in and out, rejected records, how long it took and how fast it was. */
export function runSummary(state: SupervisorState): string {
  const head = ['job', '', 'rows in', 'rows out', 'rejected', 'time', 'rows/s'];
  return textTable([head, ...[...state.jobs.values()].map(cells)], column => column > 1);
}

function cells(job: JobState): readonly string[] {
  const {processes, settings} = job;
  const startedMs = Math.min(...processes.map(process => process.startedMs || process.endedMs));
  const elapsedMs = Math.max(1, Math.max(...processes.map(({endedMs}) => endedMs)) - startedMs);
  const {rowsIn, rowsOut, rejected} = progressOf(job);
  const word = processes.some(({ending, result}) => ending === 'failed' && result === null) ? 'died' : wordOf(job);
  return [
    settings.name,
    word,
    grouped(rowsIn),
    grouped(rowsOut),
    grouped(rejected),
    duration(elapsedMs),
    short((rowsIn * 1000) / elapsedMs),
  ];
}

/** Columns of equal width, two spaces apart. */
export function textTable(lines: readonly (readonly string[])[], isNumber: (column: number) => boolean): string {
  const [head = []] = lines;
  const widths = head.map((_, column) => Math.max(...lines.map(line => textWidth(line[column] as string))));
  return lines
    .map(line =>
      line
        .map((cell, column) => {
          const pad = ' '.repeat((widths[column] as number) - textWidth(cell));
          return isNumber(column) ? pad + cell : cell + pad;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** All jobs as one, for the progress line. A size that one of them does not know is not known. */
export function totalProgress(state: SupervisorState): RunProgress {
  const all = [...state.jobs.values()].flatMap(({processes}) => processes.map(({status}) => status));
  const sum = (of: (progress: RunProgress) => number): number => all.reduce((total, progress) => total + of(progress), 0);
  return {
    rowsIn: sum(progress => progress.rowsIn),
    rowsOut: sum(progress => progress.rowsOut),
    rejected: sum(progress => progress.rejected),
    readBytes: sum(progress => progress.readBytes),
    totalBytes: all.every(progress => progress.totalBytes !== null) ? sum(progress => progress.totalBytes ?? 0) : null,
  };
}

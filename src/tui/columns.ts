import {sparkline} from './bars.ts';
import {ratesOfMinute} from './history.ts';
import type {JobView} from './jobs.ts';
import {type Piece, piece} from './line.ts';
import {type Look, signsOf, stateLook} from './look.ts';
import {bytes, count, latency, percent, span} from './quantities.ts';
import {behindMs} from './times.ts';

/** What a cell may depend on beside its job. */
export interface CellContext {
  readonly look: Look;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** One column of the list of jobs: its head, its cells, how it sorts, and what is given up for it. */
export interface Column {
  /** As the sort menu and the palette call it. */
  readonly name: string;
  readonly title: string;
  readonly width: number;
  readonly side: 'left' | 'right';
  /** Where there is no room for all, the column with the least goes first; one that nobody has a value for goes before all others. */
  readonly keep: number;
  /** Its values are known by the second look: it is kept as if they were. */
  readonly isSoonKnown?: true;
  /** What is sorted by; null: not known, and last. */
  readonly value: (job: JobView) => number | string | null;
  /** Absent: a dash. */
  readonly cell: (job: JobView, context: CellContext) => Piece | null;
}

const ofNumber =
  (value: (job: JobView) => number | null, format: (value: number) => string): Column['cell'] =>
  job => {
    const number = value(job);
    return number === null ? null : piece(format(number), number === 0 ? 'dim' : 'plain');
  };

function numeric(
  column: Pick<Column, 'name' | 'title' | 'width' | 'keep' | 'isSoonKnown'> & {readonly value: (job: JobView) => number | null},
  format: (value: number) => string,
): Column {
  return {...column, side: 'right', cell: ofNumber(column.value, format)};
}

/** So many bars have the last minute in the list. */
const sparkCells = 10;
/** A commit that is so old, or older than three of the usual, is worth a look. */
const oldCommitMs = 30_000;

/** All columns but the name, in their order. */
export const columns: readonly Column[] = [
  {
    name: 'state',
    title: 'STATE',
    width: 13,
    side: 'left',
    keep: 100,
    value: ({report}) => report.state,
    cell: ({report}, {look}) => {
      const {sign, word, tone} = stateLook(report.state, look);
      // It runs, and there is something to be said about it: the overview says it.
      return report.notes.length === 0 ? piece(`${sign} ${word}`, tone) : piece(`${sign} ${word} !`, 'warn');
    },
  },
  numeric({name: 'in', title: 'IN/s', width: 6, keep: 95, isSoonKnown: true, value: ({inRate}) => inRate}, count),
  numeric({name: 'out', title: 'OUT/s', width: 6, keep: 90, isSoonKnown: true, value: ({outRate}) => outRate}, count),
  numeric({name: 'lag', title: 'LAG', width: 6, keep: 85, value: ({report}) => report.lag}, count),
  numeric({name: 'p50', title: 'P50', width: 6, keep: 35, value: ({report}) => report.measured?.latency?.p50Ms ?? null}, latency),
  numeric({name: 'p99', title: 'P99', width: 6, keep: 78, value: ({report}) => report.measured?.latency?.p99Ms ?? null}, latency),
  numeric({name: 'behind', title: 'BEHIND', width: 6, keep: 65, value: behindMs}, span),
  {
    name: 'commit',
    title: 'COMMIT',
    width: 6,
    side: 'right',
    keep: 80,
    value: ({report}) => report.lastCommitAtMs,
    cell: ({report}, {nowMs}) => {
      if (report.lastCommitAtMs === null) return null;
      const ageMs = nowMs - report.lastCommitAtMs;
      return piece(span(ageMs), ageMs > oldCommitMs && report.state === 'running' ? 'warn' : 'plain');
    },
  },
  {
    name: 'rejected',
    title: 'REJECT',
    width: 6,
    side: 'right',
    keep: 75,
    value: ({report}) => report.rejected,
    cell: ({report}) => piece(count(report.rejected), report.rejected === 0 ? 'dim' : 'warn'),
  },
  numeric({name: 'size', title: 'STATE B', width: 7, keep: 40, value: ({report}) => report.stateBytes}, bytes),
  numeric({name: 'cpu', title: 'CPU', width: 5, keep: 50, value: ({history}) => history.cpuShare}, percent),
  numeric({name: 'memory', title: 'MEM', width: 5, keep: 70, value: ({report}) => report.memoryBytes}, bytes),
  {
    name: 'restarts',
    title: 'RESTART',
    width: 7,
    side: 'right',
    keep: 45,
    value: ({report}) => report.restarts,
    cell: ({report}) => piece(count(report.restarts), report.restarts === 0 ? 'dim' : 'warn'),
  },
  {
    name: 'minute',
    title: 'LAST 60 s',
    width: sparkCells,
    side: 'left',
    keep: 60,
    value: ({history}) => (history.samples.at(-1)?.rowsIn ?? 0) - (history.samples[0]?.rowsIn ?? 0),
    cell: ({history}, {look}) => piece(sparkline(ratesOfMinute(history, 'rowsIn', sparkCells), signsOf(look)), 'accent'),
  },
];

/** What jobs can be sorted by. */
export const sortNames: readonly string[] = ['job', ...columns.map(({name}) => name)];

/** The name has at least so many cells before columns are left out, and takes what is left over. */
export const leastNameWidth = 12;

/** The columns that there is room for beside the names. */
export function columnsFor(width: number, jobs: readonly JobView[]): readonly Column[] {
  let kept = columns;
  const keepOf = (column: Column): number =>
    column.isSoonKnown !== true && jobs.every(job => column.value(job) === null) ? column.keep - 1000 : column.keep;
  const needed = (): number => leastNameWidth + kept.reduce((sum, column) => sum + column.width + 1, 0);
  while (kept.length > 1 && needed() > width) {
    const least = Math.min(...kept.map(keepOf));
    kept = kept.filter(column => keepOf(column) !== least);
  }
  return kept;
}

export interface Sorting {
  /** One of `sortNames`. */
  readonly by: string;
  readonly isDescending: boolean;
}

/** Null: as their files have them. What is not known comes last either way. */
export function sorted(jobs: readonly JobView[], sorting: Sorting | null): readonly JobView[] {
  if (sorting === null) return jobs;
  const column = columns.find(({name}) => name === sorting.by);
  const valueOf = (job: JobView): number | string | null => (column === undefined ? job.name : column.value(job));
  return jobs.toSorted((a, b) => {
    const [one, other] = [valueOf(a), valueOf(b)];
    if (one === null || other === null) return one === other ? 0 : one === null ? 1 : -1;
    const order = one < other ? -1 : one > other ? 1 : 0;
    return sorting.isDescending ? -order : order;
  });
}

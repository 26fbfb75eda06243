import {addHistogram, histogramSlots, rounded, type Spread, spreadOf} from './histogram.ts';

/** Numbers that a job's process counts or looks up, each with a place of its own in one array. Times are milliseconds. */
const names = [
  'lateRows',
  'writtenBytes',
  'stateRows',
  // Where the time of the process has gone since it runs.
  'workMs',
  'sourceWaitMs',
  'sinkWaitMs',
  'commitWaitMs',
  'pauseMs',
  // The same of the last seconds, as shares of them.
  'workShare',
  'sourceWaitShare',
  'sinkWaitShare',
  'commitWaitShare',
  'pauseShare',
  'heapBytes',
  'residentBytes',
  'gcRuns',
  'gcMs',
] as const;

export type SlotName = (typeof names)[number];

/** The place of each number. */
export const slots = Object.fromEntries(names.map((name, index) => [name, index])) as Readonly<Record<SlotName, number>>;

/** Where the histograms begin. `latency`: from the making of a record (or from reading it, where nobody says when it was made) until its result counts. */
export const histograms = {latency: names.length, commit: names.length + histogramSlots} as const;

export const valueCount = names.length + 2 * histogramSlots;

/** What a job's process measures of itself, as it is sent to its parent. Counts begin with the process. */
export interface Sample {
  /** By `slots` and `histograms`. */
  readonly values: Float64Array;
  readonly inputs: readonly InputSample[];
  /** Rejected records by the code of their problem. */
  readonly rejects: readonly {readonly code: string; readonly count: number}[];
}

/** One table that is read. Moments are milliseconds since 1970. */
export interface InputSample {
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
  /** When rows came last, to about half a second; null: never. */
  readonly rowsAtMs: number | null;
  readonly hasEnded: boolean;
  /** Null: nobody waits for its event time. */
  readonly time: InputTime | null;
  /** How many partitions it reads; 0: it has none. */
  readonly partitionCount: number;
  /** At most `mostPartitions` of them, those first that hold the others up or are furthest behind. */
  readonly partitions: readonly PartitionSample[];
  /** Of all partitions; null: not known. */
  readonly lag: number | null;
}

export interface InputTime {
  /** Null: no row has come yet. */
  readonly watermarkMs: number | null;
  /** Nobody waits for it, since nothing has come for so long. */
  readonly isIdle: boolean;
  /** Null: it is waited for, however long nothing comes. */
  readonly idleAfterMs: number | null;
}

export interface PartitionSample {
  /** `orders[3]`. */
  readonly name: string;
  /** Messages that wait; null: not known. */
  readonly lag: number | null;
  /** Null: no row has come yet, or nobody waits for event time. */
  readonly watermarkMs: number | null;
  readonly rowsAtMs: number | null;
  /** Nobody waits for its event time any more, or for now. */
  readonly isIdle: boolean;
  readonly hasEnded: boolean;
}

/** A job may read thousands; who reads all of this is a person, or a system that keeps every one of them for ever. */
export const mostPartitions = 64;

/** Where the time of a job goes, as shares of the last seconds that make 1. */
export interface Shares {
  /** Reading bytes, decoding, computing, encoding. */
  readonly work: number;
  /** Nothing has come. */
  readonly sourceWait: number;
  /** A reader of its output is slow. */
  readonly sinkWait: number;
  /** As much as one commit covers waits for the commit before it. */
  readonly commitWait: number;
  readonly pause: number;
}

/** What the processes of a job measure, put together, as plain JSON. Counts are those of the present processes. */
export interface Measured {
  readonly readBytes: number;
  /** As far as sinks are given bytes. */
  readonly writtenBytes: number;
  readonly lateRows: number;
  /** Rows that all state holds. */
  readonly stateRows: number;
  readonly rejects: Sample['rejects'];
  /** Null: nothing has come through yet. */
  readonly latency: Spread | null;
  /** Null: no commit yet. */
  readonly commits: Spread | null;
  /** Of the process that waits least for input; null: it has only begun. */
  readonly shares: Shares | null;
  readonly heapBytes: number;
  readonly gcRuns: number;
  readonly gcMs: number;
  readonly inputs: readonly InputSample[];
}

/** Null: no process has said anything yet. */
export function measuredOf(samples: readonly Sample[]): Measured | null {
  if (samples.length === 0) return null;
  const values = sumOf(samples);
  const value = (name: SlotName): number => values[slots[name]] as number;
  const inputs = inputsOf(samples);
  const busiest = samples.reduce((best, sample) => (sourceWaitOf(sample) < sourceWaitOf(best) ? sample : best));
  return {
    readBytes: samples.reduce((sum, {inputs}) => sum + inputs.reduce((bytes, input) => bytes + input.bytes, 0), 0),
    writtenBytes: value('writtenBytes'),
    lateRows: value('lateRows'),
    stateRows: value('stateRows'),
    rejects: rejectsOf(samples),
    latency: spreadOf(values, histograms.latency),
    commits: spreadOf(values, histograms.commit),
    shares: sharesOf(busiest),
    heapBytes: value('heapBytes'),
    gcRuns: value('gcRuns'),
    gcMs: rounded(value('gcMs')),
    inputs: inputs.map(input => ({...input, partitions: input.partitions.slice(0, Math.ceil(mostPartitions / inputs.length))})),
  };
}

/** Sums of what is counted; the histograms are put together. Shares of several processes are added, too, and mean nothing then. */
export function sumOf(samples: readonly Sample[]): Float64Array {
  const values = new Float64Array(valueCount);
  for (const sample of samples) {
    for (let slot = 0; slot < names.length; slot++) values[slot] = (values[slot] as number) + (sample.values[slot] ?? 0);
    for (const start of Object.values(histograms)) addHistogram(values, sample.values, start);
  }
  return values;
}

export function rejectsOf(samples: readonly Sample[]): Sample['rejects'] {
  const counts = new Map<string, number>();
  for (const {rejects} of samples) for (const {code, count} of rejects) counts.set(code, (counts.get(code) ?? 0) + count);
  return [...counts].map(([code, count]) => ({code, count}));
}

function sourceWaitOf({values}: Sample): number {
  return values[slots.sourceWaitShare] as number;
}

/** Null: no time has been shared out yet. */
export function sharesOf({values}: Sample): Shares | null {
  const share = (name: SlotName): number => rounded(values[slots[name]] as number);
  const shares: Shares = {
    work: share('workShare'),
    sourceWait: share('sourceWaitShare'),
    sinkWait: share('sinkWaitShare'),
    commitWait: share('commitWaitShare'),
    pause: share('pauseShare'),
  };
  return Object.values(shares).every(one => one === 0) ? null : shares;
}

/** Inputs by their place in the plan, which all processes of a job share. */
export function inputsOf(samples: readonly Sample[]): readonly InputSample[] {
  const [first, ...others] = samples;
  if (first === undefined || others.length === 0) return first?.inputs ?? [];
  return first.inputs.map((input, index) => others.flatMap(({inputs}) => inputs[index] ?? []).reduce(together, input));
}

function together(a: InputSample, b: InputSample): InputSample {
  return {
    table: a.table,
    rows: a.rows + b.rows,
    bytes: a.bytes + b.bytes,
    rowsAtMs: orNull(Math.max(a.rowsAtMs ?? -Infinity, b.rowsAtMs ?? -Infinity)),
    hasEnded: a.hasEnded && b.hasEnded,
    time: a.time === null || b.time === null ? (a.time ?? b.time) : timeTogether(a.time, b.time),
    partitionCount: a.partitionCount + b.partitionCount,
    partitions: [...a.partitions, ...b.partitions].toSorted(byUrgency).slice(0, mostPartitions),
    lag: a.lag === null || b.lag === null ? (a.lag ?? b.lag) : a.lag + b.lag,
  };
}

/** The one that is waited for and has come less far. */
function timeTogether(a: InputTime, b: InputTime): InputTime {
  if (a.isIdle !== b.isIdle) return a.isIdle ? b : a;
  return (a.watermarkMs ?? -Infinity) <= (b.watermarkMs ?? -Infinity) ? a : b;
}

/** Those first that hold the others up; then those with most that waits. */
export function byUrgency(a: PartitionSample, b: PartitionSample): number {
  const [aIsOut, bIsOut] = [a.isIdle || a.hasEnded, b.isIdle || b.hasEnded];
  if (aIsOut !== bIsOut) return aIsOut ? 1 : -1;
  const [aMs, bMs] = [a.watermarkMs ?? -Infinity, b.watermarkMs ?? -Infinity];
  return aMs !== bMs ? (aMs < bMs ? -1 : 1) : (b.lag ?? 0) - (a.lag ?? 0);
}

function orNull(ms: number): number | null {
  return Number.isFinite(ms) ? ms : null;
}

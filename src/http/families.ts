import {version} from '../base/version.ts';
import {progressOf, wordOf} from '../supervisor/report.ts';
import type {JobState, SupervisorState} from '../supervisor/state.ts';
import {catalog, type MetricDefinition, type MetricKey} from '../telemetry/catalog.ts';
import {bucketCount, bucketEndMs} from '../telemetry/histogram.ts';
import {histograms, inputsOf, mostPartitions, rejectsOf, type Sample, sharesOf, type SlotName, slots, sumOf} from '../telemetry/sample.ts';
import {isReady} from './ready.ts';

export type Labels = Readonly<Record<string, string>>;

/** One line of a metric. */
export interface MetricValue {
  /** Of a histogram: `…_bucket`, `…_sum` or `…_count`. */
  readonly metricName?: string;
  readonly labels: Labels;
  /** The same object for values that have them in common: they are written out once. */
  readonly sharedLabels: Labels;
  readonly value: number;
}

export interface MetricFamily {
  readonly definition: MetricDefinition;
  readonly values: MetricValue[];
}

/** Names come from people: a label is no longer than this. */
const longestLabel = 128;
/** Buckets that are told end at a millisecond and at every doubling of it, up to some two minutes. */
const toldBuckets = 18;

/** All metrics of all jobs at this moment. `redact` takes secrets of a job out of a text. Nothing of a job's SQL or configuration is in it but names of jobs and tables. */
export function metricFamilies(
  state: SupervisorState,
  options: {readonly project: string; readonly nowMs: number; readonly redact: (job: string, text: string) => string},
): readonly MetricFamily[] {
  const families = new Families();
  const labels = {project: short(options.project)};
  families.add('build', labels, 1, {version});
  const counts = new Map<string, number>();
  for (const job of state.jobs.values()) counts.set(wordOf(job), (counts.get(wordOf(job)) ?? 0) + 1);
  for (const [word, count] of counts) families.add('jobs', labels, count, {state: word});
  for (const job of state.jobs.values()) addJob(families, job, options);
  return families.all;
}

const none: Labels = {};

class Families {
  readonly #families = new Map<MetricKey, MetricFamily>();

  get all(): readonly MetricFamily[] {
    return [...this.#families.values()];
  }

  /** What is not known is left out. */
  add(key: MetricKey, sharedLabels: Labels, value: number | null | undefined, labels: Labels = none, metricName?: string): void {
    if (value === null || value === undefined || Number.isNaN(value)) return;
    let family = this.#families.get(key);
    if (family === undefined) this.#families.set(key, (family = {definition: catalog[key], values: []}));
    family.values.push({labels, sharedLabels, value, ...(metricName === undefined ? {} : {metricName})});
  }

  /** Buckets count everything up to their end. */
  addHistogram(key: MetricKey, labels: Labels, values: Float64Array, start: number): void {
    const {name} = catalog[key];
    let seen = 0;
    let bucket = 0;
    for (let told = 0; told < toldBuckets; told++) {
      const endMs = 2 ** told;
      while (bucket < bucketCount && bucketEndMs(bucket) <= endMs) seen += values[start + bucket++] as number;
      this.add(key, labels, seen, {le: decimal(endMs / 1000)}, `${name}_bucket`);
    }
    while (bucket < bucketCount) seen += values[start + bucket++] as number;
    this.add(key, labels, seen, {le: '+Inf'}, `${name}_bucket`);
    this.add(key, labels, (values[start + bucketCount] as number) / 1000, none, `${name}_sum`);
    this.add(key, labels, seen, none, `${name}_count`);
  }
}

type Options = Parameters<typeof metricFamilies>[1];

function addJob(families: Families, job: JobState, options: Options): void {
  const {processes, settings} = job;
  const labels = {project: short(options.project), job: short(settings.name)};
  const word = wordOf(job);
  families.add('up', labels, word === 'running' || word === 'paused' || word === 'pausing' || word === 'resuming' ? 1 : 0);
  families.add('ready', labels, isReady(job) ? 1 : 0);
  families.add('restarts', labels, total(processes.map(({restarts}) => restarts)));
  families.add('processMemory', labels, total(processes.map(({memoryBytes}) => memoryBytes)));
  const {rowsIn, rowsOut} = progressOf(job);
  families.add('rowsIn', labels, rowsIn);
  families.add('rowsOut', labels, rowsOut);
  families.add('readBytes', labels, total(processes.map(({status}) => status.readBytes)));
  families.add('stateBytes', labels, total(processes.map(({status}) => status.stateBytes)));
  const commits = processes.flatMap(({status}) => status.commit ?? []);
  if (commits.length > 0) {
    families.add('epoch', labels, Math.min(...commits.map(({epoch}) => epoch)));
    const lastMs = Math.min(...commits.map(({atMs}) => atMs));
    families.add('lastCommit', labels, lastMs === 0 ? null : lastMs / 1000);
  }
  const samples = processes.flatMap(({status}) => status.sample ?? []);
  if (samples.length > 0) addSamples(families, labels, samples, {...options, job: settings.name});
}

const stages = ['work', 'sourceWait', 'sinkWait', 'commitWait', 'pause'] as const;

function addSamples(families: Families, labels: Labels, samples: readonly Sample[], options: Options & {readonly job: string}): void {
  const values = sumOf(samples);
  const value = (name: SlotName): number => values[slots[name]] as number;
  families.add('heap', labels, value('heapBytes'));
  families.add('gcRuns', labels, value('gcRuns'));
  families.add('gcTime', labels, value('gcMs') / 1000);
  families.add('late', labels, value('lateRows'));
  families.add('writtenBytes', labels, value('writtenBytes'));
  families.add('stateRows', labels, value('stateRows'));
  for (const {code, count} of rejectsOf(samples)) families.add('rejected', labels, count, {reason: code});
  families.addHistogram('commitTime', labels, values, histograms.commit);
  families.addHistogram('latency', labels, values, histograms.latency);
  const shares = samples.flatMap(sample => sharesOf(sample) ?? []);
  for (const stage of stages) {
    const name = stage.replace(/[A-Z]/, letter => `_${letter.toLowerCase()}`);
    families.add('stageTime', labels, value(`${stage}Ms`) / 1000, {stage: name});
    const sum = shares.reduce((all, share) => all + share[stage], 0);
    families.add('stageShare', labels, shares.length === 0 ? null : sum / shares.length, {stage: name});
  }
  addInputs(families, labels, samples, options);
}

function addInputs(
  families: Families,
  ofJob: Labels,
  samples: readonly Sample[],
  {redact, nowMs, job}: Options & {readonly job: string},
): void {
  const seen = new Map<string, number>();
  for (const {table: name, lag, time, partitionCount, partitions} of inputsOf(samples)) {
    // A job may read a table twice: each reading has its own line.
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    const table = short(times === 1 ? redact(job, name) : `${redact(job, name)} (${times})`);
    const labels = {...ofJob, table};
    families.add('inputLag', labels, lag);
    const watermarkMs = time?.watermarkMs ?? null;
    families.add('watermark', labels, watermarkMs === null ? null : watermarkMs / 1000);
    families.add('watermarkDelay', labels, watermarkMs === null ? null : (nowMs - watermarkMs) / 1000);
    if (partitionCount === 0) continue;
    families.add('partitions', labels, partitionCount);
    families.add('idlePartitions', labels, partitions.filter(({isIdle, hasEnded}) => isIdle && !hasEnded).length);
    if (partitionCount > mostPartitions) continue;
    for (const {name: partition, lag: waiting} of partitions)
      families.add('partitionLag', labels, waiting, {partition: short(redact(job, partition))});
  }
}

/** Null: nothing is known of any. */
function total(numbers: readonly (number | null)[]): number | null {
  const known = numbers.filter(number => number !== null);
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0);
}

function short(text: string): string {
  return text.length > longestLabel ? `${text.slice(0, longestLabel - 1)}…` : text;
}

/** As OpenMetrics writes the end of a bucket: `1.0`. */
function decimal(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

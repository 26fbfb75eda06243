import {noStatus} from '../../job/contract.ts';
import {initialState, type ProcessState, type SupervisorState} from '../../supervisor/state.ts';
import {defaultSupervision} from '../../supervisor/policy.ts';
import {count} from '../../telemetry/histogram.ts';
import {histograms, type InputSample, type Sample, slots, valueCount} from '../../telemetry/sample.ts';

/** A sample with something in each place. */
export function sampleWith(inputs: readonly InputSample[] = []): Sample {
  const values = new Float64Array(valueCount);
  for (const slot of Object.values(slots)) values[slot] = slot + 0.5;
  for (let ms = 1; ms < 5000; ms *= 1.5) {
    count(values, histograms.latency, ms, 3);
    count(values, histograms.commit, ms / 2, 1);
  }
  return {values, inputs, rejects: [{code: 'bad-record', count: 3}]};
}

export function inputNamed(table: string, partitionCount: number): InputSample {
  const partitions = Array.from({length: Math.min(64, partitionCount)}, (_, number) => ({
    name: `${table}[${number}]`,
    lag: number,
    watermarkMs: 1_000_000,
    rowsAtMs: null,
    isIdle: number % 2 === 1,
    hasEnded: false,
  }));
  const time = {watermarkMs: 1_000_000, isIdle: false, idleAfterMs: null};
  return {table, rows: 10, bytes: 100, rowsAtMs: 1_000_000, hasEnded: false, time, partitionCount, partitions, lag: 17};
}

/** A supervisor whose jobs have one process each, in these states. */
export function supervisedJobs(jobs: Readonly<Record<string, Partial<ProcessState>>>): SupervisorState {
  const settings = Object.keys(jobs).map(name => ({name, processes: 1, supervision: defaultSupervision, hasLog: true, isFresh: false}));
  const state = initialState(settings, {untilIdle: false, abortOnFailure: false});
  const running = {phase: 'running', pid: 4711, memoryBytes: 50_000_000} as const;
  return {
    ...state,
    tickedMs: 1_060_000,
    jobs: new Map(
      [...state.jobs].map(([name, job]) => [
        name,
        {
          ...job,
          processes: job.processes.map(child => ({...child, ...running, status: {...noStatus, rowsIn: 7, rowsOut: 5}, ...jobs[name]})),
        },
      ]),
    ),
  };
}

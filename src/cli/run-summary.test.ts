import {expect, test} from 'vitest';
import type {JobState} from '../supervisor/decide.ts';
import {runSummary, totalProgress} from './run-summary.ts';

const progress = {rowsIn: 100_000, rowsOut: 20, rejected: 0, readBytes: 10, totalBytes: 10};
const job: JobState = {
  phase: 'ended',
  progress,
  result: {...progress, status: 'done', problem: null},
  problem: null,
  startedMs: 1000,
  endedMs: 1500,
};
const died: JobState = {...job, progress: {...progress, totalBytes: null, rejected: 1}, result: null};

test('a line a job', () => {
  expect(
    runSummary({
      isStopping: false,
      jobs: new Map([
        ['bids', job],
        ['世', died],
      ]),
    }),
  ).toBe(
    `job         rows in  rows out  rejected    time  rows/s
bids  done  100,000        20         0  0.50 s    200K
世    died  100,000        20         1  0.50 s    200K`,
  );
});

test('all jobs as one', () => {
  expect(
    totalProgress({
      isStopping: false,
      jobs: new Map([
        ['a', job],
        ['b', job],
      ]),
    }),
  ).toEqual({...progress, rowsIn: 200_000, rowsOut: 40, readBytes: 20, totalBytes: 20});
  expect(
    totalProgress({
      isStopping: false,
      jobs: new Map([
        ['a', job],
        ['b', died],
      ]),
    }).totalBytes,
  ).toBeNull();
});

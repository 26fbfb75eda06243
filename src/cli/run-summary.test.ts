import {expect, test} from 'vitest';
import {noStatus} from '../job/contract.ts';
import {defaultSupervision} from '../supervisor/policy.ts';
import {initialState, type ProcessState, type SupervisorState, withProcess} from '../supervisor/state.ts';
import {runSummary, totalProgress} from './run-summary.ts';

const progress = {rowsIn: 100_000, rowsOut: 20, rejected: 0, readBytes: 10, totalBytes: 10};
const job: Partial<ProcessState> = {
  ending: 'done',
  status: {...noStatus, ...progress},
  result: {...progress, status: 'done', problem: null},
  startedMs: 1000,
  endedMs: 1500,
};
const died: Partial<ProcessState> = {
  ...job,
  ending: 'failed',
  status: {...noStatus, ...progress, totalBytes: null, rejected: 1},
  result: null,
};

function stateOf(processes: Readonly<Record<string, Partial<ProcessState>>>): SupervisorState {
  const names = Object.keys(processes);
  const settings = names.map(name => ({name, processes: 1, supervision: defaultSupervision, hasLog: false, isFresh: false}));
  const policy = {untilIdle: false, abortOnFailure: false};
  return names.reduce(
    (state, name) => withProcess(state, name, 0, processes[name] as Partial<ProcessState>),
    initialState(settings, policy),
  );
}

test('a line a job', () => {
  expect(runSummary(stateOf({bids: job, 世: died}))).toBe(
    `job         rows in  rows out  rejected    time  rows/s
bids  done  100,000        20         0  0.50 s    200K
世    died  100,000        20         1  0.50 s    200K`,
  );
});

test('all jobs as one', () => {
  expect(totalProgress(stateOf({a: job, b: job}))).toEqual({...progress, rowsIn: 200_000, rowsOut: 40, readBytes: 20, totalBytes: 20});
  expect(totalProgress(stateOf({a: job, b: died})).totalBytes).toBeNull();
});

import {describe, expect, test} from 'vitest';
import type {Problem} from '../base/problem.ts';
import type {RunResult} from '../job/contract.ts';
import {decide, initialState, type SupervisorAction, type SupervisorEvent, type SupervisorState} from './decide.ts';

const problem: Problem = {kind: 'data', severity: 'error', code: 'bad-record', message: 'a record is broken'};
const done: RunResult = {status: 'done', problem: null, rowsIn: 10, rowsOut: 2, rejected: 0, readBytes: 100, totalBytes: 100};
const failed: RunResult = {...done, status: 'failed', problem};

function play(
  events: readonly SupervisorEvent[],
  jobs: readonly string[] = ['a', 'b'],
): {state: SupervisorState; last: readonly SupervisorAction[]} {
  let state = initialState(jobs);
  let last: readonly SupervisorAction[] = [];
  for (const event of events) ({state, actions: last} = decide(state, event));
  return {state, last};
}
const started: SupervisorEvent = {kind: 'started', atMs: 5};
const exited = (job: string, how = 'exit code 0', atMs = 9): SupervisorEvent => ({kind: 'exited', job, how, atMs});

describe('what is done about an event, after those before it', () => {
  const rows: readonly [string, readonly SupervisorEvent[], readonly (string | Partial<SupervisorAction>)[]][] = [
    ['start', [started], ['start a', 'start b']],
    ['start twice', [started, started], []],
    ['progress', [started, {kind: 'progress', job: 'a', progress: done}], []],
    ['a rejected record', [started, {kind: 'problem', job: 'a', problem}], ['report a bad-record']],
    ['a job ends well', [started, {kind: 'ended', job: 'a', result: done}, exited('a')], []],
    [
      'the last job ends',
      [started, {kind: 'ended', job: 'a', result: done}, exited('a'), {kind: 'ended', job: 'b', result: done}, exited('b')],
      ['finish'],
    ],
    ['a job fails, the other goes on', [started, {kind: 'ended', job: 'a', result: failed}, exited('a')], ['report a bad-record']],
    ['a process dies', [started, exited('b', 'signal SIGKILL')], ['report b job-died']],
    ['a process dies with code 0', [started, exited('b')], ['report b job-died']],
    ['stop', [started, {kind: 'stop'}], ['stop a', 'stop b']],
    ['stop of one', [started, {kind: 'stop', jobs: ['b', 'x']}], ['stop b']],
    ['stop twice', [started, {kind: 'stop'}, {kind: 'stop'}], []],
    ['stop when one has ended', [started, {kind: 'ended', job: 'a', result: done}, exited('a'), {kind: 'stop'}], ['stop b']],
    [
      'words of a job that ended',
      [started, {kind: 'ended', job: 'a', result: done}, exited('a'), {kind: 'problem', job: 'a', problem}],
      [],
    ],
    ['an end that is told twice', [started, exited('a'), exited('a')], []],
    ['somebody unknown', [started, {kind: 'problem', job: 'x', problem}], []],
  ];
  test.each(rows)('%s', (_, events, expected) => {
    const shown = play(events).last.map(action =>
      [action.kind, 'job' in action ? action.job : '', 'problem' in action ? action.problem.code : ''].filter(Boolean).join(' '),
    );
    expect(shown).toEqual(expected);
  });
});

test('what is known at the end', () => {
  const {state} = play([
    started,
    {kind: 'ended', job: 'a', result: done},
    exited('a', 'exit code 0', 12),
    {kind: 'stop'},
    exited('b', 'exit code 1', 20),
  ]);
  expect(state.isStopping).toBe(true);
  expect(state.jobs.get('a')).toMatchObject({
    phase: 'ended',
    result: done,
    problem: null,
    startedMs: 5,
    endedMs: 12,
    progress: {rowsIn: 10},
  });
  expect(state.jobs.get('b')).toMatchObject({phase: 'ended', result: null, endedMs: 20, problem: {code: 'job-died'}});
});

test('states are never changed in place', () => {
  const before = initialState(['a']);
  const copy = structuredClone(before);
  decide(before, started);
  expect(before).toEqual(copy);
});

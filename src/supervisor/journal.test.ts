import {expect, test} from 'vitest';
import {Journal} from './journal.ts';
import {defaultSupervision} from './policy.ts';
import {initialState, type SupervisorState, withProcess} from './state.ts';

function state(...names: readonly string[]): SupervisorState {
  const settings = names.map(name => ({name, processes: 1, supervision: defaultSupervision, hasLog: false, isFresh: false}));
  return initialState(settings, {untilIdle: false, abortOnFailure: false});
}

function journal(): Journal {
  let ms = 0;
  return new Journal({now: () => ++ms});
}

const texts = (kept: Journal, job: string, after = 0): readonly string[] =>
  kept.after(job, after).map(({number, text}) => `${number} ${text}`);

test('what becomes of jobs is noted once', () => {
  const kept = journal();
  const begun = state('a', 'b');
  kept.look(begun);
  kept.look(begun);
  const running = withProcess(begun, 'a', 0, {phase: 'running', pid: 17});
  kept.look(running);
  kept.look(running);
  kept.look(withProcess(running, 'a', 0, {phase: 'running', pid: 18}));
  expect(texts(kept, 'a')).toEqual(['1 waiting', '3 running: process 17', '4 running: process 18']);
  expect(texts(kept, 'b')).toEqual(['2 waiting']);
  expect(texts(kept, 'a', 3)).toEqual(['4 running: process 18']);
  expect(texts(kept, 'nobody')).toEqual([]);
});

test('problems and lines', () => {
  const kept = journal();
  kept.problem('a', {
    kind: 'data',
    severity: 'warning',
    code: 'bad-record',
    message: 'not valid JSON',
    detail: 'the record: x',
    place: {kind: 'data', where: 'in.ndjson:3'},
  });
  kept.line('a', 'from the process');
  expect(kept.after('a', 0)).toEqual([
    {
      number: 1,
      atMs: 1,
      level: 'warning',
      kind: 'problem',
      code: 'bad-record',
      text: 'not valid JSON',
      where: 'in.ndjson:3',
      detail: 'the record: x',
    },
    {number: 2, atMs: 2, level: 'note', kind: 'line', code: null, text: 'from the process', where: null, detail: null},
  ]);
});

test('it does not grow without end', () => {
  const kept = journal();
  for (let index = 0; index < 1200; index++) kept.line('a', 'x'.repeat(5000));
  const entries = kept.after('a', 0);
  expect(entries).toHaveLength(500);
  expect(entries[0]?.number).toBe(701);
  expect(entries[0]?.text).toHaveLength(2001);
});

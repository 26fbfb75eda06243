import {expect, test} from 'vitest';
import {callScalar, callSite, isDeterministicCall, stoppedClock} from './call.ts';
import {findFunction} from './index.ts';

function clockOf(...readings: readonly number[]): {readonly now: () => number} {
  let at = 0;
  return {now: () => readings[at++] ?? 0};
}

function said(name: string, session: Parameters<typeof callSite>[4]): () => unknown {
  const definition = findFunction(name);
  if (definition?.kind !== 'scalar') throw new Error(`no function ${name}`);
  const site = callSite(definition, [], [], {kind: 'TIMESTAMP_LTZ', precision: 3, nullable: false}, session);
  return () => callScalar(definition, [], site);
}

test('while a query streams, NOW() is the present of each row', () => {
  const now = said('NOW', {timeZone: 'UTC', clock: clockOf(1, 2, 3)});
  expect([now(), now()]).toEqual([1, 2]);
});

test('in batch mode all calls of NOW() and CURRENT_TIMESTAMP say when the query began', () => {
  const clock = clockOf(1, 2, 3, 4);
  const session = {timeZone: 'UTC', clock, queryClock: stoppedClock(clock)};
  const now = said('NOW', session);
  const current = said('CURRENT_TIMESTAMP', session);
  expect([now(), current(), now()]).toEqual([1, 1, 1]);
});

test.each(['CURRENT_ROW_TIMESTAMP', 'PROCTIME'])('in batch mode %s is the present all the same', name => {
  const clock = clockOf(5, 6);
  const row = said(name, {timeZone: 'UTC', clock, queryClock: {now: () => 1}});
  expect([row(), row()]).toEqual([5, 6]);
});

test('UNIX_TIMESTAMP is the same at every time when it is given a text', () => {
  const definition = findFunction('UNIX_TIMESTAMP');
  if (definition === undefined) throw new Error('no function UNIX_TIMESTAMP');
  expect([isDeterministicCall(definition, 0), isDeterministicCall(definition, 1)]).toEqual([false, true]);
});

import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {advance, dueMs, startMachine} from './machine.ts';
import {type Bug, moments, simulate, type Sinks, type Tally} from './simulation-fixture.ts';

const sinks: readonly Sinks[] = ['file', 'kafka', 'both'];
const tally: Tally = new Map();
const schedule = fc.uint8Array({minLength: 20, maxLength: 90});

/** The schedule that shows a fault, if one of so many does. */
function found(kind: Sinks, runs: number, bug: Bug | null, seed?: number): string | null {
  const property = fc.property(schedule, choices => {
    const fault = simulate(kind, choices, bug, tally);
    if (fault !== null) throw new Error(fault);
  });
  const details = fc.check(property, {numRuns: runs, endOnFailure: bug !== null, ...(seed === undefined ? {} : {seed})});
  return details.failed
    ? `${String(details.errorInstance)}, seed ${details.seed}, schedule ${JSON.stringify(details.counterexample)}`
    : null;
}

describe('a job under the worst of schedules', () => {
  // Together 100,000.
  test.each(sinks)(
    '%s: nothing is lost, doubled or wrong',
    kind => {
      expect(found(kind, 33_400, null)).toBeNull();
    },
    60_000,
  );

  test('the schedules have been bad enough', () => {
    for (const moment of moments) expect([moment, (tally.get(moment) ?? 0) > 1000]).toEqual([moment, true]);
  });
});

/** Each mistake, and with which sinks it shows. */
const bugs: readonly (readonly [Bug, Sinks])[] = [
  ['offsets outside the transaction', 'kafka'],
  ['record written after the commit', 'kafka'],
  ['epoch not checked', 'kafka'],
  ['torn tail kept', 'file'],
  ['outputs not synced', 'file'],
  ['outputs not synced', 'both'],
  ['record not synced', 'file'],
  ['record not synced', 'kafka'],
  ['sync not awaited', 'file'],
  ['sync not awaited', 'kafka'],
  ['transaction not told to wait', 'kafka'],
  ['zombie not fenced', 'kafka'],
  ['holder not ended', 'file'],
  ['holder not ended', 'both'],
  ['output not cut', 'file'],
  ['output not cut', 'both'],
  ['state of the epoch before', 'file'],
  ['changes of a cut record applied', 'kafka'],
  ['output taken late', 'kafka'],
  ['length taken late', 'file'],
  ['position taken late', 'kafka'],
  ['slow producer kept', 'kafka'],
  ['marked while in flight', 'kafka'],
  ['all cut', 'kafka'],
];

describe('a mistake is noticed', () => {
  test.each(bugs)(
    '%s (%s)',
    (bug, kind) => {
      expect(found(kind, 20_000, bug, 1)).not.toBeNull();
    },
    60_000,
  );
});

describe('a slow cluster is spared', () => {
  const policy = {hasTransaction: false, batchRecords: null, batchWaitMs: 10};

  /** When the next commit is due after commits that took so long, counted from the last capture. */
  function dueAfter(...commits: readonly number[]): number {
    let [state, nowMs] = [startMachine(0, 0), 0];
    for (const tookMs of commits) {
      for (const event of [{kind: 'captured', nowMs}, {kind: 'settled'}, {kind: 'recorded', nowMs: nowMs + tookMs}] as const)
        state = advance(state, policy, event).state;
      nowMs += tookMs + 1000;
    }
    return dueMs(state, policy) - state.lastCaptureMs;
  }

  test('commits take half of the time at most', () => {
    expect(dueAfter(100, 100)).toBe(200);
    expect(dueAfter(2, 300, 100, 200)).toBe(400);
    expect(dueAfter(100, 100, 3, 2)).toBe(10);
  });

  test('a single slow one changes nothing', () => {
    expect(dueAfter(900)).toBe(10);
    expect(dueAfter(900, 2)).toBe(10);
    expect(dueAfter(3, 2, 900)).toBe(10);
    expect(dueAfter(3, 2, 900, 3)).toBe(10);
  });
});

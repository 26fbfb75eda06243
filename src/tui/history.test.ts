import {describe, expect, test} from 'vitest';
import {beginMs, report} from '../testing/tui/reports.ts';
import {advance, type JobHistory, rateNow, ratesOfMinute} from './history.ts';

function history(counts: readonly (readonly [atMs: number, rowsIn: number])[]): JobHistory {
  let seen: JobHistory | null = null;
  for (const [atMs, rowsIn] of counts) seen = advance(seen, report('a', {rowsIn}), beginMs + atMs, null);
  return seen as JobHistory;
}

describe('rates', () => {
  test('one look says nothing', () => {
    expect(rateNow(history([[0, 500]]), 'rowsIn')).toBeNull();
    expect(ratesOfMinute(history([[0, 500]]), 'rowsIn', 3)).toEqual([null, null, null]);
  });

  test('what is before the first look does not count', () => {
    expect(
      rateNow(
        history([
          [0, 500],
          [1000, 700],
        ]),
        'rowsIn',
      ),
    ).toBe(200);
  });

  test('of the last seconds only', () => {
    const seen = history([
      [0, 0],
      [1000, 9000],
      [2000, 9000],
      [3000, 9000],
      [4000, 9100],
      [5000, 9200],
    ]);
    expect(rateNow(seen, 'rowsIn')).toBe(100);
  });

  test('counts that begin anew with a new process go on', () => {
    expect(
      rateNow(
        history([
          [0, 1000],
          [1000, 1100],
          [2000, 50],
        ]),
        'rowsIn',
      ),
    ).toBe(75);
  });

  test('a minute in parts, as if rows came evenly between looks', () => {
    const looks = Array.from({length: 121}, (_, index) => [index * 500, index < 60 ? 0 : (index - 60) * 50] as const);
    expect(ratesOfMinute(history(looks), 'rowsIn', 4)).toEqual([0, 0, 100, 100]);
  });

  test('parts in which nobody looked are not known', () => {
    expect(
      ratesOfMinute(
        history([
          [0, 0],
          [10_000, 1000],
        ]),
        'rowsIn',
        6,
      ),
    ).toEqual([null, null, null, null, null, 100]);
  });

  test('a minute is kept and no more', () => {
    const looks = Array.from({length: 1000}, (_, index) => [index * 500, index] as const);
    const {samples} = history(looks);
    expect(samples.length).toBeLessThan(130);
    expect((samples.at(-1)?.atMs ?? 0) - (samples[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(60_000);
  });
});

test('commits that were seen', () => {
  let seen: JobHistory | null = null;
  for (const epoch of [null, 0, 3, 3, 7]) {
    seen = advance(
      seen,
      report('a', {epoch, lastCommitAtMs: epoch === 0 || epoch === null ? null : beginMs + epoch, commitMs: 5}),
      beginMs + 1,
      null,
    );
  }
  expect(seen?.commits).toEqual([
    {epoch: 3, atMs: beginMs + 3, tookMs: 5},
    {epoch: 7, atMs: beginMs + 7, tookMs: 5},
  ]);
});

test('the share of a processor, of the same processes only', () => {
  const look = (before: JobHistory | null, atMs: number, cpuMs: number | null, pid: number): JobHistory =>
    advance(before, report('a', {pids: [pid]}), beginMs + atMs, cpuMs);
  const first = look(null, 0, 1000, 7);
  expect(first.cpuShare).toBeNull();
  expect(look(first, 500, 1250, 7).cpuShare).toBe(0.5);
  expect(look(first, 500, 20, 8).cpuShare).toBeNull();
  expect(look(first, 500, null, 7).cpuShare).toBeNull();
});

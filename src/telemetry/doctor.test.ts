import {describe, expect, test} from 'vitest';
import {diagnose, type Patient, span} from './doctor.ts';
import type {InputSample, Measured, PartitionSample} from './sample.ts';

const nowMs = Date.UTC(2026, 0, 5, 10, 3, 49);
const ago = (seconds: number): number => nowMs - 1000 * seconds;

function partition(number: number, more: Partial<PartitionSample> = {}): PartitionSample {
  return {name: `orders[${number}]`, lag: 0, watermarkMs: ago(1), rowsAtMs: ago(0), isIdle: false, hasEnded: false, ...more};
}

function input(more: Partial<InputSample> = {}): InputSample {
  const time = {watermarkMs: ago(1), isIdle: false, idleAfterMs: null};
  const {partitions = []} = more;
  return {
    table: 'orders',
    rows: 1000,
    bytes: 9000,
    rowsAtMs: ago(0),
    hasEnded: false,
    time,
    partitionCount: partitions.length,
    partitions,
    lag: null,
    ...more,
  };
}

function notes(inputs: readonly InputSample[], more: Partial<Measured> = {}, counts: Partial<Patient> = {}): readonly string[] {
  const measured: Measured = {
    readBytes: 0,
    writtenBytes: 0,
    lateRows: 0,
    stateRows: 0,
    rejects: [],
    latency: null,
    commits: null,
    shares: null,
    heapBytes: 0,
    gcRuns: 0,
    gcMs: 0,
    inputs,
    ...more,
  };
  return diagnose({measured, rowsIn: 1000, rowsOut: 10, rejected: 0, ...counts}, nowMs);
}

const heldAt = {watermarkMs: Date.UTC(2026, 0, 5, 10, 3, 7), isIdle: false, idleAfterMs: null};

describe('the doctor', () => {
  test('has nothing to say of a job that does well', () => {
    expect(notes([input({partitions: [partition(0), partition(1)]})])).toEqual([]);
    expect(notes([input({time: null}), input()])).toEqual([]);
  });

  test('names the partition that holds the watermark', () => {
    const idle = partition(3, {rowsAtMs: ago(42), watermarkMs: heldAt.watermarkMs});
    expect(notes([input({time: heldAt, partitions: [idle, partition(0)]})])).toEqual([
      "partition 3 of orders has been idle for 42 s and holds the watermark at 10:03:07 UTC; set 'scan.watermark.idle-timeout', and nobody waits for what is idle",
    ]);
  });

  test('says how long it lasts where a time-out is set', () => {
    const idle = partition(3, {rowsAtMs: ago(42), watermarkMs: heldAt.watermarkMs});
    expect(notes([input({time: {...heldAt, idleAfterMs: 60_000}, partitions: [idle, partition(0)]})])).toEqual([
      "partition 3 of orders has been idle for 42 s and holds the watermark at 10:03:07 UTC; after 1 min ('scan.watermark.idle-timeout') nobody waits for it",
    ]);
  });

  test('counts those that are left when many do', () => {
    const idle = [1, 2, 3, 4, 5].map(number => partition(number, {rowsAtMs: null, watermarkMs: null}));
    expect(notes([input({time: {...heldAt, watermarkMs: null}, partitions: [...idle, partition(0)]})])[0]).toMatch(
      /^partitions 1, 2, 3 and 2 more of orders have had no rows since the job was started, so event time has not begun; set/,
    );
  });

  test.each([
    ['it is not waited for', {isIdle: true}],
    ['it has ended', {hasEnded: true}],
    ['messages of it wait', {lag: 5}],
    ['its last row has just come', {rowsAtMs: ago(3)}],
    ['it is further than the input', {watermarkMs: ago(1)}],
  ])('does not blame a partition where %s', (_, more) => {
    const quiet = partition(3, {rowsAtMs: ago(42), watermarkMs: heldAt.watermarkMs, ...more});
    expect(notes([input({time: heldAt, partitions: [quiet, partition(0)]})])).toEqual([]);
  });

  test('names the input that others wait for', () => {
    const slow = input({table: 'rates', time: heldAt, rowsAtMs: ago(3725)});
    expect(notes([input(), slow])).toEqual([
      "rates has been idle for 1 h 2 min and holds the watermark at 10:03:07 UTC; set 'scan.watermark.idle-timeout', and nobody waits for what is idle",
    ]);
    expect(notes([input(), {...slow, hasEnded: true}])).toEqual([]);
    expect(notes([input(), {...slow, time: null}])).toEqual([]);
  });

  test('shows the day of a watermark of another one', () => {
    const slow = input({table: 'rates', time: {...heldAt, watermarkMs: Date.UTC(2025, 11, 31, 23, 59, 59, 999)}, rowsAtMs: ago(60)});
    expect(notes([input(), slow])[0]).toContain('holds the watermark at 2025-12-31 23:59:59 UTC');
  });

  test('says that nothing has come', () => {
    const never = input({rows: 0, rowsAtMs: null, time: null});
    expect(
      notes([never, input({table: 'rates', rows: 0, time: null, rowsAtMs: null, hasEnded: true})], {}, {rowsIn: 0, rowsOut: 0}),
    ).toEqual(['nothing has come from orders yet']);
  });

  test('says what a job without output waits for', () => {
    expect(notes([input({time: heldAt})], {}, {rowsOut: 0})).toEqual([
      'what the job gives comes when event time has passed, and the watermark of orders is at 10:03:07 UTC',
    ]);
    expect(notes([input({time: {...heldAt, watermarkMs: null}})], {}, {rowsOut: 0})).toEqual([
      'no row of orders has a time yet, so no window has ended',
    ]);
  });

  test('knows a time of the future, whatever it is', () => {
    expect(notes([input({time: {...heldAt, watermarkMs: nowMs + 7_384_000}})])).toEqual([
      'the watermark of orders is 2 h 3 min ahead of the clock: a row had a time of the future, and rows of the present are late',
    ]);
    expect(notes([input({time: {...heldAt, watermarkMs: 1e300}})])[0]).toContain('ahead of the clock');
  });

  test('tells of rejected and of late rows', () => {
    const rejects = [{code: 'bad-record', count: 1000}];
    expect(notes([input({time: null})], {rejects}, {rowsOut: 0, rejected: 1000})).toEqual([
      'all rows have been rejected: bad-record 1000; weir logs shows why',
    ]);
    expect(notes([input()], {lateRows: 1})).toEqual(['1 row was dropped since it came too late: let the watermark wait longer']);
  });

  test('names the stage that holds the others up', () => {
    const shares = {work: 0.2, sourceWait: 0, sinkWait: 0, commitWait: 0, pause: 0};
    expect(notes([input()], {shares})).toEqual([]);
    expect(notes([input()], {shares: {...shares, sinkWait: 0.876}})).toEqual([
      '88 % of the time the job waits for a sink: what reads its output is slower than it',
    ]);
    expect(notes([input()], {shares: {...shares, commitWait: 0.6}})).toEqual([
      '60 % of the time the job waits for a commit: let one cover more with --batch',
    ]);
  });
});

test.each([
  [0, '0 s'],
  [999, '0 s'],
  [42_000, '42 s'],
  [185_000, '3 min 5 s'],
  [3_600_000, '1 h'],
  [187_200_000, '2 d 4 h'],
])('a span of %d ms is %s', (ms, text) => expect(span(ms)).toBe(text));

import {describe, expect, test} from 'vitest';
import type {EventTime} from '../compile/engine.ts';
import {measuredOf} from '../telemetry/sample.ts';
import type {Input, ReadPartition} from './input.ts';
import {JobMeter, type MeasuredParts} from './meter.ts';

const beginMs = 1_000_000;

/** A meter whose time a test makes, over one input that a test fills. */
class Bench {
  nowMs = beginMs;
  readonly input = {
    engineInput: {batch: {count: 0}, eventTime: null as EventTime | null, node: {table: {name: 'orders'}}},
    rows: 0,
    readBytes: 0,
    lag: (): number | null => null,
    createdAtMs: undefined as ((row: number) => number | null) | undefined,
    readPartitions: undefined as (() => readonly ReadPartition[]) | undefined,
  };
  readonly rejects = new Map<string, number>();
  readonly meter: JobMeter;

  constructor() {
    const clock = {now: () => this.nowMs};
    const stopwatch = {elapsedMs: () => this.nowMs - beginMs};
    this.meter = new JobMeter({clock, stopwatch, heap: () => ({heapBytes: 7, residentBytes: 9, gcRuns: 1, gcMs: 2})});
    const parts = {
      engine: {lateRows: 0, stateRows: 5},
      inputs: [this.input],
      outputs: [{writtenBytes: 11}],
      rejects: {byCode: this.rejects},
    };
    this.meter.begin(parts as unknown as MeasuredParts);
  }

  take(rows: number): void {
    this.input.engineInput.batch.count = rows;
    this.input.rows += rows;
    this.meter.taken(this.input as unknown as Input);
  }

  get measured() {
    const measured = measuredOf([this.meter.sample()]);
    if (measured === null) throw new Error('nothing is measured');
    return measured;
  }
}

describe('the time of a job', () => {
  test('is shared out among what it does and what it waits for', () => {
    const bench = new Bench();
    const spend = (occupation: Parameters<JobMeter['turnTo']>[0], ms: number): void => {
      bench.meter.turnTo(occupation);
      bench.nowMs += ms;
    };
    spend('work', 100);
    spend('sinkWait', 700);
    spend('work', 100);
    spend('commitWait', 50);
    spend('pause', 50);
    expect(bench.measured.shares).toEqual({work: 0.2, sourceWait: 0, sinkWait: 0.7, commitWait: 0.05, pause: 0.05});
  });

  test('is that of the last samples: what was before is forgotten', () => {
    const bench = new Bench();
    bench.meter.turnTo('sinkWait');
    for (let look = 0; look < 6; look++) {
      bench.nowMs += 500;
      bench.meter.sample();
    }
    bench.meter.turnTo('work');
    for (let look = 0; look < 6; look++) {
      bench.nowMs += 500;
      bench.meter.sample();
    }
    expect(bench.measured.shares).toMatchObject({work: 1, sinkWait: 0});
  });

  test('is none before any has gone by', () => {
    expect(new Bench().measured.shares).toBeNull();
  });
});

describe('latency', () => {
  test('ends when the commit counts, for what it covers and for nothing else', () => {
    const bench = new Bench();
    bench.take(10);
    bench.nowMs += 100;
    bench.meter.captured();
    bench.take(3);
    bench.nowMs += 100;
    bench.meter.counted(80);
    expect(bench.measured).toMatchObject({latency: {count: 10, longestMs: 200}, commits: {count: 1, longestMs: 80}});
    bench.meter.captured();
    bench.nowMs += 700;
    bench.meter.counted(10);
    expect(bench.measured).toMatchObject({latency: {count: 13, longestMs: 800}, commits: {count: 2, longestMs: 80}});
  });

  test('begins when the records were made, where they say it, and counts every one though few are looked at', () => {
    const bench = new Bench();
    let asked = 0;
    bench.input.createdAtMs = row => {
      asked++;
      return row < 768 ? beginMs - 1000 : null;
    };
    bench.take(1024);
    bench.meter.delivered();
    const {latency} = bench.measured;
    expect(asked).toBe(32);
    expect(latency).toMatchObject({count: 1024, longestMs: 1000});
    expect(latency?.p50Ms).toBeGreaterThan(900);
  });

  test('of more records than are kept is that of some of them, and none is left out of the count', () => {
    const bench = new Bench();
    for (let batch = 0; batch < 20_000; batch++) {
      bench.take(100);
      bench.nowMs += 1;
    }
    bench.meter.captured();
    bench.meter.counted(1);
    const {latency} = bench.measured;
    expect(latency?.count).toBe(2_000_000);
    expect(latency?.longestMs).toBe(20_000);
    expect(Math.abs((latency?.p50Ms ?? 0) - 10_000)).toBeLessThan(2000);
  });
});

describe('a sample', () => {
  test('has what is counted elsewhere', () => {
    const bench = new Bench();
    bench.rejects.set('bad-record', 3);
    bench.input.readBytes = 99;
    expect(bench.measured).toMatchObject({
      readBytes: 99,
      writtenBytes: 11,
      stateRows: 5,
      heapBytes: 7,
      gcRuns: 1,
      gcMs: 2,
      rejects: [{code: 'bad-record', count: 3}],
      inputs: [{table: 'orders', rowsAtMs: null, time: null, partitionCount: 0, lag: null}],
    });
  });

  test('tells when something has come last, and of which partition', () => {
    const bench = new Bench();
    const partition = (number: number, offset: number): ReadPartition => ({
      name: `orders[${number}]`,
      offset,
      lag: number,
      hasEnded: false,
    });
    let partitions = [partition(0, 100), partition(1, 200)];
    bench.input.readPartitions = () => partitions;
    bench.meter.sample();
    bench.nowMs += 500;
    partitions = [partition(0, 101), partition(1, 200)];
    bench.input.rows = 1;
    bench.meter.sample();
    bench.nowMs += 60_000;
    const eventTime = {watermark: 500, isIdle: false, idleAfterMs: Infinity, partitions: [{watermark: 900, isIdle: false}]};
    bench.input.engineInput.eventTime = {...eventTime, partitions: [...eventTime.partitions, {watermark: -Infinity, isIdle: false}]};
    expect(bench.measured.inputs).toMatchObject([
      {
        rowsAtMs: beginMs + 500,
        time: {watermarkMs: 500, isIdle: false, idleAfterMs: null},
        partitionCount: 2,
        partitions: [
          {name: 'orders[1]', lag: 1, watermarkMs: null, rowsAtMs: null},
          {name: 'orders[0]', lag: 0, watermarkMs: 900, rowsAtMs: beginMs + 500},
        ],
      },
    ]);
  });

  test('shows those partitions of very many that hold the others up, or are furthest behind', () => {
    const bench = new Bench();
    bench.input.readPartitions = () =>
      Array.from({length: 1000}, (_, number) => ({name: `orders[${number}]`, offset: 0, lag: number, hasEnded: number > 900}));
    const [input] = bench.measured.inputs;
    expect(input?.partitionCount).toBe(1000);
    expect(input?.partitions).toHaveLength(64);
    expect(input?.partitions[0]).toMatchObject({name: 'orders[900]', lag: 900});
  });
});

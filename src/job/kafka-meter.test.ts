import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {systemStopwatch} from '../base/clock.ts';
import {diagnose} from '../telemetry/doctor.ts';
import {type Measured, measuredOf, type Sample} from '../telemetry/sample.ts';
import {createTopics, produce} from '../testing/kafka/admin.ts';
import {freshName, sharedBroker} from '../testing/kafka/shared.ts';
import type {RunStatus} from './contract.ts';
import {RunControl} from './control.ts';
import {JobMeter} from './meter.ts';
import {optionsOfRun, planOfScript} from '../testing/run-script.ts';
import {runPlan} from './run.ts';

let bootstrap: string;
let directory: string;
beforeAll(async () => {
  bootstrap = await sharedBroker();
  directory = mkdtempSync(join(tmpdir(), 'weir-kafka-meter-'));
});
afterAll(() => rmSync(directory, {recursive: true}));

/** Runs a job until what it says of itself is so. */
async function measure(
  sql: string,
  isEnough: (measured: Measured) => boolean,
): Promise<{readonly measured: Measured; readonly status: RunStatus}> {
  const plan = await planOfScript(sql, directory);
  const clock = {now: () => Date.now()};
  const stop = new AbortController();
  const control = new RunControl(() => undefined);
  const looks = setInterval(() => control.look(), 100);
  let last: {readonly sample: Sample; readonly status: RunStatus} | null = null;
  const result = await runPlan({
    ...optionsOfRun(plan, directory),
    clock,
    stop: stop.signal,
    control,
    meter: new JobMeter({clock, stopwatch: systemStopwatch, heap: () => ({heapBytes: 0, residentBytes: 0, gcRuns: 0, gcMs: 0})}),
    onProgress: status => {
      const measured = status.sample === null ? null : measuredOf([status.sample]);
      if (measured === null || status.sample === null || stop.signal.aborted || !isEnough(measured)) return;
      last = {sample: status.sample, status};
      stop.abort();
    },
    identity: {project: 'test', name: freshName('job'), slot: {index: 0, count: 1}},
  });
  clearInterval(looks);
  expect(result).toMatchObject({status: 'stopped', problem: null});
  const {sample, status} = last as unknown as {readonly sample: Sample; readonly status: RunStatus};
  return {measured: measuredOf([sample]) as Measured, status};
}

test('the doctor finds the partition of a topic that holds the watermark', async () => {
  const topic = freshName('orders');
  await createTopics(bootstrap, [{name: topic, partitions: 2}]);
  const minute = (number: number) => new Date(Date.UTC(2026, 0, 5, 10, number)).toISOString().slice(0, 19).replace('T', ' ');
  const timestamp = Date.now() - 5000;
  const records = Array.from({length: 20}, (_, number) => ({value: `{"n":${number},"ts":"${minute(number)}"}`, partition: 1, timestamp}));
  const late = {value: `{"n":0,"ts":"${minute(2)}"}`, partition: 0, timestamp};
  await produce(bootstrap, topic, [...records, late]);
  const {measured, status} = await measure(
    `CREATE TABLE orders (n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'kafka', 'topic' = '${topic}',
       'properties.bootstrap.servers' = '${bootstrap}', 'scan.startup.mode' = 'earliest-offset', 'format' = 'json');
     CREATE TABLE counts (w TIMESTAMP(3), c BIGINT) WITH ('connector' = 'blackhole');
     INSERT INTO counts SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '10' MINUTE)) GROUP BY window_start, window_end`,
    ({inputs}) => inputs[0]?.rows === 21 && inputs[0].lag === 0 && inputs[0].partitions.every(({watermarkMs}) => watermarkMs !== null),
  );
  const [input] = measured.inputs;
  expect(input).toMatchObject({
    table: 'orders',
    partitionCount: 2,
    lag: 0,
    time: {watermarkMs: Date.UTC(2026, 0, 5, 10, 2), isIdle: false, idleAfterMs: null},
    partitions: [
      {name: `${topic}[0]`, lag: 0, watermarkMs: Date.UTC(2026, 0, 5, 10, 2), hasEnded: false},
      {name: `${topic}[1]`, lag: 0, watermarkMs: Date.UTC(2026, 0, 5, 10, 19)},
    ],
  });
  // Records say when they were made.
  expect(measured.latency?.count).toBe(21);
  expect(measured.latency?.p50Ms).toBeGreaterThanOrEqual(4900);
  const notes = diagnose({measured, rowsIn: status.rowsIn, rowsOut: status.rowsOut, rejected: 0}, Date.now() + 60_000);
  expect(notes[0]).toMatch(
    /^partition 0 of orders has (?:been idle for|had no rows since).* holds the watermark at 2026-01-05 10:02:00 UTC; set 'scan\.watermark\.idle-timeout'/,
  );
}, 60_000);

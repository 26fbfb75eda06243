import {setTimeout as wait} from 'node:timers/promises';
import {createTopics, readAll} from '../../src/testing/kafka/admin.ts';
import {type Broker, startBroker} from '../../src/testing/kafka/broker.ts';
import {assignmentOf, costOf, type JobOptions, running, startJob, stopJob} from '../kafka/job.ts';
import {bidsSql, pacedSql} from '../kafka/queries.ts';
import {fillBids, type Input} from '../kafka/topics.ts';
import {Pace, Watch} from '../kafka/traffic.ts';
import {printLoad} from '../report.ts';
import type {Options} from '../settings.ts';

const sizes = [100, 1000, 10_000, null];
const waits = [5, 50, 500];
const mostRows = 200_000;
const perSecond = 5000;

/** What `--batch SIZE,WAIT` does to throughput and latency of an exactly-once job that filters: published, without a bar. */
export async function kafkaBatches(options: Options): Promise<boolean> {
  const broker = await startBroker({isMeasured: true});
  const lookMs = options.isFull ? 10_000 : 2000;
  try {
    const input = await fillBids(broker, Math.min(options.rows, mostRows), 4, {auctions: 1000, channels: 1000});
    await createTopics(broker.bootstrap, [{name: 'paced'}]);
    console.log(`\n--batch SIZE,WAIT: at full speed, and latency at ${perSecond.toLocaleString('en')} records/s, exactly-once`);
    console.log(
      `  ${'size'.padStart(8)}${'wait ms'.padStart(9)}${'K rows/s'.padStart(10)}${'CPU us'.padStart(8)}${'median ms'.padStart(11)}${'p99 ms'.padStart(9)}`,
    );
    const pace = new Pace({bootstrap: broker.bootstrap, topic: 'paced', partitions: 1, perSecond, keys: 1000, lingerMs: 1});
    const expected = {records: -1};
    for (const size of sizes) for (const waitMs of waits) await row(broker, input, {size, waitMs, lookMs, expected});
    await pace.stop();
    printLoad();
    return true;
  } finally {
    await broker.stop();
  }
}

interface Setting {
  readonly size: number | null;
  readonly waitMs: number;
  readonly lookMs: number;
  /** All of them give the same. */
  readonly expected: {records: number};
}

async function row(broker: Broker, input: Input, {size, waitMs, lookMs, expected}: Setting): Promise<void> {
  const name = `batch-${size ?? 'any'}-${waitMs}`;
  await createTopics(broker.bootstrap, [{name, partitions: 4}, {name: `${name}-paced`}]);
  const settings = {guarantee: 'exactly-once', batchWaitMs: waitMs, ...(size === null ? {} : {batchRecords: size})} as const;
  const job = (sql: string): JobOptions => ({name, sql, ...settings});
  const cost = await costOf(startJob(await assignmentOf(job(bidsSql('filter', {broker, from: input.topic, to: name, isBounded: true})))));
  const {length} = await readAll(broker.bootstrap, name);
  if (expected.records < 0) expected.records = length;
  if (length !== expected.records || length === 0) throw new Error(`${name} gave ${length} records, not ${expected.records}`);
  const paced = startJob(await assignmentOf(job(pacedSql('rows', {broker, from: 'paced', to: `${name}-paced`, start: 'latest-offset'}))));
  await running(paced);
  const watch = await Watch.open({bootstrap: broker.bootstrap, topic: `${name}-paced`, partitions: 1});
  await wait(1000);
  await watch.seen();
  await wait(lookMs);
  const seen = await watch.seen();
  watch.close();
  await stopJob(paced);
  const figures = [
    String(size ?? 'any').padStart(8),
    String(waitMs).padStart(9),
    (cost.rows / cost.wallMs).toFixed(0).padStart(10),
    ((cost.cpuMs * 1000) / cost.rows).toFixed(2).padStart(8),
    (seen.median?.toFixed(1) ?? '-').padStart(11),
    (seen.p99?.toFixed(1) ?? '-').padStart(9),
  ];
  console.log(`  ${figures.join('')}`);
}

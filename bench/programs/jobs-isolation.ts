import {setTimeout as wait} from 'node:timers/promises';
import {createTopics} from '../../src/testing/kafka/admin.ts';
import {startBroker} from '../../src/testing/kafka/broker.ts';
import type {JobProcess} from '../../src/testing/torture/job-process.ts';
import {assignmentOf, running, startJob, stopJob} from '../kafka/job.ts';
import {pacedSql} from '../kafka/queries.ts';
import {Pace, type Seen, Watch} from '../kafka/traffic.ts';
import {printBar, printFigure, printLoad} from '../report.ts';
import type {Options} from '../settings.ts';

const perSecond = 20_000;
const eatenBytes = 2e9;

/** Never waits for anything. */
const spinner = `CREATE TABLE i (k BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000000000');
CREATE TABLE o (k BIGINT, c BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO o SELECT MOD(k, 1000), COUNT(*) FROM i GROUP BY MOD(k, 1000);
`;

/** A group for every row, as long as there is memory. */
const eater = `CREATE TABLE i (k STRING) WITH ('connector' = 'datagen', 'rows-per-second' = '1000000000', 'fields.k.length' = '100');
CREATE TABLE o (k STRING, c BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO o SELECT k, COUNT(*) FROM i GROUP BY k;
`;

/** A job paced at 20 K records/s, exactly-once at 20 ms, beside one that spins, one that stands still, and one that takes 2 GB. */
export async function jobsIsolation(options: Options): Promise<boolean> {
  const broker = await startBroker({isMeasured: true});
  const lookMs = options.isFull ? 30_000 : 5000;
  try {
    console.log(`\na job at ${perSecond.toLocaleString('en')} records/s, exactly-once at 20 ms, beside others`);
    await createTopics(broker.bootstrap, [{name: 'in'}, {name: 'out'}]);
    const sql = pacedSql('rows', {broker, from: 'in', to: 'out', start: 'latest-offset'});
    const job = startJob(await assignmentOf({name: 'paced', sql, guarantee: 'exactly-once', batchWaitMs: 20}));
    await running(job);
    const pace = new Pace({bootstrap: broker.bootstrap, topic: 'in', partitions: 1, perSecond, keys: 1000, lingerMs: 1});
    const watch = await Watch.open({bootstrap: broker.bootstrap, topic: 'out', partitions: 1});
    // A broker that has just begun is slow: its code is not compiled yet.
    await wait(2 * lookMs);
    printFigure('alone', inWords(await seen(watch, lookMs)));
    let isMet = await beside('a job that spins', spinner, watch, lookMs, async () => {});
    isMet =
      (await beside('a job that stands still', spinner, watch, lookMs, async other => {
        other.signal('SIGSTOP');
      })) && isMet;
    isMet = (await beside('a job that takes 2 GB', eater, watch, lookMs, eaten)) && isMet;
    await pace.stop();
    watch.close();
    await stopJob(job);
    printLoad();
    return isMet;
  } finally {
    await broker.stop();
  }
}

async function beside(what: string, sql: string, watch: Watch, lookMs: number, prepare: (other: JobProcess) => Promise<void>) {
  const assignment = {...(await assignmentOf({name: 'other', sql, guarantee: 'at-least-once', batchWaitMs: 100})), commit: null};
  const other = startJob(assignment);
  try {
    await running(other);
    await watch.seen();
    const preparing = prepare(other);
    const one = await seen(watch, lookMs);
    await preparing;
    const keepsRate = one.count >= 0.98 * perSecond * (lookMs / 1000);
    return printBar(`beside ${what}`, inWords(one), 'p99 < 100 ms, its rate', keepsRate && one.p99 !== null && one.p99 < 100);
  } finally {
    other.signal('SIGKILL');
    await other.ended;
  }
}

/** Waits until it has taken so much, or has ended of it. */
async function eaten(other: JobProcess): Promise<void> {
  for (const deadline = performance.now() + 120_000; performance.now() < deadline && other.isAlive; await wait(100))
    if ((other.look()?.residentBytes ?? 0) > eatenBytes) return;
}

async function seen(watch: Watch, lookMs: number): Promise<Seen> {
  await watch.seen();
  await wait(lookMs);
  return watch.seen();
}

function inWords({count, median, p99}: Seen): string {
  return `${count} records, median ${median?.toFixed(0) ?? '-'} ms, p99 ${p99?.toFixed(0) ?? '-'} ms`;
}

import {setTimeout as wait} from 'node:timers/promises';
import {createTopics} from '../../src/testing/kafka/admin.ts';
import {startBroker} from '../../src/testing/kafka/broker.ts';
import {assignmentOf, residentBytesOf, running, startJob, stopJob} from '../kafka/job.ts';
import {pacedSql} from '../kafka/queries.ts';
import {at} from '../kafka/topics.ts';
import {Pace} from '../kafka/traffic.ts';
import {printBar, printFigure, printLoad} from '../report.ts';
import type {Options} from '../settings.ts';

const groups = 100_000;
const perSecond = 50_000;

/** The memory of a job's process, Kafka in and out, exactly-once at 100 ms, with 100 K groups at 50 K records a second. */
export async function jobsMemory(options: Options): Promise<boolean> {
  const broker = await startBroker({isMeasured: true, settings: {'log.retention.bytes': '268435456', 'log.segment.bytes': '67108864'}});
  const seconds = options.isFull ? 600 : 60;
  try {
    await createTopics(broker.bootstrap, [
      {name: 'in', partitions: 4},
      {name: 'out', partitions: 4},
      {name: 'counts', partitions: 4},
    ]);
    console.log(`\nmemory of a job: ${groups.toLocaleString('en')} groups at ${perSecond.toLocaleString('en')} records/s, ${seconds} s`);
    const sql = pacedSql('counts', {broker, from: 'in', to: 'out', start: 'earliest-offset'});
    const job = startJob(await assignmentOf({name: 'memory', sql, guarantee: 'exactly-once', batchWaitMs: 100}));
    await running(job);
    const pace = new Pace({bootstrap: broker.bootstrap, topic: 'in', partitions: 4, perSecond, keys: groups, lingerMs: 5});
    const samples: number[] = [];
    for (let second = 0; second < seconds; second++) {
      await wait(1000);
      samples.push(residentBytesOf(job.pid));
      if ((second + 1) % Math.ceil(seconds / 6) === 0)
        printFigure(
          `after ${second + 1} s, ${job.status?.rowsIn.toLocaleString('en') ?? '?'} records`,
          megabytes(samples.at(-1) as number),
        );
    }
    const peakBytes = job.look()?.peakBytes ?? 0;
    const lag = job.status?.lag ?? 0;
    const sent = await pace.stop();
    await stopJob(job);
    printLoad();
    printFigure('records sent; not read yet when the time was over', `${sent}; ${lag}`);
    printFigure('most at any time', megabytes(peakBytes));
    const bytes = samples.slice(-5).reduce((sum, one) => Math.max(sum, one), 0);
    const isSmall = printBar('resident at the end', megabytes(bytes), '< 100 MB', bytes < 100e6);
    return (await stateBytes(`in`, broker)) && isSmall;
  } finally {
    await broker.stop();
  }
}

/** State of one group of (number key, count), as the job tells it. */
async function stateBytes(topic: string, broker: Parameters<typeof at>[0]): Promise<boolean> {
  const sql = `CREATE TABLE i (k BIGINT) WITH ('connector' = 'kafka', ${at(broker, topic)}, 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset', 'format' = 'json');
CREATE TABLE o (k BIGINT, c BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'upsert-kafka', ${at(broker, 'counts')}, 'key.format' = 'json', 'value.format' = 'json');
INSERT INTO o SELECT k, COUNT(*) FROM i GROUP BY k;
`;
  const job = startJob(await assignmentOf({name: 'state', sql, guarantee: 'exactly-once', batchWaitMs: 100}));
  await job.ended;
  const bytes = (job.status?.stateBytes ?? Number.NaN) / groups;
  return printBar('state of a group of (number key, count)', `${bytes.toFixed(0)} B`, '<= 64 B', bytes <= 64);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

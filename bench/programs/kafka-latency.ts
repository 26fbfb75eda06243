import {setTimeout as wait} from 'node:timers/promises';
import {createTopics} from '../../src/testing/kafka/admin.ts';
import {type Broker, startBroker} from '../../src/testing/kafka/broker.ts';
import {assignmentOf, running, startJob, stopJob} from '../kafka/job.ts';
import {pacedSql} from '../kafka/queries.ts';
import {Pace, type Seen, Watch} from '../kafka/traffic.ts';
import {median} from '../measure.ts';
import {printBar, printFigure, printLoad} from '../report.ts';
import type {Options} from '../settings.ts';

const intervals = [2, 5, 10, 20, 50, 100, 500];
const settleMs = 1500;

/** How much later a record arrives through a job than without one: 1,000 records a second, one partition each way, all parties processes of their own. */
export async function kafkaLatency(options: Options): Promise<boolean> {
  const broker = await startBroker({isMeasured: true});
  const lookMs = options.isFull ? 20_000 : 3000;
  try {
    await createTopics(broker.bootstrap, [{name: 'in'}]);
    const pace = new Pace({bootstrap: broker.bootstrap, topic: 'in', partitions: 1, perSecond: 1000, keys: 1000, lingerMs: 0});
    // A broker that has just begun is slow: its code is not compiled yet.
    await through(broker, 'exactly-once', 3, 4 * lookMs);
    const hop = await seen(broker, 'in', lookMs);
    const rows: Row[] = [{name: 'at-least-once, commits each 100 ms', look: await through(broker, 'at-least-once', 100, lookMs)}];
    for (const intervalMs of intervals)
      rows.push({name: `exactly-once, ${intervalMs} ms`, look: await through(broker, 'exactly-once', intervalMs, lookMs)});
    await pace.stop();
    return report(hop, rows);
  } finally {
    await broker.stop();
  }
}

interface Row {
  readonly name: string;
  readonly look: Look;
}

function report(hop: Look, rows: readonly Row[]): boolean {
  console.log('\nlatency at 1 K records/s, one partition each way: from the producer through a job to a read_committed consumer, ms');
  printLoad();
  const heads = ['median', 'added', 'p99', 'most', 'calm', 'added'].map(head => head.padStart(9)).join('');
  console.log(`  ${''.padEnd(36)}${heads}   (calm: the median of the best half second)`);
  for (const {name, look} of [{name: 'no job: one hop', look: hop}, ...rows]) {
    const figures = [look.median, look.median - hop.median, look.p99, look.most, look.calm, look.calm - hop.calm];
    console.log(`  ${name.padEnd(36)}${figures.map(ms => ms.toFixed(1).padStart(9)).join('')}`);
  }
  const bests = rows.slice(1).map(({look}) => look);
  const calm = Math.min(...bests.map(one => one.calm)) - hop.calm;
  printFigure('the same of the best half seconds', `${calm.toFixed(1)} ms`);
  const median = Math.min(...bests.map(one => one.median)) - hop.median;
  return printBar('added by exactly-once over a plain hop, best interval, median', `${median.toFixed(1)} ms`, '< 10 ms', median < 10);
}

/** Latencies over some time. */
interface Look {
  readonly median: number;
  readonly p99: number;
  readonly most: number;
  /** The median of the half second in which the machine had the least else to do. */
  readonly calm: number;
}

const windowMs = 500;

async function seen(broker: Broker, topic: string, lookMs: number): Promise<Look> {
  const watch = await Watch.open({bootstrap: broker.bootstrap, topic, partitions: 1});
  await wait(settleMs);
  await watch.seen();
  const windows: Seen[] = [];
  for (let atMs = 0; atMs < lookMs; atMs += windowMs) {
    await wait(windowMs);
    windows.push(await watch.seen());
  }
  watch.close();
  const count = windows.reduce((sum, one) => sum + one.count, 0);
  if (count < lookMs / 2) throw new Error(`only ${count} records of topic ${topic} came in ${lookMs} ms`);
  const of = (what: 'median' | 'p99' | 'most') => windows.flatMap(one => one[what] ?? []);
  return {median: median(of('median')), p99: median(of('p99')), most: Math.max(...of('most')), calm: Math.min(...of('median'))};
}

async function through(broker: Broker, guarantee: 'at-least-once' | 'exactly-once', batchWaitMs: number, lookMs: number): Promise<Look> {
  const name = `latency-${guarantee}-${batchWaitMs}`;
  await createTopics(broker.bootstrap, [{name}]);
  const sql = pacedSql('rows', {broker, from: 'in', to: name, start: 'latest-offset'});
  const job = startJob(await assignmentOf({name, sql, guarantee, batchWaitMs}));
  await running(job);
  const one = await seen(broker, name, lookMs);
  await stopJob(job);
  return one;
}

import {setTimeout as wait} from 'node:timers/promises';
import {createTopics, readAll} from '../../src/testing/kafka/admin.ts';
import {type Broker, startBroker} from '../../src/testing/kafka/broker.ts';
import type {JobProcess} from '../../src/testing/torture/job-process.ts';
import {assignmentOf, faultOf, running, startJob, stopJob} from '../kafka/job.ts';
import {pacedSql} from '../kafka/queries.ts';
import {Pace} from '../kafka/traffic.ts';
import {printBar, printFigure, printLoad} from '../report.ts';
import type {Options} from '../settings.ts';

const partitions = 2;
const perSecond = 2000;
const keys = 500;

/** A job that is paused and resumed, or stopped and started, again and again while records keep coming: nothing is lost and nothing doubled, of rows nor of counts. */
export async function jobsPause(options: Options): Promise<boolean> {
  const broker = await startBroker({isMeasured: true});
  try {
    console.log(`\njobs that are held up, ${perSecond} records/s, exactly-once at 20 ms`);
    const pauses = await held(broker, 'pause', options.isFull ? 1000 : 200, pauseOnce);
    const stops = await held(broker, 'stop', options.isFull ? 1000 : 20, stopOnce);
    printLoad();
    return pauses && stops;
  } finally {
    await broker.stop();
  }
}

/** Holds a job up once, and gives the process that goes on. */
type HoldUp = (job: JobProcess, restart: () => Promise<JobProcess>) => Promise<JobProcess>;

const pauseOnce: HoldUp = async job => {
  job.tell({kind: 'pause'});
  if ((await job.answer('paused')) === null) throw new Error(faultOf(job));
  job.tell({kind: 'resume'});
  if ((await job.answer('resumed')) === null) throw new Error(faultOf(job));
  return job;
};

const stopOnce: HoldUp = async (job, restart) => {
  await stopJob(job);
  return restart();
};

async function held(broker: Broker, what: 'pause' | 'stop', times: number, holdUp: HoldUp): Promise<boolean> {
  const topics = [`${what}-in`, `${what}-rows`, `${what}-counts`] as const;
  await createTopics(
    broker.bootstrap,
    topics.map(name => ({name, partitions})),
  );
  const [from, rows, counts] = topics;
  const pace = new Pace({bootstrap: broker.bootstrap, topic: from, partitions, perSecond, keys, lingerMs: 1});
  // Both queries in one job: rows that pass, and state.
  const sql = script(broker, from, rows, counts);
  const options = {name: what, sql, guarantee: 'exactly-once', batchWaitMs: 20} as const;
  const resumed = await assignmentOf(options, false);
  let job = startJob(await assignmentOf(options));
  await running(job);
  const startMs = performance.now();
  for (let time = 0; time < times; time++) {
    await wait(Math.random() * 30);
    job = await holdUp(job, async () => {
      const next = startJob(resumed);
      await running(next);
      return next;
    });
  }
  const eachMs = (performance.now() - startMs) / times;
  const sent = await pace.stop();
  await atEnd(job);
  await stopJob(job);
  printFigure(
    `${what === 'pause' ? 'pause -> resume' : 'stop -> start'}, ${times} times, ${sent} records: each took`,
    `${eachMs.toFixed(0)} ms`,
  );
  return judge(broker, {rows, counts, sent, what: `${times} times`});
}

function script(broker: Broker, from: string, rows: string, counts: string): string {
  const [, ...second] = pacedSql('counts', {broker, from, to: counts, start: 'earliest-offset'}).replaceAll(' o ', ' totals ').split('\n');
  return pacedSql('rows', {broker, from, to: rows, start: 'earliest-offset'}) + second.join('\n');
}

/** Until everything is read and committed: two rounds in a row. */
async function atEnd(job: JobProcess): Promise<void> {
  let idle = 0;
  for (let round = 0; idle < 2; round++) {
    job.tell({kind: 'ask-idle', round});
    const answer = await job.answer('idle');
    if (answer === null) throw new Error(faultOf(job));
    idle = answer.isIdle ? idle + 1 : 0;
    await wait(50);
  }
}

interface Outcome {
  readonly rows: string;
  readonly counts: string;
  readonly sent: number;
  readonly what: string;
}

async function judge(broker: Broker, {rows, counts, sent, what}: Outcome): Promise<boolean> {
  const times = new Map<number, number>();
  for (const {value} of await readAll(broker.bootstrap, rows)) {
    const {n} = JSON.parse(value ?? '') as {readonly n: number};
    times.set(n, (times.get(n) ?? 0) + 1);
  }
  let doubled = 0;
  for (const count of times.values()) doubled += count - 1;
  const lost = sent - times.size;
  // A key's counts have to be 1, 2, 3, … and end with how many records it had.
  const last = new Map<number, number>();
  let wrong = 0;
  for (const {value} of await readAll(broker.bootstrap, counts)) {
    const {k, c} = JSON.parse(value ?? '') as {readonly k: number; readonly c: number};
    if (c !== (last.get(k) ?? 0) + 1) wrong++;
    last.set(k, c);
  }
  for (let key = 0; key < keys; key++) if (last.get(key) !== Math.ceil((sent - key) / keys)) wrong++;
  const figure = `${lost}, ${doubled}, ${wrong}`;
  return printBar(`${what}: lost, doubled, wrong counts`, figure, '0, 0, 0', figure === '0, 0, 0');
}

import {createTopics, readAll} from '../../src/testing/kafka/admin.ts';
import {type Broker, startBroker} from '../../src/testing/kafka/broker.ts';
import {assignmentOf, costOf, startJob} from '../kafka/job.ts';
import {bidsSql} from '../kafka/queries.ts';
import {fillBids, type Input} from '../kafka/topics.ts';
import {printBar, printFigure, printLoad} from '../report.ts';
import type {Options} from '../settings.ts';

const mostRows = 300_000;

/** Several jobs at once: what a record costs does not depend on how many there are. */
export async function jobsScale(options: Options): Promise<boolean> {
  const broker = await startBroker({isMeasured: true});
  try {
    const input = await fillBids(broker, Math.min(options.rows, mostRows), 4, {auctions: 1000, channels: 1000});
    return await together(broker, input);
  } finally {
    await broker.stop();
  }
}

async function together(broker: Broker, input: Input): Promise<boolean> {
  console.log('\nseveral jobs at once, the same filter over the same bids each, exactly-once at 100 ms');
  let [one, isMet] = [0, true];
  for (const count of [1, 2, 4, 8]) {
    const names = Array.from({length: count}, (_, index) => `scale-${count}-${index}`);
    await createTopics(
      broker.bootstrap,
      names.map(name => ({name, partitions: 4})),
    );
    const assignments = await Promise.all(
      names.map(name => {
        const sql = bidsSql('filter', {broker, from: input.topic, to: name, isBounded: true});
        return assignmentOf({name, sql, guarantee: 'exactly-once', batchWaitMs: 100});
      }),
    );
    const costs = await Promise.all(assignments.map(assignment => costOf(startJob(assignment))));
    const rows = costs.reduce((sum, cost) => sum + cost.rows, 0);
    const microseconds = (costs.reduce((sum, cost) => sum + cost.cpuMs, 0) * 1000) / rows;
    if (rows !== count * input.rows) throw new Error(`${count} jobs read ${rows} records`);
    const outputs = await Promise.all([names[0], names.at(-1)].map(async name => (await readAll(broker.bootstrap, name as string)).length));
    if (outputs[0] !== outputs[1]) throw new Error('jobs that do the same give different numbers of records');
    const what = `${count} ${count === 1 ? 'job' : 'jobs'}: CPU a record`;
    const figure = `${microseconds.toFixed(2)} us`;
    if (count === 1) {
      one = microseconds;
      printFigure(what, figure);
    } else isMet = printBar(what, figure, '<= 1.10x of one', microseconds <= 1.1 * one) && isMet;
  }
  printLoad();
  return isMet;
}

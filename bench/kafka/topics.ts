import {createReadStream} from 'node:fs';
import {createInterface} from 'node:readline';
import {connectProducer, createTopics, type NewRecord, promised, send} from '../../src/testing/kafka/admin.ts';
import type {Broker} from '../../src/testing/kafka/broker.ts';
import {type BidShape, bidsFile} from '../data.ts';
import {printData} from '../report.ts';

/** A topic that is filled and stays as it is. */
export interface Input {
  readonly topic: string;
  readonly rows: number;
  readonly partitions: number;
}

const sentAtOnce = 20_000;

/** Bids as in the files, their key the auction as text, the same key always in the same partition. */
export async function fillBids(broker: Broker, rows: number, partitions: number, shape: BidShape): Promise<Input> {
  const file = bidsFile(rows, shape);
  printData(file);
  const topic = `bids-${rows}-${shape.auctions}`;
  await createTopics(broker.bootstrap, [{name: topic, partitions}]);
  await fill(broker, topic, recordsOf(file.path, partitions));
  return {topic, rows, partitions};
}

async function* recordsOf(path: string, partitions: number): AsyncGenerator<NewRecord> {
  for await (const value of createInterface({input: createReadStream(path)})) {
    const key = /^\{"auction":(\d+)/.exec(value)?.[1] ?? '';
    yield {value, key, partition: Number(key) % partitions};
  }
}

/** All of it is acknowledged when this resolves. */
export async function fill(broker: Broker, topic: string, records: AsyncIterable<NewRecord> | Iterable<NewRecord>): Promise<void> {
  const producer = await connectProducer(broker.bootstrap, {'enable.idempotence': true, 'linger.ms': 5});
  let held: NewRecord[] = [];
  for await (const record of records) {
    held.push(record);
    if (held.length < sentAtOnce) continue;
    await send(producer, topic, held);
    held = [];
  }
  await send(producer, topic, held);
  await promised<unknown>(done => producer.disconnect(done));
}

/** The part of a table's options that names a topic of this broker. */
export function at(broker: Broker, topic: string): string {
  return `'topic' = '${topic}', 'properties.bootstrap.servers' = '${broker.bootstrap}'`;
}

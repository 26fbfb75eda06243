import {beforeAll, describe, expect, test} from 'vitest';
import {type Stopwatch, systemStopwatch} from '../../base/clock.ts';
import type {Offset} from '../../flow/delivery.ts';
import {committedOffsets, createTopics, produceTransaction, readAll} from '../../testing/kafka/admin.ts';
import {freshName, sharedBroker} from '../../testing/kafka/shared.ts';
import {loadClient} from './client.ts';
import {wordOf} from './epoch-name.ts';
import {KafkaTransaction, TransactionSink} from './transaction.ts';

let bootstrap: string;
beforeAll(async () => void (bootstrap = await sharedBroker()));

interface Job {
  readonly input: string;
  readonly output: string;
  readonly group: string;
  readonly id: string;
}

async function job(): Promise<Job> {
  const [input, output] = [freshName('in'), freshName('out')];
  await createTopics(bootstrap, [
    {name: input, partitions: 2},
    {name: output, partitions: 2},
  ]);
  return {input, output, group: freshName('group'), id: freshName('id')};
}

function transactionOf(
  {input, output, group, id}: Job,
  sources: readonly (readonly string[])[] = [[input]],
  stopwatch: Stopwatch = systemStopwatch,
): KafkaTransaction {
  const common = {'bootstrap.servers': bootstrap};
  return new KafkaTransaction({
    servers: bootstrap,
    group,
    transactionalId: id,
    consumerSettings: {...common, 'group.id': group, 'isolation.level': 'read_committed', 'enable.auto.commit': false},
    producerSettings: {...common, 'transactional.id': id, 'transaction.timeout.ms': 10_000, 'linger.ms': 50, 'retry.backoff.ms': 500},
    adminSettings: common,
    sources,
    sinkTopic: output,
    slot: {index: 0, count: 1},
    stopwatch,
  });
}

function write(transaction: KafkaTransaction, {output}: Job, ...values: readonly string[]): void {
  const sink = new TransactionSink(transaction, output, 'default');
  for (const value of values) {
    const valueStart = sink.outbox.append(Buffer.from(value));
    const valueEnd = valueStart + value.length;
    const topic = sink.outbox.topicNumber(output);
    sink.outbox.add(topic, valueStart, valueEnd, -1, -1, 0);
  }
}

const recorded = Promise.resolve();
const behind = ({input}: Job, offset: number): readonly Offset[] => [0, 1].map(partition => ({topic: input, partition, offset}));
const values = async ({output}: Job) => (await readAll(bootstrap, output)).map(({value}) => value);

describe.concurrent('a transaction', () => {
  test('makes output and offsets count at once, under the name of the epoch', async () => {
    const one = await job();
    const transaction = transactionOf(one);
    expect(await transaction.open()).toEqual({kind: 'none'});
    expect(transaction.hasOutput).toBe(false);
    write(transaction, one, 'a', 'b');
    expect(transaction.hasOutput).toBe(true);
    transaction.capture();
    write(transaction, one, 'c');
    let isRecorded = false;
    const record = new Promise<void>(resolve => setTimeout(resolve, 50)).then(() => void (isRecorded = true));
    await transaction.commit(1, behind(one, 3), record);
    expect(isRecorded).toBe(true);
    expect(await values(one)).toEqual(['a', 'b']);
    expect(await committedOffsets(bootstrap, one.group, one.input, 2)).toEqual([
      {offset: 3, metadata: 'weir 1'},
      {offset: 3, metadata: 'weir 1'},
    ]);
    transaction.capture();
    await transaction.commit(2, behind(one, 4), recorded);
    expect(await values(one)).toEqual(['a', 'b', 'c']);
    await transaction.close();
    const next = transactionOf(one);
    expect(await next.open()).toEqual({kind: 'epoch', epoch: 2});
    await next.refresh(2, behind(one, 4));
    await next.close();
    expect(await values(one)).toEqual(['a', 'b', 'c']);
  });

  test('of a job that reads nothing of Kafka names the epoch at its own topic', async () => {
    const one = await job();
    const transaction = transactionOf(one, []);
    expect(await transaction.open()).toEqual({kind: 'none'});
    write(transaction, one, 'a');
    transaction.capture();
    await transaction.commit(7, [], recorded);
    await transaction.close();
    expect(await committedOffsets(bootstrap, one.group, one.output, 1)).toEqual([{offset: 7, metadata: 'weir 7'}]);
    const next = transactionOf(one, []);
    expect(await next.open()).toEqual({kind: 'epoch', epoch: 7});
    await next.close();
  });

  test('that a predecessor left open is aborted before anything is read', async () => {
    const one = await job();
    await produceTransaction(bootstrap, one.id, {[one.output]: [{value: 'lost', partition: 0}]}, 'leave');
    const transaction = transactionOf(one);
    expect(await transaction.open()).toEqual({kind: 'none'});
    write(transaction, one, 'a');
    transaction.capture();
    await transaction.commit(1, behind(one, 1), recorded);
    await transaction.close();
    expect(await values(one)).toEqual(['a']);
  });

  test('of a zombie does not count', async () => {
    const one = await job();
    const zombie = transactionOf(one);
    await zombie.open();
    write(zombie, one, 'a');
    zombie.capture();
    await zombie.commit(1, behind(one, 1), recorded);
    write(zombie, one, 'from the dead');
    zombie.capture();
    const successor = transactionOf(one);
    expect(await successor.open()).toEqual({kind: 'epoch', epoch: 1});
    await expect(zombie.commit(2, behind(one, 2), recorded)).rejects.toMatchObject({problems: [{code: 'fenced'}]});
    write(successor, one, 'b');
    successor.capture();
    await successor.commit(2, behind(one, 2), recorded);
    await Promise.all([zombie.close(), successor.close()]);
    expect(await values(one)).toEqual(['a', 'b']);
  });

  test('of a zombie that stood still in a call does not take over again', async () => {
    const one = await job();
    let elapsedMs = 0;
    const zombie = transactionOf(one, undefined, {elapsedMs: () => (elapsedMs += 1000)});
    await zombie.open();
    write(zombie, one, 'a');
    zombie.capture();
    await zombie.commit(1, behind(one, 1), recorded);
    const successor = transactionOf(one);
    expect(await successor.open()).toEqual({kind: 'epoch', epoch: 1});
    write(successor, one, 'b');
    successor.capture();
    await successor.commit(2, behind(one, 2), recorded);
    write(zombie, one, 'b');
    zombie.capture();
    await expect(zombie.commit(2, behind(one, 2), recorded)).rejects.toMatchObject({problems: [{code: 'fenced'}]});
    expect(await values(one)).toEqual(['a', 'b']);
    await Promise.all([zombie.close(), successor.close()]);
  });

  test('is refused while others read as its group', async () => {
    const one = await job();
    const {KafkaConsumer} = await loadClient();
    const consumer = new KafkaConsumer({
      'bootstrap.servers': bootstrap,
      'group.id': one.group,
      'client.id': 'somebody',
      'session.timeout.ms': 6000,
    });
    await new Promise(resolve => consumer.connect({}, resolve));
    consumer.subscribe([one.input]);
    while (consumer.assignments().length === 0) {
      await new Promise<void>(resolve => consumer.getClient().consume(50, 1, false, () => resolve()));
    }
    const transaction = transactionOf(one);
    await expect(transaction.open()).rejects.toMatchObject({problems: [{code: 'group-in-use'}]});
    await transaction.close();
    await new Promise(resolve => consumer.disconnect(resolve));
  });

  test('tells what somebody else has committed', async () => {
    const one = await job();
    const {KafkaConsumer} = await loadClient();
    const consumer = new KafkaConsumer({'bootstrap.servers': bootstrap, 'group.id': one.group});
    await new Promise(resolve => consumer.connect({}, resolve));
    consumer.commitSync([{topic: one.input, partition: 1, offset: 5}]);
    await new Promise(resolve => consumer.disconnect(resolve));
    const transaction = transactionOf(one);
    expect(await transaction.open()).toEqual({
      kind: 'foreign',
      detail: `nothing names an epoch at ${one.input}[1]`,
      offsets: [{topic: one.input, partition: 1, offset: 5}],
    });
    await transaction.close();
  });

  test('is full at a megabyte, and takes more all the same', async () => {
    const one = await job();
    const transaction = transactionOf(one);
    await transaction.open();
    const large = 'x'.repeat(100_000);
    write(transaction, one, ...Array.from({length: 10}, () => large));
    expect(transaction.full).toBe(false);
    write(transaction, one, ...Array.from({length: 10}, () => large));
    expect(transaction.full).toBe(true);
    transaction.capture();
    expect(transaction.full).toBe(false);
    await transaction.commit(1, behind(one, 1), recorded);
    await transaction.close();
    expect((await values(one)).length).toBe(20);
  });
});

test('offsets of several epochs are of none', () => {
  const at = (partition: number, metadata: string) => ({topic: 't', partition, offset: 1, metadata});
  expect(wordOf([at(0, 'weir 4'), {topic: 't', partition: 1}, at(2, 'weir 4')])).toEqual({kind: 'epoch', epoch: 4});
  expect(wordOf([at(0, 'weir 4'), at(1, 'weir 5')])).toMatchObject({kind: 'foreign', detail: 'they name epochs 4, 5'});
  expect(wordOf([{topic: 't', partition: 1}])).toEqual({kind: 'none'});
});

import {afterAll, beforeAll, expect, test} from 'vitest';
import {systemStopwatch} from '../../base/clock.ts';
import {createTopics, readAll} from '../../testing/kafka/admin.ts';
import type {Broker} from '../../testing/kafka/broker.ts';
import {startProxiedBroker} from '../../testing/kafka/proxied-broker.ts';
import type {FaultProxy} from '../../testing/kafka/proxy.ts';
import {KafkaTransaction} from './transaction.ts';

let broker: Broker;
let proxy: FaultProxy;
beforeAll(async () => void ({broker, proxy} = await startProxiedBroker()));
afterAll(async () => {
  await proxy.close();
  await broker.stop();
});

/**
 * Kafka's client sends a request again when nobody answers, and the first copy may arrive long after. Ends of transactions have no number that would tell one from the
 * next, so such a copy would end the one that is open then.
 */
test('the end of a transaction that arrives late ends no other one', async () => {
  const topic = 'out';
  await createTopics(broker.bootstrap, [{name: topic}]);
  const common = {'bootstrap.servers': proxy.bootstrap};
  const transaction = new KafkaTransaction({
    servers: proxy.bootstrap,
    group: 'late',
    transactionalId: 'late',
    consumerSettings: {...common, 'group.id': 'late'},
    producerSettings: {...common, 'transactional.id': 'late', 'retry.backoff.ms': 500, 'linger.ms': 50, 'socket.timeout.ms': 1000},
    adminSettings: common,
    sources: [],
    sinkTopic: topic,
    slot: {index: 0, count: 1},
    stopwatch: systemStopwatch,
  });
  const write = (value: string) => {
    const {outbox} = transaction;
    const valueStart = outbox.append(Buffer.from(value));
    outbox.add(outbox.topicNumber(topic), valueStart, valueStart + value.length, -1, -1, 0);
    transaction.capture();
  };
  const visible = async () => (await readAll(broker.bootstrap, topic)).map(({value}) => value);
  await transaction.open();

  write('first');
  const stray = proxy.strayNextRequest('endTxn');
  await transaction.commit(1, [], Promise.resolve());
  const request = await stray;

  write('second');
  let record = (): void => {};
  const recorded = new Promise<void>(resolve => {
    record = resolve;
  });
  const offsets = proxy.requests('txnOffsetCommit');
  const committed = transaction.commit(2, [], recorded);
  while (proxy.requests('txnOffsetCommit') === offsets) await new Promise(resolve => setTimeout(resolve, 10));
  await request.deliver();
  expect(await visible()).toEqual(['first']);
  record();
  await committed;
  expect(await visible()).toEqual(['first', 'second']);
  await transaction.close();
});

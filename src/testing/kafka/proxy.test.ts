import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {type KafkaProducer, loadClient} from '../../connectors/kafka/client.ts';
import {createTopics, produce, produceTransaction, promised, readAll} from './admin.ts';
import type {Broker} from './broker.ts';
import {startProxiedBroker} from './proxied-broker.ts';
import type {FaultProxy} from './proxy.ts';

let broker: Broker;
let proxy: FaultProxy;
let producer: KafkaProducer;

beforeAll(async () => {
  ({broker, proxy} = await startProxiedBroker());
  await createTopics(broker.bootstrap, [{name: 't'}]);
  const client = await loadClient();
  producer = new client.Producer({
    'bootstrap.servers': proxy.bootstrap,
    'enable.idempotence': true,
    'linger.ms': 0,
    'reconnect.backoff.ms': 10,
    'reconnect.backoff.max.ms': 50,
    'retry.backoff.ms': 20,
    'retry.backoff.max.ms': 50,
  });
  await promised<unknown>(done => producer.connect({topic: 't', timeout: 10_000}, done));
}, 30_000);

afterAll(async () => {
  proxy?.heal();
  if (producer !== undefined) await promised<unknown>(done => producer.disconnect(done));
  await proxy?.close();
  await broker?.stop();
});

let next = 0;
beforeEach(() => proxy.heal());

/** One acknowledged record through the proxy; gives how long it took, in milliseconds. */
async function send(): Promise<number> {
  const started = performance.now();
  expect(producer.getClient().produce('t', 0, Buffer.from(`${next++}`), null, null, undefined, undefined)).toBe(0);
  await promised<void>(done => producer.flush(20_000, done));
  return performance.now() - started;
}

/** Every record once, in order: whatever happened on the way. */
async function expectAll(): Promise<void> {
  expect((await readAll(broker.bootstrap, 't')).map(({value}) => value)).toEqual(Array.from({length: next}, (_, index) => `${index}`));
}

describe('the proxy before a broker', () => {
  test('clients that begin at it stay behind it', async () => {
    const before = proxy.requests('produce');
    await send();
    await send();
    expect(proxy.requests('produce')).toBe(before + 2);
    expect(proxy.connections).toBeGreaterThan(0);
    await produce(broker.bootstrap, 't', [{value: `${next++}`}]);
    expect(proxy.requests('produce')).toBe(before + 2);
    await expectAll();
  });

  test('a cut loses nothing that is sent again', async () => {
    proxy.cut();
    expect(proxy.connections).toBe(0);
    await send();
    await expectAll();
  });

  test('delayed replies come late, and in order', async () => {
    proxy.delayReplies(150);
    expect(await send()).toBeGreaterThanOrEqual(150);
    proxy.heal();
    await send();
    await expectAll();
  });

  test('a freeze holds everything until it ends', async () => {
    proxy.freeze();
    const sending = send();
    const isEarly = await Promise.race([sending.then(() => true), new Promise(done => setTimeout(() => done(false), 200))]);
    expect(isEarly).toBe(false);
    proxy.thaw();
    await sending;
    await expectAll();
  });

  test('the broker has done what a dropped reply would have told', async () => {
    const dropped = proxy.dropNextReply('produce');
    const before = proxy.requests('produce');
    await send();
    await dropped;
    expect(proxy.requests('produce')).toBeGreaterThanOrEqual(before + 2);
    await expectAll();
  });

  test('a dropped reply to the end of a transaction: it has ended all the same', async () => {
    const dropped = proxy.dropNextReply('endTxn');
    await createTopics(broker.bootstrap, [{name: 'ended'}]);
    await produceTransaction(proxy.bootstrap, 'id', {ended: [{value: 'x'}]});
    await dropped;
    expect(await readAll(broker.bootstrap, 'ended')).toHaveLength(1);
  });

  test('a request that went astray arrives when its client has long tried again', async () => {
    const straying = proxy.strayNextRequest('produce');
    await send();
    await send();
    await (await straying).deliver();
    await expectAll();
    const ending = proxy.strayNextRequest('endTxn');
    await createTopics(broker.bootstrap, [{name: 'astray'}]);
    await produceTransaction(proxy.bootstrap, 'astray', {astray: [{value: 'x'}]});
    await (await ending).deliver();
    expect(await readAll(broker.bootstrap, 'astray')).toHaveLength(1);
  });

  test('refused connections', async () => {
    proxy.refuseConnections(true);
    proxy.cut();
    const sending = send();
    const isEarly = await Promise.race([sending.then(() => true), new Promise(done => setTimeout(() => done(false), 200))]);
    expect([isEarly, proxy.connections]).toEqual([false, 0]);
    proxy.refuseConnections(false);
    await sending;
    await expectAll();
  });

  test('it finds the broker again after a restart', async () => {
    await broker.restart();
    await send();
    await expectAll();
  });
});

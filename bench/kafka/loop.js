// The barest thing that can be done with the client: what is consumed from one topic is produced to another. Usage: node kafka-loop.js BOOTSTRAP FROM TO COUNT PARTITIONS
import {createRequire} from 'node:module';

const {KafkaConsumer, Producer} = createRequire(import.meta.url)('@confluentinc/kafka-javascript');
const [, , bootstrap, from, to, count, partitions] = process.argv;

const consumer = new KafkaConsumer({
  'bootstrap.servers': bootstrap,
  'group.id': 'bare-loop',
  'enable.auto.commit': false,
  'queued.max.messages.kbytes': 4096,
  'queued.min.messages': 10_000,
  'fetch.message.max.bytes': 262_144,
  'fetch.queue.backoff.ms': 5,
});
const producer = new Producer({'bootstrap.servers': bootstrap, 'enable.idempotence': true, 'linger.ms': 5});
await new Promise((done, failed) => consumer.connect({}, error => (error ? failed(error) : done())));
await new Promise((done, failed) => producer.connect({}, error => (error ? failed(error) : done())));
consumer.assign(Array.from({length: Number(partitions)}, (_, partition) => ({topic: from, partition, offset: 0})));

const [rawConsumer, rawProducer] = [consumer.getClient(), producer.getClient()];
const consume = (waitMs, most) =>
  new Promise((done, failed) => rawConsumer.consume(waitMs, most, false, (error, messages) => (error ? failed(error) : done(messages))));
const flush = () => new Promise((done, failed) => producer.flush(10_000, error => (error ? failed(error) : done())));

for (let left = Number(count); left > 0;) {
  let messages = await consume(0, 500);
  if (messages.length === 0) messages = await consume(100, 1);
  for (const {value} of messages) while (rawProducer.produce(to, null, value, null) !== 0) await flush();
  left -= messages.length;
}
await flush();
process.exit(0);

// Reads what is committed in a topic from now on, and tells what each line of its standard input asks: how many records have come since the last line, when the
// first of them, and how old they were on arrival, in milliseconds: {"count":N,"firstMs":…,"median":…,"p99":…,"most":…}. Says {"ready":true} first.
// Usage: node watch.js '{"bootstrap":…,"topic":…,"partitions":1}'
import {createRequire} from 'node:module';
import {createInterface} from 'node:readline';

const {KafkaConsumer} = createRequire(import.meta.url)('@confluentinc/kafka-javascript');
const {bootstrap, topic, partitions} = JSON.parse(process.argv[2]);
const consumer = new KafkaConsumer({
  'bootstrap.servers': bootstrap,
  'group.id': 'watch',
  'enable.auto.commit': false,
  'isolation.level': 'read_committed',
  'fetch.queue.backoff.ms': 5,
});
await new Promise((done, failed) => consumer.connect({}, error => (error ? failed(error) : done())));
const ends = await Promise.all(
  Array.from(
    {length: partitions},
    (_, partition) =>
      new Promise((done, failed) =>
        consumer.queryWatermarkOffsets(topic, partition, 10_000, (error, offsets) => (error ? failed(error) : done(offsets.highOffset))),
      ),
  ),
);
consumer.assign(ends.map((offset, partition) => ({topic, partition, offset})));
const raw = consumer.getClient();
const consume = (waitMs, most) =>
  new Promise((done, failed) => raw.consume(waitMs, most, false, (error, messages) => (error ? failed(error) : done(messages))));

let ages = [];
let firstMs = null;
const told = createInterface({input: process.stdin});
told.on('line', () => {
  const sorted = Float64Array.from(ages).sort();
  const of = share => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
  const answer = {count: ages.length, firstMs, median: of(0.5), p99: of(0.99), most: of(1)};
  ages = [];
  firstMs = null;
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
told.on('close', () => process.exit(0));
process.stdout.write('{"ready":true}\n');
for (;;) {
  let messages = await consume(0, 500);
  if (messages.length === 0) messages = await consume(100, 1);
  if (messages.length === 0) continue;
  const nowUs = Number(process.hrtime.bigint() / 1000n);
  firstMs ??= nowUs / 1000;
  for (const {value} of messages) ages.push((nowUs - JSON.parse(value).us) / 1000);
}

// Gives a topic so many records a second until its standard input ends, and says then how many they were: {"sent":N}. A record: its number n, its key k = n % keys, and
// when it was made, in microseconds of the machine's clock. Usage: node pace.js '{"bootstrap":…,"topic":…,"partitions":1,"perSecond":1000,"keys":1000}'
import {createRequire} from 'node:module';

const {Producer} = createRequire(import.meta.url)('@confluentinc/kafka-javascript');
const {bootstrap, topic, partitions, perSecond, keys, lingerMs} = JSON.parse(process.argv[2]);
const producer = new Producer({'bootstrap.servers': bootstrap, 'enable.idempotence': true, 'linger.ms': lingerMs, dr_cb: true});
await new Promise((done, failed) => producer.connect({}, error => (error ? failed(error) : done())));
let fault = null;
producer.on('delivery-report', error => (fault ??= error ?? null));
producer.setPollInterval(20);
const raw = producer.getClient();
const turnMs = 1;
let sent = 0;
const startMs = performance.now();
const timer = setInterval(() => {
  const due = Math.floor(((performance.now() - startMs) * perSecond) / 1000);
  while (sent < due) {
    const value = Buffer.from(`{"n":${sent},"k":${sent % keys},"us":${process.hrtime.bigint() / 1000n}}`);
    if (raw.produce(topic, sent % partitions, value, null) !== 0) return;
    sent++;
  }
}, turnMs);
process.stdin.resume();
await new Promise(done => process.stdin.once('end', done));
clearInterval(timer);
await new Promise((done, failed) => producer.flush(30_000, error => (error ? failed(error) : done())));
if (fault !== null) throw fault;
process.stdout.write(`${JSON.stringify({sent})}\n`, () => process.exit(0));

import {
  emptyBytes,
  type KafkaAdmin,
  type KafkaCallback,
  type KafkaConsumer,
  type KafkaError,
  type KafkaProducer,
  type KafkaSettings,
  loadClient,
  type Message,
} from '../../connectors/kafka/client.ts';

/** What tests do with a broker beside what they test. Every call connects, works and disconnects. */
export interface Topic {
  readonly name: string;
  readonly partitions?: number;
  /** Settings of the topic: `cleanup.policy`, … */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A record to be produced. Texts are UTF-8; null is null. */
export interface NewRecord {
  readonly value: string | Buffer | null;
  readonly key?: string | Buffer | null;
  /** The partitioner chooses when absent. */
  readonly partition?: number;
  readonly timestamp?: number;
  readonly headers?: readonly Readonly<Record<string, string | Buffer>>[];
}

export interface ReadRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly timestamp: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

const limitMs = 30_000;

/** Callback style to promise: rejects with the client's error, which carries its code. */
export function promised<Result>(call: (callback: KafkaCallback<Result>) => unknown): Promise<Result> {
  return new Promise((done, failed) => {
    call((error, result) => {
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- It is one of the client's, with code and flags.
      if (error) failed(error);
      else done(result);
    });
  });
}

export async function createTopics(bootstrap: string, topics: readonly Topic[]): Promise<void> {
  await withAdmin(bootstrap, async admin => {
    for (const {name, partitions = 1, settings = {}} of topics)
      await promised<void>(done =>
        admin.createTopic({topic: name, num_partitions: partitions, replication_factor: 1, config: settings}, limitMs, done),
      );
  });
  // The controller has answered; the broker may need another moment until it leads the partitions.
  await withConsumer(bootstrap, {}, async consumer => {
    for (const {name, partitions = 1} of topics) {
      for (let tries = 0; (await partitionsOf(consumer, name)) < partitions && tries < 500; tries++)
        await new Promise(again => setTimeout(again, 10));
    }
  });
}

export async function deleteTopics(bootstrap: string, names: readonly string[]): Promise<void> {
  await withAdmin(bootstrap, async admin => {
    for (const name of names) await promised<void>(done => admin.deleteTopic(name, limitMs, done));
  });
}

export async function addPartitions(bootstrap: string, topic: string, total: number): Promise<void> {
  await withAdmin(bootstrap, admin => promised<void>(done => admin.createPartitions(topic, total, limitMs, done)));
}

/** All records in order. Rejects unless the broker has acknowledged all of them. */
export async function produce(
  bootstrap: string,
  topic: string,
  records: readonly NewRecord[],
  settings: KafkaSettings = {},
): Promise<void> {
  const producer = await connectProducer(bootstrap, {'enable.idempotence': true, 'linger.ms': 1, ...settings});
  try {
    await send(producer, topic, records);
  } finally {
    await promised<unknown>(done => producer.disconnect(done));
  }
}

/** A transaction of its own: `commit`, `abort`, or `leave` it open, as a process does that dies. Several ones under one id follow each other. */
export async function produceTransaction(
  bootstrap: string,
  transactionalId: string,
  records: Readonly<Record<string, readonly NewRecord[]>>,
  end: 'commit' | 'abort' | 'leave' = 'commit',
): Promise<void> {
  const producer = await connectProducer(bootstrap, {
    'transactional.id': transactionalId,
    'transaction.timeout.ms': 60_000,
    'linger.ms': 1,
  });
  try {
    await promised<void>(done => producer.initTransactions(limitMs, done));
    await promised<void>(done => producer.beginTransaction(done));
    for (const [topic, list] of Object.entries(records)) await send(producer, topic, list);
    if (end === 'commit') await promised<void>(done => producer.commitTransaction(limitMs, done));
    if (end === 'abort') await promised<void>(done => producer.abortTransaction(limitMs, done));
  } finally {
    await promised<unknown>(done => producer.disconnect(done));
  }
}

/** All records of a topic up to its end as it is now (committed ones: up to the last stable offset), by partition, in order. */
export async function readAll(
  bootstrap: string,
  topic: string,
  isolation: 'read_committed' | 'read_uncommitted' = 'read_committed',
): Promise<ReadRecord[]> {
  const settings = {'isolation.level': isolation, 'enable.partition.eof': true};
  return withConsumer(bootstrap, settings, async consumer => {
    const count = await partitionsOf(consumer, topic);
    if (count === 0) throw new Error(`there is no topic ${topic}`);
    const partitions = Array.from({length: count}, (_, partition) => ({topic, partition, offset: 0}));
    consumer.assign(partitions);
    const lists: ReadRecord[][] = partitions.map(() => []);
    const open = new Set(partitions.map(({partition}) => partition));
    for (const deadline = performance.now() + limitMs; open.size > 0;) {
      if (performance.now() > deadline) throw new Error(`partitions ${[...open].join(', ')} of ${topic} do not end`);
      const {messages, ends} = await take(consumer);
      for (const message of messages) lists[message.partition]?.push(recordOf(message));
      for (const {partition} of ends) open.delete(partition);
    }
    consumer.unassign();
    return lists.flat();
  });
}

/** The committed offsets of a group: `null` where there is none. */
export async function committedOffsets(
  bootstrap: string,
  group: string,
  topic: string,
  partitions: number,
): Promise<readonly ({readonly offset: number; readonly metadata: string} | null)[]> {
  return withConsumer(bootstrap, {'group.id': group, 'isolation.level': 'read_committed'}, async consumer => {
    const asked = Array.from({length: partitions}, (_, partition) => ({topic, partition}));
    const answers = await promised<Parameters<Parameters<KafkaConsumer['committed']>[2]>[1]>(done =>
      consumer.committed(asked, limitMs, done),
    );
    return answers.map(({offset, metadata}) => (offset === undefined ? null : {offset, metadata: metadata ?? ''}));
  });
}

export async function send(producer: KafkaProducer, topic: string, records: readonly NewRecord[]): Promise<void> {
  const raw = producer.getClient();
  let reports = 0;
  let fault: KafkaError | null = null;
  producer.on('delivery-report', error => {
    reports++;
    fault ??= error;
  });
  for (const {value, key = null, partition = null, timestamp = null, headers} of records) {
    const headerBytes = headers?.map(header =>
      Object.fromEntries(Object.entries(header).map(([name, text]) => [name, Buffer.from(text as string)])),
    );
    for (;;) {
      const code = raw.produce(topic, partition, bytesOf(value), bytesOf(key), timestamp, undefined, headerBytes);
      if (code === 0) break;
      if (code !== -184) throw new Error(`produce to ${topic}: error ${code}`);
      await promised<void>(done => producer.flush(limitMs, done));
    }
  }
  await promised<void>(done => producer.flush(limitMs, done));
  // Reports come behind the flush that was waiting for them.
  for (const deadline = performance.now() + limitMs; reports < records.length; await new Promise(again => setTimeout(again, 1))) {
    if (performance.now() > deadline) throw new Error(`produce to ${topic}: ${records.length - reports} records without a report`);
    producer.poll();
  }
  producer.removeAllListeners('delivery-report');
  if (fault !== null) throw new Error(`produce to ${topic}: ${(fault as KafkaError).message}`);
}

function bytesOf(value: string | Buffer | null): Buffer | null {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return bytes?.length === 0 ? emptyBytes : bytes;
}

function recordOf({partition, offset, key, value, timestamp, headers}: Message): ReadRecord {
  return {
    partition,
    offset,
    key: key?.toString() ?? null,
    value: value?.toString() ?? null,
    timestamp,
    headers: (headers ?? []).flatMap(header => Object.entries(header).map(([name, bytes]) => [name, bytes.toString()] as const)),
  };
}

interface Taken {
  readonly messages: readonly Message[];
  readonly ends: readonly {readonly partition: number}[];
}

function take(consumer: KafkaConsumer): Promise<Taken> {
  return new Promise((done, failed) => {
    consumer.getClient().consume(50, 1000, true, (error, messages, ends) => {
      if (error) failed(new Error(`${error.message} (${error.code})`));
      else done({messages, ends});
    });
  });
}

async function partitionsOf(consumer: KafkaConsumer, topic: string): Promise<number> {
  try {
    const metadata = await promised<Parameters<Parameters<KafkaConsumer['getMetadata']>[1]>[1]>(done =>
      consumer.getMetadata({topic, timeout: limitMs}, done),
    );
    const partitions = metadata.topics.find(({name}) => name === topic)?.partitions ?? [];
    return partitions.filter(({leader}) => leader >= 0).length;
  } catch {
    return 0;
  }
}

async function withAdmin<Result>(bootstrap: string, use: (admin: KafkaAdmin) => Promise<Result>): Promise<Result> {
  const {AdminClient} = await loadClient();
  const admin = AdminClient.create({'bootstrap.servers': loopback(bootstrap), 'client.id': 'test'});
  try {
    return await use(admin);
  } finally {
    admin.disconnect();
  }
}

async function withConsumer<Result>(
  bootstrap: string,
  settings: KafkaSettings,
  use: (consumer: KafkaConsumer) => Promise<Result>,
): Promise<Result> {
  const client = await loadClient();
  const consumer = new client.KafkaConsumer({
    'bootstrap.servers': loopback(bootstrap),
    'group.id': 'test',
    'enable.auto.commit': false,
    'fetch.wait.max.ms': 20,
    ...settings,
  });
  await promised<unknown>(done => consumer.connect({allTopics: false, timeout: limitMs}, done));
  try {
    return await use(consumer);
  } finally {
    await promised<unknown>(done => consumer.disconnect(done));
  }
}

export async function connectProducer(bootstrap: string, settings: KafkaSettings): Promise<KafkaProducer> {
  const client = await loadClient();
  const producer = new client.Producer({'bootstrap.servers': loopback(bootstrap), dr_cb: true, ...settings});
  await promised<unknown>(done => producer.connect({allTopics: false, timeout: limitMs}, done));
  return producer;
}

/** Tests talk to this machine alone: they make and delete topics. */
export function loopback(bootstrap: string): string {
  const hosts = bootstrap.split(',').map(address => address.replace(/:\d+$/, ''));
  if (!hosts.every(host => /^(127(\.\d+){3}|localhost|\[::1\])$/.test(host)))
    throw new Error(`tests use brokers on loopback only, not ${bootstrap}`);
  return bootstrap;
}

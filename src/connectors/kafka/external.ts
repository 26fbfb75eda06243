import {setTimeout as wait} from 'node:timers/promises';
import {fail, ProblemError} from '../../base/problem.ts';
import type {Sample} from '../infer/sample.ts';
import type {GivenOption} from '../options.ts';
import {type KafkaConsumer, loadClient, type Message} from './client.ts';
import {asked, clientProblem, connect, goodbye, noTopic, partitionsOf, Remarks} from './connection.ts';
import type {Place} from './extent.ts';
import {offsetsAt} from './places.ts';
import {propertiesOf} from './properties.ts';
import {made} from './source.ts';

/** How `FROM 'kafka://…'` is read. */
export interface KafkaReading {
  /** `earliest`, `latest`, `-1000` (so many messages before the end) or a time; null: `earliest`. */
  readonly from: string | null;
  /** `end` or a time; null: it goes on for ever. */
  readonly to: string | null;
  /** Settings of the client, by name. */
  readonly settings: ReadonlyMap<string, string>;
}

const targetPattern = /^kafka:\/\/([^/?\s]+)\/([^/?\s]+)(?:\?(.*))?$/;

/** Whether a target of FROM is a topic. */
export function isTopic(target: string): boolean {
  return target.startsWith('kafka:');
}

/** Messages that are looked at, and bytes of them. */
const sampleMessages = 1000;
const sampleBytes = 1024 * 1024;
/** Messages that are there come within this time. */
const patienceMs = 1500;
const waitMs = 100;

/** What `kafka://host:port/topic?format=json` means, as options of a table. Throws what is wrong with it. */
export function topicOptions(target: string, reading: KafkaReading): readonly GivenOption[] {
  const match = targetPattern.exec(target);
  if (match === null) {
    throw fail('usage', 'bad-target', `"${target}" names no topic`, {hint: `write FROM 'kafka://localhost:9092/orders?format=json'`});
  }
  const [, servers, topic, query] = match as unknown as readonly [string, string, string, string | undefined];
  const options = new Map<string, string>([
    ['connector', 'kafka'],
    ['topic', decodeURIComponent(topic)],
    ['properties.bootstrap.servers', servers.split(',').map(withPort).join(',')],
    ...startOptions(reading.from ?? 'earliest'),
    ...(reading.to === null ? [] : stopOptions(reading.to)),
  ]);
  for (const [name, value] of new URLSearchParams(query ?? '')) options.set(name, value);
  for (const [name, value] of reading.settings) options.set(`properties.${name}`, value);
  return [...options].map(([key, value]) => ({key, value}));
}

function withPort(server: string): string {
  return /:\d+$/.test(server) ? server : `${server}:9092`;
}

function startOptions(from: string): readonly (readonly [string, string])[] {
  if (from === 'earliest' || from === 'beginning') return [['scan.startup.mode', 'earliest-offset']];
  if (from === 'latest' || from === 'end') return [['scan.startup.mode', 'latest-offset']];
  if (/^-\d{1,12}$/.test(from)) {
    return [
      ['scan.startup.mode', 'last-messages'],
      ['scan.startup.message-count', from.slice(1)],
    ];
  }
  return [
    ['scan.startup.mode', 'timestamp'],
    ['scan.startup.timestamp-millis', timeOf(from, '--from', 'earliest, latest, -1000')],
  ];
}

function stopOptions(to: string): readonly (readonly [string, string])[] {
  if (to === 'end' || to === 'latest') return [['scan.bounded.mode', 'latest-offset']];
  return [
    ['scan.bounded.mode', 'timestamp'],
    ['scan.bounded.timestamp-millis', timeOf(to, '--to', 'end')],
  ];
}

function timeOf(text: string, flag: string, others: string): string {
  const atMs = Date.parse(text);
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(atMs)) return String(atMs);
  throw fail('usage', 'bad-argument', `${flag} cannot be "${text}"`, {hint: `give ${others}, or a time: 2026-01-01T00:00:00Z`});
}

/**
 * Some messages of what will be read, to tell columns from: a value a line. Waits for the first one of a topic that is empty, unless reading ends at its end, or
 * `stop` says that nobody waits any more.
 */
export async function sampleTopic(options: readonly GivenOption[], stop: AbortSignal | null): Promise<Sample> {
  const given = new Map(options.map(({key, value}) => [key, value]));
  const {consumer: settings, problems} = propertiesOf(given);
  if (problems.length > 0) throw new ProblemError(problems);
  const [topic, servers] = [given.get('topic') as string, given.get('properties.bootstrap.servers') as string];
  const {KafkaConsumer: Consumer} = await loadClient();
  const consumer = made(
    () =>
      new Consumer({
        'group.id': 'weir',
        'fetch.wait.max.ms': 20,
        'queued.max.messages.kbytes': 4096,
        ...settings,
        'enable.auto.commit': false,
        'enable.partition.eof': true,
      }),
  );
  const remarks = new Remarks();
  remarks.listen(consumer);
  try {
    await connect(consumer, servers, remarks);
    const numbers = await partitionsOf(consumer, topic);
    if (numbers.length === 0) throw new ProblemError([noTopic(topic, servers)]);
    const partitions = numbers.map(partition => ({topic, partition}));
    const offsets = await offsetsAt(consumer, partitions, placeOf(given, numbers.length), 'weir');
    consumer.assign(partitions.map((one, index) => ({...one, offset: offsets[index] as number})));
    const values = await messagesOf(consumer, numbers.length, given.has('scan.bounded.mode'), stop);
    return {bytes: Buffer.concat(values), whole: true, name: topic};
  } catch (error) {
    throw clientProblem(`topic "${topic}" cannot be read`, error, remarks);
  } finally {
    if (consumer.isConnected()) consumer.unassign();
    await goodbye(consumer);
  }
}

/** Where examples of what comes stand: what is read first, else what came last. */
function placeOf(options: ReadonlyMap<string, string>, partitions: number): Place {
  const mode = options.get('scan.startup.mode');
  if (mode === 'earliest-offset') return {kind: 'beginning'};
  if (mode === 'timestamp') return {kind: 'time', atMs: Number(options.get('scan.startup.timestamp-millis'))};
  return {kind: 'last', count: Math.ceil(sampleMessages / partitions)};
}

async function messagesOf(
  consumer: KafkaConsumer,
  partitions: number,
  isBounded: boolean,
  stop: AbortSignal | null,
): Promise<readonly Buffer[]> {
  const values: Buffer[] = [];
  const atEnd = new Set<number>();
  let bytes = 0;
  const isStopped = (): boolean => stop?.aborted === true;
  for (let waitedMs = 0; values.length < sampleMessages && bytes < sampleBytes && !isStopped();) {
    const {messages, ends} = await take(consumer);
    for (const {value} of messages) {
      if (value === null || value.length === 0) continue;
      values.push(asLine(value));
      bytes += value.length;
    }
    for (const {partition} of ends) atEnd.add(partition);
    const isThrough = atEnd.size === partitions || waitedMs > patienceMs;
    if (isThrough && (values.length > 0 || isBounded)) break;
    if (messages.length === 0) {
      waitedMs += waitMs;
      await wait(1);
    }
  }
  return values;
}

function take(
  consumer: KafkaConsumer,
): Promise<{readonly messages: readonly Message[]; readonly ends: readonly {readonly partition: number}[]}> {
  return new Promise((resolve, reject) => {
    void asked<void>(callback =>
      consumer.getClient().consume(waitMs, sampleMessages, true, (error, messages, ends) => {
        callback(error, undefined);
        if (error === null || error === undefined) resolve({messages, ends});
      }),
    ).catch(reject);
  });
}

/** A message may be printed over several lines. */
function asLine(value: Buffer): Buffer {
  const line = Buffer.concat([value, Buffer.from('\n')]);
  for (let at = line.indexOf(10); at < line.length - 1; at = line.indexOf(10, at + 1)) line[at] = 32;
  return line;
}

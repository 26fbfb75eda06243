import {createRequire} from 'node:module';
import {homedir} from 'node:os';
import {join} from 'node:path';
import {fail, type ProblemError} from '../../base/problem.ts';

/**
 * What we use of @confluentinc/kafka-javascript: its callback API, and the raw clients beneath it (`getClient()`). The raw ones are for the data's way: they wrap
 * nothing. All values are copied, in both directions. The addon loads in one thread of a process only.
 */
export interface KafkaClient {
  readonly Producer: new (settings: KafkaSettings, topicSettings?: KafkaSettings) => KafkaProducer;
  readonly KafkaConsumer: new (settings: KafkaSettings, topicSettings?: KafkaSettings) => KafkaConsumer;
  readonly AdminClient: {create(settings: KafkaSettings): KafkaAdmin};
  /** What librdkafka was built with: `ssl`, `sasl_gssapi`, `zstd`, … */
  readonly features: readonly string[];
  readonly librdkafkaVersion: string;
}

/** Settings of librdkafka by name. */
export type KafkaSettings = Readonly<Record<string, string | number | boolean>>;

/**
 * An error of librdkafka: below 0 its own codes (`errorCodes`), above 0 the broker's. Only transactional calls fill in the three flags; when they have set none of
 * them, the error is as good as fatal. Of the raw clients it is a plain object, of the others an Error with the same properties.
 */
export interface KafkaError {
  readonly message: string;
  readonly code: number;
  readonly isFatal?: boolean;
  readonly isRetriable?: boolean;
  readonly isTxnRequiresAbort?: boolean;
}

/** Codes that somebody asks for. */
export const errorCodes = {
  allBrokersDown: -187,
  autoOffsetReset: -140,
  fatal: -150,
  fenced: -144,
  groupAuthorization: 30,
  partitionEnd: -191,
  queueFull: -184,
  timedOut: -185,
  timedOutInQueue: -166,
  transport: -195,
  unknownPartition: -190,
  unknownTopic: -188,
  unknownTopicOrPartition: 3,
} as const;

/** Offsets that stand for a place instead of a number. */
export const logicalOffsets = {beginning: -2, end: -1, stored: -1000, invalid: -1001} as const;

/** Empty, and not null to the addon, which asks for the address: a Buffer that was made with length 0 has none. */
export const emptyBytes: Buffer = Buffer.alloc(1).subarray(0, 0);

/** Called once. The error is absent or null when all is well. */
export type KafkaCallback<Result = void> = (error: KafkaError | null | undefined, result: Result) => void;

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** `offset` is absent in answers where there is none; then it is not 0, nor the beginning. */
export interface TopicPartitionOffset extends TopicPartition {
  readonly offset: number;
  /** The text that is committed with an offset. */
  readonly metadata?: string | null;
  readonly leaderEpoch?: number;
}

/** An element of an answer about several partitions: some elements may be errors. */
export type PartitionAnswer = TopicPartition &
  Partial<Pick<TopicPartitionOffset, 'offset' | 'metadata' | 'leaderEpoch'>> & {readonly error?: KafkaError};

/** One header: an object with one property. A name may occur several times. */
export type MessageHeader = Readonly<Record<string, Buffer>>;

export interface Message extends TopicPartition {
  /** null: a tombstone. */
  readonly value: Buffer | null;
  readonly key: Buffer | null;
  /** Bytes of the value. */
  readonly size: number;
  readonly offset: number;
  /** Milliseconds since 1970; -1 when the record has none. */
  readonly timestamp: number;
  readonly headers?: readonly MessageHeader[];
  readonly leaderEpoch?: number;
}

/** The end of a partition was reached (only with `enable.partition.eof`). `offset` is the one the next record will have. */
export interface PartitionEnd extends TopicPartition {
  readonly offset: number;
  /** It stands behind this message of the same answer; -1: before the first. */
  readonly messageIndex: number;
}

export interface ClusterMetadata {
  readonly brokers: readonly {readonly id: number; readonly host: string; readonly port: number}[];
  readonly topics: readonly TopicMetadata[];
}

export interface TopicMetadata {
  readonly name: string;
  /** Empty when there is no such topic. */
  readonly partitions: readonly {readonly id: number; readonly leader: number; readonly replicas: readonly number[]}[];
}

export interface MetadataRequest {
  readonly topic?: string;
  /** All topics of the cluster. Without `topic` that is the default. */
  readonly allTopics?: boolean;
  /** Milliseconds. */
  readonly timeout?: number;
}

interface Client<Raw> {
  /** Connects and asks for metadata: of one topic where one is named. */
  connect(request: MetadataRequest, callback: KafkaCallback<ClusterMetadata>): this;
  disconnect(callback?: KafkaCallback<unknown>): this;
  isConnected(): boolean;
  getClient(): Raw;
  getMetadata(request: MetadataRequest, callback: KafkaCallback<ClusterMetadata>): void;
  /** What goes wrong beside any call. Its code is always -1: only the text tells. */
  on(event: 'event.error', listener: (error: KafkaError) => void): this;
  on(event: 'event.log', listener: (line: {readonly severity: number; readonly fac: string; readonly message: string}) => void): this;
  on(event: 'event.stats', listener: (statistics: {readonly message: string}) => void): this;
  on(event: 'event.throttle', listener: (throttle: {readonly message: string}) => void): this;
}

/** All time-outs are milliseconds. A call in flight takes one of the four threads of libuv's pool. */
export interface KafkaConsumer extends Client<RawConsumer> {
  assign(partitions: readonly (TopicPartition | TopicPartitionOffset)[]): this;
  unassign(): this;
  assignments(): TopicPartition[];
  subscribe(topics: readonly string[]): this;
  unsubscribe(): this;
  pause(partitions: readonly TopicPartition[]): unknown;
  resume(partitions: readonly TopicPartition[]): unknown;
  /** Waits for pending transactions, and fails with `timedOut` when they last longer. An element without `offset` has none committed. */
  committed(partitions: readonly TopicPartition[], timeoutMs: number, callback: KafkaCallback<PartitionAnswer[]>): this;
  /** Does not wait, and does not tell whether it was done. */
  commit(offsets: readonly TopicPartitionOffset[]): this;
  commitSync(offsets: TopicPartitionOffset | readonly TopicPartitionOffset[]): this;
  seek(partition: TopicPartitionOffset, timeoutMs: number, callback: KafkaCallback): this;
  position(partitions?: readonly TopicPartition[]): PartitionAnswer[];
  /** What the client knows without asking; `invalid` before the first answer about the partition. */
  getWatermarkOffsets(topic: string, partition: number): {readonly lowOffset: number; readonly highOffset: number};
  /** The highest offset is the last stable one when the consumer reads committed records only. */
  queryWatermarkOffsets(
    topic: string,
    partition: number,
    timeoutMs: number,
    callback: KafkaCallback<{readonly lowOffset: number; readonly highOffset: number}>,
  ): void;
  /** `offset` of what is asked is a time in milliseconds; of the answer the first offset at or after it, -1 when there is none. */
  offsetsForTimes(partitions: readonly TopicPartitionOffset[], timeoutMs: number, callback: KafkaCallback<PartitionAnswer[]>): void;
}

/** The data's way in. */
export interface RawConsumer {
  /**
   * Up to `count` messages. `timeoutOnlyForFirst` false: waits up to the time-out for each one, so give 0 to take what is there; true: 1 ms for each further one. An
   * error behind at least one message is not told.
   */
  consume(
    timeoutMs: number,
    count: number,
    timeoutOnlyForFirst: boolean,
    callback: (error: KafkaError | null, messages: Message[], ends: PartitionEnd[]) => void,
  ): void;
}

export interface KafkaProducer extends Client<RawProducer> {
  /** Serves delivery reports. A producer that is neither polled nor flushed stops for ever once its queue has been full. */
  poll(): this;
  /** Polls at this interval, until it is disconnected; 0 stops it. */
  setPollInterval(intervalMs: number): this;
  flush(timeoutMs: number, callback: KafkaCallback): this;
  initTransactions(timeoutMs: number, callback: KafkaCallback): void;
  beginTransaction(callback: KafkaCallback): void;
  sendOffsetsToTransaction(
    offsets: readonly TopicPartitionOffset[],
    consumer: KafkaConsumer,
    timeoutMs: number,
    callback: KafkaCallback,
  ): void;
  commitTransaction(timeoutMs: number, callback: KafkaCallback): void;
  abortTransaction(timeoutMs: number, callback: KafkaCallback): void;
  removeAllListeners(event: 'delivery-report'): this;
  /** Needs `dr_cb: true` in the settings. A report follows the flush that waited for it. */
  on(event: 'delivery-report', listener: (error: KafkaError | null, report: DeliveryReport) => void): this;
  on(event: 'event.error', listener: (error: KafkaError) => void): this;
  on(event: 'event.log', listener: (line: {readonly severity: number; readonly fac: string; readonly message: string}) => void): this;
  on(event: 'event.stats', listener: (statistics: {readonly message: string}) => void): this;
  on(event: 'event.throttle', listener: (throttle: {readonly message: string}) => void): this;
}

export interface DeliveryReport extends TopicPartition {
  readonly offset: number;
  readonly key: Buffer | null;
  readonly timestamp: number;
}

/** The data's way out. */
export interface RawProducer {
  /**
   * Copies and queues a record; gives 0, or an error's code (`queueFull`: flush or poll, then again). `partition` null: the partitioner chooses. `timestamp` null: now,
   * in milliseconds. An empty key or value has to be `emptyBytes`: of most other Buffers of length 0 the addon makes null, which is a tombstone. `opaque` leaks: it has
   * to be undefined.
   */
  produce(
    topic: string,
    partition: number | null,
    value: Buffer | null,
    key: Buffer | null,
    timestamp: number | null,
    opaque: undefined,
    headers: readonly MessageHeader[] | undefined,
  ): number;
  flush(timeoutMs: number, callback: KafkaCallback): void;
  poll(): void;
}

export interface KafkaAdmin {
  createTopic(
    topic: {
      readonly topic: string;
      readonly num_partitions: number;
      readonly replication_factor: number;
      readonly config?: Readonly<Record<string, string>>;
    },
    timeoutMs: number,
    callback: KafkaCallback,
  ): void;
  deleteTopic(topic: string, timeoutMs: number, callback: KafkaCallback): void;
  createPartitions(topic: string, total: number, timeoutMs: number, callback: KafkaCallback): void;
  /** There is a call that describes a group, too: it ends the process (a null is read) whenever a description is an error, as of a group that may not be seen. */
  listGroups(
    options: {readonly timeout: number; readonly matchConsumerGroupStates?: readonly number[]},
    callback: KafkaCallback<{readonly groups: readonly GroupListing[]; readonly errors: readonly KafkaError[]}>,
  ): void;
  deleteGroups(groups: readonly string[], options: {readonly timeout: number}, callback: KafkaCallback<unknown>): void;
  disconnect(): void;
}

export interface GroupListing {
  readonly groupId: string;
  /** One of `groupStates`; 4 dead, 5 empty (it has offsets, and no members). */
  readonly state: number;
}

/** States of groups with members. */
export const groupStates = {preparingRebalance: 1, completingRebalance: 2, stable: 3} as const;

/** Not the whole package: its other half (the promise API) would take 20 ms and is not used. */
const moduleName = '@confluentinc/kafka-javascript/lib/rdkafka.js';

let loaded: KafkaClient | undefined;

/**
 * The native client, loaded when it is first asked for: 20 ms and 17 MB that only Kafka's tables pay. It is weir's own dependency, else the one that `weir setup kafka`
 * has put into the home folder. A ProblemError (environment) when it is not there, not built, or built for another machine.
 */
export async function loadClient(places: readonly string[] = clientPlaces()): Promise<KafkaClient> {
  loaded ??= requireClient(places);
  return loaded;
}

/** Modules in whose place the client is looked for, as node does: first ours, then where `weir setup kafka` installs it when weir's own folder is not to be written. */
export function clientPlaces(): readonly string[] {
  return [import.meta.url, join(homedir(), '.local', 'share', 'weir', 'kafka', 'place.js')];
}

function requireClient(places: readonly string[]): KafkaClient {
  let cause: unknown;
  for (const place of places) {
    try {
      return createRequire(place)(moduleName) as KafkaClient;
    } catch (error) {
      // A client that is there and does not load says more than a place without one.
      if (cause === undefined || !isAbsent(error)) cause = error;
    }
  }
  throw noClient(cause);
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND';
}

/** One problem for every way in which the client can be missing. */
export function noClient(cause: unknown): ProblemError {
  return fail('environment', 'no-kafka-client', 'Kafka tables need the native client', {
    detail: reasonOf(cause),
    hint: 'run "weir setup kafka"',
  });
}

function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  const first = text.split('\n', 1)[0] as string;
  if (first.startsWith('Cannot find module')) return 'the package @confluentinc/kafka-javascript is not installed';
  if (first.startsWith('Could not locate the bindings file')) return 'it is installed, but has not been built on this machine';
  if (/NODE_MODULE_VERSION|was compiled against a different Node/.test(text)) return 'it was built for another version of Node.js';
  if (/did not self-register/.test(first)) return 'it is loaded in another thread of this process already';
  return `it was built for another system: ${first}`;
}

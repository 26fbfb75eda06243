import type {Stopwatch} from '../../base/clock.ts';
import {fail, type ProblemError} from '../../base/problem.ts';
import type {EpochWord, Offset, Reach, Transaction} from '../../flow/delivery.ts';
import type {Sink} from '../../flow/sink.ts';
import {
  errorCodes,
  type GroupListing,
  groupStates,
  type KafkaConsumer,
  type KafkaProducer,
  type KafkaSettings,
  loadClient,
  type TopicPartition,
} from './client.ts';
import {asked, clientProblem, codeOf, committed, connect, goodbye, isPassing, Remarks} from './connection.ts';
import {epochName, wordOf} from './epoch-name.ts';
import type {MessageTarget} from './message-encoder.ts';
import {Outbox} from './outbox.ts';
import {presentPartitions} from './partitions.ts';
import {type Partitioner, partitionerOf} from './partitioner.ts';
import {retryBackoffMs} from './settings.ts';
import {sinkPartitions} from './sink.ts';
import {made} from './source.ts';

export interface KafkaTransactionOptions {
  readonly servers: string;
  readonly group: string;
  readonly transactionalId: string;
  /** With the group; read_committed. */
  readonly consumerSettings: KafkaSettings;
  readonly producerSettings: KafkaSettings;
  readonly adminSettings: KafkaSettings;
  /** Topics of the job's sources, each as names or as what all names match. */
  readonly sources: readonly (readonly string[] | RegExp)[];
  /** Of the first sink: the offset of its partition 0 is what names the epoch of a job that reads nothing of Kafka. */
  readonly sinkTopic: string;
  readonly slot: {readonly index: number; readonly count: number};
  /** Not a clock, which may be set while a call is under way. */
  readonly stopwatch: Stopwatch;
  /** Told of the moments of each commit; absent: nobody listens. */
  readonly reach?: Reach;
}

const answerMs = 10_000;
/** A predecessor's transaction may be in the middle of its end. */
const initMs = 30_000;
/** More is not held: the loop commits, whatever the time. */
const mostBytes = 1024 * 1024;
/**
 * A call that took so long may have been sent twice, and the second copy of it may arrive later and end the transaction that is open then. A new instance of the
 * producer has another epoch, for which it counts nothing.
 */
const slowMs = retryBackoffMs / 2;
const flushMs = 1000;

/** All output of a job to one cluster, which becomes visible at once with the offsets of its sources. It is sent in one burst when it is complete. */
export class KafkaTransaction implements Transaction {
  readonly options: KafkaTransactionOptions;
  readonly #remarks = new Remarks();
  /** What is written now, and what is committed. */
  #current = new Outbox();
  #captured = new Outbox();
  #consumer: KafkaConsumer | null = null;
  #producer: KafkaProducer | null = null;
  #isSlow = false;
  /** What the group's offsets say: as they were found, or as the last commit of this process has made them. */
  #word: EpochWord | null = null;

  constructor(options: KafkaTransactionOptions) {
    this.options = options;
  }

  /** Where messages of the next epoch go. */
  get outbox(): Outbox {
    return this.#current;
  }

  get full(): boolean {
    return this.#current.bytes > mostBytes;
  }

  get hasOutput(): boolean {
    return this.#current.count > 0;
  }

  async open(): Promise<EpochWord> {
    const {servers, consumerSettings} = this.options;
    const {KafkaConsumer: Consumer} = await loadClient();
    const consumer = made(() => new Consumer(consumerSettings));
    this.#remarks.listen(consumer);
    await connect(consumer, servers, this.#remarks);
    this.#consumer = consumer;
    await this.#refuseMembers();
    await this.#renew();
    const word = await this.#epochWord(consumer);
    this.#word = word;
    return word;
  }

  /** The partitions of a topic to be written. */
  async partitionCount(topic: string): Promise<number> {
    return this.#producer === null ? 1 : sinkPartitions(this.#producer, topic, this.options.servers);
  }

  capture(): void {
    [this.#current, this.#captured] = [this.#captured, this.#current];
  }

  async commit(epoch: number, offsets: readonly Offset[], recorded: Promise<void>): Promise<void> {
    try {
      if (this.#isSlow) await this.#beginAnew();
      const producer = this.#producer as KafkaProducer;
      const {reach} = this.options;
      await this.#timed(callback => producer.beginTransaction(callback));
      reach?.('begun');
      await this.#send(producer);
      reach?.('sent');
      const {sinkTopic} = this.options;
      const kept = offsets.length > 0 ? offsets : [{topic: sinkTopic, partition: 0, offset: epoch}];
      const named = kept.map(one => ({...one, metadata: epochName(epoch)}));
      await this.#timed(callback => producer.sendOffsetsToTransaction(named, this.#consumer as KafkaConsumer, answerMs, callback));
      reach?.('offsets-sent');
      await recorded;
      await this.#timed(callback => producer.commitTransaction(answerMs, callback));
      this.#word = {kind: 'epoch', epoch};
      reach?.('ended');
    } catch (error) {
      throw this.#problem(epoch, error);
    }
  }

  refresh(epoch: number, offsets: readonly Offset[]): Promise<void> {
    return this.commit(epoch, offsets, Promise.resolve());
  }

  async close(): Promise<void> {
    const [consumer, producer] = [this.#consumer, this.#producer];
    this.#consumer = null;
    this.#producer = null;
    const clients = [consumer, producer].filter(client => client !== null);
    await Promise.all(clients.map(client => goodbye(client)));
  }

  async #timed(call: (callback: (error: unknown, result: unknown) => void) => unknown): Promise<void> {
    const {stopwatch} = this.options;
    const fromMs = stopwatch.elapsedMs();
    await asked(call as Parameters<typeof asked>[0]);
    if (stopwatch.elapsedMs() - fromMs > slowMs) this.#isSlow = true;
  }

  /**
   * Output is delivered before offsets are sent. While the broker still writes the end of the transaction before into its partitions, it takes nothing of the next
   * one: the client asks again after 20 ms for partitions, but only after its whole back-off for offsets.
   */
  async #send(producer: KafkaProducer): Promise<void> {
    if (this.#captured.count === 0) return;
    for (const raw = producer.getClient(); !this.#captured.send(raw);) await this.#flush(producer);
    while (!(await this.#flush(producer)));
  }

  /** False: not all of it is delivered yet. */
  async #flush(producer: KafkaProducer): Promise<boolean> {
    try {
      await asked<void>(callback => producer.flush(flushMs, callback));
      return true;
    } catch (error) {
      if (codeOf(error) !== errorCodes.timedOut) throw error;
      return false;
    }
  }

  /**
   * A new instance takes over from all others, so also from a successor, if this process has stood still meanwhile. Only what has been committed since tells: it is
   * looked at when nobody before this instance can commit any more.
   */
  async #beginAnew(): Promise<void> {
    await this.#renew();
    const word = await this.#epochWord(this.#consumer as KafkaConsumer);
    if (JSON.stringify(word) !== JSON.stringify(this.#word)) throw this.#fenced();
  }

  /** A new instance of the producer; whatever one before it has left open ends, uncommitted. */
  async #renew(): Promise<void> {
    const {servers, producerSettings} = this.options;
    const {Producer} = await loadClient();
    const before = this.#producer;
    this.#producer = null;
    if (before !== null) void goodbye(before);
    const producer = made(() => new Producer(producerSettings));
    this.#remarks.listen(producer);
    await connect(producer, servers, this.#remarks);
    this.#producer = producer;
    await this.#initialized(producer);
    this.#isSlow = false;
  }

  async #initialized(producer: KafkaProducer): Promise<void> {
    const {stopwatch, transactionalId} = this.options;
    const fromMs = stopwatch.elapsedMs();
    for (;;) {
      try {
        return await asked<void>(callback => producer.initTransactions(answerMs, callback));
      } catch (error) {
        if (!isPassing(error) || stopwatch.elapsedMs() - fromMs > initMs) {
          throw clientProblem(`transactions of "${transactionalId}" cannot begin`, error, this.#remarks);
        }
      }
    }
  }

  /** Offsets within a transaction are not fenced by a group's members, so there must be none. */
  async #refuseMembers(): Promise<void> {
    const {AdminClient} = await loadClient();
    const {adminSettings, group} = this.options;
    const admin = AdminClient.create(adminSettings);
    try {
      const matchConsumerGroupStates = Object.values(groupStates);
      const {groups} = await asked<{readonly groups: readonly GroupListing[]}>(callback =>
        admin.listGroups({timeout: answerMs, matchConsumerGroupStates}, callback),
      );
      if (!groups.some(({groupId}) => groupId === group)) return;
      throw fail('environment', 'group-in-use', `other programs read as group "${group}", in which the job keeps its offsets`, {
        detail: `it has live members: kafka-consumer-groups.sh --describe --members --group ${group} names them`,
        hint: `stop them, or give the job a group of its own: 'properties.group.id'`,
      });
    } catch (error) {
      throw clientProblem(`group "${group}" cannot be looked at`, error, this.#remarks);
    } finally {
      admin.disconnect();
    }
  }

  async #epochWord(consumer: KafkaConsumer): Promise<EpochWord> {
    const {sources, slot, sinkTopic, group} = this.options;
    try {
      const partitions: TopicPartition[] = [];
      for (const topics of sources) partitions.push(...(await presentPartitions(consumer, topics, slot)));
      const answers = await committed(consumer, partitions);
      const word = wordOf(answers);
      if (word.kind !== 'none') return word;
      return wordOf(await committed(consumer, [{topic: sinkTopic, partition: 0}]));
    } catch (error) {
      throw clientProblem(`offsets of group "${group}" cannot be read`, error, this.#remarks);
    }
  }

  #problem(epoch: number, error: unknown): unknown {
    const code = codeOf(error);
    if (code === errorCodes.fenced || fencedCodes.has(code)) return this.#fenced();
    return clientProblem(`epoch ${epoch} was not committed`, error, this.#remarks);
  }

  #fenced(): ProblemError {
    return fail('transient', 'fenced', `another process has taken over "${this.options.transactionalId}"`, {
      detail: 'so this one must not commit any more',
    });
  }
}

/** Invalid producer epoch, transactional id fenced, producer fenced. */
const fencedCodes: ReadonlySet<number> = new Set([47, 90]);

/** A table that writes into the job's transaction. */
export class TransactionSink implements Sink, MessageTarget {
  readonly closedByReader = false;
  readonly full = false;
  partition: () => number;
  readonly #transaction: KafkaTransaction;
  readonly #topic: string;
  readonly #partitioner: Partitioner;

  constructor(transaction: KafkaTransaction, topic: string, partitioner: Partitioner) {
    this.#transaction = transaction;
    this.#topic = topic;
    this.#partitioner = partitioner;
    this.partition = partitionerOf(partitioner, 1, 0);
  }

  get outbox(): Outbox {
    return this.#transaction.outbox;
  }

  async open(): Promise<void> {
    const count = await this.#transaction.partitionCount(this.#topic);
    this.partition = partitionerOf(this.#partitioner, count, this.#transaction.options.slot.index);
  }

  write(): void {
    throw fail('bug', 'broken-invariant', 'messages are written one by one');
  }
  sent(): void {}
  async drain(): Promise<void> {}
  async flush(): Promise<void> {}
  async close(): Promise<void> {}
}

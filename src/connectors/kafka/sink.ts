import {fail, type Problem, type ProblemError} from '../../base/problem.ts';
import type {DurableOutput} from '../../flow/delivery.ts';
import type {Sink} from '../../flow/sink.ts';
import {errorCodes, type KafkaProducer, type KafkaSettings, loadClient} from './client.ts';
import {asked, clientProblem, codeOf, connect, goodbye, meansTrouble, noTopic, partitionsOf, Remarks, textOf} from './connection.ts';
import type {MessageTarget} from './message-encoder.ts';
import {Outbox} from './outbox.ts';
import {type Partitioner, partitionerOf} from './partitioner.ts';
import {made} from './source.ts';

export interface KafkaSinkOptions {
  readonly topic: string;
  readonly servers: string;
  readonly settings: KafkaSettings;
  readonly partitioner: Partitioner;
  /** False: nobody waits for what brokers say. */
  readonly isConfirmed: boolean;
  readonly slotIndex: number;
  readonly tell: (problem: Problem) => void;
}

/** The client is asked for reports of what could not be delivered this often: a producer that nobody asks stops once its queue has been full. */
const pollMs = 20;
const flushMs = 1000;
/** How long a full queue is left alone before it is tried again. */
const roomMs = 5;
/** The brokers may need a moment to make a topic that they make by themselves. */
const topicTries = 5;

/** Messages that are delivered one by one, each at least once: the client tries again until the brokers have them. */
export class KafkaSink implements Sink, MessageTarget {
  readonly closedByReader = false;
  readonly outbox = new Outbox();
  readonly durable: DurableOutput;
  partition: () => number;
  readonly #options: KafkaSinkOptions;
  readonly #remarks = new Remarks();
  #producer: KafkaProducer | null = null;
  #failure: ProblemError | null = null;
  #isTroubled = false;

  constructor(options: KafkaSinkOptions) {
    this.#options = options;
    this.partition = partitionerOf(options.partitioner, 1, options.slotIndex);
    this.durable = {
      // What was delivered after the last commit is delivered again: that is what at-least-once means.
      restore: async () => {},
      capture: () => null,
      settle: () => (options.isConfirmed ? this.#deliver() : Promise.resolve()),
      leave: () => this.discard(),
    };
  }

  async open(): Promise<void> {
    const {settings, servers, topic, partitioner, slotIndex} = this.#options;
    const {Producer} = await loadClient();
    const producer = made(() => new Producer(settings));
    this.#remarks.listen(producer, text => this.#hear(text));
    await connect(producer, servers, this.#remarks);
    this.#producer = producer;
    producer.setPollInterval(pollMs);
    producer.on('delivery-report', error => {
      if (error !== null && error !== undefined)
        this.#failure ??= clientProblem(`a message to topic "${topic}" was not delivered`, error, this.#remarks);
    });
    const count = await sinkPartitions(producer, topic, servers);
    this.partition = partitionerOf(partitioner, count, slotIndex);
  }

  write(): void {
    throw fail('bug', 'broken-invariant', 'messages are written one by one');
  }

  sent(): void {
    const producer = this.#producer;
    if (producer !== null) this.outbox.send(producer.getClient());
  }

  get full(): boolean {
    return this.outbox.count > 0;
  }

  async drain(): Promise<void> {
    for (;;) {
      this.#check();
      const producer = this.#producer;
      if (producer === null || this.outbox.send(producer.getClient())) return;
      producer.poll();
      await new Promise(resolve => setTimeout(resolve, roomMs));
    }
  }

  /** Everything is on its way: the client sends by itself, within its linger. */
  async flush(): Promise<void> {
    await this.drain();
  }

  async close(): Promise<void> {
    if (this.#producer !== null && this.#options.isConfirmed) await this.#deliver();
    else if (this.#producer !== null) await this.drain();
    await this.discard();
    this.#check();
  }

  async discard(): Promise<void> {
    const producer = this.#producer;
    this.#producer = null;
    if (producer !== null) await goodbye(producer);
  }

  /** Waits until the brokers have everything. */
  async #deliver(): Promise<void> {
    await this.drain();
    for (let producer = this.#producer; producer !== null; producer = this.#producer) {
      try {
        const client = producer;
        await asked<void>(callback => client.flush(flushMs, callback));
        break;
      } catch (error) {
        if (codeOf(error) !== errorCodes.timedOut)
          throw clientProblem(`messages to topic "${this.#options.topic}" were not delivered`, error, this.#remarks);
        this.#check();
      }
    }
    // Reports of what failed are told behind the flush.
    this.#producer?.poll();
    await new Promise(resolve => setImmediate(resolve));
    this.#check();
    this.#isTroubled = false;
  }

  #check(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  #hear(text: string): void {
    if (/fatal error/i.test(text)) this.#failure ??= clientProblem(`topic "${this.#options.topic}" cannot be written any more`, text);
    if (this.#isTroubled || this.#producer === null || !meansTrouble(text)) return;
    this.#isTroubled = true;
    this.#options.tell({
      kind: 'transient',
      severity: 'warning',
      code: 'kafka-trouble',
      message: `writing topic "${this.#options.topic}" waits for the cluster`,
      detail: textOf(text),
    });
  }
}

/** How many partitions a topic has that is to be written. */
export async function sinkPartitions(producer: KafkaProducer, topic: string, servers: string): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const partitions = await partitionsOf(producer, topic);
    if (partitions.length > 0) return partitions.length;
    if (attempt === topicTries) {
      const {kind, code, message, hint} = noTopic(topic, servers);
      throw fail(kind, code, message, {hint: hint as string});
    }
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

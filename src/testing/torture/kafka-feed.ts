import type {KafkaProducer} from '../../connectors/kafka/client.ts';
import {connectProducer, createTopics, promised, send} from '../kafka/admin.ts';
import type {Feed, Place} from './pairs.ts';
import {rowOf, type Workload} from './workload.ts';

/** Produces the input; a row counts as sent once the broker has acknowledged it. */
export class KafkaFeed implements Feed {
  readonly sent: number[];
  readonly #workload: Workload;
  readonly #topic: string;
  readonly #producer: KafkaProducer;

  private constructor(workload: Workload, topic: string, producer: KafkaProducer) {
    this.#workload = workload;
    this.#topic = topic;
    this.#producer = producer;
    this.sent = Array.from({length: workload.partitions}, () => 0);
  }

  static async open(workload: Workload, {bootstrap, input}: Place): Promise<KafkaFeed> {
    await createTopics(bootstrap, [{name: input, partitions: workload.partitions}]);
    return new KafkaFeed(workload, input, await connectProducer(bootstrap, {'enable.idempotence': true, 'linger.ms': 1}));
  }

  async give(rows: number): Promise<void> {
    const records = this.sent.flatMap((from, partition) =>
      Array.from({length: rows}, (_, index) => ({partition, value: JSON.stringify(rowOf(this.#workload, partition, from + index))})),
    );
    await send(this.#producer, this.#topic, records);
    for (const partition of this.sent.keys()) this.sent[partition] = (this.sent[partition] as number) + rows;
  }

  async close(): Promise<void> {
    await promised<unknown>(done => this.#producer.disconnect(done));
  }
}

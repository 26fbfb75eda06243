import {fail} from '../../base/problem.ts';
import type {Position} from '../../flow/source.ts';
import type {KafkaConsumer, Message, PartitionEnd, TopicPartition} from './client.ts';
import {metadata, partitionNumbers, partitionsOf} from './connection.ts';
import type {Extent, Place} from './extent.ts';
import {offsetsAt} from './places.ts';

/** Where a job goes on whose log is lost, and which keeps nothing else. */
const groupOrBeginning: Place = {kind: 'group', otherwise: 'beginning'};

/** How far one partition has been read. */
export interface ReadPartition extends TopicPartition {
  /** Among those of the source, in the order in which they were found; a restart keeps it. */
  readonly number: number;
  /** Where reading ends, before this offset; null: nowhere. */
  readonly stop: number | null;
  /** Behind the last message that the client has handed over, as far as that was noted; never before `taken`. */
  received: number;
  /** Behind the last message that the engine has taken. */
  taken: number;
  isAtEnd: boolean;
  hasEnded: boolean;
}

export interface PartitionTableOptions {
  readonly topics: readonly string[] | RegExp;
  readonly group: string;
  readonly extent: Extent;
  readonly discoveryMs: number | null;
  readonly slot: {readonly index: number; readonly count: number};
}

/** The partitions that a source reads. Its position is a list of `[topic, partition, offset of the next message]`, with where reading ends as a fourth if it does. */
export class PartitionTable {
  readonly all: ReadPartition[] = [];
  readonly #options: PartitionTableOptions;
  /** Numbers of those that have ended and are not fetched. */
  readonly #paused = new Set<number>();
  readonly #byTopic = new Map<string, ReadPartition[]>();
  /** Of the last message: nearly always the next one's, too. */
  #topic = '';
  #ofTopic: readonly (ReadPartition | undefined)[] = [];

  constructor(options: PartitionTableOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.all.length;
  }

  /** All of them end somewhere, and have. */
  get haveEnded(): boolean {
    return this.all.every(({hasEnded}) => hasEnded);
  }

  /** Partitions may be found later. */
  get mayGrow(): boolean {
    return this.#options.extent.stop === null && this.#options.discoveryMs !== null;
  }

  /** Finds the partitions and where reading of each begins: at a position, else where the table says. Those that came after the position begin at their beginning. */
  async open(consumer: KafkaConsumer, from: Position): Promise<void> {
    const {extent, group} = this.#options;
    const present = await presentPartitions(consumer, this.#options.topics, this.#options.slot);
    const known = readPosition(from);
    for (const {topic, partition} of known) {
      if (present.some(one => one.topic === topic && one.partition === partition)) continue;
      throw fail('environment', 'partition-gone', `${topic}[${partition}], which the job has read, is not there any more`, {
        hint: 'start over with --fresh',
      });
    }
    this.add(known.map((one, index) => readPartition(one, index, one.offset, one.stop)));
    const others = present.filter(one => this.#find(one) === undefined);
    const start = from === null ? extent.start : from === 'group-offsets' ? groupOrBeginning : ({kind: 'beginning'} as const);
    const starts = await offsetsAt(consumer, others, start, group);
    const stops = extent.stop === null ? null : await offsetsAt(consumer, others, extent.stop, group);
    this.add(others.map((one, index) => readPartition(one, this.size + index, starts[index] as number, stops?.[index] ?? null)));
  }

  /** Partitions that nobody reads yet, from their beginnings. */
  async discover(consumer: KafkaConsumer): Promise<readonly ReadPartition[]> {
    const found = (await presentPartitions(consumer, this.#options.topics, this.#options.slot)).filter(
      one => this.#find(one) === undefined,
    );
    const starts = await offsetsAt(consumer, found, {kind: 'beginning'}, this.#options.group);
    return found.map((one, index) => readPartition(one, this.size + index, starts[index] as number, null));
  }

  add(partitions: readonly ReadPartition[]): void {
    for (const one of partitions) {
      this.all.push(one);
      const ofTopic = this.#byTopic.get(one.topic) ?? [];
      ofTopic[one.partition] = one;
      this.#byTopic.set(one.topic, ofTopic);
    }
    this.#topic = '';
  }

  /** Lets the client fetch them from where it has come to. */
  assign(consumer: KafkaConsumer): void {
    for (const one of this.all) one.received = Math.max(one.received, one.taken);
    const open = this.all.filter(({hasEnded}) => !hasEnded);
    for (const {hasEnded, number} of this.all) if (hasEnded) this.#paused.add(number);
    if (open.length > 0) consumer.assign(open.map(({topic, partition, received}) => ({topic, partition, offset: received})));
    else consumer.unassign();
  }

  /** What lies behind the end of reading is not fetched any more. */
  pauseEnded(consumer: KafkaConsumer): void {
    if (this.#options.extent.stop === null) return;
    const ended = this.all.filter(({hasEnded, number}) => hasEnded && !this.#paused.has(number));
    if (ended.length === 0) return;
    for (const {number} of ended) this.#paused.add(number);
    consumer.pause(ended.map(({topic, partition}) => ({topic, partition})));
  }

  /** The partition of a message; null when it is none of ours, or lies behind where reading ends. */
  take({topic, partition: number, offset}: Message): ReadPartition | null {
    if (topic !== this.#topic) {
      this.#topic = topic;
      this.#ofTopic = this.#byTopic.get(topic) ?? [];
    }
    const partition = this.#ofTopic[number];
    if (partition === undefined || partition.hasEnded || offset < partition.taken) return null;
    if (partition.stop === null || offset < partition.stop) return partition;
    partition.hasEnded = true;
    return null;
  }

  /** Messages that the client has handed over, and the engine has not taken yet. */
  noteReceived(messages: readonly Message[]): void {
    for (const {topic, partition, offset} of messages) {
      const one = this.#byTopic.get(topic)?.[partition];
      if (one !== undefined) one.received = Math.max(one.received, offset + 1);
    }
  }

  /** Ends of partitions that came with messages, once all of these have been taken. Records of transactions stand before an end, and are nobody's. */
  noteEnds(messages: readonly Message[], ends: readonly PartitionEnd[]): void {
    for (const {topic, partition, offset, messageIndex} of ends) {
      const one = this.#byTopic.get(topic)?.[partition];
      if (one === undefined) continue;
      const goesOn = messages.some((later, index) => index > messageIndex && later.topic === topic && later.partition === partition);
      if (goesOn) continue;
      one.isAtEnd = true;
      one.taken = Math.max(one.taken, offset);
      one.received = Math.max(one.received, offset);
      if (one.stop !== null && offset >= one.stop) one.hasEnded = true;
    }
  }

  position(): Position {
    return this.all.map(({topic, partition, taken, stop}) => (stop === null ? [topic, partition, taken] : [topic, partition, taken, stop]));
  }

  /** As far as the client knows the ends of partitions. */
  lag(consumer: KafkaConsumer): number | null {
    let total = 0;
    for (const lag of this.lags(consumer)) {
      if (lag === null) return null;
      total += lag;
    }
    return total;
  }

  /** The same of each of them, by number; null where the client does not know. */
  lags(consumer: KafkaConsumer): readonly (number | null)[] {
    return this.all.map(({topic, partition, taken}) => {
      const {highOffset} = consumer.getWatermarkOffsets(topic, partition);
      return highOffset < 0 ? null : Math.max(0, highOffset - taken);
    });
  }

  /** A partition that does not hold what comes next. */
  async findGone(consumer: KafkaConsumer): Promise<{readonly name: string; readonly detail: string} | null> {
    const [low, high] = [
      await offsetsAt(consumer, this.all, {kind: 'beginning'}, ''),
      await offsetsAt(consumer, this.all, {kind: 'end'}, ''),
    ];
    const index = this.all.findIndex(({taken}, at) => taken < (low[at] as number) || taken > (high[at] as number));
    const gone = this.all[index];
    if (gone === undefined) return null;
    return {
      name: `${gone.topic}[${gone.partition}]`,
      detail: `it holds messages from ${low[index]} to ${(high[index] as number) - 1}, and the next one is ${gone.taken}`,
    };
  }

  #find({topic, partition}: TopicPartition): ReadPartition | undefined {
    return this.#byTopic.get(topic)?.[partition];
  }
}

/** All partitions that there are and that are this process's, in order. */
export async function presentPartitions(
  consumer: KafkaConsumer,
  topics: readonly string[] | RegExp,
  slot: {readonly index: number; readonly count: number},
): Promise<readonly TopicPartition[]> {
  const lists: (readonly [topic: string, numbers: readonly number[]])[] = [];
  if (topics instanceof RegExp) {
    const cluster = await metadata(consumer, {allTopics: true});
    for (const topic of cluster.topics) if (topics.test(topic.name)) lists.push([topic.name, partitionNumbers(topic)]);
    lists.sort(([a], [b]) => (a < b ? -1 : 1));
  } else for (const topic of topics) lists.push([topic, await partitionsOf(consumer, topic)]);
  return lists.flatMap(([topic, numbers]) =>
    numbers.filter(partition => partition % slot.count === slot.index).map(partition => ({topic, partition})),
  );
}

function readPartition({topic, partition}: TopicPartition, number: number, offset: number, stop: number | null): ReadPartition {
  const hasEnded = stop !== null && offset >= stop;
  return {topic, partition, number, stop, received: offset, taken: offset, isAtEnd: false, hasEnded};
}

function readPosition(position: Position): readonly (TopicPartition & {readonly offset: number; readonly stop: number | null})[] {
  if (!Array.isArray(position)) return [];
  return position.map(entry => {
    const [topic, partition, offset, stop = null] = entry as readonly [string, number, number, number?];
    return {topic, partition, offset, stop};
  });
}

import type {Memory} from '../../base/memory.ts';
import {assert, fail, type Problem, ProblemError} from '../../base/problem.ts';
import type {EpochWord, Offset} from '../../flow/delivery.ts';
import {type MessageSource, type MessageTable, type MetadataValue, nullLength, type Position} from '../../flow/source.ts';
import {
  errorCodes,
  type KafkaConsumer,
  type KafkaError,
  type KafkaSettings,
  loadClient,
  type Message,
  type PartitionEnd,
  type TopicPartitionOffset,
} from './client.ts';
import {
  clientProblem,
  codeOf,
  committed,
  connect,
  goodbye,
  isMissingTopic,
  isPassing,
  meansTrouble,
  noTopic,
  Remarks,
  textOf,
} from './connection.ts';
import {epochName, wordOf} from './epoch-name.ts';
import type {Extent} from './extent.ts';
import {PartitionTable, type ReadPartition} from './partitions.ts';

export interface KafkaSourceOptions {
  /** Names, or what all names must match. */
  readonly topics: readonly string[] | RegExp;
  readonly settings: KafkaSettings;
  readonly servers: string;
  readonly group: string;
  readonly extent: Extent;
  /** Null: partitions that come later are not read. */
  readonly discoveryMs: number | null;
  readonly slot: {readonly index: number; readonly count: number};
  readonly memory: Memory;
  /** Whether anybody wants keys. */
  readonly wantsKeys: boolean;
  readonly tell: (problem: Problem) => void;
}

/** One answer of the client that holds messages: more in one gains nothing. */
const answerMessages = 500;
/** A call holds a thread, and the end of the process, for so long; with several sources less, since there are few threads, and whoever flushes or commits needs one. */
const waitMs = 100;
const sharedWaitMs = 20;
let openSources = 0;
/** Answers that are held while the engine is busy; beyond that nobody asks, and the client's own queue (4 MB) fills up. */
const mostAnswers = 2;
const retryMs = 250;
const tellGroupMs = 1000;

interface Answer {
  readonly messages: readonly Message[];
  readonly ends: readonly PartitionEnd[];
  /** Messages taken. */
  next: number;
}

/**
 * Messages of Kafka's topics. Partitions are assigned by number, so nobody else decides who reads them, and offsets are the job's log's business. Backpressure is not
 * to ask: at most two answers are held.
 */
export class KafkaSource implements MessageSource {
  readonly kind = 'messages';
  readonly #options: KafkaSourceOptions;
  readonly #remarks = new Remarks();
  readonly #answers: Answer[] = [];
  /** Of each row taken last, for its metadata. */
  readonly #rows: Message[] = [];
  #consumer: KafkaConsumer | null = null;
  #partitions: PartitionTable;
  #isAsking = false;
  #whenAnswered: (() => void) | null = null;
  #isClosed = false;
  #failure: ProblemError | null = null;
  /** A trouble that passes has been told, and nothing has come since. */
  #isTroubled = false;
  #found: readonly ReadPartition[] = [];
  #isDiscovering = false;
  /** What the group is told next. */
  #counted: readonly TopicPartitionOffset[] = [];
  #tellsGroup: NodeJS.Timeout | null = null;
  #timer: NodeJS.Timeout | null = null;
  #wake: (() => void)[] = [];

  constructor(options: KafkaSourceOptions) {
    this.#options = options;
    this.#partitions = new PartitionTable(options);
  }

  async open(from: Position): Promise<void> {
    const {settings, servers, topics, discoveryMs, extent} = this.#options;
    const {KafkaConsumer: Consumer} = await loadClient();
    const consumer = made(() => new Consumer(settings));
    this.#remarks.listen(consumer, text => {
      if (meansTrouble(text)) this.#hear(text);
    });
    await connect(consumer, servers, this.#remarks);
    this.#consumer = consumer;
    openSources++;
    try {
      await this.#partitions.open(consumer, from);
    } catch (error) {
      throw clientProblem(`what to read of ${this.#name} cannot be told`, error, this.#remarks);
    }
    if (this.#partitions.size === 0 && !(topics instanceof RegExp) && this.#options.slot.count === 1) {
      throw new ProblemError(topics.map(topic => noTopic(topic, servers)));
    }
    this.#partitions.assign(consumer);
    this.#ask();
    if (discoveryMs !== null && extent.stop === null) {
      this.#timer = setInterval(() => void this.#discover(), discoveryMs);
      this.#timer.unref();
    }
  }

  take(table: MessageTable, mostRows: number): 'messages' | 'nothing' | 'ended' {
    if (this.#failure !== null) throw this.#failure;
    table.count = 0;
    table.metadata = this.#metadata;
    table.where = this.#where;
    for (let answer = this.#answers[0]; answer !== undefined; answer = this.#answers[0]) {
      const isDone = this.#fill(table, answer, mostRows);
      if (isDone) {
        this.#answers.shift();
        this.#partitions.noteEnds(answer.messages, answer.ends);
        this.#ask();
      }
      if (table.count > 0) return 'messages';
      assert(isDone, 'an empty table has room for a message');
    }
    return this.#partitions.haveEnded && !this.#partitions.mayGrow ? 'ended' : 'nothing';
  }

  /** Copies messages until there is no room or no message left; true in the latter case. */
  #fill(table: MessageTable, answer: Answer, mostRows: number): boolean {
    const {messages} = answer;
    const {wantsKeys, memory} = this.#options;
    const {bytes} = memory;
    const rows = this.#rows;
    const most = Math.min(mostRows, table.valueStarts.length);
    const limit = table.pointer + table.size;
    let at = table.pointer;
    let row = 0;
    let index = answer.next;
    for (; index < messages.length && row < most; index++) {
      const message = messages[index] as Message;
      const partition = this.#partitions.take(message);
      if (partition === null) continue;
      const {value} = message;
      const key = wantsKeys ? message.key : null;
      // Copies into a shared memory go by words only where source and target stand alike to a multiple of eight.
      const valueAt = value === null ? at : at + ((value.byteOffset - at) & 7);
      const keyAt = value === null ? at : valueAt + value.length;
      const end = key === null ? keyAt : keyAt + key.length;
      if (end + slackBytes > limit) {
        if (row > 0) break;
        table.valueStarts[0] = 0;
        table.keyStarts[0] = 0;
      } else {
        if (value !== null) bytes.set(value, valueAt);
        if (key !== null) bytes.set(key, keyAt);
        table.valueStarts[row] = valueAt;
        table.keyStarts[row] = keyAt;
        at = end + 1;
      }
      table.valueLengths[row] = value === null ? nullLength : value.length;
      table.keyLengths[row] = key === null ? nullLength : key.length;
      table.partitions[row] = partition.number;
      const next = message.offset + 1;
      partition.taken = next;
      partition.isAtEnd = false;
      if (next === partition.stop) partition.hasEnded = true;
      rows[row++] = message;
    }
    table.count = row;
    rows.length = row;
    answer.next = index;
    return index === messages.length;
  }

  ready(): Promise<void> {
    if (this.#isReady) return Promise.resolve();
    return new Promise(resolve => this.#wake.push(resolve));
  }

  get #isReady(): boolean {
    return (
      this.#answers.length > 0 || this.#failure !== null || this.#isClosed || (this.#partitions.haveEnded && !this.#partitions.mayGrow)
    );
  }

  position(): Position {
    return this.#partitions.position();
  }

  offsets(): readonly Offset[] {
    return this.#partitions.all.map(({topic, partition, taken}) => ({topic, partition, offset: taken}));
  }

  /** At most once a second: nobody who watches a group looks more often. */
  async groupWord(): Promise<EpochWord> {
    const consumer = this.#consumer;
    if (consumer === null) return {kind: 'none'};
    return wordOf(await committed(consumer, this.#partitions.all));
  }

  noteCounted(epoch: number, offsets: readonly Offset[]): void {
    this.#counted = offsets.map(one => ({...one, metadata: epochName(epoch)}));
    this.#tellsGroup ??= setTimeout(() => this.#tellGroup(), tellGroupMs).unref();
  }

  #tellGroup(): void {
    clearTimeout(this.#tellsGroup ?? undefined);
    this.#tellsGroup = null;
    const counted = this.#counted;
    this.#counted = [];
    if (counted.length > 0 && this.#consumer?.isConnected() === true) this.#consumer.commit(counted);
  }

  get isAtEnd(): boolean {
    return this.#answers.length === 0 && this.#partitions.all.every(({isAtEnd, hasEnded}) => isAtEnd || hasEnded);
  }

  get partitionCount(): number {
    return this.#partitions.size;
  }

  hasEnded(partition: number): boolean {
    return this.#partitions.all[partition]?.hasEnded ?? false;
  }

  lag(): number | null {
    return this.#consumer === null ? null : this.#partitions.lag(this.#consumer);
  }

  partitionLags(): readonly (number | null)[] {
    const consumer = this.#consumer;
    return consumer === null ? [] : this.#partitions.lags(consumer);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#awake();
    const consumer = this.#consumer;
    if (consumer === null) return;
    this.#tellGroup();
    this.#consumer = null;
    openSources--;
    // The client must not go while another thread of it is at a question of ours.
    if (this.#isAsking) await new Promise<void>(resolve => (this.#whenAnswered = resolve));
    if (consumer.isConnected()) consumer.unassign();
    await goodbye(consumer);
  }

  readonly #metadata = (row: number, key: string): MetadataValue => {
    const message = this.#rows[row] as Message;
    switch (key) {
      case 'topic':
        return message.topic;
      case 'partition':
        return message.partition;
      case 'offset':
        return message.offset;
      case 'timestamp':
        return message.timestamp;
      case 'leader-epoch':
        return message.leaderEpoch ?? null;
      default: {
        const headers = new Map<string, Uint8Array>();
        for (const header of message.headers ?? []) for (const name in header) headers.set(name, header[name] as Buffer);
        return headers;
      }
    }
  };

  readonly #where = (row: number): string => {
    const {topic, partition, offset} = this.#rows[row] as Message;
    return `${topic}[${partition}]@${offset}`;
  };

  /** Takes what the client has; only when it has nothing, waits for the next message, which comes alone. */
  #ask(): void {
    const consumer = this.#consumer;
    if (this.#isAsking || this.#isClosed || consumer === null || this.#failure !== null || this.#answers.length >= mostAnswers) return;
    if (this.#partitions.haveEnded && !this.#partitions.mayGrow) return this.#awake();
    this.#assignFound(consumer);
    this.#partitions.pauseEnded(consumer);
    this.#isAsking = true;
    consumer.getClient().consume(0, answerMessages, false, (error, messages, ends) => {
      if (error !== null || messages.length > 0 || ends.length > 0 || this.#isClosed) return this.#answered(error, messages, ends);
      consumer
        .getClient()
        .consume(openSources > 2 ? sharedWaitMs : waitMs, 1, false, (laterError, laterMessages, laterEnds) =>
          this.#answered(laterError, laterMessages, laterEnds),
        );
    });
  }

  #answered(error: KafkaError | null, messages: readonly Message[], ends: readonly PartitionEnd[]): void {
    this.#isAsking = false;
    this.#whenAnswered?.();
    if (this.#isClosed) return;
    if (error !== null && error !== undefined && error.code !== errorCodes.timedOut) return this.#handle(error);
    if (messages.length > 0) this.#isTroubled = false;
    if (messages.length > 0 || ends.length > 0) {
      this.#answers.push({messages, ends, next: 0});
      this.#awake();
    }
    this.#ask();
  }

  #handle(error: KafkaError): void {
    if (isPassing(error)) {
      this.#hear(textOf(error));
      setTimeout(() => this.#ask(), retryMs);
    } else if (codeOf(error) === errorCodes.autoOffsetReset) void this.#tellGone();
    else if (isMissingTopic(error)) this.#fail(fail('environment', 'no-topic', `${this.#name} is gone`, {detail: textOf(error)}));
    else this.#fail(clientProblem(`${this.#name} cannot be read`, error, this.#remarks));
  }

  /** Brokers that cannot be reached: the client tries again by itself, and it is told once. */
  #hear(text: string): void {
    if (this.#isTroubled || this.#isClosed || this.#consumer === null) return;
    this.#isTroubled = true;
    this.#options.tell({
      kind: 'transient',
      severity: 'warning',
      code: 'kafka-trouble',
      message: `reading ${this.#name} waits for the cluster`,
      detail: text,
    });
  }

  async #tellGone(): Promise<void> {
    const gone = this.#consumer === null ? null : await this.#partitions.findGone(this.#consumer).catch(() => null);
    this.#fail(
      fail('environment', 'offset-gone', `${gone?.name ?? this.#name} does not hold the message any more at which reading was to go on`, {
        detail: gone === null ? 'it was deleted by retention, or the topic was made anew' : gone.detail,
        hint: 'start over with --fresh, or with another "scan.startup.mode"',
      }),
    );
  }

  #fail(failure: ProblemError): void {
    this.#failure ??= failure;
    this.#awake();
  }

  #awake(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const resolve of waiting) resolve();
  }

  async #discover(): Promise<void> {
    const consumer = this.#consumer;
    // What was found and is not assigned yet would be found again.
    if (consumer === null || this.#isDiscovering || this.#found.length > 0) return;
    this.#isDiscovering = true;
    try {
      this.#found = await this.#partitions.discover(consumer);
      this.#ask();
    } catch (error) {
      if (error instanceof ProblemError) this.#fail(error);
      else this.#hear(textOf(error));
    } finally {
      this.#isDiscovering = false;
    }
  }

  /** Only while no call is on its way, whose messages would come twice. */
  #assignFound(consumer: KafkaConsumer): void {
    if (this.#found.length === 0) return;
    this.#partitions.add(this.#found);
    this.#found = [];
    for (const {messages} of this.#answers) this.#partitions.noteReceived(messages);
    this.#partitions.assign(consumer);
  }

  get #name(): string {
    const {topics} = this.#options;
    return topics instanceof RegExp ? `topics like ${topics.source}` : `topic ${topics.join(', ')}`;
  }
}

/** Kernels read beyond the last byte, and put an end behind it. */
const slackBytes = 64;

/** A client refuses settings by throwing. */
export function made<Client>(make: () => Client): Client {
  try {
    return make();
  } catch (error) {
    throw fail('invalid', 'bad-option', `Kafka's client does not take the table's settings: ${textOf(error)}`, {
      hint: 'change the option "properties.…" that it names',
    });
  }
}

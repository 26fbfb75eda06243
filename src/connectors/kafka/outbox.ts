import {assert, fail} from '../../base/problem.ts';
import {errorCodes, type MessageHeader, type RawProducer} from './client.ts';
import {textOf} from './connection.ts';

const firstBytes = 262_144;
const firstMessages = 1024;

/** Messages that wait to be handed to the client: their bytes one after the other in one buffer, so that a batch is copied out of engine memory at once. */
export class Outbox {
  count = 0;
  /** Messages that have been handed over, from the first on. */
  sent = 0;
  readonly #topics: string[] = [];
  #buffer = Buffer.allocUnsafeSlow(firstBytes);
  #bytes = 0;
  #topic = new Uint16Array(firstMessages);
  /** Of each message: value start and end, key start and end. */
  #places = new Int32Array(4 * firstMessages);
  #partition = new Int32Array(firstMessages);
  #timestamp = new Float64Array(firstMessages);
  /** By the number of the message; few have any. */
  readonly #headers = new Map<number, readonly MessageHeader[]>();

  /** The number of a topic, for messages. */
  topicNumber(topic: string): number {
    const found = this.#topics.indexOf(topic);
    return found >= 0 ? found : this.#topics.push(topic) - 1;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes bytes over, and gives where they begin. */
  append(bytes: Uint8Array): number {
    const start = this.#bytes;
    const end = start + bytes.length;
    if (end > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(end, 2 * this.#buffer.length));
      this.#buffer.copy(larger, 0, 0, start);
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, start);
    this.#bytes = end;
    return start;
  }

  /**
   * A message, by the places of its bytes; a start below 0: it has no value, or no key. A partition below 0: the partitioner chooses; `timestamp` NaN: now. (Numbers, and no
   * object, because there is one of them a row.)
   */
  add(
    topic: number,
    valueStart: number,
    valueEnd: number,
    keyStart = -1,
    keyEnd = -1,
    partition = -1,
    timestamp = Number.NaN,
    headers?: readonly MessageHeader[],
  ): void {
    const number = this.count++;
    if (number === this.#topic.length) this.#growMessages();
    this.#topic[number] = topic;
    this.#places[4 * number] = valueStart;
    this.#places[4 * number + 1] = valueEnd;
    this.#places[4 * number + 2] = keyStart;
    this.#places[4 * number + 3] = keyEnd;
    this.#partition[number] = partition;
    this.#timestamp[number] = timestamp;
    if (headers !== undefined) this.#headers.set(number, headers);
  }

  /** Hands messages over until there are none left (true) or the client's queue is full. Then the outbox is empty and its room used again. */
  send(producer: RawProducer): boolean {
    const places = this.#places;
    const buffer = this.#buffer;
    for (; this.sent < this.count; this.sent++) {
      const number = this.sent;
      const valueStart = places[4 * number] as number;
      const keyStart = places[4 * number + 2] as number;
      const value = valueStart < 0 ? null : buffer.subarray(valueStart, places[4 * number + 1]);
      const key = keyStart < 0 ? null : buffer.subarray(keyStart, places[4 * number + 3]);
      const partition = this.#partition[number] as number;
      const timestamp = this.#timestamp[number] as number;
      const topic = this.#topics[this.#topic[number] as number] as string;
      const headers = this.#headers.size === 0 ? undefined : this.#headers.get(number);
      const code = producer.produce(
        topic,
        partition < 0 ? null : partition,
        value,
        key,
        Number.isNaN(timestamp) ? null : timestamp,
        undefined,
        headers,
      );
      if (code === errorCodes.queueFull) return false;
      if (code !== 0) throw refused(topic, code, (value?.length ?? 0) + (key?.length ?? 0));
    }
    this.clear();
    return true;
  }

  clear(): void {
    this.count = 0;
    this.sent = 0;
    this.#bytes = 0;
    this.#headers.clear();
  }

  #growMessages(): void {
    const size = 2 * this.#topic.length;
    assert(size <= 2 ** 26, 'an outbox is emptied before it holds so many messages');
    const [topic, places, partition, timestamp] = [this.#topic, this.#places, this.#partition, this.#timestamp];
    this.#topic = new Uint16Array(size);
    this.#places = new Int32Array(4 * size);
    this.#partition = new Int32Array(size);
    this.#timestamp = new Float64Array(size);
    this.#topic.set(topic);
    this.#places.set(places);
    this.#partition.set(partition);
    this.#timestamp.set(timestamp);
  }
}

const tooLarge = 10;

function refused(topic: string, code: number, bytes: number) {
  if (code === tooLarge) {
    return fail('data', 'message-too-large', `a message of ${bytes} bytes is larger than what topic "${topic}" takes`, {
      hint: `raise 'properties.max.request.size', and "max.message.bytes" of the topic`,
    });
  }
  return fail('environment', 'kafka-failed', `topic "${topic}" does not take a message`, {detail: textOf(`error ${code} of the client`)});
}

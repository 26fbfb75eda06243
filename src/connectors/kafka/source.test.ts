import {beforeAll, describe, expect, test} from 'vitest';
import {Memory} from '../../base/memory.ts';
import {type MessageTable, nullLength, type Position} from '../../flow/source.ts';
import {addPartitions, createTopics, produce} from '../../testing/kafka/admin.ts';
import {freshName, sharedBroker} from '../../testing/kafka/shared.ts';
import {KafkaSource, type KafkaSourceOptions} from './source.ts';

let bootstrap: string;
beforeAll(async () => void (bootstrap = await sharedBroker()));

const rowsOfTable = 64;

class Reader {
  readonly source: KafkaSource;
  readonly memory = new Memory(1 << 24);
  readonly table: MessageTable;
  readonly told: string[] = [];

  constructor(topics: readonly string[] | RegExp, more: Partial<KafkaSourceOptions> = {}) {
    const words = () => new Uint32Array(rowsOfTable);
    const size = 800_000;
    this.table = {
      count: 0,
      pointer: this.memory.allocate(size),
      size,
      valueStarts: words(),
      valueLengths: words(),
      keyStarts: words(),
      keyLengths: words(),
      partitions: words(),
      metadata: () => null,
      where: () => '',
    };
    this.source = new KafkaSource({
      topics,
      settings: {
        'bootstrap.servers': bootstrap,
        'group.id': freshName('g'),
        'enable.auto.commit': false,
        'enable.partition.eof': true,
        'auto.offset.reset': 'error',
        'fetch.wait.max.ms': 20,
      },
      servers: bootstrap,
      group: 'g',
      extent: {start: {kind: 'beginning'}, stop: null},
      discoveryMs: null,
      slot: {index: 0, count: 1},
      memory: this.memory,
      wantsKeys: true,
      tell: ({message}) => this.told.push(message),
      ...more,
    });
  }

  /** Texts of the next messages, with the numbers of their partitions. */
  async read(count: number, most = rowsOfTable): Promise<readonly string[]> {
    const texts: string[] = [];
    while (texts.length < count) {
      const taken = this.source.take(this.table, Math.min(most, count - texts.length));
      if (taken === 'ended') break;
      if (taken === 'nothing') await this.source.ready();
      else for (let row = 0; row < this.table.count; row++) texts.push(`${this.table.partitions[row]}:${this.#text(row)}`);
    }
    return texts;
  }

  async end(): Promise<void> {
    while (!this.source.isAtEnd) {
      expect(this.source.take(this.table, rowsOfTable)).toBe('nothing');
      await new Promise(resolve => setTimeout(resolve, 5));
    }
  }

  #text(row: number): string {
    const length = this.table.valueLengths[row] as number;
    const start = this.table.valueStarts[row] as number;
    return length === nullLength ? 'null' : Buffer.from(this.memory.bytes.slice(start, start + length)).toString();
  }
}

async function topicOf(partitions: number, values: readonly string[] = []): Promise<string> {
  const name = freshName('s');
  await createTopics(bootstrap, [{name, partitions}]);
  await produce(
    bootstrap,
    name,
    values.map((value, index) => ({value, partition: index % partitions})),
  );
  return name;
}

describe.concurrent('a source of messages', () => {
  test('goes on at a position, and knows when it is at the end', async () => {
    const topic = await topicOf(1, ['a', 'b', 'c', 'd']);
    const first = new Reader([topic]);
    await first.source.open(null);
    expect(first.source.position()).toEqual([[topic, 0, 0]]);
    expect(await first.read(3, 1)).toEqual(['0:a', '0:b', '0:c']);
    expect(first.table.where(0)).toBe(`${topic}[0]@2`);
    expect(first.source.isAtEnd).toBe(false);
    const position = first.source.position();
    expect(position).toEqual([[topic, 0, 3]]);
    expect(first.source.offsets()).toEqual([{topic, partition: 0, offset: 3}]);
    await first.source.close();
    const second = new Reader([topic]);
    await second.source.open(position);
    expect(await second.read(1)).toEqual(['0:d']);
    await second.end();
    expect(second.source.lag()).toBe(0);
    await produce(bootstrap, topic, [{value: 'e'}]);
    expect(await second.read(1)).toEqual(['0:e']);
    await second.source.close();
  });

  test('reads the partitions of its slot', async () => {
    const topic = await topicOf(4, ['a', 'b', 'c', 'd']);
    const readers = [0, 1, 2].map(index => new Reader([topic], {slot: {index, count: 3}}));
    const texts = await Promise.all(
      readers.map(async (reader, index) => {
        await reader.source.open(null);
        const found = await reader.read(index === 0 ? 2 : 1);
        await reader.end();
        await reader.source.close();
        return [...found].sort();
      }),
    );
    expect(texts).toEqual([['0:a', '1:d'], ['0:b'], ['0:c']]);
  });

  test('finds partitions that come later, and keeps their numbers over a restart', async () => {
    const [one, two] = [await topicOf(1, ['a']), await topicOf(1, ['b'])];
    const reader = new Reader([one, two], {discoveryMs: 50});
    await reader.source.open(null);
    expect([...(await reader.read(2))].sort()).toEqual(['0:a', '1:b']);
    expect(reader.source.partitionCount).toBe(2);
    await addPartitions(bootstrap, one, 2);
    await produce(bootstrap, one, [{value: 'c', partition: 1}]);
    expect(await reader.read(1)).toEqual(['2:c']);
    const position = reader.source.position();
    await reader.source.close();
    await produce(bootstrap, one, [{value: 'd', partition: 1}]);
    await addPartitions(bootstrap, two, 2);
    await produce(bootstrap, two, [{value: 'e', partition: 1}]);
    const next = new Reader([one, two]);
    await next.source.open(JSON.parse(JSON.stringify(position)) as Position);
    expect([...(await next.read(2))].sort()).toEqual(['2:d', '3:e']);
    await next.source.close();
  });

  test('finds topics of a pattern that come later', async () => {
    const prefix = freshName('pattern');
    const reader = new Reader(new RegExp(`^${prefix}-.$`), {discoveryMs: 50});
    await reader.source.open(null);
    expect(reader.source.take(reader.table, 1)).toBe('nothing');
    await createTopics(bootstrap, [{name: `${prefix}-a`}]);
    await produce(bootstrap, `${prefix}-a`, [{value: 'a'}]);
    expect(await reader.read(1)).toEqual(['0:a']);
    await reader.source.close();
  });

  test('ends where it is to end, though messages there are none', async () => {
    const topic = await topicOf(2, ['a', 'b', 'c']);
    const reader = new Reader([topic], {extent: {start: {kind: 'beginning'}, stop: {kind: 'end'}}});
    await reader.source.open(null);
    await produce(bootstrap, topic, [{value: 'later', partition: 0}]);
    expect([...(await reader.read(9))].sort()).toEqual(['0:a', '0:c', '1:b']);
    expect([reader.source.hasEnded(0), reader.source.hasEnded(1)]).toEqual([true, true]);
    expect(reader.source.position()).toEqual([
      [topic, 0, 2, 2],
      [topic, 1, 1, 1],
    ]);
    await reader.source.close();
    const again = new Reader([topic], {extent: {start: {kind: 'beginning'}, stop: {kind: 'end'}}});
    await again.source.open(reader.source.position());
    expect(await again.read(1)).toEqual([]);
    await again.source.close();
  });

  test('takes no more than it is asked for, and leaves the bytes of what has no room', async () => {
    const topic = await topicOf(1, ['a', 'x'.repeat(700_000), 'y'.repeat(900_000), 'b']);
    const reader = new Reader([topic]);
    await reader.source.open(null);
    const lengths: number[] = [];
    while (lengths.length < 4) {
      if (reader.source.take(reader.table, 2) === 'nothing') await reader.source.ready();
      else for (let row = 0; row < reader.table.count; row++) lengths.push(reader.table.valueLengths[row] as number);
      expect(reader.table.count).toBeLessThanOrEqual(2);
    }
    expect(lengths).toEqual([1, 700_000, 900_000, 1]);
    await reader.source.close();
  });

  test('refuses positions of partitions that are gone', async () => {
    const topic = await topicOf(1);
    const reader = new Reader([topic]);
    await expect(reader.source.open([[topic, 3, 7]])).rejects.toMatchObject({problems: [{code: 'partition-gone'}]});
    await reader.source.close();
  });
});

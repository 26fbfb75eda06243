import {beforeAll, describe, expect, test} from 'vitest';
import {addPartitions, committedOffsets, createTopics, deleteTopics, loopback, produce, produceTransaction, readAll} from './admin.ts';
import {freshName, sharedBroker} from './shared.ts';

describe('the broker of a test run', () => {
  let bootstrap: string;
  beforeAll(async () => void (bootstrap = await sharedBroker()));

  test('records come back as they went in', async () => {
    const name = freshName('plain');
    await createTopics(bootstrap, [{name, partitions: 2, settings: {'cleanup.policy': 'compact'}}]);
    await produce(bootstrap, name, [
      {value: 'a', key: 'k', partition: 0, timestamp: 1_000, headers: [{h: 'x'}, {h: 'y'}]},
      {value: null, key: 'k', partition: 0, timestamp: 2_000},
      {value: '', key: '', partition: 1, timestamp: 32_503_680_000_000},
    ]);
    expect(await readAll(bootstrap, name)).toEqual([
      {
        partition: 0,
        offset: 0,
        key: 'k',
        value: 'a',
        timestamp: 1_000,
        headers: [
          ['h', 'x'],
          ['h', 'y'],
        ],
      },
      {partition: 0, offset: 1, key: 'k', value: null, timestamp: 2_000, headers: []},
      {partition: 1, offset: 0, key: '', value: '', timestamp: 32_503_680_000_000, headers: []},
    ]);
    await expect(produce(bootstrap, name, [{value: 'a compacted topic takes no record without a key'}])).rejects.toThrow('produce to');
    await addPartitions(bootstrap, name, 3);
    await deleteTopics(bootstrap, [name]);
  });

  test.each(['gzip', 'snappy', 'lz4', 'zstd'])('%s', async codec => {
    const name = freshName(codec);
    await createTopics(bootstrap, [{name}]);
    await produce(
      bootstrap,
      name,
      Array.from({length: 50}, (_, index) => ({value: `${'same '.repeat(50)}${index}`})),
      {'compression.codec': codec},
    );
    expect((await readAll(bootstrap, name)).map(({value}) => value?.slice(-2).trim())).toEqual(
      Array.from({length: 50}, (_, index) => `${index}`),
    );
  });

  test('what a transaction has not committed is seen by those who ask for it', async () => {
    const name = freshName('transactions');
    await createTopics(bootstrap, [{name}]);
    await produceTransaction(bootstrap, name, {[name]: [{value: 'committed'}]});
    await produceTransaction(bootstrap, name, {[name]: [{value: 'aborted'}]}, 'abort');
    await produceTransaction(bootstrap, `${name}-other`, {[name]: [{value: 'open'}]}, 'leave');
    await produce(bootstrap, name, [{value: 'behind it'}]);
    const values = async (isolation: 'read_committed' | 'read_uncommitted'): Promise<(string | null)[]> =>
      (await readAll(bootstrap, name, isolation)).map(({value}) => value);
    expect(await values('read_committed')).toEqual(['committed']);
    expect(await values('read_uncommitted')).toEqual(['committed', 'aborted', 'open', 'behind it']);
    // The next holder of the id ends what the last one has left.
    await produceTransaction(bootstrap, `${name}-other`, {[name]: [{value: 'next'}]});
    expect(await values('read_committed')).toEqual(['committed', 'behind it', 'next']);
    expect(await committedOffsets(bootstrap, freshName('group'), name, 1)).toEqual([null]);
  });

  test('tests talk to loopback alone', () => {
    expect(loopback('localhost:9092,127.0.0.1:1')).toBe('localhost:9092,127.0.0.1:1');
    expect(() => loopback('127.0.0.1:1,kafka.example:9092')).toThrow('on loopback only');
  });
});

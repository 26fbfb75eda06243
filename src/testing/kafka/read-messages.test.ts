import {beforeAll, describe, expect, test} from 'vitest';
import {createTopics, type NewRecord, produce} from './admin.ts';
import {freshName, sharedBroker} from './shared.ts';
import {KafkaTables, numbered} from './tables.ts';

let kafka: KafkaTables;
beforeAll(async () => void (kafka = new KafkaTables(await sharedBroker())));

describe.concurrent('what is in a message', () => {
  test('metadata and headers', async () => {
    const topic = await kafka.topicOf([
      {value: '{"n":1}', key: 'k', timestamp: 1500, headers: [{a: 'x'}, {b: ''}]},
      {value: '{"n":2}', timestamp: 2500},
    ]);
    const columns = `n INT, topic STRING METADATA VIRTUAL, p INT METADATA FROM 'partition' VIRTUAL, o BIGINT METADATA FROM 'offset' VIRTUAL,
      ts TIMESTAMP(3) METADATA FROM 'timestamp' VIRTUAL, h MAP<STRING, BYTES> METADATA FROM 'headers' VIRTUAL, e INT METADATA FROM 'leader-epoch' VIRTUAL`;
    const {rows} = await kafka.run(
      `${kafka.table(columns, topic)} SELECT n, topic, p, o, ts, CAST(h['a'] AS STRING) AS a, CARDINALITY(h) AS c, e FROM t`,
    );
    expect(rows).toEqual([
      {n: 1, topic, p: 0, o: 0, ts: '1970-01-01 00:00:01.5', a: 'x', c: 2, e: 0},
      {n: 2, topic, p: 0, o: 1, ts: '1970-01-01 00:00:02.5', a: null, c: 0, e: 0},
    ]);
  });

  test('keys', async () => {
    const topic = await kafka.topicOf([
      {key: '{"id":7}', value: '{"n":1}'},
      {key: null, value: '{"n":2}'},
      {key: '{"id":', value: '{"n":3}'},
      {key: '{"id":8}', value: '{"n":4}'},
    ]);
    const options = {'key.format': 'json', 'key.fields': 'k_id', 'key.fields-prefix': 'k_', 'value.fields-include': 'EXCEPT_KEY'};
    const {rows, problems} = await kafka.run(`${kafka.table('n INT, k_id INT', topic, options)} SELECT k_id, n FROM t`);
    expect(rows).toEqual([
      {k_id: 7, n: 1},
      {k_id: null, n: 2},
      {k_id: 8, n: 4},
    ]);
    expect(problems).toMatchObject([{place: {where: `${topic}[0]@2`}, detail: 'the record: {"id":'}]);
    expect(problems[0]?.message).toMatch(/^the key: /);
  });

  test('keys of all formats, and value.format for format', async () => {
    const topic = await kafka.topicOf([{key: '1,b', value: 'x'}]);
    const options = {
      format: '',
      'value.format': 'raw',
      'key.format': 'csv',
      'key.fields': 'a;b',
      'value.fields-include': 'EXCEPT_KEY',
      'value.raw.charset': 'UTF-8',
    };
    const {rows} = await kafka.run(`${kafka.table('a INT, b STRING, c STRING', topic, options)} SELECT * FROM t`);
    expect(rows).toEqual([{a: 1, b: 'b', c: 'x'}]);
  });

  test('messages without value are no rows; of a raw table they are NULLs', async () => {
    const topic = await kafka.topicOf([{value: '{"n":1}'}, {value: null, key: 'k'}, {value: ''}]);
    expect((await kafka.run(`${kafka.table('n INT', topic)} SELECT n FROM t`)).rows).toEqual([{n: 1}]);
    const {rows} = await kafka.run(`${kafka.table('v STRING', topic, {format: 'raw'})} SELECT v, v IS NULL AS nothing FROM t`);
    expect(rows).toEqual([
      {v: '{"n":1}', nothing: false},
      {v: null, nothing: true},
      {v: '', nothing: false},
    ]);
  });

  test('an array of objects is several rows, as many as there are', async () => {
    const objects = Array.from({length: 5000}, (_, index) => `{"n":${index}}`);
    const topic = await kafka.topicOf([{value: '[{"n":-2},{"n":-1}]'}, {value: `[${objects.join(',')}]`}, {value: '{"n":5000}'}]);
    const {rows} = await kafka.run(
      `${kafka.table(`n INT, o BIGINT METADATA FROM 'offset' VIRTUAL`, topic)} SELECT o, COUNT(*) AS c, MIN(n) AS a, MAX(n) AS z FROM t GROUP BY o`,
      {},
    );
    const last = new Map(rows.map(row => [(row as {o: number}).o, row]));
    expect([...last.values()]).toMatchObject([
      {o: 0, c: 2, a: -2, z: -1},
      {o: 1, c: 5000, a: 0, z: 4999},
      {o: 2, c: 1, a: 5000, z: 5000},
    ]);
  });

  test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('codec %s', async codec => {
    const topic = freshName(codec);
    await createTopics(kafka.bootstrap, [{name: topic}]);
    await produce(kafka.bootstrap, topic, numbered(3000), {'compression.type': codec, 'linger.ms': 20});
    const {rows} = await kafka.run(`${kafka.table('n INT', topic)} SELECT COUNT(*) AS c, SUM(n) AS s FROM t`);
    expect(rows.at(-1)).toMatchObject({c: 3000, s: 4498500});
  });

  test('changes of debezium, and its tombstones', async () => {
    const change = (op: string, before: unknown, after: unknown): NewRecord => ({key: 'k', value: JSON.stringify({op, before, after})});
    const topic = await kafka.topicOf([
      change('c', null, {id: 1, v: 'a'}),
      change('u', {id: 1, v: 'a'}, {id: 1, v: 'b'}),
      change('d', {id: 1, v: 'b'}, null),
      {key: 'k', value: null},
    ]);
    const {rows} = await kafka.run(`${kafka.table('id INT, v STRING', topic, {format: 'debezium-json'})} SELECT * FROM t`);
    expect(rows).toEqual([
      {op: '+I', id: 1, v: 'a'},
      {op: '-U', id: 1, v: 'a'},
      {op: '+U', id: 1, v: 'b'},
      {op: '-D', id: 1, v: 'b'},
    ]);
  });
});

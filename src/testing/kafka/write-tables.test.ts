import {beforeAll, describe, expect, test} from 'vitest';
import {type NewRecord, produce, readAll} from './admin.ts';
import {sharedBroker} from './shared.ts';
import {KafkaTables, numbered} from './tables.ts';

let kafka: KafkaTables;
beforeAll(async () => void (kafka = new KafkaTables(await sharedBroker())));

describe.concurrent('upsert-kafka', () => {
  const upsert = (columns: string, topic: string, options: Readonly<Record<string, string>> = {}, name = 't') =>
    kafka.table(columns, topic, {connector: 'upsert-kafka', 'scan.startup.mode': '', 'key.format': 'json', ...options}, name);

  test('the last message of each key is its row, and one without value takes it away', async () => {
    const topic = await kafka.topicOf([
      {key: '{"id":1}', value: '{"id":1,"v":"a"}'},
      {key: '{"id":2}', value: '{"id":2,"v":"b"}'},
      {key: '{"id":1}', value: '{"id":1,"v":"c"}'},
      {key: '{"id":2}', value: null},
      {key: '{"id":9}', value: null},
      {key: null, value: null},
      {key: '{"id":3}', value: '{"id":3,"v":"d"}'},
    ]);
    const {rows, problems} = await kafka.run(`${upsert('id INT, v STRING, PRIMARY KEY (id) NOT ENFORCED', topic)} SELECT * FROM t`);
    expect(rows).toEqual([
      {op: '+I', id: 1, v: 'a'},
      {op: '+I', id: 2, v: 'b'},
      {op: '-U', id: 1, v: 'a'},
      {op: '+U', id: 1, v: 'c'},
      {op: '-D', id: 2, v: 'b'},
      {op: '+I', id: 3, v: 'd'},
    ]);
    expect(problems).toMatchObject([{place: {where: `${topic}[0]@5`}}]);
  });

  test('what is written is read again', async () => {
    const [from, to] = [await kafka.topicOf([]), await kafka.topicOf([], 2, {'cleanup.policy': 'compact'})];
    const change = (op: string, before: unknown, after: unknown): NewRecord => ({value: JSON.stringify({op, before, after})});
    await produce(kafka.bootstrap, from, [
      change('c', null, {k: 'a', n: 1}),
      change('c', null, {k: 'b', n: 2}),
      change('u', {k: 'a', n: 1}, {k: 'a', n: 5}),
      change('d', {k: 'b', n: 2}, null),
    ]);
    const columns = 'k STRING, n INT, PRIMARY KEY (k) NOT ENFORCED';
    const options = {'key.format': 'raw', 'key.fields-prefix': '', 'value.fields-include': 'EXCEPT_KEY'};
    const sink = upsert(columns, to, options, 's');
    const source = kafka.table(columns, from, {format: 'debezium-json'}, 'd');
    const {result} = await kafka.run(`${source} ${sink} INSERT INTO s SELECT k, n FROM d`);
    expect(result).toMatchObject({status: 'done', problem: null});
    const written = await readAll(kafka.bootstrap, to);
    expect(written.filter(({key}) => key === 'a').map(({value}) => value)).toEqual(['{"n":1}', null, '{"n":5}']);
    expect(written.filter(({key}) => key === 'b').map(({value}) => value)).toEqual(['{"n":2}', null]);
    const {rows} = await kafka.run(`${sink} SELECT k, n FROM s WHERE k = 'a'`);
    expect(rows.at(-1)).toEqual({op: '+I', k: 'a', n: 5});
  });
});

describe.concurrent('writing', () => {
  test('value, key, headers and time of each row', async () => {
    const [from, to] = [await kafka.topicOf(numbered(3)), await kafka.topicOf([], 3)];
    const source = kafka.table('n INT', from, {}, 's');
    const columns = `k STRING, n INT, ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp', h MAP<STRING, BYTES> METADATA FROM 'headers'`;
    const sink = kafka.table(columns, to, {'key.format': 'raw', 'key.fields': 'k', 'value.fields-include': 'EXCEPT_KEY'});
    const {result} = await kafka.run(
      `${source} ${sink} INSERT INTO t SELECT IF(n = 1, NULL, 'same'), n, TO_TIMESTAMP_LTZ(n * 1000 + 5, 3), MAP['a', CAST('x' AS BYTES)] FROM s`,
    );
    expect(result.problem).toBeNull();
    const written = await readAll(kafka.bootstrap, to);
    expect(
      written.map(({key, value, timestamp, headers}) => ({key, value, timestamp, headers})).sort((a, b) => a.timestamp - b.timestamp),
    ).toEqual([0, 1, 2].map(n => ({key: n === 1 ? '' : 'same', value: `{"n":${n}}`, timestamp: n * 1000 + 5, headers: [['a', 'x']]})));
    const partitions = written.filter(({key}) => key === 'same').map(({partition}) => partition);
    expect(new Set(partitions).size).toBe(1);
  });

  test.each([
    ['json', 'a INT, b STRING', `SELECT 1, 'x'`, '{"a":1,"b":"x"}'],
    ['csv', 'a INT, b STRING', `SELECT 1, 'x,' || U&'\\000A'`, '1,"x,\n"'],
    ['raw', 'b STRING', `SELECT U&'a\\000Ab'`, 'a\nb'],
    ['raw', 'b STRING', `SELECT CAST(NULL AS STRING)`, null],
    ['debezium-json', 'a INT', `SELECT 1`, '{"before":null,"after":{"a":1},"op":"c"}'],
  ])('each row is one message of %s', async (format, columns, query, expected) => {
    const to = await kafka.topicOf([]);
    const {result} = await kafka.run(
      `${kafka.table(columns, to, {format, 'scan.startup.mode': '', 'scan.bounded.mode': ''})} INSERT INTO t ${query}`,
    );
    expect(result.problem).toBeNull();
    expect((await readAll(kafka.bootstrap, to)).map(({value}) => value)).toEqual([expected]);
  });

  test('many rows, more than are encoded at once and than the client takes at once, in their order', async () => {
    const [from, to] = [await kafka.topicOf(numbered(6000)), await kafka.topicOf([])];
    const {result} = await kafka.run(
      `${kafka.table('n INT', from, {}, 's')} ${kafka.table('n INT, x STRING', to, {'properties.queue.buffering.max.messages': '1000'})} INSERT INTO t SELECT n, REPEAT('x', 40 + n % 7) FROM s`,
    );
    expect(result).toMatchObject({status: 'done', rowsOut: 6000});
    const written = await readAll(kafka.bootstrap, to);
    expect(written.map(({value}) => (JSON.parse(value ?? '') as {n: number}).n)).toEqual(Array.from({length: 6000}, (_, index) => index));
  });

  test.each([
    ['round-robin', [2, 2]],
    ['fixed', [4, 0]],
  ])('partitioner %s', async (partitioner, expected) => {
    const [from, to] = [await kafka.topicOf(numbered(4)), await kafka.topicOf([], 2)];
    await kafka.run(
      `${kafka.table('n INT', from, {}, 's')} ${kafka.table('n INT', to, {'sink.partitioner': partitioner})} INSERT INTO t SELECT n FROM s`,
    );
    const written = await readAll(kafka.bootstrap, to);
    expect([0, 1].map(partition => written.filter(record => record.partition === partition).length)).toEqual(expected);
  });

  test('a message that no topic takes', async () => {
    const [from, to] = [await kafka.topicOf(numbered(1)), await kafka.topicOf([])];
    const {result} = await kafka.run(
      `${kafka.table('n INT', from, {}, 's')} ${kafka.table('x STRING', to)} INSERT INTO t SELECT REPEAT('x', 2000000) FROM s`,
    );
    expect(result.problem).toMatchObject({kind: 'data', code: 'message-too-large'});
  });

  test('a topic that is not there', async () => {
    const {result} = await kafka.run(`${kafka.table('n INT', 'nobody-made-this')} INSERT INTO t SELECT 1`);
    expect(result.problem).toMatchObject({kind: 'environment', code: 'no-topic'});
  });
});

import {beforeAll, describe, expect, test} from 'vitest';
import {createTopics, produce, produceTransaction} from './admin.ts';
import {freshName, sharedBroker} from './shared.ts';
import {KafkaTables, numbered} from './tables.ts';

let kafka: KafkaTables;
beforeAll(async () => void (kafka = new KafkaTables(await sharedBroker())));

describe.concurrent('where reading begins and ends', () => {
  let topic: string;
  beforeAll(async () => void (topic = await kafka.topicOf(numbered(6))));
  test.each([
    [{}, [0, 1, 2, 3, 4, 5]],
    [{'scan.startup.mode': 'latest-offset'}, []],
    [{'scan.startup.mode': 'timestamp', 'scan.startup.timestamp-millis': '3500'}, [3, 4, 5]],
    [{'scan.startup.mode': 'timestamp', 'scan.startup.timestamp-millis': '99000'}, []],
    [{'scan.startup.mode': 'specific-offsets', 'scan.startup.specific-offsets': 'partition:0,offset:4'}, [4, 5]],
    [{'scan.startup.mode': 'last-messages', 'scan.startup.message-count': '2'}, [4, 5]],
    [{'scan.startup.mode': 'last-messages', 'scan.startup.message-count': '200'}, [0, 1, 2, 3, 4, 5]],
    [{'scan.startup.mode': 'group-offsets', 'properties.auto.offset.reset': 'earliest'}, [0, 1, 2, 3, 4, 5]],
    [{'scan.startup.mode': 'group-offsets', 'properties.auto.offset.reset': 'latest'}, []],
    [{'scan.bounded.mode': 'timestamp', 'scan.bounded.timestamp-millis': '3000'}, [0, 1]],
    [{'scan.bounded.mode': 'specific-offsets', 'scan.bounded.specific-offsets': 'partition:0,offset:3'}, [0, 1, 2]],
    [{'scan.bounded.mode': 'specific-offsets', 'scan.bounded.specific-offsets': 'partition:0,offset:0'}, []],
  ] as const)('%j', async (options, expected) => {
    const {rows, result} = await kafka.run(`${kafka.table('n INT', topic, options)} SELECT n FROM t`);
    expect(result.status).toBe('done');
    expect(rows.map(row => (row as {n: number}).n)).toEqual(expected);
  });

  test('a group that was never there says so', async () => {
    const {result} = await kafka.run(
      `${kafka.table('n INT', topic, {'scan.startup.mode': 'group-offsets', 'properties.group.id': freshName('g')})} SELECT n FROM t`,
    );
    expect(result.problem).toMatchObject({kind: 'environment', code: 'no-group-offset'});
    expect(result.problem?.message).toContain(`${topic}[0]`);
  });

  test('an offset that is gone says so', async () => {
    const options = {
      'scan.startup.mode': 'specific-offsets',
      'scan.startup.specific-offsets': 'partition:0,offset:77',
      'scan.bounded.mode': '',
    };
    const {result} = await kafka.run(`${kafka.table('n INT', topic, options)} SELECT n FROM t`);
    expect(result.problem).toMatchObject({code: 'offset-gone', detail: 'it holds messages from 0 to 5, and the next one is 77'});
  });

  test('records of transactions are no messages, and what was aborted is none', async () => {
    const name = await kafka.topicOf(numbered(2));
    await produceTransaction(kafka.bootstrap, freshName('id'), {[name]: [{value: '{"n":100}'}]}, 'abort');
    await produceTransaction(kafka.bootstrap, freshName('id'), {[name]: [{value: '{"n":200}'}]}, 'commit');
    const {rows} = await kafka.run(`${kafka.table('n INT', name)} SELECT n FROM t`);
    expect(rows).toEqual([{n: 0}, {n: 1}, {n: 200}]);
    const all = await kafka.run(`${kafka.table('n INT', name, {'properties.isolation.level': 'read_uncommitted'})} SELECT n FROM t`);
    expect(all.rows).toEqual([{n: 0}, {n: 1}, {n: 100}, {n: 200}]);
  });

  test('several topics, and topics by a pattern', async () => {
    const prefix = freshName('p');
    await createTopics(kafka.bootstrap, [{name: `${prefix}-a`}, {name: `${prefix}-b`}, {name: `x${prefix}-c`}]);
    for (const one of ['a', 'b']) await produce(kafka.bootstrap, `${prefix}-${one}`, [{value: `{"n":1}`}]);
    await produce(kafka.bootstrap, `x${prefix}-c`, [{value: '{"n":5}'}]);
    const columns = 'n INT, topic STRING METADATA VIRTUAL';
    const query = 'SELECT topic, n FROM t';
    const byPattern = await kafka.run(`${kafka.table(columns, '', {'topic-pattern': `${prefix}-.*`})} ${query}`);
    const byName = await kafka.run(`${kafka.table(columns, `${prefix}-a;${prefix}-b`)} ${query}`);
    const sorted = (rows: readonly unknown[]) => rows.map(row => JSON.stringify(row)).sort();
    expect(sorted(byPattern.rows)).toEqual([`{"topic":"${prefix}-a","n":1}`, `{"topic":"${prefix}-b","n":1}`]);
    expect(sorted(byName.rows)).toEqual(sorted(byPattern.rows));
  });
});

describe.concurrent('what cannot be read', () => {
  test('a topic that is not there', async () => {
    const {result} = await kafka.run(`${kafka.table('n INT', 'nobody-made-this')} SELECT n FROM t`);
    expect(result.problem).toMatchObject({
      kind: 'environment',
      code: 'no-topic',
      message: `there is no topic "nobody-made-this" at ${kafka.bootstrap}`,
    });
  });

  test('a broker that is not there', async () => {
    const options = {'properties.bootstrap.servers': '127.0.0.1:1', 'properties.socket.connection.setup.timeout.ms': '1000'};
    const {result} = await kafka.run(`${kafka.table('n INT', 'x', options)} SELECT n FROM t`);
    expect(result.problem).toMatchObject({
      kind: 'environment',
      code: 'kafka-unreachable',
      message: 'no Kafka broker at 127.0.0.1:1 can be reached',
    });
  });

  test('a setting that the client does not take', async () => {
    const {result} = await kafka.run(`${kafka.table('n INT', 'x', {'properties.fetch.wait.max.ms': 'soon'})} SELECT n FROM t`);
    expect(result.problem).toMatchObject({kind: 'invalid', code: 'bad-option'});
    expect(result.problem?.message).toContain('fetch.wait.max.ms');
  });

  test('bad records are named by topic, partition and offset, and those around them are there', async () => {
    const topic = await kafka.topicOf([{value: '{"n":1}'}, {value: '{"n":'}, {value: '{"n":"x"}'}, {value: '{"n":4}'}]);
    const {rows, problems, result} = await kafka.run(`${kafka.table('n INT', topic)} SELECT n FROM t`);
    expect(rows).toEqual([{n: 1}, {n: 4}]);
    expect(result.rejected).toBe(2);
    expect(problems.map(({place, detail}) => [place, detail])).toEqual([
      [{kind: 'data', where: `${topic}[0]@1`}, 'the record: {"n":'],
      [{kind: 'data', where: `${topic}[0]@2`}, 'the record: {"n":"x"}'],
    ]);
    const failing = await kafka.run(`${kafka.table('n INT', topic)} SELECT n FROM t`, {onError: 'fail'});
    expect(failing.rows).toEqual([{n: 1}]);
    expect(failing.result).toMatchObject({status: 'failed', problem: {place: {where: `${topic}[0]@1`}}});
  });

  test('a row that cannot be computed, too', async () => {
    const topic = await kafka.topicOf([{value: '{"n":1}'}, {value: '{"n":0}'}, {value: '{"n":2}'}]);
    const {rows, problems} = await kafka.run(`${kafka.table('n INT', topic)} SELECT 4 / n AS q FROM t`);
    expect(rows).toEqual([{q: 4}, {q: 2}]);
    expect(problems[0]).toMatchObject({place: {where: `${topic}[0]@1`}, detail: 'the record: {"n":0}'});
  });

  test('a message that is too large', async () => {
    const topic = await kafka.topicOf([{value: '{"n":1}'}, {value: `{"n":2,"x":"${'x'.repeat(300_000)}"}`}, {value: '{"n":3}'}]);
    const {rows, problems} = await kafka.run(`SET 'max.record.bytes' = '64 kb'; ${kafka.table('n INT', topic)} SELECT n FROM t`);
    expect(rows).toEqual([{n: 1}, {n: 3}]);
    expect(problems[0]).toMatchObject({code: 'record-too-large', place: {where: `${topic}[0]@1`}});
  });
});

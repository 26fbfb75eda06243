import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Problem} from '../base/problem.ts';
import type {Sink} from '../flow/sink.ts';
import {createTopics, type NewRecord, produce, produceTransaction, readAll} from '../testing/kafka/admin.ts';
import {freshName, sharedBroker} from '../testing/kafka/shared.ts';
import type {RunOptions, RunResult} from './contract.ts';
import {prepare} from './prepare.ts';
import {runPlan} from './run.ts';

let bootstrap: string;
let directory: string;
beforeAll(async () => {
  bootstrap = await sharedBroker();
  directory = mkdtempSync(join(tmpdir(), 'weir-kafka-test-'));
});
afterAll(() => rmSync(directory, {recursive: true}));

class Collected implements Sink {
  text = '';
  readonly full = false;
  readonly closedByReader = false;
  async open(): Promise<void> {}
  write(bytes: Uint8Array): void {
    this.text += Buffer.from(bytes).toString();
  }
  async drain(): Promise<void> {}
  async flush(): Promise<void> {}
  async close(): Promise<void> {}
}

interface Outcome {
  readonly result: RunResult;
  readonly rows: readonly unknown[];
  readonly problems: readonly Problem[];
}

async function run(sql: string, settings: Partial<RunOptions> = {}): Promise<Outcome> {
  const standardInput = {descriptor: 0, isTerminal: false, readAhead: null};
  const prepared = await prepare({
    source: {name: 'test.sql', text: sql},
    mode: 'script',
    initial: [],
    bindings: new Map(),
    parameters: new Map(),
    changelog: false,
    timeZone: 'UTC',
    inputFormat: null,
    directory,
    standardInput,
  });
  if (prepared.plan === null) throw new Error(prepared.problems.map(problem => problem.message).join('\n'));
  const output = new Collected();
  const problems: Problem[] = [];
  const result = await runPlan({
    plan: prepared.plan,
    clock: {now: () => Date.now()},
    directory,
    standardInput,
    standardOutput: output,
    standardError: new Collected(),
    console: {format: 'ndjson', options: new Map()},
    onError: 'skip',
    maxErrors: null,
    limit: null,
    stop: new AbortController().signal,
    onProblem: problem => problems.push(problem),
    ...settings,
  });
  const lines = output.text.split('\n').filter(line => line !== '');
  return {result, rows: lines.map(line => JSON.parse(line) as unknown), problems};
}

/** A table of a topic that is read from its beginning to its end, unless the options say otherwise. */
function table(columns: string, topic: string, options: Readonly<Record<string, string>> = {}, name = 't'): string {
  const all = {
    connector: 'kafka',
    topic,
    'properties.bootstrap.servers': bootstrap,
    'scan.startup.mode': 'earliest-offset',
    'scan.bounded.mode': 'latest-offset',
    format: 'json',
    ...options,
  };
  const pairs = Object.entries(all).flatMap(([key, value]) => (value === '' ? [] : [`'${key}' = '${value.replaceAll("'", "''")}'`]));
  return `CREATE TABLE ${name} (${columns}) WITH (${pairs.join(', ')});`;
}

async function topicOf(records: readonly NewRecord[], partitions = 1, settings: Readonly<Record<string, string>> = {}): Promise<string> {
  const name = freshName('t');
  await createTopics(bootstrap, [{name, partitions, settings}]);
  if (records.length > 0) await produce(bootstrap, name, records);
  return name;
}

const numbered = (count: number, partition = 0): NewRecord[] =>
  Array.from({length: count}, (_, index) => ({value: `{"n":${index}}`, partition, timestamp: 1000 * (index + 1)}));

describe.concurrent('where reading begins and ends', () => {
  let topic: string;
  beforeAll(async () => void (topic = await topicOf(numbered(6))));
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
    const {rows, result} = await run(`${table('n INT', topic, options)} SELECT n FROM t`);
    expect(result.status).toBe('done');
    expect(rows.map(row => (row as {n: number}).n)).toEqual(expected);
  });

  test('a group that was never there says so', async () => {
    const {result} = await run(
      `${table('n INT', topic, {'scan.startup.mode': 'group-offsets', 'properties.group.id': freshName('g')})} SELECT n FROM t`,
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
    const {result} = await run(`${table('n INT', topic, options)} SELECT n FROM t`);
    expect(result.problem).toMatchObject({code: 'offset-gone', detail: 'it holds messages from 0 to 5, and the next one is 77'});
  });

  test('records of transactions are no messages, and what was aborted is none', async () => {
    const name = await topicOf(numbered(2));
    await produceTransaction(bootstrap, freshName('id'), {[name]: [{value: '{"n":100}'}]}, 'abort');
    await produceTransaction(bootstrap, freshName('id'), {[name]: [{value: '{"n":200}'}]}, 'commit');
    const {rows} = await run(`${table('n INT', name)} SELECT n FROM t`);
    expect(rows).toEqual([{n: 0}, {n: 1}, {n: 200}]);
    const all = await run(`${table('n INT', name, {'properties.isolation.level': 'read_uncommitted'})} SELECT n FROM t`);
    expect(all.rows).toEqual([{n: 0}, {n: 1}, {n: 100}, {n: 200}]);
  });

  test('several topics, and topics by a pattern', async () => {
    const prefix = freshName('p');
    await createTopics(bootstrap, [{name: `${prefix}-a`}, {name: `${prefix}-b`}, {name: `x${prefix}-c`}]);
    for (const one of ['a', 'b']) await produce(bootstrap, `${prefix}-${one}`, [{value: `{"n":1}`}]);
    await produce(bootstrap, `x${prefix}-c`, [{value: '{"n":5}'}]);
    const columns = 'n INT, topic STRING METADATA VIRTUAL';
    const query = 'SELECT topic, n FROM t';
    const byPattern = await run(`${table(columns, '', {'topic-pattern': `${prefix}-.*`})} ${query}`);
    const byName = await run(`${table(columns, `${prefix}-a;${prefix}-b`)} ${query}`);
    const sorted = (rows: readonly unknown[]) => rows.map(row => JSON.stringify(row)).sort();
    expect(sorted(byPattern.rows)).toEqual([`{"topic":"${prefix}-a","n":1}`, `{"topic":"${prefix}-b","n":1}`]);
    expect(sorted(byName.rows)).toEqual(sorted(byPattern.rows));
  });
});

describe.concurrent('what cannot be read', () => {
  test('a topic that is not there', async () => {
    const {result} = await run(`${table('n INT', 'nobody-made-this')} SELECT n FROM t`);
    expect(result.problem).toMatchObject({
      kind: 'environment',
      code: 'no-topic',
      message: `there is no topic "nobody-made-this" at ${bootstrap}`,
    });
  });

  test('a broker that is not there', async () => {
    const options = {'properties.bootstrap.servers': '127.0.0.1:1', 'properties.socket.connection.setup.timeout.ms': '1000'};
    const {result} = await run(`${table('n INT', 'x', options)} SELECT n FROM t`);
    expect(result.problem).toMatchObject({
      kind: 'environment',
      code: 'kafka-unreachable',
      message: 'no Kafka broker at 127.0.0.1:1 can be reached',
    });
  });

  test('a setting that the client does not take', async () => {
    const {result} = await run(`${table('n INT', 'x', {'properties.fetch.wait.max.ms': 'soon'})} SELECT n FROM t`);
    expect(result.problem).toMatchObject({kind: 'invalid', code: 'bad-option'});
    expect(result.problem?.message).toContain('fetch.wait.max.ms');
  });

  test('bad records are named by topic, partition and offset, and those around them are there', async () => {
    const topic = await topicOf([{value: '{"n":1}'}, {value: '{"n":'}, {value: '{"n":"x"}'}, {value: '{"n":4}'}]);
    const {rows, problems, result} = await run(`${table('n INT', topic)} SELECT n FROM t`);
    expect(rows).toEqual([{n: 1}, {n: 4}]);
    expect(result.rejected).toBe(2);
    expect(problems.map(({place, detail}) => [place, detail])).toEqual([
      [{kind: 'data', where: `${topic}[0]@1`}, 'the record: {"n":'],
      [{kind: 'data', where: `${topic}[0]@2`}, 'the record: {"n":"x"}'],
    ]);
    const failing = await run(`${table('n INT', topic)} SELECT n FROM t`, {onError: 'fail'});
    expect(failing.rows).toEqual([{n: 1}]);
    expect(failing.result).toMatchObject({status: 'failed', problem: {place: {where: `${topic}[0]@1`}}});
  });

  test('a row that cannot be computed, too', async () => {
    const topic = await topicOf([{value: '{"n":1}'}, {value: '{"n":0}'}, {value: '{"n":2}'}]);
    const {rows, problems} = await run(`${table('n INT', topic)} SELECT 4 / n AS q FROM t`);
    expect(rows).toEqual([{q: 4}, {q: 2}]);
    expect(problems[0]).toMatchObject({place: {where: `${topic}[0]@1`}, detail: 'the record: {"n":0}'});
  });

  test('a message that is too large', async () => {
    const topic = await topicOf([{value: '{"n":1}'}, {value: `{"n":2,"x":"${'x'.repeat(300_000)}"}`}, {value: '{"n":3}'}]);
    const {rows, problems} = await run(`SET 'max.record.bytes' = '64 kb'; ${table('n INT', topic)} SELECT n FROM t`);
    expect(rows).toEqual([{n: 1}, {n: 3}]);
    expect(problems[0]).toMatchObject({code: 'record-too-large', place: {where: `${topic}[0]@1`}});
  });
});

describe.concurrent('what is in a message', () => {
  test('metadata and headers', async () => {
    const topic = await topicOf([
      {value: '{"n":1}', key: 'k', timestamp: 1500, headers: [{a: 'x'}, {b: ''}]},
      {value: '{"n":2}', timestamp: 2500},
    ]);
    const columns = `n INT, topic STRING METADATA VIRTUAL, p INT METADATA FROM 'partition' VIRTUAL, o BIGINT METADATA FROM 'offset' VIRTUAL,
      ts TIMESTAMP(3) METADATA FROM 'timestamp' VIRTUAL, h MAP<STRING, BYTES> METADATA FROM 'headers' VIRTUAL, e INT METADATA FROM 'leader-epoch' VIRTUAL`;
    const {rows} = await run(
      `${table(columns, topic)} SELECT n, topic, p, o, ts, CAST(h['a'] AS STRING) AS a, CARDINALITY(h) AS c, e FROM t`,
    );
    expect(rows).toEqual([
      {n: 1, topic, p: 0, o: 0, ts: '1970-01-01 00:00:01.5', a: 'x', c: 2, e: 0},
      {n: 2, topic, p: 0, o: 1, ts: '1970-01-01 00:00:02.5', a: null, c: 0, e: 0},
    ]);
  });

  test('keys', async () => {
    const topic = await topicOf([
      {key: '{"id":7}', value: '{"n":1}'},
      {key: null, value: '{"n":2}'},
      {key: '{"id":', value: '{"n":3}'},
      {key: '{"id":8}', value: '{"n":4}'},
    ]);
    const options = {'key.format': 'json', 'key.fields': 'k_id', 'key.fields-prefix': 'k_', 'value.fields-include': 'EXCEPT_KEY'};
    const {rows, problems} = await run(`${table('n INT, k_id INT', topic, options)} SELECT k_id, n FROM t`);
    expect(rows).toEqual([
      {k_id: 7, n: 1},
      {k_id: null, n: 2},
      {k_id: 8, n: 4},
    ]);
    expect(problems).toMatchObject([{place: {where: `${topic}[0]@2`}, detail: 'the record: {"id":'}]);
    expect(problems[0]?.message).toMatch(/^the key: /);
  });

  test('keys of all formats, and value.format for format', async () => {
    const topic = await topicOf([{key: '1,b', value: 'x'}]);
    const options = {
      format: '',
      'value.format': 'raw',
      'key.format': 'csv',
      'key.fields': 'a;b',
      'value.fields-include': 'EXCEPT_KEY',
      'value.raw.charset': 'UTF-8',
    };
    const {rows} = await run(`${table('a INT, b STRING, c STRING', topic, options)} SELECT * FROM t`);
    expect(rows).toEqual([{a: 1, b: 'b', c: 'x'}]);
  });

  test('messages without value are no rows; of a raw table they are NULLs', async () => {
    const topic = await topicOf([{value: '{"n":1}'}, {value: null, key: 'k'}, {value: ''}]);
    expect((await run(`${table('n INT', topic)} SELECT n FROM t`)).rows).toEqual([{n: 1}]);
    const {rows} = await run(`${table('v STRING', topic, {format: 'raw'})} SELECT v, v IS NULL AS nothing FROM t`);
    expect(rows).toEqual([
      {v: '{"n":1}', nothing: false},
      {v: null, nothing: true},
      {v: '', nothing: false},
    ]);
  });

  test('an array of objects is several rows, as many as there are', async () => {
    const objects = Array.from({length: 5000}, (_, index) => `{"n":${index}}`);
    const topic = await topicOf([{value: '[{"n":-2},{"n":-1}]'}, {value: `[${objects.join(',')}]`}, {value: '{"n":5000}'}]);
    const {rows} = await run(
      `${table(`n INT, o BIGINT METADATA FROM 'offset' VIRTUAL`, topic)} SELECT o, COUNT(*) AS c, MIN(n) AS a, MAX(n) AS z FROM t GROUP BY o`,
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
    await createTopics(bootstrap, [{name: topic}]);
    await produce(bootstrap, topic, numbered(3000), {'compression.type': codec, 'linger.ms': 20});
    const {rows} = await run(`${table('n INT', topic)} SELECT COUNT(*) AS c, SUM(n) AS s FROM t`);
    expect(rows.at(-1)).toMatchObject({c: 3000, s: 4498500});
  });

  test('changes of debezium, and its tombstones', async () => {
    const change = (op: string, before: unknown, after: unknown): NewRecord => ({key: 'k', value: JSON.stringify({op, before, after})});
    const topic = await topicOf([
      change('c', null, {id: 1, v: 'a'}),
      change('u', {id: 1, v: 'a'}, {id: 1, v: 'b'}),
      change('d', {id: 1, v: 'b'}, null),
      {key: 'k', value: null},
    ]);
    const {rows} = await run(`${table('id INT, v STRING', topic, {format: 'debezium-json'})} SELECT * FROM t`);
    expect(rows).toEqual([
      {op: '+I', id: 1, v: 'a'},
      {op: '-U', id: 1, v: 'a'},
      {op: '+U', id: 1, v: 'b'},
      {op: '-D', id: 1, v: 'b'},
    ]);
  });
});

describe.concurrent('upsert-kafka', () => {
  const upsert = (columns: string, topic: string, options: Readonly<Record<string, string>> = {}, name = 't') =>
    table(columns, topic, {connector: 'upsert-kafka', 'scan.startup.mode': '', 'key.format': 'json', ...options}, name);

  test('the last message of each key is its row, and one without value takes it away', async () => {
    const topic = await topicOf([
      {key: '{"id":1}', value: '{"id":1,"v":"a"}'},
      {key: '{"id":2}', value: '{"id":2,"v":"b"}'},
      {key: '{"id":1}', value: '{"id":1,"v":"c"}'},
      {key: '{"id":2}', value: null},
      {key: '{"id":9}', value: null},
      {key: null, value: null},
      {key: '{"id":3}', value: '{"id":3,"v":"d"}'},
    ]);
    const {rows, problems} = await run(`${upsert('id INT, v STRING, PRIMARY KEY (id) NOT ENFORCED', topic)} SELECT * FROM t`);
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
    const [from, to] = [await topicOf([]), await topicOf([], 2, {'cleanup.policy': 'compact'})];
    const change = (op: string, before: unknown, after: unknown): NewRecord => ({value: JSON.stringify({op, before, after})});
    await produce(bootstrap, from, [
      change('c', null, {k: 'a', n: 1}),
      change('c', null, {k: 'b', n: 2}),
      change('u', {k: 'a', n: 1}, {k: 'a', n: 5}),
      change('d', {k: 'b', n: 2}, null),
    ]);
    const columns = 'k STRING, n INT, PRIMARY KEY (k) NOT ENFORCED';
    const options = {'key.format': 'raw', 'key.fields-prefix': '', 'value.fields-include': 'EXCEPT_KEY'};
    const sink = upsert(columns, to, options, 's');
    const source = table(columns, from, {format: 'debezium-json'}, 'd');
    const {result} = await run(`${source} ${sink} INSERT INTO s SELECT k, n FROM d`);
    expect(result).toMatchObject({status: 'done', problem: null});
    const written = await readAll(bootstrap, to);
    expect(written.filter(({key}) => key === 'a').map(({value}) => value)).toEqual(['{"n":1}', null, '{"n":5}']);
    expect(written.filter(({key}) => key === 'b').map(({value}) => value)).toEqual(['{"n":2}', null]);
    const {rows} = await run(`${sink} SELECT k, n FROM s WHERE k = 'a'`);
    expect(rows.at(-1)).toEqual({op: '+I', k: 'a', n: 5});
  });
});

describe.concurrent('writing', () => {
  test('value, key, headers and time of each row', async () => {
    const [from, to] = [await topicOf(numbered(3)), await topicOf([], 3)];
    const source = table('n INT', from, {}, 's');
    const columns = `k STRING, n INT, ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp', h MAP<STRING, BYTES> METADATA FROM 'headers'`;
    const sink = table(columns, to, {'key.format': 'raw', 'key.fields': 'k', 'value.fields-include': 'EXCEPT_KEY'});
    const {result} = await run(
      `${source} ${sink} INSERT INTO t SELECT IF(n = 1, NULL, 'same'), n, TO_TIMESTAMP_LTZ(n * 1000 + 5, 3), MAP['a', CAST('x' AS BYTES)] FROM s`,
    );
    expect(result.problem).toBeNull();
    const written = await readAll(bootstrap, to);
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
    const to = await topicOf([]);
    const {result} = await run(`${table(columns, to, {format, 'scan.startup.mode': '', 'scan.bounded.mode': ''})} INSERT INTO t ${query}`);
    expect(result.problem).toBeNull();
    expect((await readAll(bootstrap, to)).map(({value}) => value)).toEqual([expected]);
  });

  test('many rows, more than are encoded at once and than the client takes at once, in their order', async () => {
    const [from, to] = [await topicOf(numbered(20_000)), await topicOf([])];
    const {result} = await run(
      `${table('n INT', from, {}, 's')} ${table('n INT, x STRING', to, {'properties.queue.buffering.max.messages': '1000'})} INSERT INTO t SELECT n, REPEAT('x', 40 + n % 7) FROM s`,
    );
    expect(result).toMatchObject({status: 'done', rowsOut: 20_000});
    const written = await readAll(bootstrap, to);
    expect(written.map(({value}) => (JSON.parse(value ?? '') as {n: number}).n)).toEqual(Array.from({length: 20_000}, (_, index) => index));
  });

  test.each([
    ['round-robin', [2, 2]],
    ['fixed', [4, 0]],
  ])('partitioner %s', async (partitioner, expected) => {
    const [from, to] = [await topicOf(numbered(4)), await topicOf([], 2)];
    await run(`${table('n INT', from, {}, 's')} ${table('n INT', to, {'sink.partitioner': partitioner})} INSERT INTO t SELECT n FROM s`);
    const written = await readAll(bootstrap, to);
    expect([0, 1].map(partition => written.filter(record => record.partition === partition).length)).toEqual(expected);
  });

  test('a message that no topic takes', async () => {
    const [from, to] = [await topicOf(numbered(1)), await topicOf([])];
    const {result} = await run(
      `${table('n INT', from, {}, 's')} ${table('x STRING', to)} INSERT INTO t SELECT REPEAT('x', 2000000) FROM s`,
    );
    expect(result.problem).toMatchObject({kind: 'data', code: 'message-too-large'});
  });

  test('a topic that is not there', async () => {
    const {result} = await run(`${table('n INT', 'nobody-made-this')} INSERT INTO t SELECT 1`);
    expect(result.problem).toMatchObject({kind: 'environment', code: 'no-topic'});
  });
});

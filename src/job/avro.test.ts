import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import avsc from 'avsc';
import {afterAll, beforeAll, expect, test} from 'vitest';
import type {Problem} from '../base/problem.ts';
import {FakeRegistry} from '../connectors/registry/fixtures/fake-registry.ts';
import {createTopics, type NewRecord, produce} from '../testing/kafka/admin.ts';
import {freshName, sharedBroker} from '../testing/kafka/shared.ts';
import {CollectedSink, optionsOfRun, planOfScript} from '../testing/run-script.ts';
import type {RunResult} from './contract.ts';
import {runPlan} from './run.ts';

let bootstrap: string;
let directory: string;
let registry: FakeRegistry;
beforeAll(async () => {
  [bootstrap, registry] = await Promise.all([sharedBroker(), FakeRegistry.start()]);
  directory = mkdtempSync(join(tmpdir(), 'weir-avro-test-'));
});
afterAll(async () => {
  rmSync(directory, {recursive: true});
  await registry.stop();
});

async function run(
  sql: string,
): Promise<{readonly result: RunResult; readonly rows: readonly unknown[]; readonly problems: readonly Problem[]}> {
  const plan = await planOfScript(sql, directory);
  const output = new CollectedSink();
  const problems: Problem[] = [];
  const result = await runPlan({
    ...optionsOfRun(plan, directory),
    standardOutput: output,
    onError: 'skip',
    onProblem: problem => problems.push(problem),
  });
  const lines = output.text.split('\n').filter(line => line !== '');
  return {result, rows: lines.map(line => JSON.parse(line) as unknown), problems};
}

function table(name: string, columns: string, topic: string, options: Readonly<Record<string, string>>): string {
  const all = {
    connector: 'kafka',
    topic,
    'properties.bootstrap.servers': bootstrap,
    'scan.startup.mode': 'earliest-offset',
    'scan.bounded.mode': 'latest-offset',
    ...options,
  };
  const pairs = Object.entries(all).flatMap(([key, value]) => (value === '' ? [] : [`'${key}' = '${value.replaceAll("'", "''")}'`]));
  return `CREATE TABLE ${name} (${columns}) WITH (${pairs.join(', ')});`;
}

async function topicOf(records: readonly NewRecord[] = []): Promise<string> {
  const name = freshName('avro');
  await createTopics(bootstrap, [{name}]);
  if (records.length > 0) await produce(bootstrap, name, records);
  return name;
}

const columns =
  'id BIGINT NOT NULL, customer STRING, total DECIMAL(10, 2), moment TIMESTAMP(3), tags ARRAY<STRING>, place ROW<x DOUBLE, y DOUBLE>';
const texts = [
  '{"id":1,"customer":"ann","total":12.5,"moment":"2020-10-10 12:30:00.123","tags":["a",null],"place":{"x":1.5,"y":-2.0}}',
  '{"id":9007199254740993,"customer":null,"total":null,"moment":null,"tags":null,"place":null}',
];

test('rows go to a topic and come back, keys and values with schemas of their own', async () => {
  const [from, to] = [await topicOf(texts.map(value => ({value}))), await topicOf()];
  const options = {
    'key.format': 'avro-confluent',
    'key.avro-confluent.url': registry.url,
    'key.fields': 'id',
    'value.format': 'avro-confluent',
    'value.avro-confluent.url': registry.url,
    'value.fields-include': 'EXCEPT_KEY',
  };
  const made = [table('source', columns, from, {format: 'json'}), table('t', columns, to, options)];
  expect((await run(`${made.join('')} INSERT INTO t SELECT * FROM source`)).result).toMatchObject({status: 'done', rowsOut: 2});
  expect([...registry.subjects.keys()].filter(subject => subject.startsWith(to)).sort()).toEqual([`${to}-key`, `${to}-value`]);
  const whole = await run(`${made[1]} SELECT * FROM t`);
  expect([whole.result.status, whole.problems]).toEqual(['done', []]);
  expect(whole.rows).toEqual(texts.map(text => JSON.parse(text) as unknown));
  expect((await run(`${made[1]} SELECT t.place.y AS y, id FROM t`)).rows).toEqual([
    {y: -2, id: 1},
    {y: null, id: 9007199254740992},
  ]);
});

test('an upsert table: deletes are messages without value', async () => {
  const [from, to] = [await topicOf(['x', 'y', 'x'].map(value => ({value: `{"name":"${value}"}`}))), await topicOf()];
  const options = {
    connector: 'upsert-kafka',
    'scan.startup.mode': '',
    'key.format': 'avro-confluent',
    'key.avro-confluent.url': registry.url,
    'value.format': 'avro-confluent',
    'value.avro-confluent.url': registry.url,
    'value.avro-confluent.subject': `${to}-totals`,
  };
  const counts = table('counts', 'name STRING, n BIGINT NOT NULL, PRIMARY KEY (name) NOT ENFORCED', to, options);
  const source = table('source', 'name STRING', from, {format: 'json'});
  const sql = `${source}${counts} INSERT INTO counts SELECT name, COUNT(*) FROM source GROUP BY name`;
  expect((await run(sql)).result.status).toBe('done');
  expect(registry.subjects.has(`${to}-totals`)).toBe(true);
  await produce(bootstrap, to, [
    {key: Buffer.concat([Buffer.from([0, 0, 0, 0, keyId(to)]), Buffer.from([2]), Buffer.from('y')]), value: null},
  ]);
  expect((await run(`${counts} SELECT SUM(n) AS total, COUNT(*) AS names FROM counts`)).rows.at(-1)).toMatchObject({total: 2, names: 1});
});

function keyId(topic: string): number {
  return registry.subjects.get(`${topic}-key`)?.[0] ?? 0;
}

test('schemas change from message to message, and what cannot be read is told with its place', async () => {
  const [older, newer] = [
    {type: 'record', name: 'order', fields: [{name: 'id', type: 'int'}]},
    {
      type: 'record',
      name: 'order',
      fields: [
        {name: 'total', type: 'double'},
        {name: 'id', type: 'long'},
      ],
    },
  ] as const;
  registry.add(101, older);
  registry.add(102, newer);
  const of = (id: number, schema: avsc.Schema, value: unknown) =>
    Buffer.concat([Buffer.from([0, 0, 0, 0, id]), avsc.Type.forSchema(schema).toBuffer(value)]);
  const topic = await topicOf([
    {value: of(101, older as unknown as avsc.Schema, {id: 1})},
    {value: of(102, newer as unknown as avsc.Schema, {id: 2, total: 0.5})},
    {value: '{"id": 3}'},
    {value: of(199, older as unknown as avsc.Schema, {id: 4})},
    {value: of(101, older as unknown as avsc.Schema, {id: 5}).subarray(0, 5)},
    {value: of(101, older as unknown as avsc.Schema, {id: 6})},
  ]);
  const t = table('t', 'id BIGINT, total DOUBLE', topic, {format: 'avro-confluent', 'avro-confluent.url': registry.url});
  const {rows, problems, result} = await run(`${t} SELECT id, total FROM t`);
  expect(rows).toEqual([
    {id: 1, total: null},
    {id: 2, total: 0.5},
    {id: 6, total: null},
  ]);
  expect(result).toMatchObject({status: 'done', rejected: 3});
  expect(problems.map(({place, message}) => [place?.kind === 'data' ? place.where : '', message])).toEqual([
    [`${topic}[0]@2`, 'the message begins with the byte 123, and not with 0: this looks like JSON'],
    [`${topic}[0]@3`, `schema 199: the schema registry at ${registry.url} has no schema of this number`],
    [`${topic}[0]@4`, 'schema 101: the record ends inside a number'],
  ]);
  expect(problems[1]?.detail).toBe('the record: 0x00000000c708');
});

test('plain records, in both encodings', async () => {
  for (const encoding of ['binary', 'json']) {
    const [from, to] = [await topicOf(texts.map(value => ({value}))), await topicOf()];
    const t = table('t', columns, to, {format: 'avro', 'avro.encoding': encoding});
    const sql = `${table('source', columns, from, {format: 'json'})}${t} INSERT INTO t SELECT * FROM source`;
    expect((await run(sql)).result.status).toBe('done');
    expect((await run(`${t} SELECT * FROM t`)).rows).toEqual(texts.map(text => JSON.parse(text) as unknown));
  }
});

test('a schema that the registry does not take ends the run before the first row', async () => {
  const [from, to] = [await topicOf([{value: '{"id": 1}'}]), await topicOf()];
  registry.refusal = subject => (subject === `${to}-value` ? {status: 409, message: 'TYPE_MISMATCH at /fields/0'} : null);
  const made = [
    table('source', 'id BIGINT', from, {format: 'json'}),
    table('t', 'id BIGINT', to, {format: 'avro-confluent', 'avro-confluent.url': registry.url}),
  ];
  const {result} = await run(`${made.join('')} INSERT INTO t SELECT * FROM source`);
  expect(result).toMatchObject({
    status: 'failed',
    rowsOut: 0,
    problem: {code: 'incompatible-schema', detail: 'TYPE_MISMATCH at /fields/0'},
  });
});

test('a registry that does not let us in ends the run', async () => {
  const topic = await topicOf([{value: Buffer.from([0, 0, 0, 0, 101, 2])}]);
  const strict = await FakeRegistry.start();
  strict.authorization = 'Bearer right';
  const t = table('t', 'id INT', topic, {
    format: 'avro-confluent',
    'avro-confluent.url': strict.url,
    'avro-confluent.bearer-auth.token': 'wrong',
  });
  expect((await run(`${t} SELECT id FROM t`)).result).toMatchObject({
    status: 'failed',
    problem: {kind: 'environment', code: 'registry-refused'},
  });
  await strict.stop();
});

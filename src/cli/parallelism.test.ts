import {expect, test} from 'vitest';
import {prepare} from '../job/prepare.ts';
import type {Plan} from '../plan/plan.ts';
import {parallelProblems} from './parallelism.ts';

const kafka = `'connector' = 'kafka', 'properties.bootstrap.servers' = 'localhost:9092', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset'`;
const keyed = `${kafka}, 'key.format' = 'json', 'key.fields' = 'k'`;
const tables = `
  CREATE TABLE orders (k STRING, v INT, w STRING) WITH (${keyed}, 'topic' = 'orders');
  CREATE TABLE rates (k STRING, v INT, w STRING) WITH (${keyed}, 'topic' = 'rates');
  CREATE TABLE plain (k STRING, v INT) WITH (${kafka}, 'topic' = 'plain');
  CREATE TABLE stored (k STRING, v INT) WITH ('connector' = 'filesystem', 'path' = '/tmp/in', 'format' = 'json');
  CREATE TABLE kept (k STRING, v BIGINT) WITH ('connector' = 'filesystem', 'path' = '/tmp/out', 'format' = 'json');
  CREATE TABLE total (k STRING, v BIGINT) WITH (${kafka}, 'topic' = 'total');
  CREATE TABLE latest (k STRING, v BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'upsert-kafka', 'topic' = 'latest',
    'properties.bootstrap.servers' = 'localhost:9092', 'key.format' = 'json', 'value.format' = 'json');
  CREATE TABLE counted (v INT, n BIGINT, PRIMARY KEY (v) NOT ENFORCED) WITH ('connector' = 'upsert-kafka', 'topic' = 'counted',
    'properties.bootstrap.servers' = 'localhost:9092', 'key.format' = 'json', 'value.format' = 'json');
`;

async function reasons(sql: string, count = 3): Promise<readonly string[]> {
  const {plan, problems} = await prepare({
    source: {name: 'test', text: tables + sql},
    mode: 'script',
    initial: [],
    bindings: new Map(),
    parameters: new Map(),
    changelog: false,
    timeZone: 'UTC',
    inputFormat: null,
    directory: '/',
    standardInput: {descriptor: 0, isTerminal: false, readAhead: null},
  });
  expect(problems.filter(({severity}) => severity === 'error')).toEqual([]);
  return parallelProblems('j', plan as Plan, count).map(({message}) => message.replace('job "j" cannot run as 3 processes: ', ''));
}

const scattered = 'rows of one group are in several partitions, because the group has not all columns of the key of the messages';

test.each<[string, string, readonly string[]]>([
  ['each row by itself', 'INSERT INTO total SELECT k, v + 1 FROM plain WHERE v > 3', []],
  ['groups of the key of the messages', 'INSERT INTO latest SELECT k, SUM(v) FROM orders GROUP BY k', []],
  [
    'groups of the key and more',
    'INSERT INTO latest SELECT k, MAX(v) FROM (SELECT w, k, v FROM orders) GROUP BY w, k ON CONFLICT DO DEDUPLICATE',
    [],
  ],
  ['of a table of changes by its key', 'INSERT INTO latest SELECT k, COUNT(*) FROM latest GROUP BY k', []],
  ['groups of something else', 'INSERT INTO counted SELECT v, COUNT(*) FROM orders GROUP BY v ON CONFLICT DO DEDUPLICATE', [scattered]],
  [
    'groups of what was made of the key',
    'INSERT INTO latest SELECT u, SUM(v) FROM (SELECT UPPER(k) AS u, v FROM orders) GROUP BY u',
    [scattered],
  ],
  ['groups of messages without a key', 'INSERT INTO latest SELECT k, SUM(v) FROM plain GROUP BY k', [scattered]],
  ['a count of all', 'INSERT INTO counted SELECT CAST(COUNT(*) AS INT), 1 FROM orders ON CONFLICT DO DEDUPLICATE', [scattered]],
  [
    'of two topics',
    `INSERT INTO latest SELECT k, SUM(v) FROM (SELECT k, v FROM orders UNION ALL SELECT k, v FROM rates) GROUP BY k`,
    [scattered],
  ],
  [
    'of one topic, twice',
    `INSERT INTO latest SELECT k, SUM(v) FROM (SELECT k, v FROM orders UNION ALL SELECT k, v FROM orders) GROUP BY k`,
    [],
  ],
  [
    'the last rows of each key',
    'INSERT INTO latest SELECT k, v FROM (SELECT k, v, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC) AS n FROM orders) WHERE n = 1',
    [],
  ],
  [
    'the first of all',
    'INSERT INTO latest SELECT k, v FROM (SELECT k, v, ROW_NUMBER() OVER (ORDER BY v DESC) AS n FROM orders) WHERE n < 9 ON CONFLICT DO DEDUPLICATE',
    [scattered],
  ],
  ['a file to read', 'INSERT INTO total SELECT k, v FROM stored', ['every process would read all of table "stored"']],
  ['a file to write', 'INSERT INTO kept SELECT k, v FROM orders', ['every process would write the files of table "kept"']],
  ['rows of the SQL', "INSERT INTO total VALUES ('a', 1)", ['every process would give the rows that stand in the SQL']],
  [
    'a join',
    'INSERT INTO total SELECT a.k, b.v FROM orders a JOIN rates b ON a.k = b.k',
    ['rows that a JOIN brings together may be in different partitions'],
  ],
])('%s', async (_, sql, expected) => {
  expect(await reasons(sql)).toEqual(expected);
});

test('one process needs nothing', async () => {
  expect(await reasons('INSERT INTO kept SELECT k, v FROM stored', 1)).toEqual([]);
});

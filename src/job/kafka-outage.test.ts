import {afterAll, beforeAll, expect, test} from 'vitest';
import type {Problem} from '../base/problem.ts';
import type {Sink} from '../flow/sink.ts';
import {createTopics, produce, readAll} from '../testing/kafka/admin.ts';
import {type Broker, startBroker} from '../testing/kafka/broker.ts';
import {prepare} from './prepare.ts';
import {runPlan} from './run.ts';

let broker: Broker;
beforeAll(async () => void (broker = await startBroker()));
afterAll(() => broker.stop());

const silent: Sink = {
  full: false,
  closedByReader: false,
  open: async () => {},
  write: () => {},
  drain: async () => {},
  flush: async () => {},
  close: async () => {},
};

test('a broker that goes away and comes back is waited for, and told of once a table', async () => {
  const {bootstrap} = broker;
  await createTopics(bootstrap, [{name: 'in'}, {name: 'out'}]);
  const table = (name: string, topic: string) =>
    `CREATE TABLE ${name} (n INT) WITH ('connector' = 'kafka', 'topic' = '${topic}', 'properties.bootstrap.servers' = '${bootstrap}', 'scan.startup.mode' = 'earliest-offset',
      'properties.reconnect.backoff.max.ms' = '500', 'format' = 'json');`;
  const standardInput = {descriptor: 0, isTerminal: false, readAhead: null};
  const prepared = await prepare({
    source: {name: 'test.sql', text: `${table('s', 'in')} ${table('t', 'out')} INSERT INTO t SELECT n FROM s`},
    mode: 'script',
    initial: [],
    bindings: new Map(),
    parameters: new Map(),
    changelog: false,
    timeZone: 'UTC',
    inputFormat: null,
    directory: '/',
    standardInput,
  });
  if (prepared.plan === null) throw new Error(prepared.problems.map(({message}) => message).join('; '));
  const problems: Problem[] = [];
  const stop = new AbortController();
  const running = runPlan({
    plan: prepared.plan,
    clock: {now: () => Date.now()},
    directory: '/',
    standardInput,
    standardOutput: silent,
    standardError: silent,
    console: {format: 'ndjson', options: new Map()},
    onError: 'fail',
    maxErrors: null,
    limit: null,
    stop: stop.signal,
    onProblem: problem => problems.push(problem),
  });
  const values = async () => (await readAll(bootstrap, 'out')).map(({value}) => value);
  const until = async (count: number) => {
    while ((await values()).length < count) await new Promise(resolve => setTimeout(resolve, 50));
  };
  await produce(bootstrap, 'in', [{value: '{"n":1}'}]);
  await until(1);
  await broker.kill();
  while (problems.length < 2) await new Promise(resolve => setTimeout(resolve, 20));
  await broker.restart();
  await produce(bootstrap, 'in', [{value: '{"n":2}'}]);
  await until(2);
  stop.abort();
  expect(await running).toMatchObject({status: 'stopped', problem: null});
  expect(await values()).toEqual(['{"n":1}', '{"n":2}']);
  expect(problems.map(({code, severity, message}) => `${severity} ${code}: ${message}`).sort()).toEqual([
    'warning kafka-trouble: reading topic in waits for the cluster',
    'warning kafka-trouble: writing topic "out" waits for the cluster',
  ]);
}, 60_000);

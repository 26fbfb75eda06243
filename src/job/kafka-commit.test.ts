import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Problem} from '../base/problem.ts';
import {committedOffsets, createTopics, produce, readAll} from '../testing/kafka/admin.ts';
import {freshName, sharedBroker} from '../testing/kafka/shared.ts';
import {optionsOfRun, planOfScript} from '../testing/run-script.ts';
import type {RunResult} from './contract.ts';
import type {CommitAssignment} from './protocol.ts';
import {runPlan} from './run.ts';

let bootstrap: string;
let directory: string;
beforeAll(async () => {
  bootstrap = await sharedBroker();
  directory = mkdtempSync(join(tmpdir(), 'weir-kafka-commit-'));
});
afterAll(() => rmSync(directory, {recursive: true}));

interface Job {
  readonly name: string;
  readonly sql: string;
  readonly commit: Partial<CommitAssignment>;
}

/** A life of a job, until something is so. */
async function live(
  {name, sql, commit}: Job,
  isEnough: () => Promise<boolean>,
): Promise<{readonly result: RunResult; readonly problems: readonly Problem[]}> {
  const plan = await planOfScript(sql, directory);
  const problems: Problem[] = [];
  const stop = new AbortController();
  const ended = new AbortController();
  const watch = (async () => {
    while (!ended.signal.aborted && !(await isEnough())) await new Promise(resolve => setTimeout(resolve, 20));
    stop.abort();
  })();
  const result = await runPlan({
    ...optionsOfRun(plan, directory),
    stop: stop.signal,
    onProblem: problem => problems.push(problem),
    identity: {project: 'test', name, slot: {index: 0, count: 1}},
    commit: {
      guarantee: 'exactly-once',
      directory: join(directory, name),
      batchRecords: null,
      batchWaitMs: 10,
      fresh: false,
      keepEpochs: 0,
      ...commit,
    },
  });
  ended.abort();
  await watch;
  return {result, problems};
}

function table(name: string, columns: string, topic: string, options: Readonly<Record<string, string>> = {}): string {
  const all = {connector: 'kafka', topic, 'properties.bootstrap.servers': bootstrap, format: 'json', ...options};
  const pairs = Object.entries(all).map(([key, value]) => `'${key}' = '${value}'`);
  return `CREATE TABLE ${name} (${columns}) WITH (${pairs.join(', ')});`;
}

const numbered = (from: number, to: number) =>
  Array.from({length: to - from}, (_, index) => ({value: `{"n":${from + index}}`, partition: (from + index) % 2}));
const numbers = async (topic: string) =>
  (await readAll(bootstrap, topic)).map(({value}) => (JSON.parse(value ?? '') as {n: number}).n).sort((a, b) => a - b);
const upTo = (count: number) => Array.from({length: count}, (_, index) => index);

async function topics(): Promise<{readonly input: string; readonly output: string; readonly job: string}> {
  const [input, output, job] = [freshName('in'), freshName('out'), freshName('job')];
  await createTopics(bootstrap, [
    {name: input, partitions: 2},
    {name: output, partitions: 2},
  ]);
  return {input, output, job};
}

describe.concurrent('a job from Kafka to Kafka', () => {
  test.each(['exactly-once', 'at-least-once'] as const)('goes on where it was, %s', async guarantee => {
    const {input, output, job} = await topics();
    const sink = table('t', 'n INT', output, {'properties.queue.buffering.max.messages': '100'});
    const sql = `${table('s', 'n INT', input, {'scan.startup.mode': 'earliest-offset'})} ${sink} INSERT INTO t SELECT n FROM s`;
    const one: Job = {name: job, sql, commit: {guarantee}};
    await produce(bootstrap, input, numbered(0, 500));
    const first = await live(one, async () => (await numbers(output)).length >= 500);
    expect(first.result).toMatchObject({status: 'stopped', problem: null});
    await produce(bootstrap, input, numbered(500, 800));
    const second = await live(one, async () => (await numbers(output)).length >= 800);
    expect(second.result).toMatchObject({status: 'stopped', problem: null});
    expect(await numbers(output)).toEqual(upTo(800));
    const offsets = await committedOffsets(bootstrap, `test-${job}`, input, 2);
    expect(offsets.map(one => one?.offset)).toEqual([400, 400]);
    expect(offsets[0]?.metadata).toMatch(/^weir \d+$/);
  });

  test('into files refuses to go on without its log: only that knows what counts', async () => {
    const {input, job} = await topics();
    const output = join(directory, `${job}.ndjson`);
    const sink = `CREATE TABLE t (n INT) WITH ('connector' = 'filesystem', 'path' = '${output}', 'format' = 'json');`;
    const one: Job = {
      name: job,
      sql: `${table('s', 'n INT', input, {'scan.startup.mode': 'earliest-offset'})} ${sink} INSERT INTO t SELECT n FROM s`,
      commit: {},
    };
    await produce(bootstrap, input, numbered(0, 10));
    const lines = () => (existsSync(output) ? readFileSync(output, 'utf8').split('\n').length - 1 : 0);
    await live(one, async () => lines() === 10);
    rmSync(join(directory, job), {recursive: true});
    const {result} = await live(one, async () => false);
    expect(result).toMatchObject({status: 'failed', problem: {code: 'missing-log'}});
    expect(lines()).toBe(10);
  });

  test('keeps counting, and commits no part of a message', async () => {
    const {input, output, job} = await topics();
    const sink = table('t', 'k INT, c BIGINT, PRIMARY KEY (k) NOT ENFORCED', output, {connector: 'upsert-kafka', 'key.format': 'json'});
    const sql = `${table('s', 'n INT', input, {'scan.startup.mode': 'earliest-offset'})} ${sink} INSERT INTO t SELECT n % 2, COUNT(*) FROM s GROUP BY n % 2`;
    const one: Job = {name: job, sql, commit: {batchRecords: 7}};
    const array = (from: number, to: number) => ({
      value: `[${Array.from({length: to - from}, (_, index) => `{"n":${from + index}}`).join(',')}]`,
      partition: 0,
    });
    const counts = async () =>
      new Map(
        (await readAll(bootstrap, output)).map(({value}) => JSON.parse(value ?? '') as {k: number; c: number}).map(({k, c}) => [k, c]),
      );
    await produce(bootstrap, input, [array(0, 5000), array(5000, 5010)]);
    await live(one, async () => (await counts()).get(1) === 2505);
    await produce(bootstrap, input, [array(5010, 9000), {value: '{"n":1}', partition: 1}]);
    const {result} = await live(one, async () => (await counts()).get(1) === 4501);
    expect(result.problem).toBeNull();
    const last = await counts();
    expect([last.get(0), last.get(1)]).toEqual([4500, 4501]);
  });

  test('refuses tables of two clusters', async () => {
    const {input, output, job} = await topics();
    const other = table('t', 'n INT', output, {'properties.bootstrap.servers': 'elsewhere:9092'});
    const sql = `${table('s', 'n INT', input)} ${other} INSERT INTO t SELECT n FROM s`;
    const {result} = await live({name: job, sql, commit: {}}, async () => false);
    expect(result.problem).toMatchObject({kind: 'invalid', code: 'two-clusters'});
  });
});

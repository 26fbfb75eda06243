import {mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync, appendFileSync, truncateSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {Problem} from '../base/problem.ts';
import {placeOf, writeAttempt} from '../commit/attempt.ts';
import {readLog} from '../commit/read-log.ts';
import type {OnError, RunResult} from './contract.ts';
import {optionsOfRun, planOfScript} from '../testing/run-script.ts';
import {RunControl} from './control.ts';
import type {CommitAssignment, FromJob} from './protocol.ts';
import {runPlan} from './run.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-commits-'));
});
afterEach(() => {
  rmSync(directory, {recursive: true});
});

const path = (name: string) => join(directory, name);
const read = (name: string) => readFileSync(path(name), 'utf8');
interface Job {
  readonly ended: Promise<RunResult>;
  readonly stop: () => void;
  readonly control: RunControl;
  readonly problems: readonly Problem[];
  /** Resolves with the next answer of this kind. */
  readonly answer: <Kind extends FromJob['kind']>(kind: Kind) => Promise<FromJob & {readonly kind: Kind}>;
}

async function start(sql: string, commit: Partial<CommitAssignment> = {}, onError: OnError = 'fail'): Promise<Job> {
  const plan = await planOfScript(sql, directory);
  const stop = new AbortController();
  const problems: Problem[] = [];
  const said: FromJob[] = [];
  let heard: () => void = () => undefined;
  const control = new RunControl(message => {
    said.push(message);
    heard();
  });
  const ended = runPlan({
    ...optionsOfRun(plan, directory),
    onError,
    stop: stop.signal,
    onProblem: problem => problems.push(problem),
    control,
    identity: {project: 'test', name: 'job', slot: {index: 0, count: 1}},
    owner: {processId: process.pid, end: null},
    commit: {
      guarantee: 'exactly-once',
      directory: path('state'),
      batchRecords: null,
      batchWaitMs: 5,
      fresh: false,
      keepEpochs: 1,
      ...commit,
    },
  });
  const answer: Job['answer'] = async kind => {
    for (;;) {
      const index = said.findIndex(message => message.kind === kind);
      if (index >= 0) return said.splice(index, 1)[0] as never;
      await new Promise<void>(resolve => {
        heard = resolve;
      });
    }
  };
  return {ended, stop: () => stop.abort(), control, problems, answer};
}

async function runToEnd(sql: string, commit: Partial<CommitAssignment> = {}): Promise<RunResult> {
  return (await start(sql, commit)).ended;
}

const numbers = (from: number, to: number) => Array.from({length: to - from}, (_, index) => `{"n":${from + index}}\n`).join('');
const followed = `CREATE TABLE t (n INT) WITH ('connector' = 'filesystem', 'path' = 'in.ndjson', 'scan.follow' = 'true', 'format' = 'json');`;
const whole = `CREATE TABLE t (n INT) WITH ('connector' = 'filesystem', 'path' = 'in.ndjson', 'format' = 'json');`;
const copied = `CREATE TABLE o (n INT) WITH ('connector' = 'filesystem', 'path' = 'out.ndjson', 'format' = 'json'); INSERT INTO o SELECT n FROM t;`;
const counted = `CREATE TABLE o (k INT, c BIGINT, s BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out.ndjson', 'format' = 'changelog-json');
INSERT INTO o SELECT n % 3 AS k, COUNT(*) AS c, SUM(n) AS s FROM t GROUP BY n % 3;`;

describe('a job that commits', () => {
  test('gives rows of its own once', async () => {
    const sql = `CREATE TABLE o (n INT) WITH ('connector' = 'filesystem', 'path' = 'out.ndjson', 'format' = 'json'); INSERT INTO o SELECT * FROM (VALUES (1), (2));`;
    for (let time = 0; time < 2; time++) expect(await runToEnd(sql)).toMatchObject({status: 'done', problem: null});
    expect(read('out.ndjson')).toBe('{"n":1}\n{"n":2}\n');
  });

  test('goes on where it was stopped, with its state, and doubles nothing', async () => {
    writeFileSync(path('in.ndjson'), numbers(0, 10));
    const first = await start(followed + counted);
    await first.answer('running');
    first.control.askIdle(1);
    expect(await first.answer('idle')).toMatchObject({round: 1, isIdle: true});
    first.stop();
    expect(await first.ended).toMatchObject({status: 'stopped', rowsIn: 10});
    appendFileSync(path('in.ndjson'), numbers(10, 20));
    const second = await start(followed + counted);
    await second.answer('running');
    second.control.askIdle(1);
    await second.answer('idle');
    second.stop();
    expect(await second.ended).toMatchObject({status: 'stopped', rowsIn: 20});
    const twice = read('out.ndjson');
    rmSync(path('out.ndjson'));
    await runToEnd(whole + counted, {directory: path('other')});
    expect(twice).toBe(read('out.ndjson'));
  });

  test('cuts off what no commit counts', async () => {
    writeFileSync(path('in.ndjson'), numbers(0, 10));
    const first = await start(followed + copied);
    await first.answer('running');
    first.control.askIdle(1);
    await first.answer('idle');
    first.stop();
    await first.ended;
    appendFileSync(path('out.ndjson'), '{"n":10}\n{"n":11}\n{"n":1');
    appendFileSync(path('in.ndjson'), numbers(10, 15));
    await runToEndOfFile(followed + copied);
    expect(read('out.ndjson')).toBe(numbers(0, 15));
  });

  test('refuses output that has become shorter, and changes nothing', async () => {
    writeFileSync(path('in.ndjson'), numbers(0, 10));
    await runToEndOfFile(followed + copied);
    truncateSync(path('out.ndjson'), 20);
    expect(await runToEnd(followed + copied)).toMatchObject({status: 'failed', problem: {code: 'output-changed'}});
    expect(read('out.ndjson')).toHaveLength(20);
  });

  test('that has read everything has nothing left to do', async () => {
    writeFileSync(path('in.ndjson'), numbers(0, 10));
    expect(await runToEnd(whole + copied)).toMatchObject({status: 'done', rowsIn: 10});
    expect(await runToEnd(whole + copied)).toMatchObject({status: 'done', rowsIn: 10});
    expect(read('out.ndjson')).toBe(numbers(0, 10));
    expect(await runToEnd(whole + copied, {fresh: true})).toMatchObject({status: 'done', rowsIn: 10});
    expect(read('out.ndjson')).toBe(numbers(0, 10) + numbers(0, 10));
  });

  test('of another query is refused by the operator that differs', async () => {
    writeFileSync(path('in.ndjson'), numbers(0, 10));
    await runToEnd(whole + counted);
    const other = counted.replaceAll('n % 3', 'n % 4');
    const result = await runToEnd(whole + other);
    expect(result).toMatchObject({status: 'failed', problem: {code: 'other-plan'}});
    expect(result.problem?.message).toContain('aggregate');
  });

  test('that is paused holds position and state, and resumes without loss', async () => {
    writeFileSync(path('in.ndjson'), numbers(0, 10));
    const job = await start(followed + copied);
    await job.answer('running');
    job.control.pause();
    await job.answer('paused');
    appendFileSync(path('in.ndjson'), numbers(10, 20));
    const before = read('out.ndjson');
    job.control.checkpoint();
    await job.answer('committed');
    expect(read('out.ndjson')).toBe(before);
    job.control.resume();
    await job.answer('resumed');
    job.control.askIdle(7);
    expect(await job.answer('idle')).toMatchObject({round: 7, isIdle: true});
    job.stop();
    await job.ended;
    expect(read('out.ndjson')).toBe(numbers(0, 20));
  });

  test('a batch holds no more records than it may', async () => {
    writeFileSync(path('in.ndjson'), numbers(0, 100));
    await runToEnd(whole + copied, {batchRecords: 7, batchWaitMs: 10_000});
    expect(read('out.ndjson')).toBe(numbers(0, 100));
    const {segments} = await readLog(path('state'));
    const rows = segments.flatMap(({records}) => records.map(({record}) => record.totals.rowsIn));
    expect(rows.length).toBeGreaterThan(14);
    expect(rows.every((total, index) => total - (rows[index - 1] ?? 0) <= 7)).toBe(true);
  });

  test('INSERT OVERWRITE becomes visible when all is read, and not before', async () => {
    writeFileSync(path('in.ndjson'), numbers(0, 10));
    writeFileSync(path('out.ndjson'), 'old\n');
    const overwritten = `SET 'execution.runtime-mode' = 'batch';${whole}${copied.replace('INTO', 'OVERWRITE')}`;
    const first = await start(overwritten, {batchRecords: 1});
    await first.answer('running');
    first.stop();
    expect(await first.ended).toMatchObject({status: 'stopped'});
    expect(read('out.ndjson')).toBe('old\n');
    await runToEnd(overwritten);
    expect(read('out.ndjson')).toBe(numbers(0, 10));
    await runToEnd(overwritten);
    expect(read('out.ndjson')).toBe(numbers(0, 10));
  });

  test('partitions are cut, and part files that no commit knows are removed', async () => {
    writeFileSync(path('in.ndjson'), numbers(0, 9));
    const parts = `CREATE TABLE o (n INT, p INT) PARTITIONED BY (p) WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'json'); INSERT INTO o SELECT n, n % 3 FROM t;`;
    await runToEndOfFile(followed + parts);
    appendFileSync(path('out/p=0/part-job-0-0.json'), 'uncounted\n');
    writeFileSync(path('out/p=0/part-job-0-3.json'), 'uncounted\n');
    writeFileSync(path('out/p=0/part-other-0-3.json'), 'of another job\n');
    appendFileSync(path('in.ndjson'), numbers(9, 12));
    await runToEndOfFile(followed + parts);
    expect(readdirSync(path('out/p=0')).toSorted()).toEqual(['part-job-0-0.json', 'part-other-0-3.json']);
    expect(read('out/p=0/part-job-0-0.json')).toBe('{"n":0}\n{"n":3}\n{"n":6}\n{"n":9}\n');
  });
});

/** Runs until everything is read and committed, then stops. */
async function runToEndOfFile(sql: string): Promise<void> {
  const job = await start(sql);
  await Promise.race([job.answer('running'), job.ended]);
  job.control.askIdle(1);
  await Promise.race([job.answer('idle'), job.ended]);
  job.stop();
  expect(await job.ended).toMatchObject({problem: null});
}

test('a record that ended processes twice is tried alone, and then rejected by policy', async () => {
  writeFileSync(path('in.ndjson'), numbers(0, 10));
  const first = await start(followed + copied);
  await first.answer('running');
  first.control.askIdle(1);
  await first.answer('idle');
  first.stop();
  await first.ended;
  // As processes leave it that died at work on the third record behind the last commit, one of them with that record alone.
  const {segments} = await readLog(path('state'));
  const positions = segments.at(-1)?.records.at(-1)?.record.positions ?? [];
  const attempt = Buffer.alloc(32);
  writeAttempt({place: placeOf(positions), input: 0, rows: 3, deaths: 0, isCareful: true}, attempt);
  writeFileSync(path('state/attempt'), attempt);
  appendFileSync(path('in.ndjson'), numbers(10, 20));
  const second = await start(followed + copied, {}, 'skip');
  await second.answer('running');
  second.control.askIdle(1);
  await second.answer('idle');
  second.stop();
  expect(await second.ended).toMatchObject({rejected: 1});
  expect(second.problems).toMatchObject([{code: 'poison-record', place: {where: 'in.ndjson:11'}}]);
  expect(read('out.ndjson')).toBe(numbers(0, 10) + numbers(11, 20));
});

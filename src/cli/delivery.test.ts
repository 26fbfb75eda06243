import {describe, expect, test} from 'vitest';
import type {DeliverySettings} from '../job/delivery.ts';
import type {Plan} from '../plan/plan.ts';
import {prepare} from '../job/prepare.ts';
import {type Delivery, deliveryOf} from './delivery.ts';
import {deliveryFlags} from './delivery-flags.ts';
import {flags, type Flag} from './flags.ts';
import {Options} from './options.ts';

const tables = `
  CREATE TABLE f (x INT) WITH ('connector' = 'filesystem', 'path' = '/tmp/in', 'format' = 'json');
  CREATE TABLE g (x INT) WITH ('connector' = 'filesystem', 'path' = '/tmp/out', 'format' = 'json');
  CREATE TABLE i (x INT) WITH ('connector' = 'stdin', 'format' = 'json');
  CREATE TABLE p (x INT) WITH ('connector' = 'print');
  CREATE TABLE k (x INT) WITH ('connector' = 'kafka', 'topic' = 'k', 'properties.bootstrap.servers' = 'one:9092, two:9092', 'format' = 'json');
  CREATE TABLE l (x INT) WITH ('connector' = 'kafka', 'topic' = 'l', 'properties.bootstrap.servers' = 'two:9092,one:9092', 'format' = 'json');
  CREATE TABLE o (x INT) WITH ('connector' = 'kafka', 'topic' = 'o', 'properties.bootstrap.servers' = 'other:9092', 'format' = 'json');
  CREATE TABLE b (x INT) WITH ('connector' = 'blackhole');
`;

async function plan(sql: string): Promise<Plan> {
  const prepared = await prepare({
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
  expect(prepared.problems.filter(({severity}) => severity === 'error')).toEqual([]);
  return prepared.plan as Plan;
}

async function delivery(sql: string, byFlags: DeliverySettings = {}, file: DeliverySettings = {}): Promise<Delivery> {
  return deliveryOf({job: 'j', flags: byFlags, file, plan: await plan(sql)});
}

const copy = 'INSERT INTO g SELECT x FROM f;';

/** The same plan with other tables: as they would be with a connector that is not needed here. */
function withTables(given: Plan, change: (name: string) => Readonly<Record<string, string>>): Plan {
  const changed = <T extends {readonly name: string; readonly connector: string; readonly options: ReadonlyMap<string, string>}>(
    table: T,
  ): T => ({
    ...table,
    options: new Map([...table.options, ...Object.entries(change(table.name))]),
  });
  return {
    ...given,
    nodes: given.nodes.map(node => {
      if (node.kind === 'scan') return {...node, table: changed(node.table)};
      return node.kind === 'sink' && node.target.kind === 'table'
        ? {...node, target: {...node.target, table: changed(node.target.table)}}
        : node;
    }),
  };
}

describe('who beats whom', () => {
  const every = "SET 'execution.checkpointing.interval' = '3 s';";
  const exactly = "SET 'execution.checkpointing.mode' = 'EXACTLY_ONCE';";
  test.each<[string, string, DeliverySettings, DeliverySettings, Partial<Delivery>]>([
    ['nobody asks: nothing is kept', copy, {}, {}, {guarantee: 'none'}],
    ['a batch asks for commits', copy, {batchRecords: 10}, {}, {guarantee: 'at-least-once', batchRecords: 10, batchWaitMs: 100}],
    ['so does an interval', copy, {batchWaitMs: 5}, {}, {guarantee: 'at-least-once', batchRecords: null, batchWaitMs: 5}],
    ['SET', every + copy, {}, {}, {guarantee: 'at-least-once', batchWaitMs: 3000}],
    ['SET of a mode', exactly + copy, {}, {}, {guarantee: 'exactly-once', batchWaitMs: 100}],
    [
      'the file beats SET',
      every + exactly + copy,
      {},
      {guarantee: 'at-least-once', batchWaitMs: 7},
      {guarantee: 'at-least-once', batchWaitMs: 7},
    ],
    ['each part by itself', every + copy, {}, {guarantee: 'exactly-once'}, {guarantee: 'exactly-once', batchWaitMs: 3000}],
    ['a flag beats the file', copy, {guarantee: 'none'}, {guarantee: 'exactly-once', batchRecords: 5}, {guarantee: 'none'}],
    [
      'again part by part',
      copy,
      {batchWaitMs: 9},
      {guarantee: 'exactly-once', batchWaitMs: 7},
      {guarantee: 'exactly-once', batchWaitMs: 9},
    ],
  ])('%s', async (_, sql, byFlags, file, expected) => {
    expect(await delivery(sql, byFlags, file)).toMatchObject({...expected, problems: []});
  });

  test('values of SET that mean nothing', async () => {
    const {problems} = await delivery(
      "SET 'execution.checkpointing.interval' = 'soon'; SET 'execution.checkpointing.mode' = 'ONCE';" + copy,
    );
    expect(problems.map(({code, message}) => `${code}: ${message}`)).toEqual([
      'bad-setting: setting "execution.checkpointing.interval" cannot be "soon"',
      'bad-setting: setting "execution.checkpointing.mode" cannot be "ONCE"',
    ]);
  });
});

describe('what is refused, and why', () => {
  const exactly = {guarantee: 'exactly-once'} as const;
  const least = {guarantee: 'at-least-once'} as const;
  test.each<[string, string, DeliverySettings, readonly string[]]>([
    ['files', copy, exactly, []],
    ['into nothing', 'INSERT INTO b SELECT x FROM f;', exactly, []],
    ['standard input', 'INSERT INTO g SELECT x FROM i;', exactly, ['cannot-read-again']],
    ['standard input, at least once', 'INSERT INTO g SELECT x FROM i;', least, ['cannot-read-again']],
    ['standard input without a promise', 'INSERT INTO g SELECT x FROM i;', {}, []],
    ['a print table', 'INSERT INTO p SELECT x FROM f;', exactly, ['cannot-take-back']],
    ['a print table, at least once', 'INSERT INTO p SELECT x FROM f;', least, []],
    ['the console', 'SELECT x FROM f;', exactly, ['cannot-take-back']],
    [
      'both, each once',
      'INSERT INTO p SELECT x FROM i; INSERT INTO p SELECT x + 1 FROM i;',
      exactly,
      ['cannot-read-again', 'cannot-take-back'],
    ],
  ])('%s', async (_, sql, byFlags, expected) => {
    const {problems} = await delivery(sql, byFlags);
    expect(problems.map(({code}) => code)).toEqual(expected);
  });

  test('in whole sentences', async () => {
    const {problems} = await delivery('INSERT INTO p SELECT x FROM i;', exactly);
    expect(problems.map(({message}) => message)).toEqual([
      'job "j" cannot be exactly-once: what table "i" has given cannot be read again after a restart',
      'job "j" cannot be exactly-once: what table "p" has shown cannot be taken back after a restart',
    ]);
  });

  test('a table that asks for more than its job gives', async () => {
    const asking = withTables(await plan(copy), name => (name === 'g' ? {'sink.delivery-guarantee': 'exactly-once'} : {}));
    const codes = (byFlags: DeliverySettings): readonly string[] =>
      deliveryOf({job: 'j', flags: byFlags, file: {}, plan: asking}).problems.map(({message}) => message);
    expect(codes({})).toEqual(['table "g" asks for exactly-once, and its job gives nothing']);
    expect(codes(least)).toEqual(['table "g" asks for exactly-once, and its job gives at-least-once']);
    expect(codes(exactly)).toEqual([]);
  });

  test('a table that asks for what a job gives by itself raises it', async () => {
    const asking = withTables(await plan(copy), name => (name === 'g' ? {'sink.delivery-guarantee': 'at-least-once'} : {}));
    expect(deliveryOf({job: 'j', flags: {}, file: {}, plan: asking})).toMatchObject({guarantee: 'at-least-once', problems: []});
    const refused = deliveryOf({job: 'j', flags: {guarantee: 'none'}, file: {}, plan: asking});
    expect(refused.problems.map(({code}) => code)).toEqual(['guarantee-too-low']);
  });
});

test('what each INSERT is promised', async () => {
  const sql = `${copy} INSERT INTO b SELECT x FROM f; INSERT INTO p SELECT x FROM f; SELECT x FROM f;`;
  const {inserts} = await delivery(sql, {guarantee: 'at-least-once'});
  expect(inserts.map(({table, guarantee}) => [table, guarantee])).toEqual(['g', 'b', 'p', null].map(table => [table, 'at-least-once']));
  expect((await delivery(copy, {guarantee: 'exactly-once'})).inserts).toEqual([
    {table: 'g', guarantee: 'exactly-once', how: 'files are cut to the lengths in the log of the job'},
  ]);
});

describe('flags', () => {
  const read = (given: readonly (readonly [Flag, string])[]): unknown => {
    try {
      return deliveryFlags(new Options(new Map(given.map(([flag, value]) => [flag, [value]])), {}));
    } catch (error) {
      return (error as Error).message;
    }
  };
  test.each<[string, unknown]>([
    ['1000,50ms', {batchRecords: 1000, batchWaitMs: 50}],
    ['1000', {batchRecords: 1000}],
    [',50ms', {batchWaitMs: 50}],
    [' 1 , 2 s ', {batchRecords: 1, batchWaitMs: 2000}],
    [',', '--batch cannot be ","'],
    ['', '--batch cannot be ""'],
    ['0', '--batch cannot be "0"'],
    ['50ms', '--batch cannot be "50ms"'],
    ['1000,50', '--batch cannot be "1000,50"'],
    ['1000,0ms', '--batch cannot be "1000,0ms"'],
    ['1,1ms,1', '--batch cannot be "1,1ms,1"'],
    ['-1', '--batch cannot be "-1"'],
  ])('--batch %j', (text, expected) => {
    expect(read([[flags.batch, text]])).toEqual(expected);
  });

  test('together', () => {
    expect(read([])).toEqual({});
    expect(read([[flags.exactlyOnce, '']])).toEqual({guarantee: 'exactly-once'});
    expect(read([[flags.guarantee, 'none']])).toEqual({guarantee: 'none'});
    expect(
      read([
        [flags.commitInterval, '2s'],
        [flags.batch, '5'],
      ]),
    ).toEqual({batchRecords: 5, batchWaitMs: 2000});
    expect(
      read([
        [flags.exactlyOnce, ''],
        [flags.guarantee, 'at-least-once'],
      ]),
    ).toContain('contradict');
    expect(
      read([
        [flags.commitInterval, '2s'],
        [flags.batch, ',5ms'],
      ]),
    ).toContain('both say');
    expect(read([[flags.commitInterval, '0s']])).toContain('cannot be 0');
    expect(
      read([
        [flags.guarantee, 'none'],
        [flags.batch, '5'],
      ]),
    ).toContain('no effect');
  });
});

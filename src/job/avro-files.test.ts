import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import avsc from 'avsc';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {inferTable} from '../connectors/infer/infer.ts';
import {CollectedSink, optionsOfRun, planOfScript} from '../testing/run-script.ts';
import {typeText} from '../types/type-text.ts';
import type {RunResult} from './contract.ts';
import {runPlan} from './run.ts';

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'weir-avro-files-'))));
afterEach(() => rmSync(directory, {recursive: true}));

/** `moments`: a run of a job that commits, and is stopped after so many moments of its commits. */
async function run(sql: string, moments: number | null = null): Promise<{readonly result: RunResult; readonly rows: readonly unknown[]}> {
  const plan = await planOfScript(sql, directory);
  const output = new CollectedSink();
  const stop = new AbortController();
  let left = moments ?? 0;
  const result = await runPlan({
    ...optionsOfRun(plan, directory),
    standardOutput: output,
    stop: stop.signal,
    ...(moments === null
      ? {}
      : {
          identity: {project: 'test', name: 'job', slot: {index: 0, count: 1}},
          owner: {processId: process.pid, end: null},
          commit: {
            guarantee: 'exactly-once',
            directory: join(directory, 'state'),
            batchRecords: 100,
            batchWaitMs: 1,
            fresh: false,
            keepEpochs: 1,
          },
          reach: () => {
            if (--left === 0) stop.abort();
          },
        }),
  });
  const lines = output.text.split('\n').filter(line => line !== '');
  return {result, rows: lines.map(line => JSON.parse(line) as unknown)};
}

function table(name: string, columns: string, path: string, more = ''): string {
  return `CREATE TABLE ${name} (${columns}) WITH ('connector' = 'filesystem', 'path' = '${path}', 'format' = 'avro'${more});`;
}

const schema = {
  type: 'record',
  name: 'event',
  fields: [
    {name: 'kind', type: {type: 'enum', name: 'kind', symbols: ['open', 'close']}},
    {name: 'n', type: 'int'},
  ],
} as const;

/** A file of another implementation, in many blocks. */
async function writeOther(name: string, count: number): Promise<void> {
  const encoder = new avsc.streams.BlockEncoder(schema as unknown as avsc.Schema, {codec: 'deflate', blockSize: 1000});
  const chunks: Buffer[] = [];
  encoder.on('data', (chunk: Buffer) => void chunks.push(chunk));
  const ended = new Promise(resolve => encoder.on('end', resolve));
  for (let n = 0; n < count; n++) encoder.write({kind: n % 2 === 0 ? 'open' : 'close', n});
  encoder.end();
  await ended;
  writeFileSync(join(directory, name), Buffer.concat(chunks));
}

const expected = (count: number) => Array.from({length: count}, (_, n) => ({kind: n % 2 === 0 ? 'open' : 'close', n}));

describe('columns that nobody declared', () => {
  const standardInput = {descriptor: 0, isTerminal: false, readAhead: null};
  const infer = async (target: string, inputFormat: string | null = null) => {
    const found = await inferTable({target, inputFormat, directory, standardInput});
    if ('problems' in found) return found.problems.map(({code, message}) => `${code}: ${message}`);
    return [
      ...found.declared.options.map(({value}) => value),
      ...found.declared.columns.map(({name, type}) => `${name} ${typeText(type)}`),
    ];
  };
  const write = (name: string, fields: readonly unknown[]) => {
    const encoder = new avsc.streams.BlockEncoder({type: 'record', name: 'all', fields} as unknown as avsc.Schema, {writeHeader: true});
    const chunks: Buffer[] = [];
    encoder.on('data', (chunk: Buffer) => void chunks.push(chunk));
    const ended = new Promise(resolve => encoder.on('end', resolve));
    encoder.end();
    return ended.then(() => writeFileSync(join(directory, name), Buffer.concat(chunks)));
  };

  test('stand in the file', async () => {
    await writeOther('in.avro', 10);
    expect(await infer('in.avro')).toEqual(['filesystem', 'in.avro', 'avro', 'kind STRING', 'n INT']);
    expect(await infer('*.avro', 'avro')).toEqual(['filesystem', '*.avro', 'avro', 'kind STRING', 'n INT']);
    await write('types.avro', [
      {name: 'at', type: ['null', {type: 'long', logicalType: 'timestamp-micros'}]},
      {name: 'day', type: {type: 'int', logicalType: 'date'}},
      {name: 'time', type: {type: 'int', logicalType: 'time-millis'}},
      {name: 'total', type: {type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2}},
      {name: 'tags', type: {type: 'array', items: ['string', 'null']}},
      {name: 'map', type: {type: 'map', values: {type: 'record', name: 'in', fields: [{name: 'x', type: 'double'}]}}},
    ]);
    expect((await infer('types.avro')).slice(3)).toEqual([
      'at TIMESTAMP(6)',
      'day DATE',
      'time TIME(3)',
      'total DECIMAL(9, 2)',
      'tags ARRAY<STRING>',
      'map MAP<STRING NOT NULL, ROW<`x` DOUBLE>>',
    ]);
  });

  test('are refused where SQL has no type', async () => {
    await write('union.avro', [{name: 'x', type: ['int', 'string']}]);
    expect(await infer('union.avro')).toEqual([
      'cannot-infer: columns of union.avro cannot be told: field "x": SQL has no type for int or string',
    ]);
    await write('self.avro', [{name: 'next', type: ['null', 'all']}]);
    expect(await infer('self.avro')).toEqual([
      'cannot-infer: columns of self.avro cannot be told: field "next": record "all" holds itself',
    ]);
  });
});

describe('files of avro', () => {
  test.each(['null', 'deflate', 'snappy'])('are read, written and read again: %s', async codec => {
    await writeOther('in.avro', 3000);
    const made =
      table('i', 'kind STRING, n BIGINT', 'in.avro') + table('o', 'n BIGINT, kind STRING', 'out/', `, 'avro.codec' = '${codec}'`);
    expect((await run(`${made} INSERT INTO o SELECT n, kind FROM i`)).result).toMatchObject({status: 'done', rowsOut: 3000});
    expect((await run(`${made} SELECT kind, n FROM o`)).rows).toEqual(expected(3000));
    expect(readdirSync(join(directory, 'out'))).toEqual(['part-0.avro']);
  });

  test('are one for each partition', async () => {
    await writeOther('in.avro', 10);
    const made = `${table('i', 'kind STRING, n BIGINT', 'in.avro')}
      CREATE TABLE o (n BIGINT, kind STRING) PARTITIONED BY (kind) WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'avro');`;
    expect((await run(`${made} INSERT INTO o SELECT n, kind FROM i`)).result.status).toBe('done');
    const open = table('o', 'n BIGINT', 'out/kind=open/');
    expect((await run(`${open} SELECT n FROM o`)).rows).toEqual([0, 2, 4, 6, 8].map(n => ({n})));
  });

  test('nothing is added to one that is there, but it can be written anew', async () => {
    await writeOther('in.avro', 10);
    await writeOther('out.avro', 3);
    const before = readFileSync(join(directory, 'out.avro'));
    const made = table('i', 'kind STRING, n INT', 'in.avro') + table('o', 'kind STRING, n INT', 'out.avro');
    expect((await run(`${made} INSERT INTO o SELECT * FROM i`)).result).toMatchObject({status: 'failed', problem: {code: 'cannot-append'}});
    expect(readFileSync(join(directory, 'out.avro')).equals(before)).toBe(true);
    expect((await run(`SET 'execution.runtime-mode' = 'batch'; ${made} INSERT OVERWRITE o SELECT * FROM i`)).result.status).toBe('done');
    expect((await run(`${made} SELECT * FROM o`)).rows).toEqual(expected(10));
  });

  test('a job that commits goes on inside of a block, and in the file that it wrote', async () => {
    await writeOther('in.avro', 5000);
    const made = table('i', 'kind STRING, n INT', 'in.avro') + table('o', 'kind STRING, n INT', 'out.avro');
    let runs = 0;
    for (let status = ''; status !== 'done'; runs++) {
      const {result} = await run(`${made} INSERT INTO o SELECT * FROM i`, 30);
      expect(result.problem).toBeNull();
      ({status} = result);
      if (runs > 100) throw new Error('it does not end');
    }
    expect(runs).toBeGreaterThan(2);
    expect((await run(`${made} SELECT * FROM o`)).rows).toEqual(expected(5000));
  });
});

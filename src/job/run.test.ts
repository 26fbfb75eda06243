import {appendFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {Problem} from '../base/problem.ts';
import type {StandardInput} from '../connectors/define.ts';
import type {Sink} from '../flow/sink.ts';
import type {RunOptions, RunResult} from './contract.ts';
import {prepare} from './prepare.ts';
import {runPlan} from './run.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-run-'));
});
afterEach(() => {
  rmSync(directory, {recursive: true});
});

const write = (name: string, content: string | Uint8Array) => writeFileSync(join(directory, name), content);
const read = (name: string) => readFileSync(join(directory, name), 'utf8');

/** Standard output as a test sees it; its reader may go away after some bytes. */
class Collected implements Sink {
  text = '';
  flushes = 0;
  closedByReader = false;
  readonly full = false;
  readonly #leavesAfter: number;
  #onWrite: (() => void) | undefined;
  constructor(leavesAfter = Infinity) {
    this.#leavesAfter = leavesAfter;
  }
  async open(): Promise<void> {}
  write(bytes: Uint8Array): void {
    this.text += Buffer.from(bytes).toString();
    if (this.text.length > this.#leavesAfter) this.closedByReader = true;
    this.#onWrite?.();
  }
  async drain(): Promise<void> {}
  async flush(): Promise<void> {
    this.flushes++;
  }
  async close(): Promise<void> {}
  /** Resolves when the text holds something. */
  until(part: string): Promise<void> {
    return new Promise(resolve => {
      this.#onWrite = () => {
        if (this.text.includes(part)) resolve();
      };
      this.#onWrite();
    });
  }
}

interface Outcome {
  readonly result: RunResult;
  readonly output: string;
  readonly problems: readonly Problem[];
}

interface Settings extends Partial<Omit<RunOptions, 'console' | 'plan'>> {
  readonly format?: string;
  readonly mode?: 'query' | 'script';
  readonly output?: Collected;
}

async function run(sql: string, settings: Settings = {}): Promise<Outcome> {
  const standardInput: StandardInput = settings.standardInput ?? {descriptor: 0, isTerminal: false, readAhead: null};
  const prepared = await prepare({
    source: {name: '<query>', text: sql},
    mode: settings.mode ?? 'query',
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
  const output = settings.output ?? new Collected();
  const problems: Problem[] = [];
  const result = await runPlan({
    plan: prepared.plan,
    clock: {now: () => Date.now()},
    directory,
    standardOutput: output,
    standardError: new Collected(),
    console: {format: settings.format ?? 'ndjson', options: new Map()},
    onError: 'fail',
    maxErrors: null,
    limit: null,
    stop: new AbortController().signal,
    onProblem: problem => problems.push(problem),
    ...settings,
    standardInput: prepared.standardInput,
  });
  return {result, output: output.text, problems};
}

const numbers = (count: number, from = 0) =>
  Array.from({length: count}, (_, index) => `{"n":${from + index},"text":"row ${from + index}"}\n`).join('');

describe('a query over files', () => {
  test('all rows, whatever the size of the batches', async () => {
    write('n.ndjson', numbers(10_000));
    const {result, output} = await run(`SELECT n, text FROM 'n.ndjson'`);
    expect(output).toBe(numbers(10_000));
    expect(result).toEqual({
      status: 'done',
      problem: null,
      rowsIn: 10_000,
      rowsOut: 10_000,
      rejected: 0,
      readBytes: output.length,
      totalBytes: output.length,
    });
  });

  test('an aggregate over several files, one of them compressed', async () => {
    mkdirSync(join(directory, 'in'));
    write('in/a.ndjson', numbers(3000));
    write('in/b.ndjson.gz', gzipSync(numbers(3000, 3000)));
    write('in/c.ndjson', '');
    const {output} = await run(`SELECT COUNT(*) AS c, SUM(n) AS s FROM 'in/*'`);
    expect(output).toBe('{"c":6000,"s":17997000}\n');
  });

  test('each file of a directory has its header, and a last line needs no end', async () => {
    mkdirSync(join(directory, 'in'));
    write('in/a.csv', 'id,name\n1,ann\n2,bob');
    write('in/b.csv', 'name,id\ncid,3\n');
    const {output} = await run(`SELECT id, name FROM 'in/*.csv'`);
    expect(output).toBe('{"id":1,"name":"ann"}\n{"id":2,"name":"bob"}\n{"id":3,"name":"cid"}\n');
  });

  test('columns of metadata say where each row is from', async () => {
    mkdirSync(join(directory, 'in'));
    write('in/a.ndjson', '{"n":1}\n{"n":2}\n');
    write('in/b.ndjson', '{"n":3}\n');
    const {output} = await run(
      `CREATE TABLE t (n INT, file STRING NOT NULL METADATA FROM 'file.name', size BIGINT NOT NULL METADATA FROM 'file.size' VIRTUAL)
         WITH ('connector' = 'filesystem', 'path' = 'in', 'format' = 'json');
       SELECT n, file, size FROM t;`,
      {mode: 'script'},
    );
    expect(output).toBe('{"n":1,"file":"a.ndjson","size":16}\n{"n":2,"file":"a.ndjson","size":16}\n{"n":3,"file":"b.ndjson","size":8}\n');
  });

  test('a query without input', async () => {
    expect((await run(`SELECT 1 AS a`)).output).toBe('{"a":1}\n');
  });

  test('a missing file is one problem of the environment', async () => {
    write('x.ndjson', '{"a":1}\n');
    const prepared = `CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'gone.ndjson', 'format' = 'json'); SELECT a FROM t;`;
    const {result} = await run(prepared, {mode: 'script'});
    expect(result).toMatchObject({
      status: 'failed',
      problem: {kind: 'environment', message: 'cannot read gone.ndjson: no such file or directory'},
    });
  });

  test('progress is told between steps', async () => {
    write('n.ndjson', numbers(100_000));
    let now = 0;
    const told: number[] = [];
    await run(`SELECT COUNT(*) FROM 'n.ndjson'`, {
      clock: {now: () => (now += 1000)},
      onProgress: progress => told.push(progress.readBytes / (progress.totalBytes ?? 0)),
    });
    expect(told.length).toBeGreaterThan(0);
    expect([...told].sort((a, b) => a - b)).toEqual(told);
    expect(told.every(share => share > 0 && share <= 1)).toBe(true);
  });
});

describe('bad records', () => {
  const bad = '{"n":1}\n{"n":"x"}\nnonsense\n{"n":4}\n\n{"n":\xff}\n{"n":6}\n{"n"';

  function declared(columns: string): string {
    return `CREATE TABLE t (${columns}) WITH ('connector' = 'filesystem', 'path' = 'bad.ndjson', 'format' = 'json'); SELECT * FROM t;`;
  }

  test('fail names file, line, reason, bytes and the flag that lets it pass', async () => {
    write('bad.ndjson', Buffer.from(bad, 'latin1'));
    const {result, output} = await run(declared('n BIGINT'), {mode: 'script'});
    expect(output).toBe('{"n":1}\n');
    expect(result).toMatchObject({
      status: 'failed',
      rejected: 1,
      problem: {
        kind: 'data',
        severity: 'error',
        code: 'bad-record',
        detail: 'the record: {"n":"x"}',
        hint: expect.stringContaining('--on-error skip') as string,
        place: {kind: 'data', where: 'bad.ndjson:2'},
      },
    });
  });

  test('skip: all other rows are there, each bad one is told', async () => {
    write('bad.ndjson', Buffer.from(bad, 'latin1'));
    const {result, output, problems} = await run(declared('n BIGINT'), {mode: 'script', onError: 'skip'});
    expect(output).toBe('{"n":1}\n{"n":4}\n{"n":6}\n');
    expect(result).toMatchObject({status: 'done', rejected: 4, rowsIn: 3});
    expect(problems.map(({severity, place}) => [severity, place?.kind === 'data' ? place.where : ''])).toEqual(
      [2, 3, 6, 8].map(line => ['warning', `bad.ndjson:${line}`]),
    );
  });

  test('null: a field that cannot be read is NULL, and what is no record is left out', async () => {
    write('bad.ndjson', Buffer.from(bad, 'latin1'));
    const {result, output} = await run(declared('n BIGINT'), {mode: 'script', onError: 'null'});
    expect(output).toBe('{"n":1}\n{"n":null}\n{"n":4}\n{"n":6}\n');
    expect(result).toMatchObject({status: 'done', rejected: 3});
  });

  test('more than --max-errors end the run', async () => {
    write('bad.ndjson', Buffer.from(bad, 'latin1'));
    const {result, output, problems} = await run(declared('n BIGINT'), {mode: 'script', onError: 'skip', maxErrors: 1});
    expect(output).toBe('{"n":1}\n');
    expect(result).toMatchObject({status: 'too-many-errors', rejected: 2, problem: {code: 'too-many-errors', kind: 'data'}});
    expect(problems).toHaveLength(2);
    expect((await run(declared('n BIGINT'), {mode: 'script', onError: 'skip', maxErrors: 4})).result.status).toBe('done');
  });

  test('places count on over batches and parts', async () => {
    write('bad.ndjson', `${numbers(5000)}bad\n${numbers(10)}bad\n`);
    const {problems, result} = await run(declared('n BIGINT'), {mode: 'script', onError: 'skip'});
    expect(problems.map(problem => problem.place)).toMatchObject([{where: 'bad.ndjson:5001'}, {where: 'bad.ndjson:5012'}]);
    expect(result.rowsIn).toBe(5010);
  });

  test('a record over max.record.bytes is rejected, and the rows around it are all there', async () => {
    const large = `{"n":2,"text":"${'x'.repeat(700_000)}"}\n`;
    write('bad.ndjson', `{"n":1}\n${large}{"n":3}\n${large.slice(0, 50_000)}"}\n{"n":4}\n`);
    const sql = `SET 'max.record.bytes' = '10 kb'; ${declared('n BIGINT')}`;
    const {output, problems} = await run(sql, {mode: 'script', onError: 'skip'});
    expect(output).toBe('{"n":1}\n{"n":3}\n{"n":4}\n');
    expect(problems.map(problem => problem.place)).toMatchObject([{where: 'bad.ndjson:2'}, {where: 'bad.ndjson:4'}]);
    expect(problems.every(problem => problem.code === 'record-too-large' && problem.message.includes('larger than the limit'))).toBe(true);
    expect((await run(declared('n BIGINT'), {mode: 'script'})).output).toBe('{"n":1}\n{"n":2}\n{"n":3}\n{"n":2}\n{"n":4}\n');
    const last = `{"n":1}\n${large.slice(0, 300_000)}`;
    write('bad.ndjson', last);
    expect((await run(sql, {mode: 'script', onError: 'skip'})).result).toMatchObject({rejected: 1, rowsIn: 1});
  });

  test('a torn file: the rows before the tear are there, and the run fails', async () => {
    const whole = gzipSync(numbers(50_000));
    write('torn.ndjson.gz', whole.subarray(0, whole.length - 1000));
    const {result, output} = await run(`SELECT n, text FROM 'torn.ndjson.gz'`, {onError: 'skip'});
    expect(result).toMatchObject({status: 'failed', problem: {kind: 'data', code: 'torn-file'}});
    expect(result.rowsOut).toBeGreaterThan(40_000);
    expect(numbers(50_000).startsWith(output)).toBe(true);
  });

  test('a row that cannot be computed has the place of its record', async () => {
    write('n.ndjson', '{"a":"1"}\n{"a":"2"}\n{"a":"x"}\n{"a":"4"}\n');
    const sql = `SELECT CAST(a AS INT) AS b FROM 'n.ndjson'`;
    const failed = await run(sql);
    expect(failed.output).toBe('{"b":1}\n{"b":2}\n');
    expect(failed.result).toMatchObject({
      status: 'failed',
      rejected: 1,
      problem: {kind: 'data', place: {where: 'n.ndjson:3'}, detail: 'the record: {"a":"x"}'},
    });
    const skipped = await run(sql, {onError: 'skip'});
    expect(skipped.output).toBe('{"b":1}\n{"b":2}\n{"b":4}\n');
    expect(skipped.result).toMatchObject({status: 'done', rejected: 1});
  });
});

describe('the end of a run', () => {
  test.each([0, 1, 2048, 2049, 10_000])('-n %i gives so many rows', async limit => {
    write('n.ndjson', numbers(5000));
    const {result, output} = await run(`SELECT n, text FROM 'n.ndjson'`, {limit});
    expect(output).toBe(numbers(Math.min(limit, 5000)));
    expect(result).toMatchObject({status: 'done', rowsOut: Math.min(limit, 5000)});
  });

  test('the limit of each console is its own', async () => {
    write('n.ndjson', numbers(5000));
    const table = `CREATE TABLE t (n INT) WITH ('connector' = 'filesystem', 'path' = 'n.ndjson', 'format' = 'json');`;
    const {result} = await run(`${table} SELECT n FROM t; SELECT n FROM t WHERE n > 4000;`, {mode: 'script', limit: 3});
    expect(result.status).toBe('done');
    expect(result.rowsOut).toBe(6);
  });

  test.each([[{limit: 3}], [{output: new Collected(10)}]])('a table is whole though nobody wants more of a console', async settings => {
    write('n.ndjson', numbers(50_000));
    const tables = `
      CREATE TABLE t (n INT) WITH ('connector' = 'filesystem', 'path' = 'n.ndjson', 'format' = 'json');
      CREATE TABLE o (n INT) WITH ('connector' = 'filesystem', 'path' = 'o.csv', 'format' = 'csv');`;
    const {result} = await run(`${tables} INSERT INTO o SELECT n FROM t; SELECT n FROM t;`, {mode: 'script', ...settings});
    expect(result).toMatchObject({status: 'done', rowsIn: 50_000});
    expect(read('o.csv').split('\n')).toHaveLength(50_001);
  });

  test('a reader that goes away ends the run well', async () => {
    write('n.ndjson', numbers(50_000));
    const {result} = await run(`SELECT n, text FROM 'n.ndjson'`, {output: new Collected(100)});
    expect(result).toMatchObject({status: 'done', problem: null});
    expect(result.rowsIn).toBeLessThan(20_000);
  });

  test('asked to stop, it processes and writes what was read', async () => {
    write('log.ndjson', numbers(3));
    const stop = new AbortController();
    const output = new Collected();
    const running = run(
      `CREATE TABLE t (n INT) WITH ('connector' = 'filesystem', 'path' = 'log.ndjson', 'scan.follow' = 'true', 'format' = 'json'); SELECT n FROM t;`,
      {mode: 'script', stop: stop.signal, output},
    );
    await output.until('{"n":2}');
    appendFileSync(join(directory, 'log.ndjson'), numbers(1, 3));
    await output.until('{"n":3}');
    await new Promise(resolve => {
      setImmediate(resolve);
    });
    expect(output.flushes).toBeGreaterThan(0);
    stop.abort();
    expect((await running).result).toMatchObject({status: 'stopped', rowsOut: 4, problem: null});
  });

  test('stopped in the middle of endless input, totals are printed', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 5);
    const {result, output} = await run(
      `CREATE TEMPORARY TABLE t (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '100000000'); SET 'execution.runtime-mode' = 'streaming'; SELECT COUNT(n) AS c FROM t;`,
      {mode: 'script', stop: stop.signal},
    ).catch((error: unknown) => ({result: {status: String(error)}, output: ''}));
    expect(result.status).toBe('stopped');
    expect(output).toContain('"c":');
  });

  test('stopped before it began', async () => {
    write('n.ndjson', numbers(5000));
    expect((await run(`SELECT n FROM 'n.ndjson'`, {stop: AbortSignal.abort()})).result).toMatchObject({status: 'stopped', rowsOut: 0});
  });
});

describe('tables that are written', () => {
  const source = `CREATE TABLE n (n INT, text STRING) WITH ('connector' = 'filesystem', 'path' = 'n.ndjson', 'format' = 'json');`;

  test('a file, by two INSERTs over one source', async () => {
    write('n.ndjson', numbers(5000));
    const {result} = await run(
      `${source}
       CREATE TABLE low (n INT) WITH ('connector' = 'filesystem', 'path' = 'small.csv', 'format' = 'csv');
       CREATE TABLE high (n INT) WITH ('connector' = 'filesystem', 'path' = 'large', 'format' = 'json');
       EXECUTE STATEMENT SET BEGIN
         INSERT INTO low SELECT n FROM n WHERE n < 3;
         INSERT INTO high SELECT n FROM n WHERE n > 4997;
       END;`,
      {mode: 'script'},
    );
    expect(result).toMatchObject({status: 'done', rowsIn: 5000, rowsOut: 5});
    expect(read('small.csv')).toBe('0\n1\n2\n');
    expect(readdirSync(join(directory, 'large'))).toEqual(['part-0.json']);
    expect(read('large/part-0.json')).toBe('{"n":4998}\n{"n":4999}\n');
  });

  test('a failed INSERT OVERWRITE leaves the old file', async () => {
    const overwrite = `${source}
      SET 'execution.runtime-mode' = 'batch';
      CREATE TABLE target (n INT) WITH ('connector' = 'filesystem', 'path' = 'out.csv', 'format' = 'csv');
      INSERT OVERWRITE target SELECT n FROM n;`;
    write('out.csv', 'old\n');
    write('n.ndjson', `${numbers(2)}bad\n`);
    expect((await run(overwrite, {mode: 'script'})).result.status).toBe('failed');
    expect(read('out.csv')).toBe('old\n');
    write('n.ndjson', numbers(2));
    expect((await run(overwrite, {mode: 'script'})).result.status).toBe('done');
    expect(read('out.csv')).toBe('0\n1\n');
  });

  test('a header stands once in a file, however often rows are added', async () => {
    write('n.ndjson', numbers(2));
    const sql = `${source}
      CREATE TABLE target (n INT) WITH ('connector' = 'filesystem', 'path' = 'out.csv', 'format' = 'csv', 'csv.header' = 'true');
      INSERT INTO target SELECT n FROM n;`;
    await run(sql, {mode: 'script'});
    await run(sql, {mode: 'script'});
    expect(read('out.csv')).toBe('n\n0\n1\n0\n1\n');
  });

  test('a table may be read and added to in one job', async () => {
    write('n.ndjson', numbers(3));
    const {result} = await run(`${source} INSERT INTO n SELECT n + 3, text FROM n;`, {mode: 'script'});
    expect(result).toMatchObject({status: 'done', rowsIn: 3});
    expect(read('n.ndjson').split('\n')).toHaveLength(7);
  });

  test.runIf(existsSync('/dev/full'))('a full disk is one problem of the environment', async () => {
    write('n.ndjson', numbers(100_000));
    const {result, problems} = await run(
      `${source} CREATE TABLE target (n INT) WITH ('connector' = 'filesystem', 'path' = '/dev/full', 'format' = 'csv'); INSERT INTO target SELECT n FROM n;`,
      {mode: 'script'},
    );
    expect(result).toMatchObject({
      status: 'failed',
      problem: {kind: 'environment', message: 'cannot write /dev/full: no space left on the device'},
    });
    expect(problems).toEqual([]);
  });

  test('print prints as Flink does, and names its table for -o flink-row', async () => {
    write('n.ndjson', numbers(2));
    const sql = (more: string) => `${source}
      CREATE TABLE p (n INT, text STRING) WITH ('connector' = 'print'${more});
      INSERT INTO p SELECT n, text FROM n;`;
    expect((await run(sql(''), {mode: 'script'})).output).toBe('+I[0, row 0]\n+I[1, row 1]\n');
    expect((await run(sql(''), {mode: 'script', format: 'flink-row'})).output).toBe('p> +I[0, row 0]\np> +I[1, row 1]\n');
    expect((await run(sql(`, 'print-identifier' = 'x'`), {mode: 'script', format: 'flink-row'})).output).toBe(
      'x> +I[0, row 0]\nx> +I[1, row 1]\n',
    );
    expect((await run(sql(`, 'standard-error' = 'true'`), {mode: 'script'})).output).toBe('');
  });

  test('print shows each change', async () => {
    write('n.ndjson', '{"n":1,"text":"a"}\n{"n":2,"text":"a"}\n');
    const {output} = await run(
      `${source} CREATE TABLE p (text STRING, total INT) WITH ('connector' = 'print'); INSERT INTO p SELECT text, SUM(n) FROM n GROUP BY text;`,
      {mode: 'script'},
    );
    expect(output).toBe('+I[a, 1]\n-U[a, 1]\n+U[a, 3]\n');
  });

  test('blackhole counts what it drops; stdout and /dev/stdout are the same', async () => {
    write('n.ndjson', numbers(4));
    const sink = (options: string) => `${source} CREATE TABLE s (n INT) WITH (${options}); INSERT INTO s SELECT n FROM n;`;
    expect((await run(sink(`'connector' = 'blackhole'`), {mode: 'script'})).result).toMatchObject({rowsOut: 4});
    for (const options of [`'connector' = 'stdout'`, `'connector' = 'filesystem', 'path' = '/dev/stdout'`]) {
      expect((await run(sink(`${options}, 'format' = 'csv'`), {mode: 'script'})).output).toBe('0\n1\n2\n3\n');
    }
  });
});

test('rows of datagen go straight into columns', async () => {
  const {output} = await run(
    `CREATE TABLE t (id BIGINT, name STRING) WITH ('connector' = 'datagen', 'seed' = '1', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '5000', 'fields.name.length' = '3', 'rows-per-second' = '1000000');
     SELECT COUNT(DISTINCT name) > 100 AS many, SUM(id) AS s, MAX(CHAR_LENGTH(name)) AS len FROM t;`,
    {mode: 'script'},
  );
  expect(output.trim().split('\n').at(-1)).toContain('"s":12502500,"len":3}');
});

test('standard input, read ahead to tell its columns, loses nothing', async () => {
  write('n.ndjson', numbers(20_000));
  const descriptor = openSync(join(directory, 'n.ndjson'), 'r');
  const {output} = await run(`SELECT COUNT(*) AS c, SUM(n) AS s FROM stdin`, {
    standardInput: {descriptor, isTerminal: false, readAhead: null},
  });
  expect(output).toBe('{"c":20000,"s":199990000}\n');
});

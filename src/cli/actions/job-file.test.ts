import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {ProblemError} from '../../base/problem.ts';
import {findCommand} from '../commands/index.ts';
import {dispatch} from '../dispatch.ts';
import {exitCodeOf} from '../exit-codes.ts';
import {flagsOf} from '../flags.ts';
import {Options} from '../options.ts';
import {Talk} from '../talk.ts';
import type {World} from '../world.ts';

// Commands that read or write job files, called here with real files.

const scratch = mkdtempSync(join(tmpdir(), 'weir-job-file-'));
afterAll(() => rmSync(scratch, {recursive: true}));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface Place {
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

async function weir(words: readonly string[], {directory = 'fixtures/jobs/shop', environment = {}}: Place = {}): Promise<Ended> {
  let out = '';
  let err = '';
  const world = {
    environment: {NO_COLOR: '1', ...environment},
    directory: resolve(directory),
    jobModule: resolve('dist/job.js'),
    standardInput: {descriptor: 0, isTerminal: false, readAhead: null},
    standardOutput: {write: (bytes: Uint8Array) => (out += Buffer.from(bytes).toString()), flush: async () => undefined},
    say: (text: string) => (err += text),
    isOutputTerminal: false,
    isErrorTerminal: false,
    columns: null,
  } as unknown as World;
  const {command, operands, given} = await dispatch(words);
  const options = new Options(given, world.environment);
  const talk = new Talk(world, options);
  try {
    options.check(flagsOf(command.name));
    const code = await (findCommand(command.name) ?? command).run({operands, options, world, talk});
    return {code, out, err};
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    talk.problems(error.problems);
    return {code: exitCodeOf(error.problems), out, err};
  }
}

const password = readFileSync('fixtures/jobs/shop/secrets/password', 'utf8').trim();

describe('config', () => {
  test('the shop, with all that goes over it', async () => {
    const {code, out, err} = await weir([
      'config',
      '--provenance',
      '-p',
      'debug,prod',
      '--set',
      'jobs.totals.output=csv',
      'jobs.yaml',
      'jobs.override.yaml',
    ]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('  least: 100 # jobs.yaml:43 (profile debug)\n');
    expect(out).toContain('    file: secrets/password # tables.yaml:3\n');
    expect(out).toContain('    on-error: skip # jobs.override.yaml:3\n');
    expect(out).toContain('      memory: 1GB # jobs.yaml:45 (profile prod)\n');
    expect(out).toContain('    max-errors: 10 # tables.yaml:9 (template careful)\n');
    expect(out).toContain('      pipeline.name: large of at least 100 # jobs.yaml:20\n');
    expect(out).toContain('      pipeline.name: totals of at least 100 # jobs.yaml:20 (job large)\n');
    expect(out).toContain('    output: csv # --set jobs.totals.output=csv\n');
    // The null of the override reaches the job that extends this one; audit does not.
    expect(out.match(/^ {2}\w+:$|restart:/gm)).toEqual(['  password:', '  large:', '  totals:', '  audit:', 'restart:']);
  });

  test('in JSON, one job of it', async () => {
    const {out} = await weir(['config', '--format', 'json', '--only', 'large', '-v', 'least=7', 'jobs.yaml']);
    expect(JSON.parse(out)).toMatchObject({vars: {least: '7'}, jobs: {large: {options: {'pipeline.name': 'large of at least 7'}}}});
    expect(Object.keys((JSON.parse(out) as {jobs: object}).jobs)).toEqual(['large']);
  });

  test.each([
    [['config'], 'there is no file to print'],
    [['config', 'sql/large.sql'], 'sql/large.sql is no job file'],
    [['config', '--provenance', '--format', 'json', 'jobs.yaml'], '--provenance writes comments, and JSON has none'],
    [['config', '-p', 'pord', 'jobs.yaml'], 'there is no profile "pord"'],
    [['config', '--format', 'text', 'jobs.yaml'], '--format cannot be "text"'],
  ])('%j is refused', async (words, message) => {
    const ended = await weir(words);
    expect([ended.code, ended.out, ended.err.includes(message)]).toEqual([2, '', true]);
  });
});

describe('check and explain', () => {
  test('profiles come from the line or from the environment', async () => {
    const jobs = async (words: readonly string[], environment = {}): Promise<string> =>
      (await weir(['check', ...words, 'jobs.yaml'], {environment})).err;
    expect(await jobs([])).toBe('1 file, 2 jobs: no problems\n');
    expect(await jobs(['-p', 'debug', '-p', 'prod'])).toBe('1 file, 3 jobs: no problems\n');
    expect(await jobs([], {WEIR_PROFILE: 'debug, prod'})).toBe('1 file, 3 jobs: no problems\n');
    expect(await jobs(['--only', 'audit'])).toBe('1 file, 1 job: no problems\n');
    expect(await jobs(['-p', 'prod'])).toContain('job "large" depends on "audit", which is not there');
  });

  test('files are checked as they would run, and each though another one is wrong', async () => {
    const folder = join(scratch, 'several');
    mkdirSync(folder);
    writeFileSync(join(folder, 'a.yaml'), 'jobs: {a: {sql: SELECT 1}}');
    writeFileSync(join(folder, 'b.yaml'), 'jobs: {b: {sql: SELECT 1, depends-on: [a]}, a: {sql: SELECT x}}');
    writeFileSync(join(folder, 'c.override.yaml'), 'jobs: {a: {sql: SELECT 2, otput: csv}}');
    const wrong = await weir(['check', 'none.yaml', 'a.yaml', 'c.override.yaml'], {directory: folder});
    expect([wrong.code, wrong.err.match(/^error.*/gm)]).toEqual([
      3,
      ['error[cannot-read]: cannot read none.yaml: there is no such file', 'error[unknown-field]: unknown field "otput" in jobs.a'],
    ]);
    expect((await weir(['check', 'a.yaml', 'b.yaml'], {directory: folder})).err.match(/^error.*/gm)).toEqual([
      'error[unknown-column]: there is no column "x": the query reads no table',
    ]);
    const conflict = await weir(['run', 'a.yaml', 'b.yaml'], {directory: folder});
    expect([conflict.code, conflict.err.includes('two jobs have the name "a"')]).toEqual([3, true]);
  });

  test('what is wrong with one file keeps no other from being checked', async () => {
    const folder = join(scratch, 'apart');
    mkdirSync(folder);
    writeFileSync(join(folder, 'a.yaml'), 'jobs: {a: {sql: x, otput: csv}}');
    writeFileSync(join(folder, 'b.yaml'), 'jobs: {b: {sql: SELECT y}}');
    writeFileSync(join(folder, 'c.yaml'), 'jobs: [');
    writeFileSync(join(folder, 'd.yaml'), 'jobs: {d: {sql: SELECT 1}}');
    const {err, code} = await weir(['check', 'a.yaml', 'b.yaml', 'c.yaml', 'd.yaml'], {directory: folder});
    expect(code).toBe(3);
    expect(err.match(/^ *--> .*/gm)).toEqual([' --> a.yaml:1:20', ' --> c.yaml:1:8', ' --> b.yaml:1:24']);
  });

  test('flags of job files without one', async () => {
    const folder = join(scratch, 'script');
    mkdirSync(folder);
    writeFileSync(join(folder, 'a.sql'), 'SELECT 1');
    expect((await weir(['check', '-p', 'x', '--set', 'a=b', 'a.sql'], {directory: folder})).err).toContain(
      '--profile and --set would have no effect',
    );
    expect((await weir(['check', 'a.sql'], {directory: folder, environment: {WEIR_PROFILE: 'prod'}})).code).toBe(0);
  });

  test('a secret is in nothing that is printed', async () => {
    const lines = [
      ['check', 'jobs.yaml'],
      ['check', '--format', 'json', '--set', 'jobs.large.output=correct horse battery staple', 'jobs.yaml'],
      ['config', '--provenance', 'jobs.yaml'],
      ['config', '--format', 'json', 'jobs.yaml'],
      [
        'explain',
        '--set',
        "jobs.large.sql=CREATE TABLE t (x INT) WITH ('connector' = 'filesystem', 'path' = '${secret:password}', 'format' = 'json'); SELECT x FROM t",
        'jobs.yaml',
      ],
      [
        'explain',
        '--format',
        'json',
        '--set',
        "jobs.large.sql=CREATE TABLE t (x INT) WITH ('connector' = 'filesystem', 'path' = '${secret:password}', 'format' = 'json'); SELECT x FROM t",
        'jobs.yaml',
      ],
      ['explain', '--code', 'jobs.yaml'],
      [
        'check',
        '--set',
        "jobs.large.sql=CREATE TABLE t (x INT) WITH ('connector' = '${secret:password}', 'format' = '${secret:password}'); SELECT x FROM t",
        'jobs.yaml',
      ],
      ['check', '--set', 'jobs.large.options.execution.runtime-mode=${secret:password}', 'jobs.yaml'],
      ['config', '--set', 'jobs.large.file=${secret:password}', 'jobs.yaml'],
    ];
    const ended: Ended[] = [];
    for (const words of lines) ended.push(await weir(words));
    expect(ended.filter(({out, err}) => out.includes(password) || err.includes(password))).toEqual([]);
    expect(
      ended.filter(({out, err}) => out.includes('‹secret password›') || err.includes('‹secret password›')).length,
    ).toBeGreaterThanOrEqual(5);
  });
});

describe('schema', () => {
  test('of a job file', async () => {
    const {code, out} = await weir(['schema', 'job']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({$schema: 'https://json-schema.org/draft/2020-12/schema', required: ['jobs']});
  });
  test.each([[['schema']], [['schema', 'jobs']], [['schema', 'job', 'x']]])('%j is refused', async words => {
    expect((await weir(words)).code).toBe(2);
  });
});

describe('init', () => {
  test('a file that is right, with the schema beside it, and what to call next', async () => {
    const {code, out, err} = await weir(['init', 'new/shop 1'], {directory: scratch});
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe(
      "wrote new/shop 1/jobs.yaml and new/shop 1/weir.schema.json\nnext:\n  weir check 'new/shop 1/jobs.yaml'\n  weir run 'new/shop 1/jobs.yaml'\n",
    );
    expect(readFileSync(join(scratch, 'new/shop 1/jobs.yaml'), 'utf8')).toMatch(/^# yaml-language-server: \$schema=weir\.schema\.json\n/);
    expect(await weir(['check', 'new/shop 1/jobs.yaml'], {directory: scratch})).toEqual({
      code: 0,
      out: '',
      err: '1 file, 1 job: no problems\n',
    });
  });

  test('nothing is overwritten', async () => {
    mkdirSync(join(scratch, 'old'));
    writeFileSync(join(scratch, 'old/jobs.yaml'), 'mine');
    const refused = await weir(['init', 'old'], {directory: scratch});
    expect([refused.code, refused.err.includes('old/jobs.yaml is there already')]).toEqual([2, true]);
    expect(readFileSync(join(scratch, 'old/jobs.yaml'), 'utf8')).toBe('mine');
    expect(existsSync(join(scratch, 'old/weir.schema.json'))).toBe(false);
    mkdirSync(join(scratch, 'half'));
    writeFileSync(join(scratch, 'half/weir.schema.json'), 'mine');
    expect((await weir(['init', 'half'], {directory: scratch})).out).toContain('wrote half/jobs.yaml\n');
    expect(readFileSync(join(scratch, 'half/weir.schema.json'), 'utf8')).toBe('mine');
  });

  test('from a one-liner', async () => {
    const folder = join(scratch, 'from');
    mkdirSync(join(folder, 'data'), {recursive: true});
    writeFileSync(join(folder, 'data/orders.csv'), 'id,amount\n1,5\n2,7\n');
    writeFileSync(join(folder, 'orders.ndjson'), '{"id":1}\n');
    const sql =
      "SELECT o.id, SUM(o.amount) AS total FROM 'data/orders.csv' AS o JOIN 'orders.ndjson' AS p ON o.id = p.id WHERE o.id <> 3 GROUP BY o.id";
    expect((await weir(['init', '--from', sql], {directory: folder})).code).toBe(0);
    const text = readFileSync(join(folder, 'jobs.yaml'), 'utf8');
    expect(text).toContain('execution.runtime-mode: batch');
    expect(text).toContain('FROM orders AS o JOIN orders_2 AS p ON');
    expect((await weir(['check', 'jobs.yaml'], {directory: folder})).code).toBe(0);
    for (const [lenient, message] of [
      ["SELECT id FROM 'orders.ndjson' WHERE id != 3", 'not-portable'],
      ['SELECT nothing FROM', 'syntax'],
      ["SELECT * FROM 'none.csv'", 'none.csv'],
    ] as const) {
      const refused = await weir(['init', 'other', '--from', lenient], {directory: folder});
      expect([refused.code === 0, refused.err.includes(message), existsSync(join(folder, 'other'))]).toEqual([false, true, false]);
    }
  });
});

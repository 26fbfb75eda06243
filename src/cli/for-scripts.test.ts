import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';

// What scripts and services that test changes go by: exit codes and forms of output of the built command.

const directory = mkdtempSync(join(tmpdir(), 'weir-for-scripts-'));

beforeAll(() => {
  if (!existsSync('dist/cli.cjs')) spawnSync(process.execPath, ['bin/build.js'], {stdio: 'inherit'});
  writeFileSync(join(directory, 'n.csv'), 'n\n1\n2\n3\n');
  writeFileSync(
    join(directory, 'wrong.sql'),
    "CREATE TABLE t (a INT) WITH ('connector' = 'print');\nINSERT INTO t SELECT b FROM (VALUES (1)) AS v (a);\n",
  );
}, 120_000);
afterAll(() => rmSync(directory, {recursive: true}));

function weir(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): {code: number | null; out: string; err: string} {
  const {status, stdout, stderr} = spawnSync(process.execPath, [resolve('bin/weir.cjs'), ...words], {
    input: '',
    cwd: directory,
    env: {...process.env, NO_COLOR: '1', GITHUB_ACTIONS: '', GITHUB_WORKSPACE: '', CI_PROJECT_DIR: '', ...environment},
    encoding: 'utf8',
    timeout: 20_000,
  });
  return {code: status, out: stdout, err: stderr};
}

describe('--expect', () => {
  const sql = "SELECT n FROM 'n.csv' WHERE n > :least";
  test.each([
    ['empty', '5', 0],
    ['empty', '2', 4],
    ['rows', '2', 0],
    ['rows', '5', 4],
    ['2', '1', 0],
    ['2', '2', 4],
  ])('%s, with rows above %s: ends with %i', (expected, least, code) => {
    expect(weir(['--expect', expected, '-v', `least=${least}`, sql]).code).toBe(code);
  });

  test('the message says both numbers, and the rows are there', () => {
    expect(weir(['--expect', 'empty', '-v', 'least=1', sql])).toEqual({
      code: 4,
      out: '{"n":2}\n{"n":3}\n',
      err: 'error[expectation-not-met]: no rows were expected, and 2 came\n  = help: the rows are in the output\n',
    });
  });

  test('what is no expectation is refused, and a run that fails is not judged', () => {
    expect(weir(['--expect', 'some', 'SELECT 1'])).toMatchObject({code: 2, out: ''});
    expect(weir(['--expect', 'empty', "SELECT * FROM 'missing.csv'"]).code).toBe(5);
  });
});

describe('check for services', () => {
  test('github: findings beside the code, from the top of what was checked out', () => {
    const {code, out, err} = weir(['check', '--format', 'github', 'wrong.sql'], {GITHUB_WORKSPACE: join(directory, '..')});
    expect(code).toBe(3);
    expect(out).toMatch(/^::error file=weir-for-scripts-\w+\/wrong\.sql,line=2,col=22,endColumn=22,title=unknown-column::/);
    expect(err).toContain('wrong.sql:2:22');
    expect(weir(['check', 'wrong.sql'], {GITHUB_ACTIONS: 'true'}).out).toMatch(/^::error file=wrong\.sql,/);
    expect(weir(['check', 'wrong.sql']).out).toBe('');
  });
  test('sarif', () => {
    const {code, out, err} = weir(['check', '--format', 'sarif', 'wrong.sql']);
    expect([code, err]).toEqual([3, '']);
    expect(JSON.parse(out)).toMatchObject({version: '2.1.0', runs: [{results: [{ruleId: 'unknown-column', level: 'error'}]}]});
  });
});

test('rows for a page and for people', () => {
  expect(weir(['-o', 'markdown', "SELECT n, 'a|b' AS s FROM 'n.csv' WHERE n < 2"]).out).toBe('| n | s |\n| ---: | --- |\n| 1 | a\\|b |\n');
  expect(weir(['-o', 'line', "SELECT n, 'x' AS name FROM 'n.csv' WHERE n < 2"]).out).toBe('   n = 1\nname = x\n\n');
  expect(weir(['-o', 'markdown', 'SELECT 1; SELECT 2'])).toMatchObject({code: 2});
});

import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest';
import {commands} from './commands/index.ts';
import {plainText} from './pages/plain.ts';
import {commandSections} from './pages/sections.ts';

// The built command in real processes: what a shell sees.

const launcher = resolve('bin/weir.cjs');
const fixtures = resolve('fixtures/cli');
const scratch = mkdtempSync(join(tmpdir(), 'weir-command-'));
const file = (name: string, text: string | Uint8Array): string => {
  const path = join(scratch, name);
  writeFileSync(path, text);
  return path;
};

/** Sockets, logs and state of what runs here go where nobody else looks. */
const ownFolders = {XDG_RUNTIME_DIR: join(scratch, 'run'), XDG_STATE_HOME: join(scratch, 'state')};

beforeAll(() => {
  if (!isBuilt()) spawnSync(process.execPath, ['bin/build.js'], {stdio: 'inherit'});
}, 120_000);
const started: Running[] = [];
afterEach(() => {
  for (const running of started.splice(0)) if (running.process.exitCode === null) running.process.kill('SIGKILL');
});
afterAll(() => rmSync(scratch, {recursive: true}));

function isBuilt(): boolean {
  if (!existsSync('dist/cli.cjs') || !existsSync('dist/job.js')) return false;
  const built = statSync('dist/cli.cjs').mtimeMs;
  return readdirSync('src', {recursive: true, withFileTypes: true})
    .filter(entry => entry.isFile() && /\.(ts|js)$/.test(entry.name) && !entry.name.endsWith('.test.ts'))
    .every(entry => statSync(join(entry.parentPath, entry.name)).mtimeMs <= built);
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function weir(words: readonly string[], more: {input?: string; env?: Readonly<Record<string, string>>; cwd?: string} = {}): Ended {
  const {status, stdout, stderr} = spawnSync(process.execPath, [launcher, ...words], {
    input: more.input ?? '',
    cwd: more.cwd ?? fixtures,
    env: {...process.env, ...ownFolders, NO_COLOR: '1', GITHUB_ACTIONS: '', ...more.env},
    encoding: 'utf8',
    timeout: 20_000,
  });
  return {code: status, out: stdout, err: stderr};
}

/** A line for a shell in which `weir` is the built command. */
function shell(line: string): Ended {
  const {status, stdout, stderr} = spawnSync(
    'bash',
    ['-c', `set -o pipefail; weir() { '${process.execPath}' '${launcher}' "$@"; }; ${line}`],
    {
      cwd: fixtures,
      env: {...process.env, ...ownFolders},
      encoding: 'utf8',
      timeout: 20_000,
    },
  );
  return {code: status, out: stdout, err: stderr};
}

/** A running command, and what it has written so far. */
class Running {
  readonly process: ChildProcess;
  out = '';
  err = '';
  readonly ended: Promise<{code: number | null; signal: NodeJS.Signals | null}>;
  constructor(words: readonly string[]) {
    this.process = spawn(process.execPath, [launcher, ...words], {
      cwd: fixtures,
      env: {...process.env, ...ownFolders},
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    this.process.stdout?.on('data', bytes => (this.out += String(bytes)));
    this.process.stderr?.on('data', bytes => (this.err += String(bytes)));
    this.process.stdin?.on('error', () => undefined);
    started.push(this);
    this.ended = new Promise(done => this.process.on('close', (code, signal) => done({code, signal})));
  }
  write(text: string): void {
    this.process.stdin?.write(text);
  }
  async until(seen: () => boolean): Promise<void> {
    while (!seen()) {
      if (this.process.exitCode !== null) throw new Error(`ended with ${this.process.exitCode}: ${this.out}${this.err}`);
      await new Promise(again => setTimeout(again, 10));
    }
  }
  /** To the whole group, as a terminal does. */
  signal(name: NodeJS.Signals): void {
    process.kill(-(this.process.pid as number), name);
  }
}

/** A process that has ended may be kept as a zombie where nobody waits for orphans. */
function isRunning(id: number): boolean {
  const path = `/proc/${id}/stat`;
  return existsSync(path) && !/^\d+ \(.*\) Z /.test(readFileSync(path, 'latin1'));
}

describe('query', () => {
  test('SELECT 1', () => {
    expect(weir(['SELECT 1 AS x'])).toEqual({code: 0, out: '{"x":1}\n', err: ''});
    expect(weir(['query', 'VALUES(1)', '-o', 'csv', '--no-header'])).toEqual({code: 0, out: '1\n', err: ''});
  });

  test('every way of printing', () => {
    const sql = "SELECT * FROM (VALUES (1, 'a,b'), (2, CAST(NULL AS STRING))) AS t (n, s)";
    const out = (format: string): string => weir(['-o', format, sql]).out;
    expect(out('ndjson')).toBe('{"n":1,"s":"a,b"}\n{"n":2,"s":null}\n');
    expect(JSON.parse(out('json'))).toEqual([
      {n: 1, s: 'a,b'},
      {n: 2, s: null},
    ]);
    expect(out('csv')).toBe('n,s\n1,"a,b"\n2,\n');
    expect(out('tsv')).toBe('n\ts\n1\ta,b\n2\t\\N\n');
    expect(out('flink-row')).toBe('+I[1, a,b]\n+I[2, null]\n');
    expect(weir(['-o', 'raw', "SELECT 'a,b' AS s"]).out).toBe('a,b\n');
    expect(out('table')).toContain('a,b');
    expect(weir([sql], {env: {WEIR_OUTPUT: 'flink-row'}}).out).toBe('+I[1, a,b]\n+I[2, null]\n');
  });

  test('files, names, parameters', () => {
    expect(weir(["SELECT status, COUNT(*) AS n FROM 'access.ndjson' GROUP BY status"]).out).toBe(
      '{"status":200,"n":6}\n{"status":500,"n":2}\n{"status":404,"n":2}\n{"status":503,"n":1}\n{"status":301,"n":1}\n',
    );
    expect(weir(['-t', 'o=orders.csv', '-v', 'least=100', '-o', 'csv', 'SELECT id FROM o WHERE amount >= :least']).out).toBe(
      'id\n1\n3\n5\n',
    );
    expect(weir(['-n', '2', "SELECT path FROM 'access.ndjson'"]).out).toBe('{"path":"/item/0"}\n{"path":"/item/1"}\n');
  });

  test('scripts', () => {
    const totals = '{"customer":"ann","total":350}\n{"customer":"bob","total":215}\n{"customer":"eve","total":99}\n';
    expect(weir(['-i', 'tables.sql', '-f', 'totals.sql'])).toEqual({code: 0, out: totals, err: ''});
    expect(weir(['-i', 'tables.sql', '-f', '-'], {input: readFileSync(join(fixtures, 'totals.sql'), 'utf8')}).out).toBe(totals);
  });

  test('standard input gives the SQL or the data, not both', () => {
    const reader = "CREATE TABLE s (x INT) WITH ('connector'='stdin', 'format'='json'); SELECT x FROM s;";
    for (const words of [
      ['-f', '-'],
      ['run', '-'],
      ['-i', '-', 'SELECT x FROM s'],
      ['-i', '-', '-f', '-'],
    ]) {
      const ended = weir(words, {input: reader});
      expect([ended.out, ended.err.split(':')[0]]).toEqual(['', 'error[stdin-twice]']);
    }
    expect(weir(['-t', 'a=-', '-t', 'b=-', 'SELECT 1 FROM a UNION ALL SELECT 2 FROM b'], {input: '{"x":1}\n'}).err).toMatch(
      /^error\[stdin-twice\]: tables "a" and "b" both read standard input/,
    );
    expect(weir(['-t', 's=-', 'SELECT x FROM s'], {input: '{"x":1}\n'}).out).toBe('{"x":1}\n');
  });

  test('EXPLAIN prints the plan, and a text without a query says that it does nothing', () => {
    const ended = weir(['EXPLAIN SELECT 1 AS x; SELECT 2 AS y']);
    expect([ended.code, ended.out, ended.err]).toEqual([0, `${weir(['explain', 'SELECT 1 AS x']).out}{"y":2}\n`, '']);
    expect(weir(['run', file('explain.sql', 'EXPLAIN SELECT 1 AS x')])).toEqual({
      code: 0,
      out: weir(['explain', 'SELECT 1 AS x']).out,
      err: '',
    });
    expect(weir(["-- nothing\nSET 'pipeline.name' = 'x'"])).toMatchObject({
      code: 0,
      out: '',
      err: expect.stringMatching(/^warning\[nothing-to-run\]/),
    });
  });

  test('a pipe in and a pipe out', () => {
    expect(weir(['SELECT x + 1 AS y FROM stdin'], {input: '{"x":1}\n{"x":2}'})).toEqual({code: 0, out: '{"y":2}\n{"y":3}\n', err: ''});
  });

  test('rows come while the input is open, and a reader that goes away ends it', async () => {
    const live = new Running(['SELECT x FROM stdin']);
    live.write('{"x":1}\n');
    await live.until(() => live.out === '{"x":1}\n');
    live.process.stdout?.destroy();
    for (let row = 0; live.process.exitCode === null && row < 400; row++) {
      live.write('{"x":2}\n');
      await Promise.race([live.ended, new Promise(again => setTimeout(again, 10))]);
    }
    expect(await live.ended).toEqual({code: 0, signal: null});
    expect(live.err).toBe('');
  });

  test('the sockets that a parent process gives lose nothing, however slow it is', async () => {
    const live = new Running(['SELECT x FROM stdin']);
    const {stdin, stdout} = live.process;
    stdout?.on('data', () => {
      stdout.pause();
      setTimeout(() => stdout.resume(), 1);
    });
    const lines = Array.from({length: 100_000}, (_, row) => `{"x":${row}}\n`).join('');
    stdin?.end(lines);
    expect(await live.ended).toEqual({code: 0, signal: null});
    expect(live.out === lines).toBe(true);
  });

  test('head', () => {
    const big = file('big.ndjson', '{"x":12345678}\n'.repeat(200_000));
    expect(shell(`weir "SELECT x FROM '${big}'" | head -1`)).toEqual({code: 0, out: '{"x":12345678}\n', err: ''});
    expect(shell(`weir "SELECT x FROM '${big}'" | wc -l`).out.trim()).toBe('200000');
  });

  test('an interrupt ends it cleanly: groups are printed', async () => {
    const live = new Running(['-o', 'csv', '--no-header', 'SELECT x, COUNT(*) FROM stdin GROUP BY x']);
    live.write('{"x":1}\n'.repeat(3));
    // Nothing is printed yet: that the input was taken shows in a limit's other side, so it is given a moment and then more than enough.
    await new Promise(done => setTimeout(done, 2000));
    live.signal('SIGINT');
    expect(await live.ended).toEqual({code: 0, signal: null});
    expect(live.out).toBe('1,3\n');
    expect(live.err).toBe('');
  });

  // The times leave a busy machine enough of them to start.
  test('--timeout and an interrupt end what would go on, also while a first record is waited for', async () => {
    const ends = async (input: string, ...more: readonly string[]): Promise<unknown> => {
      const live = new Running([...more, 'SELECT x FROM stdin']);
      live.write(input);
      if (more.length === 0) {
        await new Promise(done => setTimeout(done, 2500));
        live.signal('SIGINT');
      }
      return [await live.ended, live.out, live.err];
    };
    const input = '{"x":1}\n';
    expect(
      await Promise.all([
        ends(input, '--timeout', '2500ms'),
        ends(input, '--timeout', '2500ms', '--timeout-fails'),
        ends('', '--timeout', '200ms', '--timeout-fails'),
        ends(''),
      ]),
    ).toEqual([
      [{code: 0, signal: null}, input, ''],
      [{code: 124, signal: null}, input, ''],
      [{code: 124, signal: null}, '', ''],
      [{code: 0, signal: null}, '', ''],
    ]);
    expect(weir(['--timeout', '20s', '--timeout-fails', 'SELECT 1 AS x']).code).toBe(0);
  });

  test('a full disk', () => {
    const ended = shell('weir "SELECT path FROM \'access.ndjson\'" > /dev/full');
    expect(ended.code).toBe(5);
    expect(ended.err).toContain('standard output');
    expect(ended.err).not.toContain('    at ');
  });
});

describe('exit codes', () => {
  test.each<[string, readonly string[], number, RegExp]>([
    ['wrong SQL', ['SELECT 1 +'], 3, /^error\[.*<query>:1:\d+\n/s],
    ['all faults at once', ['SELECT a FROM nowhere; SELECT b FROM elsewhere'], 3, /nowhere[\s\S]*elsewhere[\s\S]*2 errors\n$/],
    ['a wrong flag', ['--limt', '1', 'SELECT 1'], 2, /did you mean "--limit"\?/],
    ['a wrong value', ['-o', 'xml', 'SELECT 1'], 2, /--output cannot be "xml"/],
    ['a wrong command', ['rnu', 'x'], 2, /did you mean "run"\?/],
    ['a wrong value, though the query is wrong, too', ['-n', 'x', 'SELEC 1'], 2, /--limit cannot be "x"/],
    ['a name of -t in other letters', ['-t', 'Orders=orders.csv', 'SELECT * FROM orders'], 3, /did you mean "Orders"\?/],
    ['two results in one array', ['-o', 'json', 'SELECT 1; SELECT 2'], 2, /-o json is for one result, and here are 2/],
    ['nothing to tell columns from', ['SELECT a FROM stdin'], 3, /standard input is empty: nothing there says which columns it has/],
    ['a command of two queries', ['SELECT 1', 'SELECT 2'], 2, /left over/],
    ['no query', ['query'], 2, /no SQL/],
    ['an empty query', [''], 2, /no SQL/],
    ['a blank query', [' '], 2, /no SQL/],
    ['nothing at all, from a pipe', [], 2, /weir help/],
    ['a missing file', ["SELECT * FROM 'none.ndjson'"], 5, /none\.ndjson/],
    ['a missing file under a name', ['-t', 'o=none.csv', 'SELECT * FROM o'], 5, /none\.csv/],
    ['a missing script', ['-f', 'none.sql'], 5, /cannot read none\.sql: there is no such file/],
    ['a missing job file', ['run', 'none.yaml'], 5, /cannot read none\.yaml/],
    ['a folder', ['check', '.'], 5, /cannot read \.: it is a folder/],
  ])('%s', (_, words, code, err) => {
    const ended = weir(words);
    expect(ended.err).toMatch(err);
    expect(ended.err).not.toMatch(/^ +at /m);
    expect([ended.code, ended.out]).toEqual([code, '']);
  });

  test('bad records', () => {
    const path = file('bad.ndjson', '{"x":1}\n{"x":"no"}\n{"x":\n{"x":4}\n');
    const script = file(
      'bad.sql',
      `CREATE TABLE t (x INT) WITH ('connector'='filesystem', 'path'='${path}', 'format'='json'); SELECT x FROM t;`,
    );
    const failing = weir(['-f', script]);
    expect(failing.code).toBe(1);
    expect(failing.err).toMatch(/^error\[.*bad\.ndjson:2/s);
    expect(failing.err.match(/^error/gm)).toHaveLength(1);
    expect(failing.out).toBe('{"x":1}\n');
    expect(weir(['-f', script, '--on-error', 'skip'])).toMatchObject({code: 0, out: '{"x":1}\n{"x":4}\n'});
    expect(weir(['-f', script, '--on-error', 'null'])).toMatchObject({code: 0, out: '{"x":1}\n{"x":null}\n{"x":4}\n'});
    expect(weir(['-f', script, '--max-errors', '2'])).toMatchObject({code: 0, out: '{"x":1}\n{"x":4}\n'});
    const tooMany = weir(['-f', script, '--max-errors', '1']);
    expect(tooMany.code).toBe(6);
    expect(tooMany.err).toContain('2 records were rejected');
  });
});

describe('run', () => {
  test('two jobs: whole lines of both, and a summary', () => {
    const ended = weir(['run', '-V', 'jobs.yaml']);
    expect(ended.code).toBe(0);
    const lines = ended.out.trimEnd().split('\n');
    expect(lines.filter(line => line.includes('path'))).toEqual([
      '{"path":"/item/2","status":500}',
      '{"path":"/item/0","status":503}',
      '{"path":"/item/0","status":500}',
    ]);
    expect(lines.filter(line => line.includes('size'))).toHaveLength(5);
    expect(ended.err).toMatch(/^errors +done +12 +3 +0 /m);
    expect(ended.err).toMatch(/^volume +done +12 +5 +0 /m);
  });

  test('a script', () => {
    expect(weir(['run', '-o', 'flink-row', 'script.sql'])).toEqual({
      code: 0,
      out: 'failures> +I[/item/2, 500]\nfailures> +I[/item/0, 503]\nfailures> +I[/item/0, 500]\n',
      err: '',
    });
  });

  test('standard input goes to the one job that reads it', () => {
    const reader = "CREATE TABLE s (x INT) WITH ('connector'='stdin', 'format'='json'); SELECT x FROM s;";
    const one = file('one.yaml', `jobs: {a: {sql: "${reader}"}, b: {sql: "SELECT 7 AS seven"}}`);
    expect(weir(['run', one], {input: '{"x":5}\n'}).out.split('\n').sort()).toEqual(['', '{"seven":7}', '{"x":5}']);
    const two = file('two.yaml', `jobs: {a: {sql: "${reader}"}, b: {sql: "${reader}"}}`);
    const refused = weir(['run', two], {input: '{"x":5}\n'});
    expect([refused.code, refused.out]).toEqual([3, '']);
    expect(refused.err).toContain('jobs "a" and "b" read standard input');
  });

  test('nothing starts when something is wrong, and all of it is told at its place', () => {
    const path = file(
      'wrong.yaml',
      'jobs:\n  good: {sql: SELECT 1}\n  bad:\n    sql: |\n      SELECT a\n      FROM nowhere;\n  worse: {sql: SELEC 1}\n',
    );
    const ended = weir(['run', path]);
    expect([ended.code, ended.out]).toEqual([3, '']);
    expect(ended.err).toContain('wrong.yaml:6:12');
    expect(ended.err).toContain('wrong.yaml:7:16');
  });

  test('a job that fails does not stop the others', () => {
    const bad = file('bad-rows.ndjson', '{"x":1}\nnonsense\n');
    const table = `CREATE TABLE t (x INT) WITH ('connector'='filesystem', 'path'='${bad}', 'format'='json');`;
    const path = file('half.yaml', `jobs:\n  broken: {sql: "${table} SELECT x FROM t"}\n  sound: {sql: "SELECT 7 AS seven"}\n`);
    const ended = weir(['run', path]);
    expect(ended.code).toBe(1);
    expect(ended.out).toContain('{"seven":7}\n');
    expect(ended.err).toMatch(/^error\[[^\]]*\]: broken: /m);
    expect(weir(['run', '--on-error', 'skip', path]).code).toBe(0);
    expect(weir(['run', '--only', 's*', path])).toEqual({code: 0, out: '{"seven":7}\n', err: ''});
  });

  test('a process that dies is told, and an interrupt ends the other one cleanly', async () => {
    const endless = "CREATE TABLE g (x BIGINT) WITH ('connector'='datagen', 'rows-per-second'='50');";
    const path = file(
      'endless.yaml',
      `jobs:\n  a: {sql: "${endless} SELECT 'a' AS j, x FROM g"}\n  b: {sql: "${endless} SELECT 'b' AS j, x FROM g"}\n`,
    );
    const live = new Running(['run', '-V', path]);
    await live.until(() => live.out.includes('"a"') && live.out.includes('"b"'));
    const [first] = spawnSync('pgrep', ['-P', String(live.process.pid)], {encoding: 'utf8'})
      .stdout.trim()
      .split('\n');
    process.kill(Number(first), 'SIGKILL');
    await live.until(() => live.err.includes('job-died'));
    live.signal('SIGINT');
    expect(await live.ended).toEqual({code: 1, signal: null});
    expect(live.err).toMatch(/ended before its work was done \(signal SIGKILL\)/);
    expect(live.err).toMatch(/^[ab] +died /m);
    expect(live.err).toMatch(/^[ab] +stopped /m);
    for (const line of live.out.trimEnd().split('\n')) expect(Object.keys(JSON.parse(line) as object)).toEqual(['j', 'x']);
  });

  test('a command that dies takes its jobs with it', async () => {
    const path = file('alone.sql', "CREATE TABLE g (x BIGINT) WITH ('connector'='datagen', 'rows-per-second'='1000000'); SELECT x FROM g;");
    const live = new Running(['run', path]);
    await live.until(() => live.out !== '');
    const {pid} = live.process;
    const child = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
    // Nobody reads, so that the job cannot write what it has: it ends all the same.
    live.process.stdout?.pause();
    await new Promise(done => setTimeout(done, 100));
    live.process.kill('SIGKILL');
    for (let waits = 0; isRunning(child) && waits < 200; waits++) await new Promise(again => setTimeout(again, 10));
    expect(isRunning(child)).toBe(false);
  });

  test('a second interrupt ends it at once', async () => {
    // Its output is a pipe that nobody reads, so the first one cannot be obeyed.
    const big = file('much.ndjson', '{"x":12345678}\n'.repeat(300_000));
    const live = new Running([`SELECT x FROM '${big}'`]);
    await live.until(() => live.out !== '');
    live.process.stdout?.pause();
    await new Promise(done => setTimeout(done, 300));
    live.signal('SIGINT');
    await new Promise(done => setTimeout(done, 200));
    live.signal('SIGINT');
    await new Promise(done => live.process.once('exit', done));
    live.process.stdout?.resume();
    expect(await live.ended).toMatchObject({signal: 'SIGINT'});
  });
});

describe('check and explain', () => {
  test('check', () => {
    const promise = 'script: INSERT INTO failures: none, nothing is kept from one run to the next\n';
    expect(weir(['check', 'jobs.yaml', 'script.sql'])).toEqual({code: 0, out: '', err: `${promise}2 files, 3 jobs: no problems\n`});
    const {guarantees} = JSON.parse(weir(['check', '--format', 'json', '-b', '10', 'script.sql']).out) as {guarantees: unknown};
    expect(guarantees).toEqual([
      {job: 'script', insert: 'failures', guarantee: 'at-least-once', how: 'rows may come again after a restart'},
    ]);
    expect(weir(['check', '-e', 'script.sql'])).toMatchObject({code: 3, err: expect.stringContaining('error[cannot-take-back]')});
    const wrong = file('check.sql', 'SELECT a FROM nowhere;\nSELECT 1 != 2;\n');
    const ended = weir(['check', '--format', 'json', wrong, 'none.sql']);
    expect(ended.code).toBe(3);
    const {problems} = JSON.parse(ended.out) as {problems: {file?: string; line?: number; code: string}[]};
    expect(problems.map(({line}) => line)).toEqual([undefined, 2]);
    expect(problems[0]?.code).toBe('cannot-read');
    expect(weir(['check', '--syntax', file('syntax.sql', 'SELECT a FROM nowhere;')]).code).toBe(0);
  });

  test('explain', () => {
    expect(weir(['explain', 'SELECT 1 AS x']).out).not.toBe('');
    expect(weir(['explain', 'EXPLAIN SELECT 1 AS x']).out).toBe(weir(['explain', 'SELECT 1 AS x']).out);
    expect(weir(['explain', '--code', "SELECT status FROM 'access.ndjson' WHERE status > 1"]).out).toContain('status');
    expect(JSON.parse(weir(['explain', '--format', 'json', 'script.sql']).out)).toBeTypeOf('object');
    const ddl = weir(['explain', '--ddl', "SELECT * FROM 'orders.csv'"]).out;
    expect(ddl).toMatch(/^CREATE TABLE/);
    const script = file('from-ddl.sql', `${ddl}\nSELECT COUNT(*) AS n FROM orders;`);
    expect(weir(['check', script]).err).toContain('no problems');
  });

  test('advice is given by check and explain, at its place, and not by a run', () => {
    const sql =
      "CREATE TABLE t (n INT) WITH ('connector' = 'datagen', 'number-of-rows' = '2', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '2');\n";
    const script = file('advice.sql', `${sql}SELECT AVG(n), MAX(NOW()) > DATE '2020-01-01' FROM t;\n`);
    const job = file('advice.yaml', `jobs:\n  a:\n    sql: |\n      ${sql}      SELECT AVG(n), MAX(NOW()) > DATE '2020-01-01' FROM t;\n`);
    for (const [path, place, now] of [
      [script, '2:8', '2:20'],
      [job, '5:14', '5:26'],
    ] as const) {
      const checked = weir(['check', path]);
      expect([checked.code, checked.err]).toEqual([0, expect.stringContaining(`${path}:${place}\n`)]);
      expect(checked.err).toContain('warning[average-truncates]');
      expect(weir(['check', '--strict', path]).code).toBe(3);
      const explained = weir(['explain', path]);
      expect(explained.err).toBe(checked.err);
      expect(explained.out).toMatch(new RegExp(`keeps one row\n[^]*replay: no: NOW\\(\\) at ${now}\n$`));
      expect(weir(['explain', '--code', path]).err).toBe('');
      const {replay} = JSON.parse(weir(['explain', '--format', 'json', path]).out) as {replay: object};
      const [line, column] = now.split(':').map(Number);
      expect(replay).toEqual({sameValues: false, causes: [{what: 'NOW()', file: path, line, column}]});
    }
    expect(weir(['run', script]).err).not.toContain('average-truncates');
    expect(weir(['-o', 'ndjson', 'SELECT AVG(n) FROM (VALUES (1), (2)) AS t (n)']).err).toBe('');
  });

  test('version and help', () => {
    const {version} = JSON.parse(readFileSync('package.json', 'utf8')) as {version: string};
    expect(weir(['--version']).out).toBe(`weir ${version}\n`);
    expect(JSON.parse(weir(['version', '--json']).out)).toMatchObject({weir: version, node: process.versions.node});
    expect(weir(['help']).out).toContain('weir help functions');
    expect(weir(['run', '--help'])).toEqual({code: 0, out: weir(['help', 'run']).out, err: ''});
    for (const command of commands) {
      const help = plainText(commandSections(command));
      expect([command.name, help.includes('Flags'), help.split('\n').filter(line => line.length > 110)]).toEqual([command.name, true, []]);
    }
    expect(weir(['help', 'upper']).out).toContain('UPPER');
    expect(weir(['help', 'uper']).err).toContain('did you mean "upper"?');
    expect(weir(['help', 'bad-record']).out).toContain('--on-error');
    expect(weir(['help', 'json']).out).toContain("'json.");
    expect(weir(['help', 'on-error']).out).toContain('--on-error POLICY');
  });
});

describe('the examples of the pages', () => {
  test.each(commands.flatMap(({examples}) => examples.map(({line}) => line)))('%s', line => {
    const ended = shell(line);
    expect(ended.err.replace(/^(\w+: INSERT INTO .*\n)*\d+ files?, \d+ jobs?: no problems\n/, '')).toBe('');
    expect(ended.code).toBe(0);
    if (!/check|--expect empty|^source/.test(line)) expect(ended.out).not.toBe('');
  });
});

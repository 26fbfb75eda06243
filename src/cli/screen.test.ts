import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest';
import type {JobReport} from '../supervisor/report.ts';
import {hasTmux, TmuxTerminal} from '../testing/tui/tmux.ts';

// The built command in real terminals. Without tmux there are none: `node bin/terminal.js --apt` installs it.

const launcher = resolve('bin/weir.cjs');
const scratch = mkdtempSync(join(tmpdir(), 'weir-screen-'));
const environment = {
  XDG_RUNTIME_DIR: join(scratch, 'run'),
  XDG_STATE_HOME: join(scratch, 'state'),
  LC_ALL: 'C.UTF-8',
  TERM: 'screen',
  CI: '',
  NO_COLOR: '1',
  weir: `${process.execPath} ${launcher}`,
};

beforeAll(() => {
  if (!['cli.cjs', 'job.js', 'tui.js', 'tui-ink.js', 'soak.js'].every(name => existsSync(join('dist', name))))
    spawnSync(process.execPath, ['bin/build.js'], {stdio: 'inherit'});
  mkdirSync(environment.XDG_RUNTIME_DIR, {mode: 0o700});
  const generated = (rate: number): string =>
    `CREATE TABLE gen (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '${rate}', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '100000000');`;
  const job = (rate: number, path: string): string =>
    JSON.stringify(
      `${generated(rate)} CREATE TABLE o (id BIGINT) WITH ('connector' = 'filesystem', 'path' = '${path}', 'format' = 'json'); INSERT INTO o SELECT * FROM gen;`,
    );
  const kept = "defaults: {guarantee: at-least-once, batch: ',100ms'}";
  writeFileSync(
    join(scratch, 'kept.yaml'),
    `project: kept\n${kept}\njobs:\n  orders: {sql: ${job(500, 'orders.ndjson')}}\n  totals: {sql: ${job(20, 'totals.ndjson')}}\n`,
  );
  writeFileSync(
    join(scratch, 'lax.yaml'),
    `project: lax\njobs:\n  orders: {sql: ${job(100, 'lax-orders.ndjson')}}\n  totals: {sql: ${job(20, 'lax-totals.ndjson')}}\n`,
  );
  writeFileSync(
    join(scratch, 'stdin.yaml'),
    "project: piped\njobs:\n  copy:\n    sql: |\n      CREATE TABLE i (a INT) WITH ('connector' = 'stdin', 'format' = 'json');\n      SELECT a FROM i;\n",
  );
}, 120_000);

const terminals: TmuxTerminal[] = [];
afterEach(() => {
  for (const terminal of terminals.splice(0)) terminal.close();
  weir('stop', '--all');
}, 30_000);
afterAll(() => rmSync(scratch, {recursive: true}));

async function open(name: string, columns: number, rows: number): Promise<TmuxTerminal> {
  const terminal = await TmuxTerminal.open({name, columns, rows, directory: scratch, environment});
  terminals.push(terminal);
  return terminal;
}

function weir(...words: readonly string[]): string {
  return spawnSync(process.execPath, [launcher, ...words], {
    cwd: scratch,
    env: {...process.env, ...environment},
    encoding: 'utf8',
    timeout: 20_000,
  }).stdout;
}

function pidOf(job: string): number {
  const reports = weir('ps', '-a', '-o', 'ndjson')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as JobReport);
  const pid = reports.find(report => report.job === job)?.pids[0] ?? 0;
  expect(pid).toBeGreaterThan(1);
  return pid;
}

describe.skipIf(!hasTmux)('in a real terminal', () => {
  test('data comes on standard input and rows go to a file while keys come from the terminal', async () => {
    const terminal = await open('pipe', 100, 24);
    terminal.enter(
      'while sleep 0.05; do echo \'{"a": 1}\'; done | $weir run -o ndjson stdin.yaml > rows.ndjson; echo code ${PIPESTATUS[1]}',
    );
    await terminal.until(/▸ {2}copy +▲ running/);
    terminal.press('p');
    await terminal.until(/copy +‖ paused/);
    terminal.press('p');
    await terminal.until(/copy +▲ running/);
    terminal.press('q');
    await terminal.until('s stop them');
    terminal.press('s');
    await terminal.until('code 0');
    const rows = readFileSync(join(scratch, 'rows.ndjson'), 'utf8').trim().split('\n');
    expect(rows.length).toBeGreaterThan(3);
    expect(new Set(rows)).toEqual(new Set(['{"a":1}']));
  }, 60_000);

  test('quitting brings the screen of the shell back, and jobs go on', async () => {
    weir('run', '-d', 'kept.yaml');
    const terminal = await open('quit', 100, 30);
    terminal.enter('echo before; $weir top; echo code $?');
    await terminal.until(/▸ {2}orders[^]*Overview[^]*q quit/);
    expect(terminal.isAlternate).toBe(true);
    terminal.press('j', 'Enter', '2');
    await terminal.until('[2 Plan]');
    await terminal.until('datagen');
    terminal.press('7');
    await terminal.until('kept.yaml');
    terminal.press('q');
    const lines = await terminal.until('code 0');
    expect(terminal.isAlternate).toBe(false);
    expect(lines.filter(line => line !== '')).toEqual(['$ echo before; $weir top; echo code $?', 'before', 'code 0', '$']);
    terminal.enter('echo echoes are there');
    await terminal.until(/^echoes are there$/m);
    expect(weir('ps', '-q').trim().split('\n')).toEqual(['orders', 'totals']);
  }, 60_000);

  test('a job that is killed shows, and goes on', async () => {
    const terminal = await open('kill', 120, 30);
    terminal.enter('$weir run kept.yaml; echo code $?');
    await terminal.until(/orders +▲ running[^]*totals +▲ running/);
    process.kill(pidOf('orders'), 'SIGKILL');
    terminal.press('l');
    await terminal.until(/warning[^\n]*SIGKILL[^]*restarting[^]*running/);
    terminal.press('Escape');
    await terminal.until(/orders +▲ running/);
    terminal.press('q', 's');
    const lines = await terminal.until('code 0');
    expect(lines.join('\n')).toMatch(/warning\[job-died\][^]*orders +stopped/);
  }, 60_000);

  test('a job that cannot go on shows as failed, and the command says so', async () => {
    const terminal = await open('fail', 100, 24);
    terminal.enter('$weir run lax.yaml; echo code $?');
    await terminal.until(/orders +▲ running/);
    process.kill(pidOf('orders'), 'SIGKILL');
    await terminal.until(/1✗ failed[^]*orders +✗ failed/);
    terminal.press('C-c', 'C-c');
    const lines = await terminal.until('code 1');
    expect(lines.join('\n')).toMatch(/error\[job-died\]/);
    expect(terminal.isAlternate).toBe(false);
  }, 60_000);

  test('jobs that keep logs go on in the background for who wants that', async () => {
    const terminal = await open('detach', 100, 24);
    terminal.enter('$weir run kept.yaml; echo code $?');
    await terminal.until(/orders +▲ running[^]*totals +▲ running/);
    const before = pidOf('orders');
    terminal.press('q');
    await terminal.until('d go on in the background');
    terminal.press('d');
    const lines = await terminal.until('code 0');
    expect(lines.join('\n')).toContain('project kept: 2 jobs in the background');
    expect(pidOf('orders')).not.toBe(before);
  }, 60_000);

  test.each([
    ['TERM', /^code 0$/m],
    ['HUP', /Hangup|code 129/],
  ])(
    'a signal, SIG%s, leaves no terminal behind that nobody can use',
    async (signal, end) => {
      weir('run', '-d', 'lax.yaml');
      const terminal = await open('signal', 80, 24);
      const pidFile = join(scratch, `pid-${signal}`);
      terminal.enter(`sh -c 'echo $$ > ${pidFile}; exec $weir top'; echo code $?`);
      await terminal.until(/orders +▲ running/);
      const pid = Number(readFileSync(pidFile, 'utf8'));
      expect(pid).toBeGreaterThan(1);
      process.kill(pid, `SIG${signal}`);
      await terminal.until(end);
      expect(terminal.isAlternate).toBe(false);
      terminal.enter('stty -a | tr ";" "\\n" | grep -c -w -e icanon -e echo');
      await terminal.until(/^[12]$/m);
    },
    60_000,
  );

  test('60 by 12, and another size', async () => {
    weir('run', '-d', 'lax.yaml');
    const terminal = await open('small', 60, 12);
    terminal.enter('$weir top');
    const small = await terminal.until(/^▸ {2}orders +▲ running/m);
    expect(small[0]).toMatch(/^ weir {2}lax {2}.*2▲ .*● live/);
    expect(small[11]).toMatch(/ \? help {2}q quit$/);
    // The last cell of a line is there, too.
    expect(small[1]).toMatch(/ (COMMIT|P99|BEHIND|REJECT|STATE B|CPU|MEM|RESTART)$/);
    terminal.resize(50, 8);
    await terminal.until(/orders .*▲ running .*\/s/);
    terminal.resize(110, 30);
    const large = await terminal.until(/Overview[^]*rows in/);
    expect(large.filter(line => line.includes('orders'))).toHaveLength(2);
  }, 60_000);

  test('what is over in a moment shows no screen', async () => {
    const terminal = await open('short', 100, 24);
    writeFileSync(join(scratch, 'short.sql'), "CREATE TABLE o (a INT) WITH ('connector' = 'blackhole'); INSERT INTO o VALUES (1);");
    terminal.enter('$weir run short.sql; echo code $?');
    const lines = await terminal.until('code 0');
    expect(lines.join('\n')).toMatch(/short +done +/);
  }, 60_000);
});

test('without a terminal the screen is a text', () => {
  expect(weir('top')).toBe('');
  weir('run', '-d', 'lax.yaml');
  const lines = weir('top', '--interval', '300ms').trimEnd().split('\n');
  expect(lines[0]).toMatch(/^ weir {2}lax {2}2 jobs {2}2▲ /);
  expect(lines.slice(2).map(line => line.trim().split(/ +/).slice(0, 3).join(' '))).toEqual(['orders ▲ running', 'totals ▲ running']);
  expect(weir('top', '--once', '--ascii', '--interval', '300ms')).toMatch(/^[\n -~]+$/);
}, 60_000);

test('the memory of a screen does not grow with its frames', () => {
  const {stdout} = spawnSync(process.execPath, ['--expose-gc', resolve('dist/soak.js'), '--frames', '1500'], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  const {frames, measures, slopeKilobytesPerThousand} = JSON.parse(stdout) as Record<string, number>;
  expect([frames, measures]).toEqual([1501, 0]);
  // Over ten thousand frames it is nothing; what is measured here is still warming up. A text that Ink keeps for each line would be 46 MB.
  expect(slopeKilobytesPerThousand).toBeLessThan(1500);
}, 90_000);

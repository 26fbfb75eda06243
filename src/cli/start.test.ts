import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';

// What makes a start slow is what it loads.

const scratch = mkdtempSync(join(tmpdir(), 'weir-start-'));
const probe = join(scratch, 'probe.cjs');
const rows = join(scratch, 'rows.ndjson');

beforeAll(() => {
  if (!existsSync('dist/cli.cjs')) spawnSync(process.execPath, ['bin/build.js'], {stdio: 'inherit'});
  writeFileSync(probe, `process.on('exit', () => require('node:fs').writeSync(2, process.moduleLoadList.join('\\n')));`);
  writeFileSync(rows, '{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n');
}, 120_000);
afterAll(() => rmSync(scratch, {recursive: true}));

test.each(['SELECT 1 AS a', `SELECT b, SUM(a) AS s FROM '${rows}' WHERE a > 0 GROUP BY b`])(
  "a one-liner loads no module of Node's that it does not use: %s",
  sql => {
    // Not into a socket, which is what a child of Node's gets, and needs a module to be written to.
    const {status, stderr} = spawnSync(process.execPath, ['--require', probe, 'bin/weir.cjs', '-o', 'ndjson', sql], {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    const modules = stderr.split('\n').flatMap(line => /^NativeModule (.*)$/.exec(line)?.[1] ?? []);
    expect(modules).toContain('vm');
    const seldom = [
      'child_process',
      'crypto',
      'fs/promises',
      'internal/fs/promises',
      'net',
      'os',
      'readline',
      'timers/promises',
      'tty',
      'zlib',
    ];
    expect(modules.filter(name => seldom.includes(name))).toEqual([]);
  },
);

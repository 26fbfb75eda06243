import {execFileSync, spawnSync} from 'node:child_process';
import {cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';

/** Every console block of the README runs as it stands, over the files of fixtures/readme, and prints just what the page says. */
interface Block {
  readonly line: string;
  readonly output: string;
}

const readme = readFileSync('README.md', 'utf8');
const blocks: readonly Block[] = [...readme.matchAll(/```console\n\$ ([\s\S]*?)```/g)].map(([, body]) => {
  const [line, ...output] = (body as string).split('\n');
  return {line: line as string, output: output.join('\n')};
});
const jobFile = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';

const directory = mkdtempSync(join(tmpdir(), 'weir-readme-'));

beforeAll(() => {
  if (!existsSync('dist/cli.cjs')) execFileSync(process.execPath, ['bin/build.js']);
  cpSync('fixtures/readme', directory, {recursive: true});
  writeFileSync(join(directory, 'jobs.yaml'), jobFile);
});
afterAll(() => rmSync(directory, {recursive: true, force: true}));

function shell(line: string): {readonly output: string; readonly errors: string; readonly status: number | null} {
  const {stdout, stderr, status} = spawnSync(
    'bash',
    ['-c', `set -o pipefail; weir() { "${process.execPath}" "${resolve('bin/weir.cjs')}" "$@"; }; ${line}`],
    {
      cwd: directory,
      encoding: 'utf8',
      env: {...process.env, LANG: 'C.UTF-8', OUT: '.'},
    },
  );
  return {output: stdout, errors: stderr, status};
}

describe('README', () => {
  test('has blocks to run', () => {
    expect(blocks.length).toBeGreaterThan(5);
  });

  test.each(blocks)('$line', ({line, output}) => {
    const {output: printed, errors, status} = shell(line);
    expect(status, errors).toBe(0);
    if (process.env['ACCEPT'] === '1')
      writeFileSync(
        'README.md',
        readFileSync('README.md', 'utf8').replace(`$ ${line}\n${output}`, () => `$ ${line}\n${printed}`),
      );
    else expect(printed).toBe(output);
  });

  test('the job file runs', () => {
    const {output, errors, status} = shell('weir run jobs.yaml');
    expect(status, errors).toBe(0);
    expect(readFileSync(join(directory, 'slow.csv'), 'utf8')).toBe('/cart,120\n/stock,950\n');
    expect(output.trim().split('\n')).toHaveLength(3);
  });
});

import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {commands} from '../commands/index.ts';
import {allFlags} from '../flags.ts';
import {bashScript} from './bash.ts';
import {fishScript} from './fish.ts';
import {zshScript} from './zsh.ts';

const directory = mkdtempSync(join(tmpdir(), 'weir-completion-'));
const isThere = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

beforeAll(() => {
  mkdirSync(join(directory, 'bin'));
  // Stands for the command where the script asks it for jobs.
  writeFileSync(join(directory, 'bin/weir'), "#!/bin/sh\nprintf 'orders\\trunning\\nordinary\\tpaused\\ntotals\\tdone\\n'\n", {
    mode: 0o755,
  });
  for (const [name, text] of [
    ['weir.bash', bashScript()],
    ['_weir', zshScript()],
    ['weir.fish', fishScript()],
    ['jobs.yaml', ''],
    ['jokes.sql', ''],
  ] as const)
    writeFileSync(join(directory, name), text);
});
afterAll(() => rmSync(directory, {recursive: true}));

/** What bash offers for the last word of a line. */
function offered(...words: readonly string[]): readonly string[] {
  const script = `source ./weir.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _weir; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const out = execFileSync('bash', ['-c', script, 'bash', 'weir', ...words], {
    cwd: directory,
    encoding: 'utf8',
    env: {...process.env, PATH: `${join(directory, 'bin')}:${process.env['PATH'] ?? ''}`},
  });
  return out.split('\n').filter(word => word !== '');
}

describe('bash', () => {
  test('commands, flags of each, and values of flags', () => {
    expect(offered('')).toEqual(commands.map(({name}) => name));
    expect(offered('comp')).toEqual(['completion']);
    expect(offered('run', '--exa')).toEqual(['--exactly-once']);
    expect(offered('check', '--exp')).toEqual([]);
    expect(offered('--exp')).toEqual(['--expect']);
    expect(offered('run', '--on-error', 's')).toEqual(['skip']);
    expect(offered('run', '--on-error', '=', 'n')).toEqual(['null']);
    expect(offered('-o', 'm')).toEqual(['markdown']);
    expect(offered('check', '--format', '')).toEqual(['text', 'json', 'github', 'sarif']);
    expect(offered('explain', '--format', '')).toEqual(['text', 'json']);
  });
  test('jobs that run, files, topics', () => {
    expect(offered('stop', 'ord')).toEqual(['orders', 'ordinary']);
    expect(offered('stop', '-q', '')).toEqual(['orders', 'ordinary', 'totals']);
    expect(offered('run', 'jo').toSorted()).toEqual(['jobs.yaml', 'jokes.sql']);
    expect(offered('-f', 'jok')).toEqual(['jokes.sql']);
    expect(offered('help', 'guar')).toEqual(['guarantees']);
    expect(offered('state', 'i')).toEqual(['inspect']);
    expect(offered('completion', '')).toEqual(['bash', 'zsh', 'fish', 'jobs']);
  });
});

describe.each([
  ['zsh', zshScript()],
  ['fish', fishScript()],
])('%s', (shell, script) => {
  test('names every command and every flag, and asks for jobs', () => {
    for (const {name} of commands) expect(script).toContain(name);
    for (const {name} of allFlags) expect(script).toMatch(new RegExp(`-(?:-|l )${name}\\b`));
    expect(script).toContain('weir completion jobs');
  });
  test('quotes are balanced line by line', () => {
    for (const line of script.split('\n')) {
      if (line.startsWith('#')) continue;
      const quotes = line.replaceAll(shell === 'fish' ? /\\./g : /\\'|(?<=')\\''/g, '').replace(/\$'\\t'/, '');
      expect((quotes.match(/'/g) ?? []).length % 2, line).toBe(0);
    }
  });
});

test.runIf(isThere('zsh'))('zsh reads its script', () => {
  expect(spawnSync('zsh', ['-n', join(directory, '_weir')], {encoding: 'utf8'})).toMatchObject({status: 0, stderr: ''});
});

test.runIf(isThere('fish'))('fish completes with descriptions', () => {
  const complete = (line: string): readonly string[] =>
    execFileSync('fish', ['-c', `source weir.fish; complete -C '${line}'`], {
      cwd: directory,
      encoding: 'utf8',
      env: {...process.env, PATH: `${join(directory, 'bin')}:${process.env['PATH'] ?? ''}`, HOME: directory},
    }).split('\n');
  expect(complete('weir stop ord')).toContain('orders\trunning');
  expect(complete('weir run --on-error s')).toContain('skip');
});

test('the command prints what is tested here', () => {
  if (!existsSync('dist/cli.cjs')) spawnSync(process.execPath, ['bin/build.js'], {stdio: 'inherit'});
  const weir = (...words: readonly string[]) => spawnSync(process.execPath, ['bin/weir.cjs', 'completion', ...words], {encoding: 'utf8'});
  expect(weir('bash').stdout).toContain('complete -o filenames');
  expect(weir('tcsh')).toMatchObject({status: 2, stdout: ''});
});

import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {commands} from '../commands/index.ts';
import {allFlags} from '../flags.ts';
import {manual, pageOfCommand} from './manual.ts';
import {plainText} from './plain.ts';

const pages = manual('1.0');
const directory = mkdtempSync(join(tmpdir(), 'weir-manual-'));
beforeAll(() => pages.forEach((text, name) => writeFileSync(join(directory, name), text)));
afterAll(() => rmSync(directory, {recursive: true}));

const isThere = (program: string, ...words: readonly string[]): boolean => spawnSync(program, words).error === undefined;

test('every command has a page, and every other page a section that man knows', () => {
  for (const {name} of commands) expect(pages.has(`weir-${name}.1`), name).toBe(true);
  for (const name of pages.keys()) expect(name).toMatch(/^weir(-[a-z-]+)?\.[157]$/);
});

describe.each([...pages])('%s', (name, text) => {
  test('begins with what whatis reads, and points to the other pages', () => {
    expect(text).toContain(`\n.SH NAME\n${name.replace(/\.\d$/, '').replaceAll('-', '\\-')} \\- `);
    expect(text).toContain('\n.SH SEE ALSO\n');
  });

  test('is ASCII in lines that fit, of macros that are balanced', () => {
    expect(text).toMatch(/^[\n -~]+$/);
    const lines = text.split('\n');
    const macros = lines.filter(line => line.startsWith('.') && !line.startsWith('.\\"'));
    expect(macros.filter(line => !/^\.(TH|SH|SS|PP|TP|B|RS|RE|nf|fi)( |$)/.test(line))).toEqual([]);
    const count = (macro: string): number => macros.filter(line => line.split(' ')[0] === macro).length;
    expect([count('.RS'), count('.nf')]).toEqual([count('.RE'), count('.fi')]);
    for (const [at, line] of lines.entries()) {
      if (line === '.nf') expect(lines[at - 1]).toMatch(/^\.RS/);
      if (/^\.S[HS] /.test(line)) expect(lines[at + 1], line).not.toMatch(/^\.(PP|SH)/);
    }
  });
});

test.runIf(isThere('mandoc', '-T', 'lint', '/dev/null'))('mandoc has nothing to say', () => {
  for (const name of pages.keys()) {
    const {stdout, stderr} = spawnSync('mandoc', ['-T', 'lint', join(directory, name)], {encoding: 'utf8'});
    expect(`${stdout}${stderr}`.split('\n').filter(line => !line.endsWith('UNSUPP:') && line !== '')).toEqual([]);
  }
});

test.runIf(isThere('groff', '--version'))(
  'groff sets the pages without a warning, and the text is all there',
  () => {
    const set = spawnSync('groff', ['-man', '-ww', '-Tutf8', '-P-c', join(directory, 'weir-run.1')], {encoding: 'utf8'});
    expect(set.stderr).toBe('');
    const words = set.stdout.split(/.[\b]/).join('').replace(/\s+/g, ' ');
    expect(words).toContain('--exactly-once');
    expect(words).toContain('run the jobs of job files or SQL scripts');
  },
  20_000,
);

test('help prints what the page has', () => {
  for (const command of commands) {
    const text = plainText(pageOfCommand(command).sections);
    for (const flag of allFlags.filter(flag => flag.commands.includes(command.name)))
      expect(text, command.name).toContain(`--${flag.name}`);
    for (const example of command.examples) expect(text).toContain(example.line);
  }
});

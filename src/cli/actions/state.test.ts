import {cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {ProblemError} from '../../base/problem.ts';
import type {Invocation} from '../commands/define.ts';
import {flags} from '../flags.ts';
import {Options} from '../options.ts';
import {runState} from './state.ts';

let directory = '';
let out = '';
const problems: string[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-state-'));
  cpSync('fixtures/cli/state', join(directory, 'state'), {recursive: true});
  cpSync('fixtures/cli/state/orders/0', join(directory, 'state/orders/1'), {recursive: true});
  out = '';
  problems.length = 0;
});
afterEach(() => rmSync(directory, {recursive: true}));

async function state(...operands: string[]): Promise<number> {
  const world = {
    directory,
    environment: {},
    standardOutput: {write: (bytes: Uint8Array) => void (out += Buffer.from(bytes).toString()), flush: async () => {}},
  } as unknown as Invocation['world'];
  const talk = {
    problems: (told: readonly {readonly code: string}[]) => problems.push(...told.map(({code}) => code)),
  } as unknown as Invocation['talk'];
  const options = new Options(new Map([[flags.stateDirectory, [join(directory, 'state')]]]), {});
  return runState({operands, options, world, talk});
}

async function refusal(...operands: string[]): Promise<string> {
  try {
    await state(...operands);
  } catch (error) {
    if (error instanceof ProblemError) return `${error.problems[0]?.code}: ${error.problems[0]?.hint}`;
    throw error;
  }
  return '';
}

describe('what logs hold', () => {
  test('ls says in a line what each has come to', async () => {
    expect(await state('ls', 'state')).toBe(0);
    expect(out).toBe(
      [
        'log             epoch  written                   rows in  rows out  bytes  status',
        'state/orders/0  7      2023-11-14T22:13:20.000Z  49       21        1.42K  whole',
        'state/orders/1  7      2023-11-14T22:13:20.000Z  49       21        1.42K  whole\n',
      ].join('\n'),
    );
  });

  test('a script stands for the logs of its job', async () => {
    writeFileSync(join(directory, 'orders.sql'), 'SELECT 1;');
    expect(await state('ls', 'orders.sql')).toBe(0);
    expect(
      out
        .split('\n')
        .slice(1)
        .map(line => line.split(' ')[0]),
    ).toEqual(['state/orders/0', 'state/orders/1', '']);
    writeFileSync(join(directory, 'others.sql'), 'SELECT 1;');
    expect(await refusal('ls', 'others.sql')).toContain('no-log');
  });

  test('inspect lists records, and shows where the job goes on', async () => {
    expect(await state('inspect', 'state/orders/0')).toBe(0);
    expect(out).toContain('keeps       GROUP BY user_id  aaaa\n            JOIN ON order_id  bbbb\n');
    expect(out).toMatch(/^6 +2023-11-14T22:13:20.000Z +2,054 +full 3 +\d+$/m);
    expect(out).toContain('since the log began  49 rows in, 21 rows out, 1 rejected\n');
    expect(out).toContain('input 1              {"path":"orders.ndjson","byte":700,"line":7}\n');
    expect(out).toContain('output 2             null\n');
  });

  test('export prints each record as a line of JSON', async () => {
    expect(await state('export', 'state/orders/0')).toBe(0);
    const lines = out
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({epoch, counts}) => [epoch, counts])).toEqual([4, 5, 6, 7].map(epoch => [epoch, true]));
    expect(lines[3]).toMatchObject({log: 'state/orders/0', rowsIn: 49, stateKind: 'changes', stateBytes: 3, outputs: [{length: 70}, null]});
  });

  test('a torn end is told, and no error; damage is', async () => {
    const folder = join(directory, 'state/orders/1');
    const [first = '', last = ''] = readdirSync(folder).map(name => join(folder, name));
    truncateSync(last, readFileSync(last).length - 25);
    expect(await state('ls', folder)).toBe(0);
    expect(out).toMatch(/the last record is torn|its group decides about the last/);
    const bytes = readFileSync(first);
    bytes[300] = (bytes[300] as number) ^ 1;
    writeFileSync(first, bytes);
    expect(await state('ls', 'state')).toBe(5);
    expect(problems).toEqual(['damaged-log']);
    expect(out.trimEnd().split('\n').at(-1)).toMatch(/damaged$/);
  });

  test('what cannot be is refused', async () => {
    expect(await refusal()).toContain('weir state ls');
    expect(await refusal('inspekt', 'state')).toBe('bad-argument: did you mean "inspect"?');
    expect(await refusal('ls')).toContain('no-file');
    expect(await refusal('ls', 'none.sql')).toContain('cannot-read');
  });
});

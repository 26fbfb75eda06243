import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {open} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Sink} from '../flow/sink.ts';
import type {Plan} from '../plan/plan.ts';
import {hasTmux, TmuxTerminal} from '../testing/tui/tmux.ts';
import {LiveTable} from './live-table.ts';
import type {World} from './world.ts';

const directory = mkdtempSync(join(tmpdir(), 'weir-live-'));
beforeAll(() => {
  if (!existsSync('dist/cli.cjs')) spawnSync(process.execPath, ['bin/build.js'], {stdio: 'inherit'});
}, 120_000);
afterAll(() => rmSync(directory, {recursive: true}));

describe('what is written to the terminal', () => {
  function start(rows: number) {
    let text = '';
    let nowMs = 0;
    const standardOutput = {
      write: (bytes: Uint8Array) => void (text += Buffer.from(bytes).toString()),
      flush: () => Promise.resolve(),
      full: false,
    } as unknown as Sink;
    const schema = {
      columns: [
        {name: 'k\u001b', type: {kind: 'STRING'}},
        {name: 'n', type: {kind: 'BIGINT'}},
      ],
    };
    const plan = {nodes: [{kind: 'sink', schema}]} as unknown as Plan;
    const world = {standardOutput, columns: 40, rows} as unknown as World;
    const table = new LiveTable({plan, world, clock: {now: () => nowMs}, header: true});
    return {
      table,
      /** Writes changes, and gives what the terminal got for them. */
      change: (atMs: number, ...changes: readonly string[]): string => {
        nowMs = atMs;
        text = '';
        table.write(Buffer.from(changes.map(change => `${change.replaceAll(' ', '\u001f')}\u001e`).join('')));
        return text;
      },
      finish: async (): Promise<string> => {
        text = '';
        await table.finish();
        return text;
      },
    };
  }

  test('four pictures a second at the most, each over the last, and the whole table at the end', async () => {
    const {change, finish} = start(24);
    expect(change(0, '+I a 1')).toBe('');
    expect(change(249, '+I b 1')).toBe('');
    expect(change(250, '-U a 1', '+U a 2')).toContain('│ a   │ 2 │');
    expect(change(400, '-U a 2', '+U a 3')).toBe('');
    const second = change(500, '-U a 3', '+U a 4');
    expect(second.startsWith('\u001b[?2026h\r\u001b[6A\u001b[J┌')).toBe(true);
    expect(second).not.toContain('│ 3 │');
    const last = await finish();
    expect(last.startsWith('\r\u001b[6A\u001b[J┌')).toBe(true);
    expect(last.match(/│ \d │/g)).toEqual(['│ 4 │', '│ 1 │']);
  });

  test('no picture when all is over at once; never more lines than the terminal has', async () => {
    const quick = start(24);
    quick.change(10, '+I a 1');
    expect(await quick.finish()).toMatch(/^┌/);
    const many = start(12);
    const rows = Array.from({length: 50}, (_, row) => `+I k${row} 1`);
    const picture = many.change(300, ...rows);
    expect(picture.split('\n').length).toBeLessThanOrEqual(12);
    expect(picture).toContain('… 44 more rows');
    expect((await many.finish()).split('\n')).toHaveLength(50 + 5);
  });

  test('a message takes the picture away, and a change that comes in pieces is one', () => {
    const {table, change} = start(24);
    change(300, '+I a 1');
    table.clear();
    table.clear();
    expect(change(600, '+I b 1')).not.toContain('A\u001b[J');
    table.write(Buffer.from('+I\u001fmü'));
    table.write(Buffer.from('ller\u001f7\u001e'));
    expect(change(900, '+I c 1')).toContain('müller');
  });
});

test.runIf(hasTmux)(
  'groups of a pipe are seen while they change, in a real terminal',
  async () => {
    const fifo = join(directory, 'rows');
    spawnSync('mkfifo', [fifo]);
    const environment = {PS1: '$ ', LANG: 'C.UTF-8', TERM: 'xterm', WEIR_OUTPUT: '', CI: ''};
    const terminal = await TmuxTerminal.open({name: 'live', columns: 60, rows: 15, directory, environment});
    try {
      terminal.enter(
        `"${process.execPath}" "${resolve('bin/weir.cjs')}" "SELECT k, COUNT(*) AS n FROM stdin GROUP BY k" < rows; echo "rc $?"`,
      );
      const input = await open(fifo, 'w');
      await input.write('{"k":"a"}\n{"k":"b"}\n{"k":"a"}\n');
      await terminal.until('│ a │ 2 │');
      await input.write('{"k":"a"}\n{"k":"c"}\n');
      await terminal.until('│ a │ 3 │');
      await input.close();
      const screen = await terminal.until(/^rc 0$/m);
      const table = screen.slice(screen.findIndex(line => line.startsWith('┌')));
      expect(table.slice(0, 8)).toEqual([
        '┌───┬───┐',
        '│ k │ n │',
        '├───┼───┤',
        '│ a │ 3 │',
        '│ b │ 1 │',
        '│ c │ 1 │',
        '└───┴───┘',
        'rc 0',
      ]);
      expect(screen.filter(line => line.startsWith('┌'))).toHaveLength(1);
    } finally {
      terminal.close();
    }
  },
  30_000,
);

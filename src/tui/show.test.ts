import {render} from 'ink-testing-library';
import {createElement} from 'react';
import {afterEach, describe, expect, test} from 'vitest';
import {fail} from '../base/problem.ts';
import {beginMs, report, snapshot, usualSetting} from '../testing/tui/reports.ts';
import {PlayedTerminal} from '../testing/tui/played-terminal.ts';
import {App, type Stage} from './app.tsx';
import {filledLayout} from './layout.ts';
import type {Setting} from './model.ts';
import {type Ended, showTui} from './show.ts';
import type {StatusSource} from './source.ts';

/** Jobs that a test changes; commands are kept. */
class PlayedSource implements StatusSource {
  jobs = [report('orders', {rowsIn: 100}), report('totals', {state: 'paused'})];
  isThere = true;
  readonly commands: string[] = [];
  #atMs = beginMs;

  async snapshot() {
    if (!this.isThere) throw fail('environment', 'no-supervisor', 'no supervisor answers');
    this.#atMs += 500;
    return snapshot(this.#atMs, ...this.jobs);
  }
  async tell(command: string, ids: readonly {job: string}[]) {
    this.commands.push(`${command} ${ids.map(({job}) => job).join(' ')}`);
    return [{text: 'it is done', isBad: false}];
  }
  async describe() {
    return {plan: 'sink\n  scan', config: null};
  }
  async journal() {
    return [];
  }
}

const shown: AbortController[] = [];
afterEach(() => shown.splice(0).forEach(end => end.abort()));

function show(columns: number, rows: number, setting: Partial<Setting> = {}) {
  const terminal = new PlayedTerminal(columns, rows);
  const source = new PlayedSource();
  const end = new AbortController();
  shown.push(end);
  const clock = {now: () => beginMs};
  const ended: Promise<Ended> = showTui({source, terminal, clock, setting: {...usualSetting, ...setting}, intervalMs: 20, end: end.signal});
  return {terminal, source, end, ended};
}

/** Waits until the terminal shows something. */
async function until(terminal: PlayedTerminal, text: string | RegExp): Promise<readonly string[]> {
  for (let tries = 0; ; tries++) {
    const lines = await terminal.lines();
    const all = lines.join('\n');
    if (typeof text === 'string' ? all.includes(text) : text.test(all)) return lines;
    if (tries > 400) throw new Error(`the terminal never showed ${String(text)}:\n${all}`);
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}

describe('the screen on a terminal', () => {
  test('shows jobs, takes keys and leaves the terminal as it was', async () => {
    const {terminal, source, ended} = show(100, 30);
    terminal.write('');
    await until(terminal, '▸  orders');
    expect(await terminal.isAlternate()).toBe(true);
    expect(terminal.isRaw).toBe(true);
    terminal.type('j');
    await until(terminal, '▸  totals');
    terminal.type('p');
    await until(terminal, 'it is done');
    terminal.type('\u001b[Ax');
    await until(terminal, 'stop orders?');
    terminal.type('y');
    await until(terminal, /it is done/);
    expect(source.commands).toEqual(['resume totals', 'stop orders']);
    terminal.type('\r');
    await until(terminal, /^── orders/m);
    terminal.type('2');
    await until(terminal, 'scan');
    terminal.type('q');
    expect(await ended).toBe('leave');
    expect(await terminal.isAlternate()).toBe(false);
    expect(terminal.isRaw).toBe(false);
    expect(terminal.isClosed).toBe(true);
    expect((await terminal.lines()).join('')).toBe('');
  });

  test('another size, both ways', async () => {
    const {terminal} = show(100, 30);
    await until(terminal, 'q quit');
    terminal.resize(60, 12);
    const small = await until(terminal, /^▸ {2}orders[^]*q quit$/m);
    expect(small.filter(line => line.includes('orders'))).toHaveLength(1);
    terminal.resize(120, 40);
    const large = await until(terminal, /Overview[^]*\n Enter open[^\n]*$/);
    expect(large).toHaveLength(40);
    expect(large.filter(line => line.includes('weir  shop'))).toHaveLength(1);
    terminal.resize(30, 4);
    expect((await until(terminal, 'too small'))[0]).toBe('terminal too small');
  });

  test('is ended from outside', async () => {
    const {terminal, end, ended} = show(80, 24);
    await until(terminal, 'orders');
    end.abort();
    expect(await ended).toBe('ended');
    expect(await terminal.isAlternate()).toBe(false);
  });

  test('the terminal comes back when the process dies', async () => {
    const {terminal} = show(80, 24);
    await until(terminal, 'orders');
    terminal.die();
    expect((await terminal.lines()).join('')).toBe('');
    expect(await terminal.isAlternate()).toBe(false);
  });

  test('the terminal comes back when something of ours goes wrong', async () => {
    const {terminal, source, ended} = show(80, 24);
    await until(terminal, 'orders');
    source.snapshot = () => Promise.reject(new Error('a bug'));
    await expect(ended).rejects.toThrow('a bug');
    expect(await terminal.isAlternate()).toBe(false);
  });

  test('says so when nobody answers, and goes on when somebody does', async () => {
    const {terminal, source} = show(80, 24);
    await until(terminal, 'live');
    source.isThere = false;
    await until(terminal, 'no supervisor answers');
    source.isThere = true;
    await until(terminal, 'live');
  });

  test('what is copied goes to the clipboard of the terminal', async () => {
    const {terminal} = show(80, 24);
    await until(terminal, 'orders');
    terminal.type('2');
    await until(terminal, 'scan');
    terminal.type('y');
    await until(terminal, 'copied');
    expect(terminal.written).toContain(`\u001b]52;c;${Buffer.from(' sink\n   scan').toString('base64')}\u0007`);
  });

  test('colours only where they are wanted', async () => {
    const plain = show(80, 24);
    await until(plain.terminal, 'orders');
    expect(plain.terminal.written).not.toContain('\u001b[32m');
    const colored = show(80, 24, {look: {isUnicode: true, isColored: true}});
    await until(colored.terminal, 'orders');
    expect(colored.terminal.written).toContain('\u001b[32m● live\u001b[39m');
  });
});

describe('the application', () => {
  function stageOf(rows: number): Stage & {rows: number; change: () => void; keys: string[]} {
    const keys: string[] = [];
    const listeners = new Set<() => void>();
    return {
      rows,
      columns: 100,
      keys,
      subscribe: told => {
        listeners.add(told);
        return () => void listeners.delete(told);
      },
      key: name => void keys.push(name),
      change: () => listeners.forEach(told => told()),
    };
  }
  const moment = (): Promise<unknown> => new Promise(resolve => setTimeout(resolve, 30));

  test('lays rows out, and lines come into them', async () => {
    const stage = stageOf(3);
    const {lastFrame, unmount} = render(createElement(App, {stage}));
    expect(filledLayout(lastFrame() ?? '', ['one', '', '  受注 \u001b[32mthree\u001b[39m'])).toEqual([
      'one',
      '',
      '  受注 \u001b[32mthree\u001b[39m',
    ]);
    stage.rows = 2;
    stage.change();
    await moment();
    // What looks like the place of a row is one only in a layout.
    expect(filledLayout(lastFrame() ?? '', ['\ue001', 'five', 'six'])).toEqual(['\ue001', 'five']);
    unmount();
  });

  test.each<[string, string, readonly string[]]>([
    ['letters', 'jG/', ['j', 'G', '/']],
    ['space', ' ', ['space']],
    ['arrows', '\u001b[B', ['down']],
    ['pages', '\u001b[5~', ['pageup']],
    ['home', '\u001b[H', ['home']],
    ['control', '\u0015', ['ctrl-u']],
    ['ctrl-c', '\u0003', ['ctrl-c']],
    ['enter', '\r', ['return']],
    ['escape', '\u001b', ['escape']],
    ['tab', '\t', ['tab']],
    ['shift and tab', '\u001b[Z', ['shift-tab']],
    ['backspace', '\u007f', ['delete']],
    ['others', 'é漢', ['é', '漢']],
  ])('%s', async (_, typed, names) => {
    const stage = stageOf(1);
    const {stdin, unmount} = render(createElement(App, {stage}));
    await moment();
    stdin.write(typed);
    await moment();
    expect(stage.keys).toEqual(names);
    unmount();
  });
});

import {describe, expect, test} from 'vitest';
import {beginMs, PlayedScreen, report, usualMeasured} from '../testing/tui/reports.ts';
import type {JournalEntry} from '../supervisor/journal.ts';
import type {Setting} from './model.ts';

const jobs = [
  report('orders', {lag: 5, rejected: 2, epoch: 1, lastCommitAtMs: beginMs, measured: usualMeasured}),
  report('totals', {lag: 900, state: 'paused'}),
  report('enrich', {state: 'failed', problem: 'the disk is full'}),
];

function screen(more: Partial<Setting> = {}, columns = 100, rows = 30): PlayedScreen {
  return new PlayedScreen(columns, rows, more).see(...jobs);
}

/** The names in the list, in order. */
function listed(played: PlayedScreen): readonly string[] {
  return played.lines.flatMap(line => /^[▸ ][● ] (orders|totals|enrich) /.exec(line)?.[1] ?? []);
}

const told = (played: PlayedScreen): readonly string[] =>
  played.effects.flatMap(effect => (effect.kind === 'tell' ? [`${effect.command} ${effect.jobs.map(({job}) => job).join(' ')}`] : []));

describe('the cursor', () => {
  test.each<[string, readonly string[], string]>([
    ['begins at the first', [], 'orders'],
    ['goes down', ['j'], 'totals'],
    ['goes down by arrows', ['down', 'down'], 'enrich'],
    ['stays at the last', ['j', 'j', 'j', 'j'], 'enrich'],
    ['goes up', ['G', 'k'], 'totals'],
    ['goes to the first', ['G', 'g'], 'orders'],
    ['goes by pages', ['ctrl-d'], 'enrich'],
  ])('%s', (_, keys, expected) => {
    expect(screen().keys(...keys).text).toContain(`▸  ${expected}`);
  });

  test('stays on its job when the order changes', () => {
    const played = screen().keys('j', 's', 'j', 'return');
    expect(played.text).toContain('▸  totals');
  });
});

describe('filter', () => {
  test('while it is typed', () => {
    const played = screen().type('/tot');
    expect(listed(played)).toEqual(['totals']);
    expect(played.lines.at(-1)).toBe(' /tot_');
  });
  test.each<[string, readonly string[], readonly string[]]>([
    ['by name', ['/', 'e', 'n', 'return'], ['enrich']],
    ['by state', ['/', ...Array.from('FAIL'), 'return'], ['enrich']],
    ['all others', ['/', '!', ...Array.from('paused'), 'return'], ['orders', 'enrich']],
    ['a letter is taken back', ['/', 'e', 'n', 'x', 'backspace', 'return'], ['enrich']],
    ['Esc shows all', ['/', 'e', 'n', 'escape'], ['orders', 'totals', 'enrich']],
    ['Esc later shows all', ['/', 'e', 'n', 'return', 'escape'], ['orders', 'totals', 'enrich']],
    ['Enter without a text leaves it', ['/', 'e', 'n', 'return', '/', 'return'], ['enrich']],
  ])('%s', (_, keys, expected) => {
    expect(listed(screen().keys(...keys))).toEqual(expected);
  });
  test('nothing found says so', () => {
    expect(screen().type('/zzz').text).toContain('no job has "zzz" in its name or state');
  });
});

describe('sorting', () => {
  const downTo = (name: number): readonly string[] => Array.from({length: name}, () => 'down');
  test.each<[string, readonly string[], readonly string[]]>([
    ['as the file has them', [], ['orders', 'totals', 'enrich']],
    ['by name', ['s', 'return'], ['enrich', 'orders', 'totals']],
    ['by lag, the largest first, unknown last', ['s', ...downTo(4), 'return'], ['totals', 'orders', 'enrich']],
    ['the other way round, unknown still last', ['s', ...downTo(4), 'return', 'S'], ['orders', 'totals', 'enrich']],
    ['by the palette', [':', ...Array.from('sort'), 'space', ...Array.from('rejected'), 'return'], ['orders', 'totals', 'enrich']],
    ['left alone', ['s', 'down', 'escape'], ['orders', 'totals', 'enrich']],
  ])('%s', (_, keys, expected) => {
    expect(listed(screen().keys(...keys))).toEqual(expected);
  });
});

describe('acting', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['pause', ['p'], ['pause orders']],
    ['what is paused goes on', ['j', 'p'], ['resume totals']],
    ['commit', ['c'], ['checkpoint orders']],
    ['start', ['G', 'u'], ['start enrich']],
    ['stop asks', ['x'], []],
    ['yes', ['x', 'y'], ['stop orders']],
    ['anything else is no', ['x', 'return'], []],
    ['restart asks', ['r', 'n', 'r', 'y'], ['restart orders']],
    ['marked jobs', ['space', 'space', 'p'], ['pause orders totals']],
    ['all marked', ['a', 'x', 'y'], ['stop orders totals enrich']],
    ['none marked', ['a', 'a', 'j', 'c'], ['checkpoint totals']],
    ['Esc takes marks away', ['space', 'escape', 'c'], ['checkpoint totals']],
    ['an open job alone', ['a', 'return', 'c'], ['checkpoint orders']],
    ['the palette', [':', ...Array.from('pause'), 'return'], ['pause orders']],
    ['the palette by pattern', [':', ...Array.from('checkpoint'), 'space', ...Array.from('*t*s'), 'return'], ['checkpoint totals']],
    ['the palette completes', [':', ...Array.from('che'), 'tab', ...Array.from('orders'), 'return'], ['checkpoint orders']],
    ['the palette asks, too', [':', ...Array.from('stop'), 'return'], []],
    ['the palette knows no such job', [':', ...Array.from('pause'), 'space', 'z', 'return'], []],
  ])('%s', (_, keys, expected) => {
    expect(told(screen().keys(...keys))).toEqual(expected);
  });

  test('what is asked names the jobs', () => {
    expect(screen().keys('a', 'x').lines.at(-1)).toBe(' stop orders, totals, enrich? y: yes, any other key: no');
  });

  test('what came of it stands there for a while', () => {
    const played = screen().keys('p');
    played.happen({kind: 'told', told: [{text: 'orders: from running to paused', isBad: false}]});
    expect(played.lines.at(-1)).toBe(' orders: from running to paused');
    played.nowMs += 10_000;
    expect(played.see(...jobs).lines.at(-1)).toMatch(/q quit$/);
  });

  test.each(['p', 'r', 'x', 'u', 'c'])('%s does nothing where nothing may be changed', key => {
    const played = screen({isReadOnly: true}).keys(key, 'y').type(':stop').keys('return', 'y');
    expect(told(played)).toEqual([]);
    expect(played.keys('?').text).not.toContain('restart the job');
  });
});

describe('a job that is open', () => {
  const entries = Array.from({length: 100}, (_, index): JournalEntry => ({
    number: index + 1,
    atMs: beginMs + index * 1000,
    level: index % 10 === 0 ? 'warning' : 'note',
    kind: index % 10 === 0 ? 'problem' : 'line',
    code: index % 10 === 0 ? 'bad-record' : null,
    text: index % 10 === 0 ? `field "a": cannot read "${index}" as INT` : `line ${index}`,
    where: index % 10 === 0 ? `in.ndjson:${index}` : null,
    detail: index % 10 === 0 ? 'the record: {"a":"x"}' : null,
  }));
  function open(...keys: readonly string[]): PlayedScreen {
    const played = screen({}, 100, 20).keys('return');
    const key = played.model.jobs?.[0]?.key ?? '';
    played.happen({kind: 'journal', key, entries});
    played.happen({
      kind: 'described',
      key,
      description: {plan: `sink\n${'  scan of a long plan '.repeat(9)}`, config: 'jobs:\n  orders: {}'},
    });
    return played.keys(...keys);
  }

  test('takes the whole screen and gives it back', () => {
    expect(listed(open())).toEqual([]);
    expect(listed(open('escape'))).toEqual(['orders', 'totals', 'enrich']);
  });

  test.each<[string, string, readonly string[]]>([
    ['overview', '[1 Overview]', ['1']],
    ['plan', 'scan of a long plan', ['2']],
    ['the latest log lines', 'line 99', ['4']],
    ['inputs', 'INPUT ', ['3']],
    ['a partition that holds the others up', 'trades[3] ', ['3']],
    ['log lines above', 'line 82', ['4', 'k', 'k']],
    ['the first log lines', 'line 1', ['4', 'g']],
    ['the latest again', 'line 99', ['4', 'g', 'F']],
    ['commits', 'COMMIT', ['5']],
    ['errors that are the same are one', ' 10× warning field "a": cannot read "90" as INT  bad-record', ['6']],
    ['rejected records by their code', 'bad-record 1,234', ['6']],
    ['the line that shows the record', 'shown by: sed -n 90p in.ndjson', ['6']],
    ['configuration', 'orders: {}', ['7']],
    ['the next tab', '[2 Plan]', ['tab']],
    ['the tab before the first is the last', '[7 Config]', ['[']],
    ['logs at once', '[4 Logs]', ['escape', 'l']],
    ['by the palette', '[5 Checkpoints]', [':', ...Array.from('tab'), 'space', ...Array.from('check'), 'return']],
  ])('%s', (_, text, keys) => {
    expect(open(...keys).text).toContain(text);
  });

  test('a text is looked for in the lines of a tab', () => {
    const played = open('4').type('/cannot').keys('return');
    expect(played.lines.filter(line => /line \d/.test(line))).toEqual([]);
    expect(played.lines.filter(line => line.includes('cannot read'))).toHaveLength(10);
    expect(played.keys('escape').text).toContain('line 99');
  });

  test('long lines are cut, or go on below', () => {
    const played = open('2');
    expect(played.lines[3]).toHaveLength(100);
    expect(played.lines[3]).toMatch(/…$/);
    expect(played.keys('w').lines[4]).toMatch(/^ {2}\S/);
  });

  test('what is copied', () => {
    expect(open('6', 'y').effects.at(-1)).toEqual({kind: 'copy', text: 'sed -n 90p in.ndjson'});
    expect(open('2', 'y').effects.at(-1)).toMatchObject({kind: 'copy', text: expect.stringContaining('scan of a long plan') as string});
  });

  test('the plan is asked for once', () => {
    const played = screen().keys('2', '1', '2', 'return', '7');
    expect(played.effects).toEqual([{kind: 'describe', id: {project: 'shop', job: 'orders'}}]);
  });
});

describe('the display', () => {
  test('frozen, it shows what was', () => {
    const played = screen()
      .keys('f')
      .see(report('orders', {state: 'failed'}));
    expect(played.text).toContain('frozen at');
    expect(listed(played)).toEqual(['orders', 'totals', 'enrich']);
    expect(played.keys('f').text).toContain('✗ failed');
  });

  test('nobody answers', () => {
    const played = screen().happen({kind: 'lost', why: 'no supervisor answers'});
    expect(played.lines[0]).toContain('no answer');
    expect(played.lines.at(-1)).toContain('no supervisor answers');
    expect(played.see(...jobs).lines[0]).toContain('● live');
  });

  test('another size', () => {
    const played = screen().happen({kind: 'resize', columns: 60, rows: 12});
    expect(played.lines).toHaveLength(12);
    expect(played.effects).toEqual([{kind: 'redraw'}]);
  });

  test('help scrolls', () => {
    const played = screen({}, 80, 12).keys('?');
    expect(played.text).toContain('To move');
    expect(played.keys('down', 'down', 'down', 'pagedown', 'pagedown').text).not.toContain('To move');
    expect(listed(played.keys('escape'))).toEqual(['orders', 'totals', 'enrich']);
  });

  test('a job that is gone is neither marked nor chosen', () => {
    const played = screen()
      .keys('j', 'space')
      .see(jobs[0] as never, jobs[2] as never);
    expect(played.model.marked.size).toBe(0);
    expect(played.text).toMatch(/▸ {2}(orders|enrich)/);
  });
});

describe('leaving', () => {
  const ends = (played: PlayedScreen): readonly string[] => played.effects.flatMap(effect => (effect.kind === 'end' ? [effect.how] : []));
  test.each<[string, Partial<Setting>, readonly string[], readonly string[]]>([
    ['top', {}, ['q'], ['leave']],
    ['top by ctrl-c', {}, ['ctrl-c'], ['leave']],
    ['run asks', {host: 'run'}, ['q'], []],
    ['run stops', {host: 'run'}, ['q', 's'], ['stop']],
    ['run stops for who insists', {host: 'run'}, ['ctrl-c', 'ctrl-c'], ['stop']],
    ['run goes on without a screen', {host: 'run'}, ['q', 'l'], ['leave']],
    ['run goes on in the background', {host: 'run', canDetach: true}, ['q', 'd'], ['detach']],
    ['run cannot go on in the background', {host: 'run'}, ['q', 'd'], []],
    ['run stays', {host: 'run'}, ['q', 'escape'], []],
  ])('%s', (_, setting, keys, expected) => {
    expect(ends(screen(setting).keys(...keys))).toEqual(expected);
  });

  test('the question fits', () => {
    expect(screen({host: 'run', canDetach: true}, 80).keys('q').lines.at(-1)).toMatch(/Esc stay$/);
  });
});

import {array, assert as check, boolean, constantFrom, double, integer, nat, option, property, record, string} from 'fast-check';
import {describe, expect, test} from 'vitest';
import {textWidth} from '../../base/text-width.ts';
import type {JobWord} from '../../supervisor/report.ts';
import type {Measured} from '../../telemetry/sample.ts';
import {beginMs, PlayedScreen, report, snapshot, usualMeasured} from '../../testing/tui/reports.ts';
import {keyBindings} from '../keys.ts';
import {lineText, lineWidth} from '../line.ts';
import {screenLines} from './screen.ts';

const words: readonly JobWord[] = [
  'quarantined',
  'failed',
  'not answering',
  'restarting',
  'starting',
  'waiting',
  'stopping',
  'pausing',
  'resuming',
  'running',
  'paused',
  'stopped',
  'done',
];
const names = string({unit: 'binary', maxLength: 30}).map(text => `注文${text}`);
const count = double({min: 0, max: 1e15, noNaN: true}).map(Math.floor);
const oddMeasured: Measured = {
  ...usualMeasured,
  latency: {count: 1, p50Ms: 1e12, p99Ms: 1e15, longestMs: 1e15},
  inputs: usualMeasured.inputs.map(input => ({
    ...input,
    table: '受注データの集計とその他の長い名前の表'.repeat(3),
    rows: 1e15,
    time: {watermarkMs: -8e15, isIdle: false, idleAfterMs: null},
    partitions: [{name: 'a\u001b[2J', lag: 1e15, watermarkMs: 8e15, rowsAtMs: null, isIdle: true, hasEnded: true}],
  })),
};
const reports = array(
  record({
    job: constantFrom('orders', 'totals', '受注データの集計とその他の長い名前', 'é\u0301\u200b👨‍👩‍👧 x', 'a\u001b[2Jb', 'tab\tand\nline'),
    state: constantFrom(...words),
    pids: array(nat(4_000_000), {maxLength: 6}),
    rowsIn: count,
    rowsOut: count,
    rejected: count,
    epoch: option(count),
    lastCommitAtMs: option(integer({min: beginMs - 1e11, max: beginMs + 1e6})),
    commitMs: option(double({min: 0, max: 1e9, noNaN: true})),
    restarts: count,
    memoryBytes: option(count),
    stateBytes: count,
    lag: option(count),
    startedMs: option(integer({min: 0, max: beginMs})),
    waitsFor: array(names, {maxLength: 3}),
    problem: option(names),
    notes: array(names, {maxLength: 3}),
    measured: constantFrom(null, usualMeasured, oddMeasured),
  }),
  {maxLength: 12},
);
const keys = [...keyBindings.flatMap(binding => binding.keys), 'y', 'n', 'return', 'escape', 'backspace', '漢', 'é', '👨‍👩‍👧', '\u0301'];

describe('every screen', () => {
  test('has as many lines as there are rows, none wider than it, whatever jobs say and keys do', () => {
    check(
      property(
        reports,
        reports,
        integer({min: 1, max: 220}),
        integer({min: 1, max: 70}),
        boolean(),
        constantFrom('run' as const, 'top' as const),
        array(constantFrom(...keys), {maxLength: 12}),
        names,
        (first, second, columns, rows, isUnicode, host, pressed, text) => {
          const screen = new PlayedScreen(columns, rows, {host, canDetach: true, look: {isUnicode, isColored: false}});
          const isRight = (): void => {
            const lines = screenLines(screen.model);
            const wrong = lines.filter(line => {
              const text = lineText(line);
              return lineWidth(line) > columns || textWidth(text) > columns || /[\p{Cc}\u200b]/u.test(text);
            });
            expect([lines.length, wrong]).toEqual([rows, []]);
          };
          isRight();
          screen.see(...first).see(...second);
          isRight();
          const key = screen.model.jobs?.[0]?.key ?? '';
          screen.happen({kind: 'described', key, description: {plan: `${text}\n  ${text.repeat(9)}`, config: null}});
          screen.happen({
            kind: 'journal',
            key,
            entries: [
              {
                number: 1,
                atMs: beginMs,
                level: 'error',
                kind: 'problem',
                code: 'bad',
                text: text.repeat(9),
                where: `${text}:7`,
                detail: text,
              },
            ],
          });
          screen.happen({kind: 'told', told: [{text: text.repeat(20), isBad: true}]});
          isRight();
          for (const name of pressed) {
            screen.keys(name);
            isRight();
          }
          screen.happen({kind: 'lost', why: text});
          isRight();
        },
      ),
      {numRuns: 40},
    );
  });

  test('is ASCII where nothing else can be shown', () => {
    const screen = new PlayedScreen(120, 40, {host: 'run', look: {isUnicode: false, isColored: false}});
    const jobs = words.map((state, index) =>
      report(`job-${index}`, {state, rowsIn: 1000 * index, epoch: index, lastCommitAtMs: beginMs, lag: 4}),
    );
    screen.see(...jobs).see(...jobs.map(job => ({...job, rowsIn: 2 * job.rowsIn})));
    const looks = [screen.text];
    for (const key of ['2', '3', '4', '5', '6', '7', '1', '?', 'escape', 's', 'escape', 'x', 'n', 'q', 'escape', 'f', '/', 'return', ':'])
      looks.push(screen.keys(key).text);
    // What a job's own texts hold is theirs.
    for (const look of looks) expect(look).toMatch(/^[\n -~…×]*$/);
    expect(looks.join('')).not.toMatch(/[▲‖✗─●▸]/);
  });

  test('says each state without colours', () => {
    const screen = new PlayedScreen(120, 40).see(...words.map((state, index) => report(`job-${index}`, {state})));
    for (const word of words) expect(screen.text).toContain(word === 'not answering' ? '? no answer' : word);
  });
});

test('a usual screen', () => {
  const orders = report('orders', {
    rowsIn: 0,
    lag: 0,
    epoch: 40,
    lastCommitAtMs: beginMs,
    commitMs: 12,
    memoryBytes: 92 * 2 ** 20,
    stateBytes: 18.2 * 2 ** 20,
    pids: [4712],
  });
  const totals = report('totals', {state: 'paused', lag: 12_100, rejected: 2});
  const screen = new PlayedScreen(100, 30).see(orders, totals);
  for (let second = 1; second <= 10; second++)
    screen.see({...orders, rowsIn: 406_000 * second, rowsOut: 101_500 * second, epoch: 40 + second}, totals);
  expect(screen.lines.slice(0, 4)).toEqual([
    ' weir  shop  2 jobs  1▲ 1‖  in 812k/s  out 203k/s  lag 12.1k  mem 92M  ● live  ' + clock(screen.nowMs),
    '   JOB             STATE           IN/s  OUT/s    LAG COMMIT REJECT STATE B   MEM RESTART LAST 60 s',
    '▸  orders          ▲ running       812k   203k      0   5.5s      0     18M   92M       0          █',
    '   totals          ‖ paused           0      0  12.1k      –      2       0     –       0',
  ]);
  expect(screen.lines[5]).toMatch(/^── orders \[1 Overview\] {2}2 Plan {3}3 Inputs .*──$/);
  expect(screen.text).toContain('rows in    4,060,000  812k/s');
  expect(screen.text).toContain('commit     50, 5.5s ago, took 12 ms');
  expect(screen.lines.at(-1)).toMatch(/^ Enter open .* q quit$/);
});

function clock(ms: number): string {
  const time = new Date(ms);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map(part => String(part).padStart(2, '0')).join(':');
}

describe('how room is used', () => {
  const jobs = [
    report('orders', {lag: 3, memoryBytes: 1e8, epoch: 1, lastCommitAtMs: beginMs}),
    report('totals', {state: 'failed', problem: 'no bytes are left'}),
  ];
  const at = (columns: number, rows: number): PlayedScreen => new PlayedScreen(columns, rows).see(...jobs).see(...jobs);

  test.each<[number, readonly string[]]>([
    [160, ['STATE', 'IN/s', 'OUT/s', 'LAG', 'P50', 'P99', 'BEHIND', 'COMMIT', 'REJECT', 'STATE B', 'CPU', 'MEM', 'RESTART', 'LAST 60 s']],
    [100, ['STATE', 'IN/s', 'OUT/s', 'LAG', 'COMMIT', 'REJECT', 'STATE B', 'MEM', 'RESTART', 'LAST 60 s']],
    [80, ['STATE', 'IN/s', 'OUT/s', 'LAG', 'COMMIT', 'REJECT', 'MEM']],
    [60, ['STATE', 'IN/s', 'OUT/s', 'LAG', 'COMMIT']],
  ])('columns at %i', (columns, expected) => {
    expect(at(columns, 30).lines[1]?.trim().replaceAll(/ +/g, ' ')).toBe(['JOB', ...expected].join(' '));
  });

  test('the columns of the first look stay', () => {
    const screen = new PlayedScreen(60, 12).see(...jobs);
    const titles = screen.lines[1];
    expect(titles).toMatch(/IN\/s +OUT\/s/);
    expect(screen.see(...jobs).lines[1]).toBe(titles);
  });

  test('60 columns and 12 rows: titles and jobs, no preview', () => {
    const {lines} = at(60, 12);
    expect(lines[1]).toMatch(/JOB .*STATE/);
    expect(lines[3]).toMatch(/totals +✗ failed/);
    expect(lines.slice(4, 11).every(line => line === '')).toBe(true);
  });

  test('less than that: a line a job', () => {
    const {lines} = at(50, 8);
    expect(lines[1]).toMatch(/^▸ {2}orders .*▲ running 0\/s lag 3/);
    expect(lines[2]).toMatch(/totals .*✗ failed/);
  });

  test('less than 40 by 6: nothing', () => {
    expect(at(39, 30).lines[0]).toBe('terminal too small');
    expect(at(100, 5).lines[0]).toBe('terminal too small');
  });

  test('the list moves with the cursor', () => {
    const many = Array.from({length: 50}, (_, index) => report(`job-${index}`));
    const screen = new PlayedScreen(80, 15).see(...many);
    expect(screen.text).toContain('▸  job-0 ');
    expect(screen.keys('G').text).toContain('▸  job-49 ');
    expect(screen.keys('pageup').text).toContain('▸  job-37 ');
    expect(screen.lines).toHaveLength(15);
  });
});

test('jobs of several projects are told by both names', () => {
  const screen = new PlayedScreen(100, 12);
  const {supervisors} = snapshot(beginMs, report('orders'));
  screen.happen({
    kind: 'snapshot',
    snapshot: {atMs: beginMs, supervisors: [...supervisors, {project: 'bank', pid: 1, jobs: [report('orders')]}]},
    cpuMs: new Map(),
  });
  expect(screen.text).toContain('shop/orders');
  expect(screen.text).toContain('bank/orders');
});

test('what a job measures', () => {
  const screen = new PlayedScreen(160, 30).see(
    report('trades', {measured: usualMeasured, notes: ['partition 3 of trades has been idle for 42 s']}),
  );
  expect(screen.lines[1]).toMatch(/P50 +P99 +BEHIND/);
  expect(screen.lines[2]).toMatch(/▲ running ! .* 4 ms +21 ms +2\.4s /);
  expect(screen.text).toContain('partition 3 of trades has been idle for 42 s');
  expect(screen.text).toContain('p50 4 ms, p99 21 ms, at most 40 ms');
  expect(screen.text).toMatch(/event time \d\d:\d\d:\d\d, 2\.4s behind, 3 late/);
  expect(screen.text).toContain('work 62%, input 30%, sinks 8%');
  const inputs = screen
    .keys('3')
    .lines.slice(6)
    .map(line => line.replaceAll(/ +/g, ' ').replaceAll(/\d\d:\d\d:\d\d/g, 'T'));
  expect(inputs.slice(0, 4)).toEqual([
    ' INPUT ROWS BYTES LAG WATERMARK BEHIND LAST ROW',
    ' trades 12.3k 4.8M 12 T 2.4s 0.5s',
    ' trades[3] 0 T 2.4s 43s',
    ' trades[1] 12 T 0.5s 0.5s idle',
  ]);
  expect(inputs[4]).toBe(' and 68 partitions more');
});

import {describe, expect, test} from 'vitest';
import {chart, sparkline} from './bars.ts';
import {ansiOf} from './ansi.ts';
import {cutLine, fitParts, lineText, piece} from './line.ts';
import {textWidth} from '../base/text-width.ts';
import {signsOf, stateLook} from './look.ts';
import {commandHint, completed, parsePalette} from './palette.ts';
import {bytes, count, grouped, latency, percent, span} from './quantities.ts';
import {cellWidth, clean, cut, fill, wrap} from './text.ts';

describe('cells', () => {
  test.each<[string, number, string, string]>([
    ['orders', 6, '', 'orders'],
    ['orders', 4, '', 'orde'],
    ['orders', 4, '…', 'ord…'],
    ['orders', 0, '…', ''],
    ['受注合計', 5, '', '受注'],
    ['受注合計', 5, '…', '受注…'],
    ['a👨‍👩‍👧b', 2, '', 'a'],
  ])('%s in %i with "%s"', (text, width, end, expected) => {
    expect(cut(text, width, end)).toBe(expected);
  });

  test('of the signs of a screen', () => {
    const signs = [true, false].flatMap(isUnicode => Object.values(signsOf({isUnicode, isColored: false})).flat());
    const words = [
      'running',
      'paused',
      'resuming',
      'starting',
      'waiting',
      'stopping',
      'stopped',
      'done',
      'failed',
      'not answering',
    ] as const;
    const all = [...signs, ...words.map(word => stateLook(word, {isUnicode: true, isColored: false}).sign), '×', '├└'];
    for (const sign of all) expect([sign, cellWidth(sign)]).toEqual([sign, textWidth(sign)]);
  });

  test('filled', () => {
    expect(fill('受注', 6)).toBe('受注  ');
    expect(fill('12', 5, 'right')).toBe('   12');
    expect(fill('受注', 3)).toBe('受 ');
  });

  test('wrapped at spaces where there are some', () => {
    expect(wrap('one two three four', 9)).toEqual(['one two', 'three', 'four']);
    expect(wrap('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
    expect(wrap('受注', 1)).toEqual(['受注']);
  });

  test("a stranger's text moves nothing", () => {
    expect(clean('a\u001b[2Jb\nc\td\u200b')).toBe('a\\e[2Jb\\nc d\\u{200b}');
    expect(clean('\u0301x')).toBe('x');
  });
});

describe('lines', () => {
  const line = [piece('one ', 'good'), piece('two', 'strong')];
  test('cut', () => {
    expect(lineText(cutLine(line, 5, '…'))).toBe('one …');
    expect(lineText(cutLine(line, 2))).toBe('on');
  });
  test('parts that are worth least go first', () => {
    const parts = [
      {line: [piece('aaaa')], keep: 2},
      {line: [piece('bbbb')], keep: 1},
      {line: [], keep: 9},
      {line: [piece('cccc')], keep: 3},
    ];
    expect([20, 13, 9, 3].map(width => lineText(fitParts(parts, width, 1)))).toEqual(['aaaa bbbb cccc', 'aaaa cccc', 'aaaa cccc', 'ccc']);
  });
  test('colours', () => {
    expect(ansiOf(line, true)).toBe('\u001b[32mone \u001b[39m\u001b[1mtwo\u001b[22m');
    expect(ansiOf(line, false)).toBe('one \u001b[1mtwo\u001b[22m');
  });
});

test('numbers at a glance', () => {
  expect([0, 0.25, 7, 999, 1000, 812_345, 1.24e6, 5e9, 1e19].map(count)).toEqual([
    '0',
    '0.3',
    '7',
    '999',
    '1.00k',
    '812k',
    '1.24M',
    '5.00G',
    '>999P',
  ]);
  expect([0, 999, 1024, 184 * 1024, 18.2 * 2 ** 20, 3 * 2 ** 30].map(bytes)).toEqual(['0', '999', '1.0k', '184k', '18M', '3.0G']);
  expect([0, 420, 12_000, 180_000, 3 * 3_600_000, 5 * 86_400_000].map(span)).toEqual(['0.0s', '0.4s', '12s', '3m', '3h', '5d']);
  expect([4, 2.345, 998, 1500].map(latency)).toEqual(['4 ms', '2.3 ms', '998 ms', '1.5s']);
  expect([0, 0.984, 1.73].map(percent)).toEqual(['0%', '98%', '173%']);
  expect(grouped(1234567.4)).toBe('1,234,567');
});

describe('bars', () => {
  const signs = signsOf({isUnicode: true, isColored: false});
  test('a line of them', () => {
    expect(sparkline([null, 0, 1, 50, 100], signs)).toBe('  ▁▄█');
    expect(sparkline([0, 0], signs)).toBe('  ');
    expect(sparkline([0, 50, 100], signsOf({isUnicode: false, isColored: false}))).toBe(' :#');
  });
  test('a chart', () => {
    expect(chart([0, 50, 75, 100, null], 2, signs, count).map(lineText)).toEqual(['   100 │  ▄█ ', '     0 │ ███ ']);
  });
});

describe('palette', () => {
  test.each<[string, unknown]>([
    ['', {kind: 'nothing'}],
    ['pause a b*', {kind: 'tell', command: 'pause', patterns: ['a', 'b*']}],
    ['filter x y', {kind: 'filter', text: 'x y'}],
    ['sort lag', {kind: 'sort', by: 'lag'}],
    ['tab pl', {kind: 'tab', tab: 'Plan'}],
    ['quit', {kind: 'action', action: 'quit'}],
    ['chekpoint', {kind: 'wrong', why: 'there is no command "chekpoint": did you mean "checkpoint"?'}],
  ])('%s', (text, expected) => {
    expect(parsePalette(text, false)).toEqual(expected);
  });
  test('what is wrong', () => {
    expect(parsePalette('sort zzz', false)).toMatchObject({kind: 'wrong'});
    expect(parsePalette('tab', false)).toMatchObject({kind: 'wrong'});
    expect(parsePalette('stop a', true)).toMatchObject({kind: 'wrong'});
  });
  test('what may follow', () => {
    expect(commandHint('re', false)).toBe('resume restart');
    expect(commandHint('re', true)).toBe('');
    expect(commandHint('sort ', false)).toBe('COLUMN');
    expect(completed('che', false)).toBe('checkpoint ');
    expect(completed('re', false)).toBe('re');
  });
});

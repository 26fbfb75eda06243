import {array, assert as check, asyncProperty, constantFrom, integer} from 'fast-check';
import {describe, expect, test} from 'vitest';
import {PlayedTerminal} from '../testing/tui/played-terminal.ts';
import {Painter} from './painter.ts';

const escape = '\u001b';

function painted(columns = 20, rows = 4): {terminal: PlayedTerminal; painter: Painter} {
  const terminal = new PlayedTerminal(columns, rows);
  return {terminal, painter: new Painter(text => terminal.write(text))};
}

describe('frames', () => {
  test('the terminal shows the last one, whatever was there before', async () => {
    await check(
      asyncProperty(
        array(array(constantFrom('', 'a', 'bcd', '受注', '\u001b[31mred\u001b[39m', 'x'.repeat(20)), {minLength: 1, maxLength: 4}), {
          minLength: 1,
        }),
        integer({min: 0, max: 3}),
        async (frames, forgetAt) => {
          const {terminal, painter} = painted();
          painter.enter();
          for (const [index, frame] of frames.entries()) {
            if (index === forgetAt) painter.forget();
            painter.paint(frame);
          }
          const last = (frames.at(-1) as string[]).map(line => line.replaceAll(new RegExp(`${escape}\\[\\d+m`, 'g'), ''));
          expect(await terminal.lines()).toEqual([...last, ...Array.from({length: 4 - last.length}, () => '')]);
        },
      ),
      {numRuns: 100},
    );
  });

  test('only lines that have changed are written', () => {
    const {terminal, painter} = painted();
    painter.enter();
    painter.paint(['one', 'two', 'three']);
    terminal.written = '';
    painter.paint(['one', 'two', 'three']);
    expect(terminal.written).toBe('');
    painter.paint(['one', '2', 'three']);
    expect(terminal.written).toBe('\u001b[?2026h\u001b[2;1H\u001b[2K2\u001b[0m\u001b[?2026l');
  });

  test('a line that takes more cells there than here tears no other', async () => {
    const {terminal, painter} = painted();
    painter.enter();
    painter.paint(['x'.repeat(30), 'two', '', 'y'.repeat(30)]);
    expect((await terminal.lines()).slice(1, 3)).toEqual(['two', '']);
    expect((await terminal.lines())[3]).toHaveLength(20);
  });
});

test("the terminal's own screen comes back", async () => {
  const {terminal, painter} = painted();
  terminal.write('$ weir top\r\n');
  painter.paint(['too early']);
  painter.enter();
  expect(await terminal.isAlternate()).toBe(true);
  painter.paint(['frame']);
  expect((await terminal.lines())[0]).toBe('frame');
  painter.leave();
  painter.leave();
  painter.paint(['too late']);
  painter.forget();
  expect(await terminal.lines()).toEqual(['$ weir top', '', '', '']);
  expect(await terminal.isAlternate()).toBe(false);
});

test('after another size the whole frame is painted again', async () => {
  const {terminal, painter} = painted();
  painter.enter();
  painter.paint(['one', 'two', 'three', 'four']);
  terminal.resize(10, 2);
  painter.forget();
  painter.paint(['1', '2']);
  expect(await terminal.lines()).toEqual(['1', '2']);
  terminal.resize(30, 5);
  painter.forget();
  painter.paint(['one', 'two', '', '', 'five']);
  expect(await terminal.lines()).toEqual(['one', 'two', '', '', 'five']);
});

import {expect, test} from 'vitest';
import type {Sink} from '../flow/sink.ts';
import {type Flag, flags} from './flags.ts';
import {Options} from './options.ts';
import {ProgressLine, progressText} from './progress-line.ts';
import type {World} from './world.ts';

const progress = {rowsIn: 20_000, rowsOut: 1, rejected: 0, readBytes: 5, totalBytes: 10};

/** What is written to the terminal, by the line and by a sink, in order. */
function terminal(given: readonly Flag[] = [], isErrorTerminal = true, printsRows = false) {
  const written: string[] = [];
  const held: string[] = [];
  let nowMs = 0;
  const world = {isErrorTerminal, say: (text: string) => void written.push(text)} as unknown as World;
  const line = new ProgressLine(new Options(new Map(given.map(flag => [flag, ['']])), {}), world, {now: () => nowMs}, printsRows);
  const sink: Sink = {
    open: async () => undefined,
    write: bytes => void held.push(Buffer.from(bytes).toString()),
    full: false,
    drain: async () => undefined,
    flush: async () => void written.push(...held.splice(0)),
    closedByReader: false,
    close: async () => undefined,
  };
  return {line, written, sink: line.above(sink), wait: (ms: number) => void (nowMs += ms)};
}

test('it comes after a second, and is removed', () => {
  const {line, written, wait} = terminal();
  wait(999);
  line.show(progress);
  line.clear();
  expect(written).toEqual([]);
  wait(1);
  line.show(progress);
  line.clear();
  line.clear();
  expect(written).toEqual(['\r50 %  20.0K rows  20.0K rows/s\x1b[K', '\r\x1b[K']);
});

test('rows never stand behind it, and a flush of nothing leaves it', async () => {
  const {line, written, sink, wait} = terminal();
  wait(1000);
  line.show(progress);
  await sink.flush();
  expect(written).toHaveLength(1);
  sink.write(Buffer.from('row\n'));
  line.show(progress);
  await sink.flush();
  expect(written.map(text => (text.includes('%') ? 'line' : text))).toEqual(['line', '\r\x1b[K', 'line', '\r\x1b[K', 'row\n']);
});

test('when it is wanted', () => {
  const isShown = (...more: Parameters<typeof terminal>): boolean => {
    const {line, written, wait} = terminal(...more);
    wait(2000);
    line.show(progress);
    return written.length > 0;
  };
  expect(isShown([], true)).toBe(true);
  expect(isShown([], false)).toBe(false);
  expect(isShown([], true, true)).toBe(false);
  expect(isShown([flags.quiet], true)).toBe(false);
  expect(isShown([flags.noProgress], true)).toBe(false);
  expect(isShown([flags.progress], false)).toBe(true);
  expect(isShown([flags.progress], true, true)).toBe(true);
});

test('what it says', () => {
  expect(progressText({...progress, totalBytes: null, rejected: 1200}, 500)).toBe('20.0K rows  40.0K rows/s  1.20K rejected');
});

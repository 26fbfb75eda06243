import {openSync} from 'node:fs';
import {ReadStream} from 'node:tty';
import type {Look} from '../tui/look.ts';
import type {Terminal} from '../tui/terminal.ts';
import {flags} from './flags.ts';
import {atEnd, watchHangUp} from './last-acts.ts';
import type {Options} from './options.ts';
import type {World} from './world.ts';

/** How this terminal can show things. */
export function lookOf(options: Options, {environment}: World): Look {
  const choice = options.value(flags.color) ?? 'auto';
  const locale = [environment['LC_ALL'], environment['LC_CTYPE'], environment['LANG']].find(name => (name ?? '') !== '') ?? '';
  return {
    isUnicode: !options.isOn(flags.ascii) && /utf-?8/i.test(locale),
    isColored: choice === 'always' || (choice === 'auto' && (environment['NO_COLOR'] ?? '') === ''),
  };
}

/** Looking more often would cost more than it shows. */
const leastIntervalMs = 250;

export function intervalMsOf(options: Options): number {
  return Math.max(leastIntervalMs, options.durationMs(flags.interval) ?? 0);
}

/** A full screen makes sense on such a terminal. */
export function canDraw({environment}: World): boolean {
  return environment['TERM'] !== 'dumb' && (environment['TERM'] ?? '') !== '' && (environment['CI'] ?? '') === '';
}

/**
 * The terminal of standard output or standard error, and its keyboard, which is not standard input where data comes in. Null: there is none that could be
 * asked for keys.
 */
export function openTerminal(descriptor: 1 | 2, world: World): Terminal | null {
  const input = openKeyboard(world);
  if (input === null) return null;
  const output = descriptor === 1 ? process.stdout : process.stderr;
  return {
    input,
    write: text => void output.write(text),
    size: () => ({columns: output.columns || 80, rows: output.rows || 24}),
    onResize: listener => {
      output.on('resize', listener);
      return () => void output.removeListener('resize', listener);
    },
    onEnd: act => {
      const unwatchEnd = atEnd(() => {
        act();
        input.setRawMode(false);
      });
      const unwatchHangUp = watchHangUp();
      return () => {
        unwatchEnd();
        unwatchHangUp();
      };
    },
    close: () => void input.destroy(),
  };
}

function openKeyboard({standardInput}: World): ReadStream | null {
  try {
    return new ReadStream(openSync('/dev/tty', 'r'));
  } catch {
    return standardInput.isTerminal ? new ReadStream(0) : null;
  }
}

import {systemClock} from '../../base/clock.ts';
import {fail, ProblemError} from '../../base/problem.ts';
import type {StatusSource} from '../../tui/source.ts';
import type {Invocation} from '../commands/define.ts';
import {exitCodes} from '../exit-codes.ts';
import {flags} from '../flags.ts';
import type {Options} from '../options.ts';
import {knownSockets} from '../places.ts';
import {canDraw, intervalMsOf, lookOf, openTerminal} from '../screen.ts';

/** Lines of a text that nobody has said the width of. */
const usualColumns = 120;

/** Shows the jobs of all supervisors that can be reached until a person leaves; without a terminal once, as text. */
export async function watchJobs({operands, options, world}: Invocation): Promise<number> {
  if (operands.length > 0)
    throw fail('usage', 'too-many-operands', 'weir top shows all jobs', {
      hint: 'press / there to choose, or name one supervisor with --socket',
    });
  const {RemoteSource, showTui, textFrame} = await world.loadTui();
  const source = new RemoteSource(() => knownSockets(options, world), systemClock);
  await makeSure(source, options);
  const setting = {isReadOnly: options.isOn(flags.readOnly), canDetach: false, look: lookOf(options, world)};
  const isScreen = world.isOutputTerminal && !options.isOn(flags.once) && canDraw(world);
  const terminal = isScreen ? openTerminal(1, world) : null;
  if (terminal === null) {
    const columns = world.columns ?? (Number(world.environment['COLUMNS']) || usualColumns);
    const text = await textFrame({
      source,
      clock: systemClock,
      setting: {...setting, host: 'text'},
      columns,
      betweenMs: intervalMsOf(options),
    });
    world.standardOutput.write(Buffer.from(text));
    await world.standardOutput.flush();
    return exitCodes.done.code;
  }
  const stop = new AbortController();
  const unwatch = world.onStopSignal(() => stop.abort());
  try {
    await showTui({
      source,
      terminal,
      clock: systemClock,
      setting: {...setting, host: 'top'},
      intervalMs: intervalMsOf(options),
      end: stop.signal,
    });
  } finally {
    unwatch();
  }
  return exitCodes.done.code;
}

/** Where nobody answers, that is told at once, not on a screen. */
async function makeSure(source: StatusSource, options: Options): Promise<void> {
  try {
    await source.snapshot();
  } catch (error) {
    if (options.isChosen(flags.socket) || !(error instanceof ProblemError) || error.problems[0]?.code !== 'no-supervisor') throw error;
    throw fail('environment', 'no-supervisor', 'no jobs run here', {hint: 'start some: weir run -d jobs.yaml'});
  }
}

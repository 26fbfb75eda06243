import {flags} from './flags.ts';
import type {Options} from './options.ts';

export interface Timeout {
  /** True once the time was up, whether or not the work had ended by then. */
  isOver(): boolean;
  cancel(): void;
}

/** Acts once when `--timeout` is up; never without the flag. */
export function startTimeout(options: Options, act: () => void): Timeout {
  const ms = options.durationMs(flags.timeout);
  let over = false;
  const end = (): void => {
    over = true;
    act();
  };
  const timer = ms === null ? undefined : setTimeout(end, ms);
  return {isOver: () => over, cancel: () => clearTimeout(timer)};
}

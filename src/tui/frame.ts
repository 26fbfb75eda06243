import type {Clock} from '../base/clock.ts';
import type {Setting} from './model.ts';
import {Screen} from './screen.ts';
import type {StatusSource} from './source.ts';
import {plainFrame} from './view/screen.ts';

export interface FrameOptions {
  readonly source: StatusSource;
  readonly clock: Clock;
  readonly setting: Setting;
  readonly columns: number;
  /** Rates need two looks: so long lies between them. */
  readonly betweenMs: number;
}

/** Lines that are no jobs. */
const otherLines = 3;

/** The list of jobs once, as text without colours. */
export async function textFrame({source, clock, setting, columns, betweenMs}: FrameOptions): Promise<string> {
  const nothing = (): void => undefined;
  const screen = new Screen({
    source,
    clock,
    setting,
    intervalMs: betweenMs,
    size: {columns, rows: otherLines},
    copy: nothing,
    redraw: nothing,
  });
  await screen.look();
  await new Promise(resolve => {
    setTimeout(resolve, betweenMs);
  });
  await screen.look();
  screen.resize({columns, rows: Math.max(12, (screen.model.jobs ?? []).length + otherLines)});
  screen.close();
  return plainFrame(screen.model);
}

import {render} from 'ink';
import {createElement} from 'react';
import {App, type Stage} from './app.tsx';
import type {Terminal} from './terminal.ts';

/** What Ink takes for its output: it has a size, and layouts are written to it. */
export interface LayoutOutput {
  readonly columns: number;
  readonly rows: number;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
  write(layout: string): boolean;
}

export interface InkApplication {
  /** Rejects when the application cannot go on. */
  readonly ended: Promise<unknown>;
  close(): void;
}

/** Starts the application: from now on layouts are written and keys are heard. In a bundle of its own, so that a first frame does not wait until Ink and React are there. */
export function startInk(stage: Stage, output: LayoutOutput, {input}: Terminal): InkApplication {
  const instance = render(createElement(App, {stage}), {
    stdin: input,
    stdout: output as unknown as NodeJS.WriteStream,
    stderr: output as unknown as NodeJS.WriteStream,
    // The whole layout comes out whenever it is another.
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  return {ended: instance.waitUntilExit(), close: () => instance.unmount()};
}

import {EventEmitter} from 'node:events';
import type {Clock} from '../base/clock.ts';
import {ansiOf} from './ansi.ts';
import type {Stage} from './app.tsx';
import type {InkApplication} from './ink-application.ts';
import {filledLayout, plainLayout} from './layout.ts';
import type {Leaving, Setting} from './model.ts';
import {Painter} from './painter.ts';
import {Screen} from './screen.ts';
import type {StatusSource} from './source.ts';
import type {Terminal} from './terminal.ts';
import {screenLines} from './view/screen.ts';

export interface ShowOptions {
  readonly source: StatusSource;
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly setting: Setting;
  /** Between two looks at the jobs, in milliseconds. */
  readonly intervalMs: number;
  /** Aborting ends the screen. */
  readonly end: AbortSignal;
}

/** How the screen ended: a person left it in one of several ways, or it was ended from outside. */
export type Ended = Leaving | 'ended';

/** Shows the jobs on a terminal until a person leaves or `end` says so. The terminal is then as it was, whatever happens. Rejects for what is a bug. */
export async function showTui(options: ShowOptions): Promise<Ended> {
  const {terminal, source, clock, setting, intervalMs, end} = options;
  const painter = new Painter(text => terminal.write(text));
  const screen = new Screen({
    source,
    clock,
    setting,
    intervalMs,
    size: terminal.size(),
    copy: text => terminal.write(copyCode(text)),
    redraw: () => painter.forget(),
  });
  const stage = new ScreenStage(screen);
  const canvas = new Canvas(painter, stage);
  screen.onChange(() => canvas.paint());
  const restore = (): void => painter.leave();
  const unwatchEnd = terminal.onEnd(restore);
  let unwatchSize = (): void => undefined;
  let isOver = false;
  let ink: InkApplication | null = null;
  painter.enter();
  terminal.input.setRawMode(true);
  try {
    unwatchSize = terminal.onResize(() => screen.resize(terminal.size()));
    // The first frame is there before Ink is: nobody waits for a library to see something.
    canvas.write(plainLayout(stage.rows));
    const ended = screen.run(end);
    const loaded = import('./ink-application.ts').then(({startInk}) => {
      ink = isOver ? null : startInk(stage, canvas, terminal);
      return ink?.ended;
    });
    return await Promise.race([ended, loaded.then(() => ended)]);
  } finally {
    isOver = true;
    unwatchSize();
    screen.close();
    painter.leave();
    (ink as InkApplication | null)?.close();
    terminal.input.setRawMode(false);
    terminal.close();
    unwatchEnd();
  }
}

/** Puts a text into the clipboard of the person's terminal (OSC 52), where that allows it. */
function copyCode(text: string): string {
  return `\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`;
}

/** What Ink takes for its output. What comes is where rows stand; the painter is given their lines. */
class Canvas extends EventEmitter {
  readonly #painter: Painter;
  readonly #stage: ScreenStage;
  #layout = '';

  constructor(painter: Painter, stage: ScreenStage) {
    super();
    this.#painter = painter;
    this.#stage = stage;
  }

  get columns(): number {
    return this.#stage.columns;
  }

  get rows(): number {
    return this.#stage.rows;
  }

  write(layout: string): boolean {
    this.#layout = layout;
    this.paint();
    return true;
  }

  paint(): void {
    this.#painter.paint(filledLayout(this.#layout, this.#stage.lines));
  }
}

/** A screen as the application takes it, and its lines, which are made once for a model. */
class ScreenStage implements Stage {
  readonly #screen: Screen;
  #lines: readonly string[] = [];
  #of: unknown = null;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** With their colours. */
  get lines(): readonly string[] {
    const {model} = this.#screen;
    if (this.#of !== model) {
      this.#of = model;
      this.#lines = screenLines(model).map(line => ansiOf(line, model.setting.look.isColored));
    }
    return this.#lines;
  }

  get columns(): number {
    return this.#screen.model.columns;
  }

  get rows(): number {
    return this.#screen.model.rows;
  }

  subscribe(listener: () => void): () => void {
    return this.#screen.onChange(listener);
  }

  key(name: string): void {
    this.#screen.key(name);
  }
}

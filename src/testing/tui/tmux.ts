import {spawnSync} from 'node:child_process';

/** Whether real terminals can be played here. */
export const hasTmux = spawnSync('tmux', ['-V']).status === 0;

const mostMs = 20_000;
const pollMs = 50;

export interface TmuxOptions {
  readonly name: string;
  readonly columns: number;
  readonly rows: number;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A real terminal with a shell in it, kept by tmux: a server of its own, which ends with `close`. */
export class TmuxTerminal {
  readonly #server: string;

  private constructor({name, columns, rows, directory, environment}: TmuxOptions) {
    this.#server = `weir-test-${name}-${process.pid}`;
    const all: NodeJS.ProcessEnv = {...process.env, ...environment};
    delete all['TMUX'];
    const words = ['-f', '/dev/null', 'new-session', '-d', '-s', 'shell', '-x', String(columns), '-y', String(rows), '-c', directory];
    this.#run([...words, 'bash --norc --noprofile'], all);
  }

  /** Once the shell waits for its first line. */
  static async open(options: TmuxOptions): Promise<TmuxTerminal> {
    const terminal = new TmuxTerminal(options);
    await terminal.until(/[$#]$/m);
    terminal.enter("PS1='$ '; clear");
    await terminal.until(/^\$$/m);
    return terminal;
  }

  /** Keys by their names: `Enter`, `C-c`, `j`. */
  press(...keys: readonly string[]): void {
    this.#run(['send-keys', '-t', 'shell', ...keys]);
  }

  /** Letters as they are. */
  type(text: string): void {
    this.#run(['send-keys', '-t', 'shell', '-l', text]);
  }

  /** Types a line for the shell. */
  enter(line: string): void {
    this.type(line);
    this.press('Enter');
  }

  resize(columns: number, rows: number): void {
    this.#run(['resize-window', '-t', 'shell', '-x', String(columns), '-y', String(rows)]);
  }

  /** What is in sight, line by line. */
  get screen(): readonly string[] {
    return this.#run(['capture-pane', '-p', '-t', 'shell'])
      .split('\n')
      .slice(0, -1)
      .map(line => line.trimEnd());
  }

  get isAlternate(): boolean {
    return this.#run(['display-message', '-p', '-t', 'shell', '#{alternate_on}']).trim() === '1';
  }

  /** Waits until this is in sight, and gives what is. */
  async until(wanted: string | RegExp): Promise<readonly string[]> {
    for (let waitedMs = 0; ; waitedMs += pollMs) {
      const lines = this.screen;
      const text = lines.join('\n');
      if (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text)) return lines;
      if (waitedMs > mostMs) throw new Error(`the terminal never showed ${String(wanted)}:\n${text}`);
      await new Promise(resolve => {
        setTimeout(resolve, pollMs);
      });
    }
  }

  close(): void {
    this.#run(['kill-server']);
  }

  #run(words: readonly string[], environment: NodeJS.ProcessEnv = process.env): string {
    return spawnSync('tmux', ['-L', this.#server, ...words], {encoding: 'utf8', env: environment}).stdout;
  }
}

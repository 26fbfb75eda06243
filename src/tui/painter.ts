const escape = '\u001b[';
/** Alternate screen, no cursor, no wrapping at the right edge (whatever takes another number of cells there than here must not tear the line below), the wheel as arrows. */
const enterCodes = ['?1049h', '?25l', '?7l', '?1007h', 'H', '2J'];
const leaveCodes = ['0m', '?1007l', '?7h', '?25h', '?1049l'];
/** What is written between the two is shown at once. */
const beginFrame = `${escape}?2026h`;
const endFrame = `${escape}?2026l`;

/** Shows frames on a terminal: of each only the lines that have changed. The terminal's own screen comes back at the end. */
export class Painter {
  readonly #write: (text: string) => void;
  #shown: readonly string[] = [];
  #isActive = false;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  enter(): void {
    this.#isActive = true;
    this.#shown = [];
    this.#write(enterCodes.map(code => escape + code).join(''));
  }

  /** Gives the terminal back. Called again, it does nothing. */
  leave(): void {
    if (!this.#isActive) return;
    this.#isActive = false;
    this.#write(leaveCodes.map(code => escape + code).join(''));
  }

  /** A frame: its lines with their colours. Before `enter` and after `leave` nothing is written. */
  paint(lines: readonly string[]): void {
    if (!this.#isActive) return;
    const rows = Math.max(lines.length, this.#shown.length);
    let changes = '';
    for (let row = 0; row < rows; row++) {
      const line = lines[row] ?? '';
      // Erased before it is written: behind a line as wide as the screen the cursor is still on its last cell, and would take that away.
      if (line !== (this.#shown[row] ?? '')) changes += `${escape}${row + 1};1H${escape}2K${line}${escape}0m`;
    }
    this.#shown = lines;
    if (changes !== '') this.#write(beginFrame + changes + endFrame);
  }

  /** The terminal no longer shows what was painted: the next frame is painted as a whole. */
  forget(): void {
    if (!this.#isActive) return;
    this.#shown = [];
    this.#write(`${escape}0m${escape}2J`);
  }
}

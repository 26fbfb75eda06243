import type {Clock} from '../base/clock.ts';
import {harmless} from '../base/harmless.ts';
import type {Sink} from '../flow/sink.ts';
import {cellEnd, rowEnd} from '../formats/console/cells.ts';
import {drawTable, type TableDrawing} from '../formats/console/draw-table.ts';
import {isNumeric} from '../formats/console/shown-text.ts';
import type {Plan} from '../plan/plan.ts';
import {LiveRows} from './live-rows.ts';
import {grouped} from './numbers.ts';
import type {World} from './world.ts';

/** A person sees no more pictures than that, and a terminal has other things to do. */
const paintEveryMs = 250;
/** As a table that is drawn at the end. */
const mostRows = 10_000;

/**
 * A result that changes, as a table that is painted over itself in the terminal while rows come, and stands there as a whole at the end. It takes the changes in the
 * format `cells`.
 */
export class LiveTable implements Sink {
  readonly #terminal: Sink;
  readonly #clock: Clock;
  readonly #size: () => {readonly columns: number | null; readonly rows: number | null};
  readonly #head: Pick<TableDrawing, 'names' | 'isRight'>;
  readonly #rows = new LiveRows(mostRows);
  /** The part of a row whose end has not come. */
  #begun = '';
  /** When the picture may change next. A run that is over before shows none. */
  #paintAtMs: number;
  #timer: NodeJS.Timeout | null = null;
  #paintedLines = 0;
  #hasChanged = false;

  constructor({plan, world, clock, header}: {readonly plan: Plan; readonly world: World; readonly clock: Clock; readonly header: boolean}) {
    const columns = plan.nodes.find(node => node.kind === 'sink')?.schema.columns ?? [];
    this.#terminal = world.standardOutput;
    this.#clock = clock;
    this.#size = () => ({columns: world.columns, rows: world.rows});
    this.#head = {names: header ? columns.map(({name}) => harmless(name)) : null, isRight: columns.map(({type}) => isNumeric(type))};
    this.#paintAtMs = clock.now() + paintEveryMs;
  }

  open(): Promise<void> {
    return this.#terminal.open();
  }

  write(bytes: Uint8Array): void {
    const changes = (this.#begun + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()).split(rowEnd);
    this.#begun = changes.pop() ?? '';
    for (const change of changes) this.#rows.change(change.slice(0, 2), change.slice(3));
    this.#hasChanged = true;
    const waitMs = this.#paintAtMs - this.#clock.now();
    if (waitMs <= 0) this.#paint();
    else this.#timer ??= setTimeout(() => this.#paint(), waitMs).unref();
  }

  get full(): boolean {
    return this.#terminal.full;
  }

  drain(): Promise<void> {
    return this.#terminal.drain();
  }

  flush(): Promise<void> {
    return this.#terminal.flush();
  }

  get closedByReader(): boolean {
    return this.#terminal.closedByReader;
  }

  close(): Promise<void> {
    return this.#terminal.flush();
  }

  /** Takes the picture away, for something else that is written to the terminal: it comes again with the next change. */
  clear(): void {
    if (this.#paintedLines === 0) return;
    this.#terminal.write(Buffer.from(this.#above()));
    this.#paintedLines = 0;
  }

  /** Leaves the whole table, at the end of the run. */
  async finish(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const {columns} = this.#size();
    const lines = drawTable({...this.#head, rows: this.#cells(mostRows), width: columns, isAscii: false});
    if (this.#rows.more > 0) lines.push(this.#moreText(this.#rows.more));
    this.#terminal.write(Buffer.from(`${this.#above()}${lines.join('\n')}\n`));
    await this.#terminal.flush();
  }

  #paint(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#hasChanged) return;
    this.#hasChanged = false;
    this.#paintAtMs = this.#clock.now() + paintEveryMs;
    const {columns, rows} = this.#size();
    // The borders, the header, the line that counts and the one of the cursor have their place, too.
    const room = Math.max(1, (rows ?? 24) - 6);
    const shown = this.#cells(room);
    const more = this.#rows.texts().length + this.#rows.more - shown.length;
    const lines = drawTable({...this.#head, rows: shown, width: columns ?? 80, isAscii: false});
    if (more > 0) lines.push(this.#moreText(more));
    // In one piece, so that nobody sees half a picture.
    this.#terminal.write(Buffer.from(`\u001b[?2026h${this.#above()}${lines.map(line => `${line}\u001b[K\n`).join('')}\u001b[?2026l`));
    this.#paintedLines = lines.length;
    void this.#terminal.flush();
  }

  /** To where the picture began, with nothing below. */
  #above(): string {
    return this.#paintedLines === 0 ? '' : `\r\u001b[${this.#paintedLines}A\u001b[J`;
  }

  #cells(most: number): readonly (readonly string[])[] {
    return this.#rows
      .texts()
      .slice(0, most)
      .map(text => text.split(cellEnd));
  }

  #moreText(more: number): string {
    return `… ${grouped(more)} more ${more === 1 ? 'row' : 'rows'} (use -o ndjson)`;
  }
}

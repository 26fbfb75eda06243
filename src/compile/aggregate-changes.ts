import {type Js, js} from '../code/js.ts';
import type {Vector} from '../flow/batch.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import type {AggregateLayout, CallSlots} from './aggregate-layout.ts';
import {resultWriter, sameCells} from './aggregate-results.ts';
import type {ColumnSource} from './columns.ts';
import type {ProbedRow} from './group-probe.ts';
import type {SegmentWriter} from './segment-writer.ts';
import type {Stage} from './stage.ts';

/**
 * Writes how a group's change is given on, as Flink does it: +I for a new group; -U and +U, or +U alone where nobody needs the other, when a result
 * differs; -D when the last row of a group was taken back. Old results are written before the update and new ones after it, side by side in the stage's
 * batch, and stay there only if they count.
 */
export class ChangeWriter {
  readonly #segment: SegmentWriter;
  readonly #node: NodeOf<'aggregate'>;
  readonly #layout: AggregateLayout;
  readonly #stage: Stage;
  readonly #keys: readonly ColumnSource[];
  readonly #out: Js;
  /** Every row of the input changes a result, so old and new need no comparison. */
  readonly #alwaysChanges: boolean;

  constructor(segment: SegmentWriter, node: NodeOf<'aggregate'>, layout: AggregateLayout, stage: Stage, keys: readonly ColumnSource[]) {
    this.#segment = segment;
    this.#node = node;
    this.#layout = layout;
    this.#stage = stage;
    this.#keys = keys;
    this.#out = segment.writer.const('out', js`${this.#batch}.count`);
    this.#alwaysChanges =
      !layout.retracts &&
      layout.calls.some(({call, main}) => call.filter === null && !call.distinct && call.function === 'COUNT' && isEveryRow(layout, main));
  }

  get #batch(): Js {
    return this.#segment.batch(this.#stage.batch, 'changed rows');
  }
  get #needsBefore(): boolean {
    return this.#node.changelog === 'retract';
  }

  /** Before the update: what the group's results are. */
  before(group: ProbedRow): void {
    const {writer} = this.#segment;
    const isNeeded = this.#layout.calls.length > 0 && (this.#needsBefore || this.#layout.retracts || !this.#alwaysChanges);
    if (isNeeded) writer.line(js`if (!${group.isFresh}) ${this.#results}(${group.page}, ${group.cell}, ${this.#out});`);
  }

  /** After the update: what became of the group. */
  after(group: ProbedRow): void {
    const {writer} = this.#segment;
    const insert = (): void => {
      this.#writeResults(group, this.#out);
      this.#emit(this.#out, 0);
      writer.line(js`${this.#batch}.count = ${this.#out} + 1;`);
    };
    if (this.#layout.rows !== null) {
      writer.block(js`if (${group.page}[${group.cell} + ${this.#layout.rows.offset}] === 0)`, () => {
        this.#emit(this.#out, 3);
        writer.line(js`${this.#batch}.count = ${this.#out} + 1;`);
        const {expiry} = this.#layout;
        if (expiry !== null) writer.line(js`${writer.bind('expiry', expiry.groups)}.forget(${group.row});`);
        writer.line(js`${writer.bind('table', this.#layout.table)}.remove(${group.row});`);
        writer.line(this.#segment.leave);
      });
    }
    if (this.#layout.calls.length === 0) return this.#segment.block(js`if (${group.isFresh})`, insert);
    writer.branch(group.isFresh, insert, () => this.#update(group));
  }

  #update(group: ProbedRow): void {
    const {writer} = this.#segment;
    const after = js`(${this.#out} + 1)`;
    const count = (rows: number): void => writer.line(js`${this.#batch}.count = ${this.#out} + ${rows};`);
    if (!this.#needsBefore && this.#alwaysChanges) {
      this.#writeResults(group, this.#out);
      this.#emit(this.#out, 2);
      return count(1);
    }
    this.#writeResults(group, after);
    const give = (): void => {
      if (this.#needsBefore) {
        this.#emit(this.#out, 1);
        this.#emit(after, 2);
        return count(2);
      }
      this.#writeResults(group, this.#out);
      this.#emit(this.#out, 2);
      count(1);
    };
    // As in Flink: who forgets groups must be told that one is still there, also where nothing is new.
    if (this.#alwaysChanges || this.#layout.expiry !== null) give();
    else writer.block(js`if (!${this.#same}(${this.#out}, ${after}))`, give);
  }

  #writeResults(group: ProbedRow, row: Js): void {
    if (this.#layout.calls.length > 0) this.#segment.writer.line(js`${this.#results}(${group.page}, ${group.cell}, ${row});`);
  }

  /** The keys and the kind of an output row. */
  #emit(row: Js, kind: number): void {
    for (const [index, key] of this.#keys.entries()) {
      this.#segment.copyCell(key, this.#vector(index), row, this.#title(index));
    }
    const {kinds} = this.#stage.batch;
    if (kinds !== null) this.#segment.writer.line(js`${this.#segment.writer.bind('kinds', kinds, 'change kinds')}[${row}] = ${kind};`);
  }

  #vector(index: number): Vector {
    return this.#stage.batch.vectors[index] as Vector;
  }
  #title(index: number): string {
    return this.#node.schema.columns[index]?.name ?? '';
  }

  /** A function of the module that writes all results of a group into an output row. */
  get #results(): Js {
    return (this.#resultsName ??= this.#writeResultsFunction());
  }
  #resultsName: Js | null = null;

  #writeResultsFunction(): Js {
    const {writer} = this.#segment;
    const name = writer.name('results');
    this.#segment.function(js`function ${name}(page, cell, out)`, () => {
      for (const [index, slots] of this.#layout.calls.entries()) this.#writeResult(slots, this.#keys.length + index);
    });
    return name;
  }

  #writeResult(slots: CallSlots, index: number): void {
    const segment = this.#segment;
    const {writer} = segment;
    const vector = this.#vector(index);
    const column: ColumnSource = {vector, type: slots.call.type, title: this.#title(index)};
    const place = js`page[cell + ${slots.main.offset}]`;
    const numbers = js`${segment.numbers(column)}[out]`;
    const tags = js`${segment.tags(column)}[out]`;
    const general = js`${writer.bind('result', resultWriter(slots, this.#layout, vector), column.title)}(page, cell, out);`;
    if (slots.main.role === 'count') {
      writer.line(js`${numbers} = ${place}, ${tags} = 0;`);
      return;
    }
    const isPlain = slots.main.kind === 'exact' && slots.count === null && (vector.physical === 'integer' || slots.main.role !== 'sum');
    if (!isPlain) return writer.line(general);
    writer.line(js`if (Math.abs(${place}) <= ${Number.MAX_SAFE_INTEGER}) ${numbers} = ${place}, ${tags} = 0;`);
    writer.line(js`else ${general}`);
  }

  /** A function of the module that tells whether two output rows have the same results. */
  get #same(): Js {
    const {writer, memory} = this.#segment;
    const name = writer.name('isSame');
    this.#segment.function(js`function ${name}(before, after)`, () => {
      const tests = this.#layout.calls.map(
        (_, index) =>
          js`${writer.bind('sameCells', sameCells(memory, this.#vector(this.#keys.length + index)), this.#title(this.#keys.length + index))}(before, after)`,
      );
      writer.line(js`return ${tests.reduce((left, right) => js`${left} && ${right}`)};`);
    });
    return name;
  }
}

/** A count of rows, not of values that may be NULL. */
function isEveryRow(layout: AggregateLayout, slot: CallSlots['main']): boolean {
  return layout.feeds.some(feed => feed.args.length === 0 && feed.filter === null && feed.bag === null && feed.slots.includes(slot));
}

import {js} from '../code/js.ts';
import {type Batch, batchRows, createBatch, type Vector} from '../flow/batch.ts';
import type {PlanNode} from '../plan/nodes/index.ts';
import {physicalOf, type Schema} from '../types/sql-type.ts';
import type {RowShape} from './columns.ts';
import type {Build} from './node-compiler.ts';
import type {SegmentWriter} from './segment-writer.ts';
import {type Producer, Stage} from './stage.ts';

/** Takes rows one at a time, each of which may bring any number of rows behind it. */
export interface RowWork {
  /**
   * Goes on with one row of the inbox: writes rows to the stage's batch from `batch.count` on, and adds to the count. While the count is less than `mostRows`
   * it may add two, so that an update's pair is never parted; then it says false until the row is done with: it is called again with the same row.
   */
  work(row: number, mostRows: number): boolean;
}

/**
 * A stage whose rows are made by hand-written code from rows that wait in an inbox of its own. Work on a row may pause at any point, whatever stands before it
 * in the segment that brought it: nothing of that is run twice.
 */
export class QueuedStage extends Stage {
  readonly #inbox: Batch;

  constructor(node: number, parts: {readonly inbox: Batch; readonly batch: Batch; readonly build: Build; readonly work: RowWork}) {
    super(node, parts.batch, {producer: new QueueProducer(parts.inbox, parts.batch, parts.work), mostRows: parts.build.stepRows});
    this.#inbox = parts.inbox;
  }

  override get inbox(): Batch {
    return this.#inbox;
  }
}

class QueueProducer implements Producer {
  readonly waitsForEnd = false;
  readonly comesFirst = true;
  readonly #inbox: Batch;
  readonly #batch: Batch;
  readonly #work: RowWork;
  #next = 0;

  constructor(inbox: Batch, batch: Batch, work: RowWork) {
    this.#inbox = inbox;
    this.#batch = batch;
    this.#work = work;
  }

  get isDone(): boolean {
    return this.#inbox.count === 0;
  }

  produce(mostRows: number): void {
    const most = Math.min(mostRows, batchRows - 1);
    while (this.#batch.count < most) {
      if (!this.#work.work(this.#next, most)) return;
      this.#next++;
      if (this.#next < this.#inbox.count) continue;
      this.#next = 0;
      this.#inbox.count = 0;
      return;
    }
  }
}

/** A batch with a node's columns, with kinds where its rows may change. */
export function batchOf(build: Build, schema: Schema, hasKinds: boolean): Batch {
  return createBatch(
    build.memory,
    schema.columns.map(column => physicalOf(column.type)),
    hasKinds,
  );
}

/** The inbox for rows of a node. */
export function inboxOf(build: Build, input: PlanNode): Batch {
  return batchOf(build, input.schema, input.changelog !== 'append');
}

/** Writes the lines that put a row into a stage's inbox. Texts are not copied, only where they are. */
export function writeToInbox(segment: SegmentWriter, input: RowShape, stage: Stage, meaning: string): void {
  const {writer} = segment;
  const {inbox} = stage;
  const row = writer.const('out', js`${segment.batch(inbox, meaning)}.count++`);
  for (const [position, column] of input.columns.entries()) {
    segment.copyCell(column, inbox.vectors[position] as Vector, row, column.title);
  }
  if (inbox.kinds !== null) {
    const given = input.kinds === null ? js`0` : js`${writer.bind('kinds', input.kinds, 'change kinds of the input')}[row]`;
    writer.line(js`${writer.bind('kinds', inbox.kinds, 'change kinds')}[${row}] = ${given};`);
  }
  segment.fills(stage, 1);
}

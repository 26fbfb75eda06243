import {type Js, js} from '../code/js.ts';
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
    const producer = new QueueProducer(parts.inbox, parts.batch, parts.work);
    super(node, parts.batch, {producer, mostRows: parts.build.stepRows});
    this.#inbox = parts.inbox;
    producer.stage = this;
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
  stage: Stage | null = null;
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
      const before = this.#batch.count;
      const isDone = this.#work.work(this.#next, most);
      this.#carryTime(before);
      if (!isDone) return;
      this.#next++;
      if (this.#next < this.#inbox.count) continue;
      this.#next = 0;
      this.#inbox.count = 0;
      return;
    }
  }

  /** What a row brings has the watermark that was before the row. */
  #carryTime(from: number): void {
    const {watermarks, inboxWatermarks} = this.stage as Stage;
    if (watermarks === null || inboxWatermarks === null) return;
    watermarks.fill(inboxWatermarks[this.#next] as number, from, this.#batch.count);
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

/** Writes the lines that put a row into a stage's inbox; gives the code of its place there. Texts are not copied, only where they are. */
export function writeToInbox(segment: SegmentWriter, input: RowShape, stage: Stage, meaning: string): Js {
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
  segment.carryTime(stage, row, input);
  segment.fills(stage, 1);
  return row;
}

/** Copies a row of an inbox behind the rows of a batch whose first columns are the same: as inserted or deleted, since what was a pair may not stand together. */
export function copyRow(inbox: Batch, row: number, batch: Batch): void {
  const target = batch.count++;
  for (let column = 0; column < inbox.vectors.length; column++) {
    copyVectorCell(inbox.vectors[column] as Vector, row, batch.vectors[column] as Vector, target);
  }
  if (batch.kinds !== null) batch.kinds[target] = inbox.kinds !== null && (inbox.kinds[row] as number) & 1 ? 3 : 0;
}

function copyVectorCell(from: Vector, row: number, to: Vector, target: number): void {
  to.tags[target] = from.tags[row] as number;
  if (from.physical === 'text') {
    to.ranges[2 * target] = from.ranges[2 * row] as number;
    to.ranges[2 * target + 1] = from.ranges[2 * row + 1] as number;
  } else to.numbers[target] = from.numbers[row] as number;
}

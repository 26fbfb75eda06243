import {type Js, js} from '../code/js.ts';
import {type Batch, Tag, type Vector} from '../flow/batch.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import {ChangeKind} from '../types/change.ts';
import {instantToLocal} from '../types/time-zone.ts';
import type {ColumnSource, RowShape} from './columns.ts';
import {materialize} from './materialize.ts';
import type {Build, FusedNode, NodeCompiler} from './node-compiler.ts';
import {batchOf, inboxOf, QueuedStage, type RowWork, writeToInbox} from './queued-stage.ts';
import type {SegmentWriter} from './segment-writer.ts';
import {sharedBy, windowsOf, windowTimeOf} from './window-time.ts';

/** One window a row: two numbers computed in the loop. */
export const assignWindow: FusedNode<'assign-window'> = {
  kind: 'fused',
  write(node, segment, input, build) {
    const {writer} = segment;
    const {sizeMs, offsetMs} = node.spec;
    const local = localTime(node, segment, input, build);
    const shifted = offsetMs === 0 ? local : js`(${local} - ${offsetMs})`;
    const floor = js`Math.floor(${shifted} / ${sizeMs}) * ${sizeMs}`;
    const start = writer.const('start', offsetMs === 0 ? floor : js`${floor} + ${offsetMs}`);
    const end = js`${start} + ${sizeMs}`;
    const isLocal = node.time.type.kind === 'TIMESTAMP_LTZ' && build.timeZone !== 'UTC';
    const timeOf = (): Js =>
      isLocal ? js`${writer.bind('timeOf', windowTimeOf(true, build.timeZone), 'the last instant of a window')}(${end})` : js`${end} - 1`;
    const values = {start: (): Js => start, end: (): Js => end, time: timeOf};
    const added = node.adds.map((column, index): ColumnSource => {
      const {name, type} = node.schema.columns[node.width + index] as {name: string; type: ColumnSource['type']};
      const target = segment.newColumn(type, name);
      const value = writer.const(column, values[column]());
      writer.line(js`${segment.numbers(target)}[row] = ${value};`);
      writer.line(js`${segment.tags(target)}[row] = 0;`);
      segment.know(target, value, js`0`);
      return target;
    });
    return {...input, columns: [...input.columns, ...added]};
  },
};

/** The time of a row as the windows see it. A row without time is left. */
function localTime(node: NodeOf<'assign-window'>, segment: SegmentWriter, input: RowShape, build: Build): Js {
  const {writer} = segment;
  const time = materialize(segment, node.time, input.columns, 'the time of the window');
  if (time.type.nullable) writer.line(js`if (${segment.tag(time)} & 1) ${segment.leave}`);
  if (node.time.type.kind !== 'TIMESTAMP_LTZ' || build.timeZone === 'UTC') return segment.value(time);
  const {timeZone} = build;
  const toLocal = (instant: number): number => instantToLocal(timeZone, instant);
  return writer.const('local', js`${writer.bind('toLocal', toLocal, 'local time of the session')}(${segment.value(time)})`);
}

/** Several windows a row: each row again for every one of them. */
export const assignWindows: NodeCompiler<'assign-windows'> = {
  kind: 'stage',
  carriesTime: true,
  stage(node, index, build) {
    const inbox = inboxOf(build, build.node(node.input));
    const batch = batchOf(build, node.schema, node.changelog !== 'append');
    const work = new WindowWork(node, inbox, batch, build);
    return new WindowsStage(index, {inbox, batch, build, work});
  },
  write(node, segment, input, build, index) {
    const stage = build.stage(index) as WindowsStage;
    const time = materialize(segment, node.time, input.columns, 'the time of the window');
    const {writer} = segment;
    if (time.type.nullable) writer.line(js`if (${segment.tag(time)} & 1) ${segment.leave}`);
    const row = writeToInbox(segment, input, stage, 'rows before they are put into windows');
    writer.line(js`${writer.bind('times', stage.times, 'the time of each row')}[${row}] = ${segment.value(time)};`);
  },
};

class WindowsStage extends QueuedStage {
  readonly times: Float64Array;
  constructor(node: number, parts: {readonly inbox: Batch; readonly batch: Batch; readonly build: Build; readonly work: WindowWork}) {
    super(node, parts);
    this.times = parts.work.times;
  }
}

class WindowWork implements RowWork {
  readonly times: Float64Array;
  readonly #node: NodeOf<'assign-windows'>;
  readonly #inbox: Batch;
  readonly #batch: Batch;
  readonly #toLocal: (instant: number) => number;
  readonly #timeOf: (end: number) => number;
  /** Of the windows of the last row: what they add to rows, the latest first, and for which local times they are the same. */
  #added: readonly (readonly number[])[] = [];
  #count = 0;
  #from = Infinity;
  #to = -Infinity;
  /** The window to be written next. */
  #next = 0;

  constructor(node: NodeOf<'assign-windows'>, inbox: Batch, batch: Batch, build: Build) {
    const isLocal = node.time.type.kind === 'TIMESTAMP_LTZ';
    this.#node = node;
    this.#inbox = inbox;
    this.#batch = batch;
    this.#toLocal = isLocal && build.timeZone !== 'UTC' ? instant => instantToLocal(build.timeZone, instant) : instant => instant;
    this.#timeOf = windowTimeOf(isLocal, build.timeZone);
    this.times = new Float64Array(inbox.selection.length);
  }

  work(row: number, mostRows: number): boolean {
    const time = this.#toLocal(this.times[row] as number);
    if (!(time >= this.#from && time < this.#to)) this.#findWindows(time);
    const room = Math.max(0, mostRows - this.#batch.count);
    const end = Math.min(this.#count, this.#next + room);
    this.#put(row, this.#next, end);
    this.#next = end < this.#count ? end : 0;
    return end === this.#count;
  }

  #findWindows(time: number): void {
    const {spec, adds} = this.#node;
    const found = windowsOf(time, spec);
    [this.#from, this.#to] = sharedBy(found, time, spec);
    this.#count = found.length;
    this.#added = adds.map(column =>
      found.map(([start, end]) => (column === 'start' ? start : column === 'end' ? end : this.#timeOf(end))),
    );
  }

  /** The row, once for each of some of its windows: column by column, so that nothing is looked up twice. */
  #put(row: number, from: number, to: number): void {
    const {vectors, kinds} = this.#batch;
    const at = this.#batch.count;
    const count = to - from;
    for (let column = 0; column < this.#inbox.vectors.length; column++) {
      repeatCell(this.#inbox.vectors[column] as Vector, row, vectors[column] as Vector, at, at + count);
    }
    for (let index = 0; index < this.#added.length; index++) {
      const {numbers, tags} = vectors[this.#node.width + index] as Vector;
      const values = this.#added[index] as readonly number[];
      for (let window = 0; window < count; window++) {
        numbers[at + window] = values[from + window] as number;
        tags[at + window] = Tag.value;
      }
    }
    // What was a pair may not stand together.
    if (kinds !== null) kinds.fill(isTakenBack(this.#inbox, row) ? ChangeKind.delete : ChangeKind.insert, at, at + count);
    this.#batch.count += count;
  }
}

function isTakenBack({kinds}: Batch, row: number): boolean {
  return kinds !== null && ((kinds[row] as number) & 1) === 1;
}

/** Copies a cell into several rows of another vector; of a text, only where it is. */
function repeatCell(from: Vector, row: number, to: Vector, start: number, end: number): void {
  const tag = from.tags[row] as number;
  if (from.physical === 'text') {
    const [pointer, length] = [from.ranges[2 * row] as number, from.ranges[2 * row + 1] as number];
    for (let at = start; at < end; at++) {
      to.ranges[2 * at] = pointer;
      to.ranges[2 * at + 1] = length;
      to.tags[at] = tag;
    }
    return;
  }
  const value = from.numbers[row] as number;
  for (let at = start; at < end; at++) {
    to.numbers[at] = value;
    to.tags[at] = tag;
  }
}

import {type Js, js} from '../code/js.ts';
import {type Batch, Tag, type Vector} from '../flow/batch.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import {instantToLocal} from '../types/time-zone.ts';
import type {ColumnSource, RowShape} from './columns.ts';
import {materialize} from './materialize.ts';
import type {Build, FusedNode, NodeCompiler} from './node-compiler.ts';
import {batchOf, copyRow, inboxOf, QueuedStage, type RowWork, writeToInbox} from './queued-stage.ts';
import type {SegmentWriter} from './segment-writer.ts';
import {windowsOf, windowTimeOf} from './window-time.ts';

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
  #windows: readonly (readonly [start: number, end: number])[] | null = null;
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
    this.#windows ??= windowsOf(this.#toLocal(this.times[row] as number), this.#node.spec);
    for (; this.#next < this.#windows.length; this.#next++) {
      if (this.#batch.count >= mostRows) return false;
      const [start, end] = this.#windows[this.#next] as readonly [number, number];
      this.#put(start, end);
      copyRow(this.#inbox, row, this.#batch);
    }
    this.#windows = null;
    this.#next = 0;
    return true;
  }

  #put(start: number, end: number): void {
    const row = this.#batch.count;
    for (const [index, column] of this.#node.adds.entries()) {
      const vector = this.#batch.vectors[this.#node.width + index] as Vector;
      vector.numbers[row] = column === 'start' ? start : column === 'end' ? end : this.#timeOf(end);
      vector.tags[row] = Tag.value;
    }
  }
}

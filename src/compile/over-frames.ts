import {js} from '../code/js.ts';
import type {Vector} from '../flow/batch.ts';
import {FrameStep} from '../plan/nodes/frame.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import type {WindowCall} from '../plan/window-call.ts';
import type {AggregateCall} from '../plan/expression.ts';
import {type AggregateLayout, layOut, statesOf} from './aggregate-layout.ts';
import {resultWriter} from './aggregate-results.ts';
import {prepareFeeds} from './aggregate-update.ts';
import type {ColumnSource, RowShape} from './columns.ts';
import {keyOfColumn, probe} from './group-probe.ts';
import type {Build} from './node-compiler.ts';
import {batchOf} from './queued-stage.ts';
import type {SegmentWriter} from './segment-writer.ts';
import {Stage} from './stage.ts';

/** Keeps what the calls need of the rows that are in each partition's frame, and gives rows with what the calls give. */
export class OverFramesStage extends Stage {
  readonly layout: AggregateLayout;
  readonly #node: NodeOf<'over'>;

  constructor(node: NodeOf<'over'>, index: number, build: Build) {
    super(index, batchOf(build, node.schema, false), {mostRows: build.stepRows});
    this.#node = node;
    const keys = node.partition.map(column => {
      const {type} = build.node(node.input).schema.columns[column]!;
      return {kind: 'column', index: column, type, span: null} as const;
    });
    const leaves = node.calls.some(call => call.function !== 'ROW_NUMBER' && call.frame.start !== null);
    this.layout = layOut({keys, calls: node.calls.map(asAggregate), emit: 'changes'}, leaves, build);
    for (const state of statesOf(this.layout)) build.keep(state);
  }

  write(segment: SegmentWriter, input: RowShape): void {
    const node = this.#node;
    const {writer} = segment;
    const {table, retracts} = this.layout;
    segment.fills(this, 1);
    const step = segment.value(input.columns[node.step as number] as ColumnSource);
    const update = prepareFeeds(segment, this.layout, input);
    const keys = node.partition.map(column => keyOfColumn(segment, table, input.columns[column] as ColumnSource));
    const given = input.columns.slice(0, node.first);
    for (const column of given) segment.readCell(column);
    const names = node.partition.map(column => node.schema.columns[column]!.name).join(', ');
    const group = probe(segment, table, keys, {meaning: names === '' ? 'the frame' : `the frame of each ${names}`});
    const sign = retracts ? writer.const('sign', js`${step} === ${FrameStep.leaves} ? -1 : 1`) : null;
    segment.block(js`if (${step} !== ${FrameStep.gives})`, () => {
      writer.line(js`if (${group.page}[${group.cell}] === 0) ${writer.bind('table', table)}.markChanged(${group.row});`);
      update(group, sign);
    });
    segment.block(js`if (${step} & ${FrameStep.gives})`, () => {
      const out = writer.const('out', js`${segment.batch(this.batch, 'rows with what the calls give')}.count++`);
      for (const [position, column] of given.entries()) segment.copyCell(column, this.batch.vectors[position] as Vector, out, column.title);
      for (const [position, slots] of this.layout.calls.entries()) {
        const index = node.first + position;
        const write = resultWriter(slots, this.layout, this.batch.vectors[index] as Vector);
        writer.line(js`${writer.bind('result', write, node.schema.columns[index]!.name)}(${group.page}, ${group.cell}, ${out});`);
      }
      segment.carryTime(this, out, input);
    });
  }
}

/** The number of a row is how many rows have come. */
function asAggregate({function: name, arguments: args, distinct, type, name: title}: WindowCall): AggregateCall {
  return {function: name === 'ROW_NUMBER' ? 'COUNT' : name, arguments: args, distinct, filter: null, type, name: title};
}

import {type Js, js} from '../code/js.ts';
import {fail} from '../base/problem.ts';
import {PartitionWatermarks, WatermarkState} from '../state/small-states.ts';
import type {PartitionTimes} from './partition-times.ts';
import {materialize} from './materialize.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import type {ColumnSource, RowShape} from './columns.ts';
import {doubtless} from './group-probe.ts';
import type {FusedNode} from './node-compiler.ts';
import type {SegmentWriter} from './segment-writer.ts';

export const watermark: FusedNode<'watermark'> = {
  kind: 'fused',
  write(node, segment, input, build, index) {
    const {writer} = segment;
    const rowtime = input.columns[node.column] as ColumnSource;
    const refuse = (row: number): void =>
      segment.rejects.reject(
        fail('data', 'null-rowtime', `the event time "${rowtime.title}" is NULL`, {
          hint: `leave such rows out before the watermark, or give the column a value with COALESCE`,
        }),
        row,
      );
    writer.block(js`if (${segment.tag(rowtime)} === 1)`, () => {
      writer.line(js`${writer.bind('refuse', refuse, 'a row without event time')}(row);`);
      writer.line(segment.leave);
    });
    if (!build.usesTime(index)) return input;
    const {partitionTimes} = build.segmentStage;
    const state = partitionTimes === null ? new WatermarkState() : new PartitionWatermarks();
    build.keep(state);
    build.segmentStage.ownWatermarks.push(state);
    if (node.idleAfterMs !== null) build.segmentStage.idleAfterMs = node.idleAfterMs;
    const time = timeCell(node, segment, input);
    const isPresent = time.present === null ? js`` : js`${time.present} && `;
    const kept = writer.bind(
      'watermark',
      state,
      partitionTimes === null ? 'the greatest watermark so far' : 'the greatest watermark of each partition',
    );
    const place = partitionTimes === null ? js`${kept}.value` : partitionPlace(segment, kept, partitionTimes);
    // What comes behind judges the row by the watermark before it.
    const before = writer.const('before', place);
    writer.line(js`if (${isPresent}${time.value} > ${before}) ${place} = ${time.value};`);
    return {...input, time: {source: state, before: () => before}};
  },
};

/** Where the watermark of the row's own partition stands. */
function partitionPlace({writer}: SegmentWriter, kept: Js, {numbers}: PartitionTimes): Js {
  const partition = writer.const('partition', js`${writer.bind('partitions', numbers, 'the partition of each row')}[row]`);
  return js`${kept}.values[${partition}]`;
}

/** The watermark that a row alone would give: inline, or through a column where it must be computed by its definition. */
function timeCell(node: NodeOf<'watermark'>, segment: SegmentWriter, input: RowShape): {readonly value: Js; readonly present: Js | null} {
  const cell = node.expression.kind === 'column' ? null : doubtless(segment, node.expression, input.columns);
  if (cell?.kind === 'number') return {value: segment.writer.const('time', cell.value), present: cell.present};
  const column = materialize(segment, node.expression, input.columns, 'watermark');
  return {value: segment.value(column), present: column.type.nullable ? js`${segment.tag(column)} === 0` : null};
}

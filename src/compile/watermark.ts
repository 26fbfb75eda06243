import {js} from '../code/js.ts';
import {fail} from '../base/problem.ts';
import {WatermarkState} from '../state/small-states.ts';
import {materialize} from './materialize.ts';
import type {ColumnSource} from './columns.ts';
import type {FusedNode} from './node-compiler.ts';

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
    const state = new WatermarkState();
    build.keep(state);
    build.segmentStage.ownWatermarks.push(state);
    if (node.idleAfterMs !== null) build.segmentStage.idleAfterMs = node.idleAfterMs;
    const time = materialize(segment, node.expression, input.columns, 'watermark');
    const kept = writer.bind('watermark', state, 'the greatest watermark so far');
    // What comes behind judges the row by the watermark before it.
    const before = writer.const('before', js`${kept}.value`);
    const isPresent = time.type.nullable ? js`${segment.tag(time)} === 0 && ` : js``;
    writer.line(js`if (${isPresent}${segment.value(time)} > ${before}) ${kept}.value = ${segment.value(time)};`);
    return {...input, time: {source: state, before: () => before}};
  },
};

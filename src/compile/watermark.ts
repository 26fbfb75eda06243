import {js} from '../code/js.ts';
import {fail} from '../base/problem.ts';
import {WatermarkState} from '../state/small-states.ts';
import {materialize} from './materialize.ts';
import type {ColumnSource} from './columns.ts';
import type {FusedNode} from './node-compiler.ts';

export const watermark: FusedNode<'watermark'> = {
  kind: 'fused',
  write(node, segment, input, build) {
    const state = new WatermarkState();
    build.keep(state);
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
    const time = materialize(segment, node.expression, input.columns, 'watermark');
    const kept = writer.bind('watermark', state, 'the greatest watermark so far');
    writer.line(js`if (${segment.value(time)} > ${kept}.value) ${kept}.value = ${segment.value(time)};`);
    return input;
  },
};

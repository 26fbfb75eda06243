import {js} from '../code/js.ts';
import type {Vector} from '../flow/batch.ts';
import {materialize} from './materialize.ts';
import type {NodeCompiler} from './node-compiler.ts';
import {batchOf} from './queued-stage.ts';
import {Stage} from './stage.ts';

/** Writes one row for each list. Rows that change are given on as taken back and inserted: of the several rows of an update none stands next to its other half. */
export const expand: NodeCompiler<'expand'> = {
  kind: 'stage',
  carriesTime: true,
  stage(node, index, build) {
    return new Stage(index, batchOf(build, node.schema, node.changelog !== 'append'), {mostRows: build.stepRows});
  },
  write(node, segment, input, build, index) {
    const stage = build.stage(index);
    const {batch} = stage;
    const {writer} = segment;
    const room = segment.batch(batch, 'rows of all lists');
    const title = (column: number): string => node.schema.columns[column]?.name ?? '';
    const columns = node.lists.map(list => list.map((expr, at) => materialize(segment, expr, input.columns, title(at))));
    for (const column of columns.flat()) segment.readCell(column);
    for (const list of columns) {
      const row = writer.const('out', js`${room}.count++`);
      for (const [position, column] of list.entries()) segment.copyCell(column, batch.vectors[position] as Vector, row, title(position));
      segment.carryTime(stage, row, input);
      if (batch.kinds === null) continue;
      const given = input.kinds === null ? js`0` : js`${writer.bind('kinds', input.kinds, 'change kinds of the input')}[row] & 1 ? 3 : 0`;
      writer.line(js`${writer.bind('kinds', batch.kinds, 'change kinds')}[${row}] = ${given};`);
    }
    segment.fills(stage, node.lists.length);
  },
};

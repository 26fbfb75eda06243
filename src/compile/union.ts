import {js} from '../code/js.ts';
import {createBatch, type Vector} from '../flow/batch.ts';
import {physicalOf} from '../types/sql-type.ts';
import type {RowShape} from './columns.ts';
import type {NodeCompiler} from './node-compiler.ts';
import type {SegmentWriter} from './segment-writer.ts';
import {Stage} from './stage.ts';

/** Brings rows that lie in different vectors together in its own. Texts are not copied, only where they are. */
export const union: NodeCompiler<'union'> = {
  kind: 'stage',
  carriesTime: true,
  stage(node, index, build) {
    const batch = createBatch(
      build.memory,
      node.schema.columns.map(column => physicalOf(column.type)),
      node.changelog !== 'append',
    );
    return new Stage(index, batch, {mostRows: build.stepRows});
  },
  write(node, segment, input, build, index) {
    const {batch} = build.stage(index);
    const {writer} = segment;
    const room = segment.batch(batch, 'what the UNION ALL gives on');
    const row = writer.const('out', js`${room}.count++`);
    for (const [position, column] of input.columns.entries()) {
      segment.copyCell(column, batch.vectors[position] as Vector, row, node.schema.columns[position]?.name ?? '');
    }
    if (batch.kinds !== null) copyKind(segment, input, batch.kinds, row);
    segment.carryTime(build.stage(index), row, input);
    segment.fills(build.stage(index), 1);
  },
};

function copyKind(segment: SegmentWriter, input: RowShape, target: Uint8Array, row: ReturnType<typeof js>): void {
  const {writer} = segment;
  const out = writer.bind('kinds', target, 'change kinds');
  if (input.kinds === null) {
    writer.line(js`${out}[${row}] = 0;`);
    return;
  }
  const given = writer.bind('kinds', input.kinds, 'change kinds of the input');
  writer.line(js`${out}[${row}] = ${given}[row];`);
  // A filter before may have learnt only now that the row before was the first of a pair: see there.
  if (input.hasPairs) writer.line(js`if (${given}[row] === 2 && ${out}[${row} - 1] === 3) ${out}[${row} - 1] = 1;`);
}

import {js} from '../code/js.ts';
import {createBatch, type Vector} from '../flow/batch.ts';
import {physicalOf} from '../types/sql-type.ts';
import type {NodeCompiler} from './node-compiler.ts';
import {Stage} from './stage.ts';

/**
 * Leaves the old rows of updates out. A filter before may give one on as a delete, because it does not know yet whether the new row passes; when that turns up,
 * which is the next row, the delete is taken out again.
 */
export const dropOldRows: NodeCompiler<'drop-old-rows'> = {
  kind: 'stage',
  carriesTime: true,
  stage(node, index, build) {
    const physicals = node.schema.columns.map(column => physicalOf(column.type));
    return new Stage(index, createBatch(build.memory, physicals, true), {mostRows: build.stepRows});
  },
  write(node, segment, input, build, index) {
    const stage = build.stage(index);
    const {batch} = stage;
    const {writer} = segment;
    const kinds = writer.bind('kinds', input.kinds, 'change kinds of the input');
    const kept = writer.bind('kinds', batch.kinds, 'change kinds without old rows');
    const room = segment.batch(batch, 'rows without the old ones of updates');
    const deleted = writer.name('deleted');
    segment.before(js`let ${deleted} = -2;`);
    writer.line(js`if (${kinds}[row] === 1) ${segment.leave}`);
    writer.line(js`if (${deleted} === row - 1 && ${kinds}[row] === 2 && ${kinds}[row - 1] === 1) ${room}.count--;`);
    writer.line(js`if (${kinds}[row] === 3) ${deleted} = row;`);
    const out = writer.const('out', js`${room}.count++`);
    for (const [position, column] of input.columns.entries())
      segment.copyCell(column, batch.vectors[position] as Vector, out, node.schema.columns[position]?.name ?? '');
    writer.line(js`${kept}[${out}] = ${kinds}[row];`);
    segment.carryTime(stage, out, input);
    segment.fills(stage, 1);
  },
};

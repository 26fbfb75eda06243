import {js} from '../code/js.ts';
import {createBatch, Tag, type Vector} from '../flow/batch.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import {physicalOf} from '../types/sql-type.ts';
import type {ColumnSource} from './columns.ts';
import type {NodeCompiler} from './node-compiler.ts';
import {Stage} from './stage.ts';

/**
 * Takes the old rows of updates out, for those who go by key. What an old row was may be gone for good (its new row does not pass a filter, finds no partner in a
 * join, or has another key), so it is a delete, unless its new row follows directly and has the same key: then the delete is taken out again. Where pairs may
 * be cut it stays, so that results do not depend on where.
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
    const {writer, memory} = segment;
    const kinds = writer.bind('kinds', input.kinds, 'change kinds of the input');
    const kept = writer.bind('kinds', batch.kinds, 'change kinds without old rows');
    const room = segment.batch(batch, 'rows without the old ones of updates');
    if (input.hasPairs) {
      const deleted = writer.name('deleted');
      segment.before(js`let ${deleted} = -2;`);
      const same = writer.bind(
        'isSameKey',
        sameKey(node, memory.bytes, input.columns, batch.vectors),
        'whether the row deleted last has the key',
      );
      writer.line(js`if (${deleted} === row - 1 && ${kinds}[row] === 2 && ${same}(row, ${room}.count - 1)) ${room}.count--;`);
      writer.line(js`if (${kinds}[row] & 1) ${deleted} = row;`);
    }
    const out = writer.const('out', js`${room}.count++`);
    for (const [position, column] of input.columns.entries())
      segment.copyCell(column, batch.vectors[position] as Vector, out, node.schema.columns[position]?.name ?? '');
    writer.line(js`${kept}[${out}] = ${kinds}[row] === 1 ? 3 : ${kinds}[row];`);
    segment.carryTime(stage, out, input);
    segment.fills(stage, 1);
  },
};

/** Whether a row of the input and one of the output have the same key. */
function sameKey(
  node: NodeOf<'drop-old-rows'>,
  bytes: Uint8Array,
  columns: readonly ColumnSource[],
  given: readonly Vector[],
): (row: number, out: number) => boolean {
  const pairs = (node.key ?? []).map(key => [(columns[key] as ColumnSource).vector, given[key] as Vector] as const);
  return (row, out) =>
    node.key !== null &&
    pairs.every(([left, right]) => {
      const [tag, other] = [left.tags[row] as number, right.tags[out] as number];
      if ((tag | other) & Tag.null) return (tag & other & Tag.null) !== 0;
      // Two wide integers lie in different places of the side list, so they count as different: one delete more.
      if (left.physical !== 'text') return tag === other && tag !== Tag.wide && left.numbers[row] === right.numbers[out];
      const length = left.ranges[2 * row + 1] as number;
      if (length !== right.ranges[2 * out + 1]) return false;
      const [start, end] = [left.ranges[2 * row] as number, right.ranges[2 * out] as number];
      return Buffer.compare(bytes.subarray(start, start + length), bytes.subarray(end, end + length)) === 0;
    });
}

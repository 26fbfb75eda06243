import {type Js, js} from '../code/js.ts';
import {batchRows} from '../flow/batch.ts';
import {conjunctsOf} from '../plan/conjuncts.ts';
import type {Expr} from '../plan/expression.ts';
import type {RowShape} from './columns.ts';
import {ExpressionWriter} from './expression.ts';
import {asksForWatermark} from '../plan/expression-walk.ts';
import {withWatermark} from './current-watermark.ts';
import type {FusedNode} from './node-compiler.ts';
import type {SegmentWriter} from './segment-writer.ts';

export const filter: FusedNode<'filter'> = {
  kind: 'fused',
  usesTime: node => asksForWatermark([node.predicate]),
  write(node, segment, input) {
    const {columns, expressions} = withWatermark(segment, input, [node.predicate]);
    // A row is kept only when every operand of an AND is TRUE, so each may be tested by itself, as soon as possible.
    for (const conjunct of conjunctsOf(expressions[0] as Expr)) keepWhere(segment, conjunct, {...input, columns});
    return input.kinds === null || !input.hasPairs ? input : keepLawful(segment, input);
  },
};

/** Leaves the row unless the predicate is TRUE. */
export function keepWhere(segment: SegmentWriter, predicate: Expr, input: RowShape): void {
  segment.writer.line(js`if (!(${isTrue(segment, predicate, input)})) ${segment.leave}`);
}

/** The code of a condition that holds when the predicate is TRUE. */
export function isTrue(segment: SegmentWriter, predicate: Expr, input: Pick<RowShape, 'columns'>): Js {
  const expressions = new ExpressionWriter(segment, input.columns);
  const cell = segment.attempt(() => expressions.write(predicate));
  const test = (): Js => js`${segment.testing(predicate, input.columns, 'a condition')}(row)`;
  if (cell?.kind !== 'condition') return test();
  const {doubt} = expressions;
  return doubt === null ? cell.isTrue : js`${doubt} ? ${test()} : ${cell.isTrue}`;
}

/**
 * Of an update's pair one row may pass and the other not. Then the first becomes a delete, or the second an insert, so that what comes out is a lawful
 * changelog again. The first is a delete until its second turns up, which is the next row.
 */
function keepLawful(segment: SegmentWriter, input: RowShape): RowShape {
  const {memory, writer} = segment;
  const kinds = new Uint8Array(memory.wasm.buffer, memory.allocate(batchRows), batchRows);
  const given = writer.bind('kinds', input.kinds, 'change kinds of the input');
  const kept = writer.bind('kinds', kinds, 'change kinds after a filter');
  const before = writer.name('before');
  segment.before(js`let ${before} = -2;`);
  const kind = writer.const('kind', js`${given}[row]`);
  writer.line(js`${kept}[row] = ${kind} === 1 ? 3 : ${kind} === 2 && ${before} !== row - 1 ? 0 : ${kind};`);
  writer.line(js`if (${kind} === 1) ${before} = row;`);
  writer.line(js`else if (${kind} === 2 && ${before} === row - 1) ${kept}[row - 1] = 1;`);
  return {...input, kinds};
}

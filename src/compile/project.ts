import {js} from '../code/js.ts';
import type {Expr} from '../plan/expression.ts';
import type {ColumnSource} from './columns.ts';
import {asksForWatermark} from '../plan/expression-walk.ts';
import {withWatermark} from './current-watermark.ts';
import {materialize} from './materialize.ts';
import type {FusedNode} from './node-compiler.ts';

/** So many computed columns are written into the loop itself; more go into functions of their own, which V8 still optimises. */
const columnsInLoop = 30;

export const project: FusedNode<'project'> = {
  kind: 'fused',
  usesTime: node => asksForWatermark(node.expressions),
  write(node, segment, input) {
    const {columns: given, expressions} = withWatermark(segment, input, node.expressions);
    const columns: ColumnSource[] = [];
    const isComputed = (expr: Expr): boolean => expr.kind !== 'column' && expr.kind !== 'literal';
    const computed = expressions.filter(isComputed).length;
    const title = (index: number): string => node.schema.columns[index]?.name ?? '';
    if (computed <= columnsInLoop) {
      for (const [index, expr] of expressions.entries()) columns.push(materialize(segment, expr, given, title(index)));
    } else {
      for (let start = 0; start < expressions.length; start += columnsInLoop) {
        const part = expressions.slice(start, start + columnsInLoop);
        const name = segment.part(() => {
          for (const [index, expr] of part.entries()) columns.push(materialize(segment, expr, given, title(start + index)));
        });
        segment.writer.line(js`if (!${name}(row)) ${segment.leave}`);
      }
    }
    return {...input, columns};
  },
};

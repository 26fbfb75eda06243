import type {PlanBuilder} from '../builder.ts';
import type {Expr} from '../expression.ts';
import {joinInterval} from '../join-interval.ts';
import {isInOrder} from '../nodes/over.ts';
import {joinedWindows} from '../nodes/join.ts';

/** What a time is to a stream: the time of its events, by its watermark; or the time at which a row is worked on. */
export type TimeAttribute = 'event' | 'processing';

/** Whether a column of a node is a time attribute: it was declared as one, and nothing but its name has changed since. */
export function timeAttribute(builder: PlanBuilder, node: number, column: number): TimeAttribute | null {
  const found = builder.at(node);
  if (found.rowtime === column) return 'event';
  switch (found.kind) {
    case 'project':
      return timeOf(builder, found.input, found.expressions[column]!);
    case 'drop-old-rows':
    case 'filter':
    case 'limit':
    case 'sort':
    case 'time-sort':
    case 'watermark':
      return timeAttribute(builder, found.input, column);
    case 'join': {
      const [left, right] = found.inputs as readonly [number, number];
      if (found.lookup && column < found.leftColumns) return timeAttribute(builder, left, column);
      if (
        joinedWindows(found, builder.at(left), builder.at(right)) === null &&
        joinInterval(found, builder.at(left), builder.at(right)) === null
      )
        return null;
      return column < found.leftColumns ? timeAttribute(builder, left, column) : timeAttribute(builder, right, column - found.leftColumns);
    }
    case 'temporal-join':
      return column < found.leftColumns ? timeAttribute(builder, found.inputs[0]!, column) : null;
    case 'union': {
      const [first, ...others] = found.inputs.map(input => timeAttribute(builder, input, column));
      return others.every(other => other === first) ? (first ?? null) : null;
    }
    case 'assign-window':
    case 'assign-windows':
    case 'session-window':
      if (column >= found.width) return found.isProcessing && found.adds[column - found.width] === 'time' ? 'processing' : null;
      return timeAttribute(builder, found.input, column);
    case 'over':
      return column < found.first && !isInOrder(found) ? timeAttribute(builder, found.input, column) : null;
    case 'unnest':
      return column < found.first ? timeAttribute(builder, found.input, column) : null;
    case 'frame':
      return column === found.step ? null : timeAttribute(builder, found.input, column);
    case 'deduplicate':
      return timeAttribute(builder, found.input, column);
    case 'window-rank':
      return column === found.number ? null : timeAttribute(builder, found.input, column);
    case 'window-aggregate':
      return found.windowKeys.isProcessing && found.windowKeys.time === column ? 'processing' : null;
    case 'aggregate':
    case 'changelog-normalize':
    case 'from-changelog':
    case 'to-changelog':
    case 'expand':
    case 'rank':
    case 'replicate':
    case 'scan':
    case 'sink':
    case 'upsert-materialize':
    case 'values':
      return null;
  }
}

/** The same of an expression over a node. */
export function timeOf(builder: PlanBuilder, node: number, expression: Expr): TimeAttribute | null {
  if (expression.kind === 'column') return timeAttribute(builder, node, expression.index);
  return expression.kind === 'call' && expression.function === 'PROCTIME' ? 'processing' : null;
}

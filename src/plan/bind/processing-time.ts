import {behaviourOf} from '../nodes/index.ts';
import type {Session} from './session.ts';

/** Whether a column is the time at which its row is worked on: PROCTIME(), handed on. */
export function isProcessingTime(session: Session, node: number, column: number): boolean {
  const found = session.builder.at(node);
  if (found.kind === 'project') {
    const expression = found.expressions[column];
    if (expression?.kind === 'column') return isProcessingTime(session, found.input, expression.index);
    return expression?.kind === 'call' && expression.function === 'PROCTIME';
  }
  if (found.kind !== 'filter' && found.kind !== 'watermark' && found.kind !== 'over') return false;
  const [input] = behaviourOf(found).inputs(found);
  return input !== undefined && column < session.builder.schema(input).columns.length && isProcessingTime(session, input, column);
}

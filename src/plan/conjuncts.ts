import type {Expr} from './expression.ts';

/** The operands of an AND, and of those inside it. */
export function conjunctsOf(condition: Expr): readonly Expr[] {
  if (condition.kind === 'call' && condition.function === 'AND') return condition.arguments.flatMap(conjunctsOf);
  return [condition];
}

/** All of them; null when there is none. */
export function conjunction(conjuncts: readonly Expr[]): Expr | null {
  const [first, ...others] = conjuncts;
  return first === undefined ? null : others.reduce(both, first);
}

export function both(first: Expr, second: Expr): Expr {
  const nullable = first.type.nullable || second.type.nullable;
  return {kind: 'call', function: 'AND', words: [], arguments: [first, second], type: {kind: 'BOOLEAN', nullable}, span: first.span};
}

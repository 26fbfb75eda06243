import type {Schema} from '../../types/sql-type.ts';
import {Demand} from '../demand.ts';
import type {AggregateCall, Expr} from '../expression.ts';
import {mapCall} from '../expression-walk.ts';
import {aggregateCallText, nameText} from '../plan-text.ts';

/** What nodes have in common that give a row for each group: the keys, then the calls. */
export interface Grouping {
  readonly keys: readonly Expr[];
  readonly calls: readonly AggregateCall[];
}

export function mapGrouping<Node extends Grouping>(node: Node, map: (expression: Expr) => Expr): Node {
  return {...node, keys: node.keys.map(map), calls: node.calls.map(call => mapCall(call, map))};
}

/** All keys, since they tell groups apart, and what wanted calls read. */
export function groupingDemand({keys, calls}: Grouping, wanted: Demand): readonly Demand[] {
  const demand = new Demand();
  for (const key of keys) demand.addExpression(key);
  for (const [index, call] of calls.entries()) {
    if (!wanted.has(keys.length + index)) continue;
    for (const argument of call.arguments) demand.addExpression(argument);
    if (call.filter !== null) demand.addExpression(call.filter);
  }
  return [demand];
}

/** `SUM(a) AS s, COUNT(*) AS n` */
export function callsText({keys, calls}: Grouping, input: Schema, output: Schema): string {
  return calls
    .map((call, index) => `${aggregateCallText(call, input)} AS ${nameText(output.columns[keys.length + index]!.name)}`)
    .join(', ');
}

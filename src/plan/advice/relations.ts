import {someExpression} from '../expression-walk.ts';
import type {NodeOf} from '../nodes/index.ts';
import type {Advised, Advisor} from './advisor.ts';

/** What groups, tests and limits may say that was not meant. */
export function adviseOnRelations(advised: Advised, advisor: Advisor): void {
  for (const index of advised.used) {
    const node = advised.nodes[index]!;
    if (node.kind === 'aggregate' || node.kind === 'window-aggregate') adviseOnKeys(node, index, advised, advisor);
    if (node.kind === 'join') adviseOnNotIn(node, index, advised, advisor);
    if (node.kind === 'limit' && !advised.isOneLiner) adviseOnLimit(index, advised, advisor);
  }
}

/** SELECT DISTINCT, UNION and their like group by all that they have: nobody chose those columns as keys. */
function adviseOnKeys(node: NodeOf<'aggregate'> | NodeOf<'window-aggregate'>, index: number, {origins}: Advised, advisor: Advisor): void {
  if (origins.get(index)?.name !== 'GROUP BY') return;
  for (const key of node.keys) {
    if (key.type.kind !== 'DOUBLE' && key.type.kind !== 'FLOAT') continue;
    const shown = advisor.written(key.span, 'x');
    advisor.at(key.span, 'float-key', `groups are by a ${key.type.kind}, whose values are seldom exactly equal`, {
      detail: '0.1 + 0.2 and 0.3 are two groups',
      hint: `write CAST(${shown} AS DECIMAL(18, 2)), or ROUND or FLOOR it`,
    });
  }
}

/** NOT IN is unknown, and so never TRUE, as soon as one value is NULL. Then it can be no key, either. */
function adviseOnNotIn(node: NodeOf<'join'>, index: number, {origins, nodes}: Advised, advisor: Advisor): void {
  const origin = origins.get(index);
  const {residual, leftColumns} = node;
  if (node.type !== 'anti' || origin?.name !== 'NOT IN' || residual === null) return;
  const inner = nodes[node.inputs[1]!]!.schema.columns;
  const mayBeNull = someExpression(
    residual,
    expression =>
      expression.kind === 'column' && expression.index >= leftColumns && inner[expression.index - leftColumns]?.type.nullable === true,
  );
  if (!mayBeNull) return;
  advisor.in(origin.report, origin.span, 'not-in-null', 'NOT IN is never true once its query gives a NULL, and the query may give one', {
    detail: 'it also has to compare every row with every row',
    hint: 'write NOT EXISTS (SELECT … WHERE b.x = a.x), or declare the column NOT NULL',
  });
}

function adviseOnLimit(index: number, {origins}: Advised, advisor: Advisor): void {
  const origin = origins.get(index);
  if (origin === undefined) return;
  advisor.in(origin.report, origin.span, 'limit-without-order', 'LIMIT without ORDER BY gives whichever rows come first', {
    hint: 'add ORDER BY, if it matters which rows are given',
  });
}

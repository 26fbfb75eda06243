import {Demand} from '../demand.ts';
import type {Expr} from '../expression.ts';
import {expressionText, nameText} from '../plan-text.ts';
import {stateless, type Behaviour} from './behaviour.ts';

/**
 * Each row once for every element of the collection in `column`; behind the input's columns, which `first` counts, stand those of the element: the fields of a
 * ROW, the key and the value of a MAP, else the element itself (of a MULTISET as often as it is there). `ordinality`: and its number from 1, in one column more.
 * `outer`: a row without elements is given once, with NULL for all of them; `condition`, over all these columns, says which elements count.
 */
export interface UnnestShape {
  readonly kind: 'unnest';
  readonly input: number;
  readonly first: number;
  readonly column: number;
  readonly ordinality: boolean;
  readonly outer: boolean;
  readonly condition: Expr | null;
}

export const unnest: Behaviour<UnnestShape> = {
  inputs: node => [node.input],
  withInputs: (node, [input]) => ({...node, input: input!}),
  mapExpressions: (node, map) => ({...node, condition: node.condition === null ? null : map(node.condition)}),
  traits: (_node, given, [input]) => ({
    ...input!,
    schema: given.schema,
    changelog: input!.changelog === 'append' ? 'append' : 'retract',
    key: null,
  }),
  demand: (node, wanted) => {
    const demand = new Demand();
    for (const {column, path} of wanted.list()) if (column < node.first) demand.add(column, path);
    demand.add(node.column);
    const read = new Demand();
    if (node.condition !== null) read.addExpression(node.condition);
    for (const {column} of read.list()) if (column < node.first) demand.add(column);
    return [demand];
  },
  growth: () => stateless,
  describe: (node, [input], output) => {
    const name = nameText(input!.columns[node.column]!.name);
    return `unnest ${name}${node.ordinality ? ' with ordinality' : ''}${node.outer ? ', also rows without elements' : ''}${node.condition === null ? '' : ` where ${expressionText(node.condition, output)}`}`;
  },
};

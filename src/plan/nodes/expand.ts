import {Demand} from '../demand.ts';
import type {Expr} from '../expression.ts';
import {expressionText, nameText} from '../plan-text.ts';
import {stateless, type Behaviour} from './behaviour.ts';
import {movedWindow} from './project.ts';

/** Makes several rows of each row: one for each list of expressions, in their order. */
export interface ExpandShape {
  readonly kind: 'expand';
  readonly input: number;
  readonly lists: readonly (readonly Expr[])[];
}

export const expand: Behaviour<ExpandShape> = {
  inputs: node => [node.input],
  withInputs: (node, [input]) => ({...node, input: input!}),
  mapExpressions: (node, map) => ({...node, lists: node.lists.map(list => list.map(map))}),
  traits: (node, given, [input]) => ({
    schema: given.schema,
    // A row's old state is taken back as several rows before its new state comes: the two are no pairs.
    changelog: input!.changelog === 'append' ? 'append' : 'retract',
    key: null,
    rowtime: commonColumn(node.lists, input!.rowtime),
    bounded: input!.bounded,
    window: movedWindow(input!.window, column => (column === null ? -1 : (commonColumn(node.lists, column) ?? -1))),
  }),
  changes: (_node, [input]) => input!,
  oldRows: 'passed',
  needsOldRows: (_node, isNeeded) => [isNeeded],
  demand: (node, wanted) => {
    const demand = new Demand();
    for (const list of node.lists) for (const {column} of wanted.list()) demand.addExpression(list[column]!);
    return [demand];
  },
  growth: () => stateless,
  describe: (node, [input], output) => {
    const same = (index: number): boolean =>
      node.lists.every(list => expressionText(list[index]!, input!) === nameText(output.columns[index]!.name));
    const differing = output.columns.flatMap((_, index) => (same(index) ? [] : [index]));
    const lists = node.lists.map(list => `(${differing.map(index => expressionText(list[index]!, input!)).join(', ')})`);
    return `expand ${differing.map(index => nameText(output.columns[index]!.name)).join(', ')} to ${lists.join(', ')}`;
  },
};

/** Where a column of the input stands last in all of the lists (as a key, if it is one); null: nowhere. */
function commonColumn(lists: ExpandShape['lists'], column: number | null): number | null {
  const found = lists[0]!.findLastIndex((_, index) =>
    lists.every(list => list[index]!.kind === 'column' && (list[index] as Expr & {readonly kind: 'column'}).index === column),
  );
  return found === -1 ? null : found;
}

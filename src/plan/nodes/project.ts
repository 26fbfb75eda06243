import {columnPathOf, Demand} from '../demand.ts';
import type {Expr} from '../expression.ts';
import {expressionText, nameText} from '../plan-text.ts';
import {stateless, type Behaviour} from './behaviour.ts';
import type {WindowColumns} from './window.ts';

/** Computes one column an expression. */
export interface ProjectShape {
  readonly kind: 'project';
  readonly input: number;
  readonly expressions: readonly Expr[];
}

/** Where a window's columns are, when the node hands them on. */
export function movedWindow(window: WindowColumns | null, outputOf: (column: number) => number): WindowColumns | null {
  if (window === null) return null;
  const [start, end, time] = [outputOf(window.start), outputOf(window.end), window.time === null ? -1 : outputOf(window.time)];
  const sessionKeys = window.sessionKeys?.map(key => (key === -1 ? -1 : outputOf(key))) ?? null;
  return start === -1 || end === -1 ? null : {...window, start, end, time: time === -1 ? null : time, sessionKeys};
}

export const project: Behaviour<ProjectShape> = {
  inputs: node => [node.input],
  withInputs: (node, [input]) => ({...node, input: input!}),
  mapExpressions: (node, map) => ({...node, expressions: node.expressions.map(map)}),
  traits: (node, given, [input]) => {
    const outputOf = (column: number): number =>
      node.expressions.findIndex(expression => expression.kind === 'column' && expression.index === column);
    const key = input!.key?.map(outputOf) ?? null;
    const rowtime = input!.rowtime === null ? -1 : outputOf(input!.rowtime);
    return {
      schema: given.schema,
      changelog: input!.changelog,
      key: key === null || key.includes(-1) ? null : key,
      rowtime: rowtime === -1 ? null : rowtime,
      bounded: input!.bounded,
      window: movedWindow(input!.window, outputOf),
    };
  },
  changes: (_node, [input]) => input!,
  oldRows: 'passed',
  needsOldRows: (_node, isNeeded) => [isNeeded],
  demand: (node, wanted) => {
    const demand = new Demand();
    for (const {column, path} of wanted.list()) {
      const expression = node.expressions[column]!;
      const chain = columnPathOf(expression);
      if (chain === null) demand.addExpression(expression);
      else demand.add(chain.column, [...chain.path, ...path]);
    }
    return [demand];
  },
  growth: () => stateless,
  describe: (node, [input], output) => {
    const parts = node.expressions.map((expression, index) => {
      const text = expressionText(expression, input!);
      const name = nameText(output.columns[index]!.name);
      return text === name ? text : `${text} AS ${name}`;
    });
    return `project ${parts.join(', ')}`;
  },
};

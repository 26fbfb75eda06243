import type {Problem, SourceText} from '../../base/problem.ts';
import {PlanBuilder} from '../builder.ts';
import {behaviourOf, type PlanNode} from '../nodes/index.ts';

/** The nodes of a plan while rules work on them: inputs before their users. */
export interface Graph {
  readonly nodes: readonly PlanNode[];
  readonly sinks: readonly number[];
}

export interface RuleContext {
  readonly timeZone: string;
  /** The main text, to which the places of expressions belong. */
  readonly source: SourceText;
  readonly warn: (problem: Problem) => void;
}

/** Gives a plan that has the same rows and does less. */
export interface Rule {
  readonly name: string;
  readonly summary: string;
  apply(graph: Graph, context: RuleContext): Graph;
}

/** A graph that is being rebuilt from its inputs to its sinks. */
export interface Rewriting {
  readonly builder: PlanBuilder;
  /** Whether a node of the new graph takes the place of one that several others read. */
  isShared(node: number): boolean;
}

/**
 * Rebuilds the part of a graph that its sinks need. `replace` gets each node with its inputs already those of the new graph, and returns the node of the new
 * graph that takes its place.
 */
export function rewritten(graph: Graph, replace: (node: PlanNode, rewriting: Rewriting) => number): Graph {
  const builder = new PlanBuilder();
  const users = usersOf(graph);
  const shared = new Set<number>();
  const replacements = new Map<number, number>();
  const taken = new Set<number>();
  const rewriting: Rewriting = {builder, isShared: node => shared.has(node)};
  for (const [index, node] of graph.nodes.entries()) {
    if (users[index] === 0) continue;
    const behaviour = behaviourOf(node);
    const inputs = behaviour.inputs(node).map(input => replacements.get(input)!);
    // Two users of one replacement share it, also where each was the only user of its own node before.
    const replacement = replace(behaviour.withInputs(node, inputs), rewriting);
    if (users[index]! > 1 || taken.has(replacement)) shared.add(replacement);
    taken.add(replacement);
    replacements.set(index, replacement);
  }
  return {nodes: builder.nodes, sinks: graph.sinks.map(sink => replacements.get(sink)!)};
}

/** How many nodes read each node, sinks counting as read once; 0 for what no sink needs. */
export function usersOf(graph: Graph): readonly number[] {
  const users = graph.nodes.map(() => 0);
  for (const sink of graph.sinks) users[sink] = users[sink]! + 1;
  for (let index = graph.nodes.length - 1; index >= 0; index--) {
    const node = graph.nodes[index]!;
    if (users[index] === 0) continue;
    for (const input of behaviourOf(node).inputs(node)) users[input] = users[input]! + 1;
  }
  return users;
}

/** The nodes that the sinks need, and no others. */
export function withoutUnused(graph: Graph): Graph {
  return rewritten(graph, (node, {builder}) => builder.add(node, node));
}

import {behaviourOf, type PlanNode} from './nodes/index.ts';

/** True when `test` holds for a node or one below it. Each is asked once, however many read it. */
export function someBelow(nodes: readonly PlanNode[], from: number, test: (node: PlanNode) => boolean): boolean {
  const seen = new Set<number>();
  const waiting = [from];
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    if (seen.has(index)) continue;
    seen.add(index);
    const node = nodes[index]!;
    if (test(node)) return true;
    waiting.push(...behaviourOf<PlanNode>(node).inputs(node));
  }
  return false;
}

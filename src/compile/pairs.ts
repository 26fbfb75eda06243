import {behaviourOf, type PlanNode} from '../plan/nodes/index.ts';

/** Of these the rows of an update may come apart: as they are read, or each at its own time. */
const apart: readonly PlanNode['kind'][] = ['scan', 'from-changelog', 'temporal-join', 'session-window'];

/** Whether a node's updates come in pairs, -U directly before its +U. What a source gives may be cut between the two, and so may what only passes it on. */
export function comesInPairs(node: PlanNode, at: (index: number) => PlanNode): boolean {
  if (node.changelog !== 'retract' || apart.includes(node.kind)) return false;
  const passesOn = node.kind === 'filter' || node.kind === 'project' || node.kind === 'watermark' || node.kind === 'union';
  return (
    !passesOn ||
    behaviourOf<PlanNode>(node)
      .inputs(node)
      .every(input => at(input).changelog === 'append' || comesInPairs(at(input), at))
  );
}

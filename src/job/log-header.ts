import {createHash} from 'node:crypto';
import {Fingerprints} from '../compile/fingerprint.ts';
import {version} from '../base/version.ts';
import {type LogHeader, logFormat} from '../commit/record.ts';
import {growthOf} from '../plan/explain.ts';
import {behaviourOf} from '../plan/nodes/index.ts';
import type {Plan} from '../plan/plan.ts';
import type {TablePlan} from '../plan/table.ts';

/**
 * What a job's log belongs to: the operators that keep state, and the tables that are read and written, in their order. A script that was edited elsewhere (a
 * filter behind them, a format's option, a broker's address) goes on with the same log.
 */
export function logHeader(plan: Plan): LogHeader {
  const fingerprints = new Fingerprints(plan);
  const operators = plan.nodes.flatMap((_, index) =>
    keepsState(plan, index) ? [{name: describe(plan, index), fingerprint: fingerprints.of(index)}] : [],
  );
  const tables = plan.nodes.flatMap(node => {
    if (node.kind === 'scan') return [['reads', ...identityOf(node.table)]];
    if (node.kind === 'sink') return [['writes', ...(node.target.kind === 'table' ? identityOf(node.target.table) : ['console'])]];
    return [];
  });
  const text = JSON.stringify([operators.map(({fingerprint}) => fingerprint), tables]);
  return {
    format: logFormat,
    engineVersion: version,
    planFingerprint: createHash('sha256').update(text).digest('hex').slice(0, 32),
    operators,
  };
}

/** Whether something is lost when only positions are known. */
export function keepsState(plan: Plan, index: number): boolean {
  const node = plan.nodes[index];
  return node !== undefined && growthOf(plan, node).kind !== 'none';
}

function describe(plan: Plan, index: number): string {
  const node = plan.nodes[index]!;
  const behaviour = behaviourOf(node);
  const inputs = behaviour.inputs(node).map(input => plan.nodes[input]!.schema);
  return behaviour.describe(node, inputs, node.schema);
}

function identityOf({connector, options}: TablePlan): readonly string[] {
  return [connector, ...['path', 'topic', 'topic-pattern'].map(key => options.get(key) ?? '')];
}

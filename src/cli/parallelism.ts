import type {Problem} from '../base/problem.ts';
import {connectorTable} from '../connectors/catalog.ts';
import {findConnector} from '../connectors/index.ts';
import type {Expr} from '../plan/expression.ts';
import type {NodeOf, PlanNode} from '../plan/nodes/index.ts';
import type {Plan} from '../plan/plan.ts';

/** Connectors whose rows are shared out among the processes of a job, by partition. */
const sharedOut: ReadonlySet<string> = new Set(['kafka', 'upsert-kafka']);

/**
 * Why a job cannot run as several processes, each of which reads some partitions and knows nothing of the others; empty: it can. Rows that belong together must
 * come to one process: those of one group do where the key of the messages is part of the group.
 */
export function parallelProblems(job: string, plan: Plan, count: number): readonly Problem[] {
  if (count <= 1) return [];
  const spreads: Spread[] = [];
  const reasons = new Set<string>();
  for (const node of plan.nodes) {
    const judged = judge(node, spreads);
    if (typeof judged === 'string') reasons.add(judged);
    spreads.push(typeof judged === 'string' ? null : judged);
  }
  return [...reasons].map(reason => ({
    kind: 'invalid',
    severity: 'error',
    code: 'not-partitioned',
    message: `job "${job}" cannot run as ${count} processes: ${reason}`,
    hint: 'run it as one, or write the rows to a topic by that key first and read them from there',
  }));
}

/**
 * Columns of a node that together decide to which process a row comes: rows that are equal in them come to the same, as far as they are of one topic (another one
 * may have another number of partitions). Null: nothing is known.
 */
type Spread = {readonly topic: string; readonly columns: readonly number[]} | null;

/** The spread of a node's rows, or why it cannot do its work on some partitions alone. */
function judge(node: PlanNode, spreads: readonly Spread[]): Spread | string {
  switch (node.kind) {
    case 'scan':
      return sharedOut.has(node.table.connector) ? keySpread(node) : `every process would read all of table "${node.table.name}"`;
    case 'filter':
    case 'watermark':
    case 'assign-window':
    case 'assign-windows':
    case 'drop-old-rows':
    case 'unnest':
      return spreads[node.input] ?? null; // Their columns stand where they stood; new ones come behind.
    case 'project':
      return moved(spreads[node.input] ?? null, node.expressions);
    case 'union': {
      const [first = null, ...others] = node.inputs.map(input => spreads[input] ?? null);
      return first !== null && others.every(other => JSON.stringify(other) === JSON.stringify(first)) ? first : null;
    }
    case 'aggregate':
    case 'window-aggregate':
      return moved(spreads[node.input] ?? null, node.keys) ?? scattered;
    case 'changelog-normalize':
    case 'deduplicate':
    case 'upsert-materialize':
      return isWithin(spreads[node.input], node.keys) ? (spreads[node.input] ?? null) : scattered;
    case 'rank':
      return isWithin(spreads[node.input], node.partition) ? (spreads[node.input] ?? null) : scattered;
    case 'sink':
      return sinkReason(node);
    case 'values':
      return 'every process would give the rows that stand in the SQL';
    case 'join':
    case 'temporal-join':
      return 'rows that a JOIN brings together may be in different partitions';
    case 'expand':
    case 'frame':
    case 'from-changelog':
    case 'limit':
    case 'over':
    case 'replicate':
    case 'session-window':
    case 'sort':
    case 'time-sort':
    case 'to-changelog':
    case 'window-rank':
      return `a step of it (${node.kind}) needs all rows`;
  }
}

const scattered = 'rows of one group are in several partitions, because the group has not all columns of the key of the messages';

function isWithin(spread: Spread | undefined, keys: readonly number[]): boolean {
  return spread !== null && spread !== undefined && spread.columns.every(column => keys.includes(column));
}

/** Messages of one key are in one partition. */
function keySpread({table, wanted}: NodeOf<'scan'>): Spread {
  const listed = table.options.get('key.fields')?.split(';') ?? [];
  const names = table.connector === 'upsert-kafka' ? table.primaryKey : listed.map(name => name.trim()).filter(Boolean);
  const columns = names.map(name => wanted.findIndex(one => one.kind === 'physical' && one.path.length === 1 && one.path[0] === name));
  const topic = table.options.get('topic');
  if (topic === undefined || topic.includes(';') || columns.length === 0 || columns.includes(-1)) return null;
  return {topic: JSON.stringify([table.options.get('properties.bootstrap.servers'), topic]), columns};
}

/** Where the columns are among expressions; null where one is lost. */
function moved(spread: Spread, expressions: readonly Expr[]): Spread {
  if (spread === null) return null;
  const columns = spread.columns.map(column => expressions.findIndex(one => one.kind === 'column' && one.index === column));
  return columns.includes(-1) ? null : {...spread, columns};
}

function sinkReason({target}: NodeOf<'sink'>): Spread | string {
  if (target.kind === 'console') return null;
  const {table} = target;
  const counts = findConnector(table.connector)?.counts?.(connectorTable(table)) ?? 'run';
  return counts === 'cut' ? `every process would write the files of table "${table.name}"` : null;
}

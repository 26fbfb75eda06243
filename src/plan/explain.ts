import {behaviourOf, type PlanNode} from './nodes/index.ts';
import type {Plan} from './plan.ts';
import {nameText, schemaText} from './plan-text.ts';

/** The plan as text: a tree for each sink, inputs below their users; each node with its columns and what its rows do. A shared input is drawn once. `modes`: for each node, Flink's words for what its rows do. */
export function explainPlan(plan: Plan, modes: readonly string[] | null = null): string {
  const users = usersOf(plan);
  const shared = plan.nodes.flatMap((_, index) => (users[index]! > 1 ? [index] : []));
  const drawn = new Set<number>();
  const lines: string[] = [];
  const draw = (index: number, first: string, rest: string): void => {
    const node = plan.nodes[index]!;
    const mark = shared.includes(index) ? `#${shared.indexOf(index) + 1} ` : '';
    if (drawn.has(index)) {
      lines.push(`${first}${mark}as above`);
      return;
    }
    drawn.add(index);
    const behaviour = behaviourOf(node);
    const inputs = behaviour.inputs(node);
    const text = behaviour.describe(
      node,
      inputs.map(input => plan.nodes[input]!.schema),
      node.schema,
    );
    lines.push(`${first}${mark}${text}`);
    const stem = inputs.length > 0 ? '│  ' : '   ';
    lines.push(`${rest}${stem}${traitsText(node, modes?.[index] ?? null)}`);
    for (const [position, input] of inputs.entries()) {
      const isLast = position === inputs.length - 1;
      draw(input, `${rest}${isLast ? '└─ ' : '├─ '}`, `${rest}${isLast ? '   ' : '│  '}`);
    }
  };
  for (const sink of plan.sinks) {
    if (lines.length > 0) lines.push('');
    draw(sink, '', '');
  }
  return `${lines.length === 0 ? 'nothing to run' : lines.join('\n')}\n`;
}

function usersOf(plan: Plan): readonly number[] {
  const users = plan.nodes.map(() => 0);
  for (const node of plan.nodes) {
    for (const input of behaviourOf(node).inputs(node)) users[input] = users[input]! + 1;
  }
  return users;
}

const changelogText = {append: 'inserts', upsert: 'inserts, updates and deletes by key', retract: 'inserts, updates and deletes'};

function traitsText(node: PlanNode, mode: string | null): string {
  const {schema, changelog, key, rowtime, bounded} = node;
  const name = (index: number): string => nameText(schema.columns[index]?.name ?? `#${index}`);
  const parts = [schema.columns.length === 0 ? 'no columns' : schemaText(schema), mode ?? changelogText[changelog]];
  if (key !== null && key.length > 0) parts.push(`key ${key.map(name).join(', ')}`);
  if (rowtime !== null) parts.push(`time ${name(rowtime)}`);
  if (!bounded) parts.push('endless');
  return parts.join(' · ');
}

/** The plan as JSON: BIGINT and DECIMAL values as text, maps as objects, bytes in hexadecimal digits. */
export function planJson(plan: Plan): string {
  return JSON.stringify(jsonOf(plan), null, 2);
}

function jsonOf(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(jsonOf);
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<unknown, unknown>)];
    return Object.fromEntries(entries.map(([key, item]) => [typeof key === 'string' ? key : JSON.stringify(jsonOf(key)), jsonOf(item)]));
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonOf(item)]));
}

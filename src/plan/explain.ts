import type {Problem} from '../base/problem.ts';
import type {StateGrowth} from './nodes/behaviour.ts';
import {behaviourOf, type PlanNode} from './nodes/index.ts';
import type {Plan} from './plan.ts';
import {causeJson, placeText, replayText, type ReplayCause} from './replay.ts';
import {nameText, schemaText} from './plan-text.ts';

export interface ExplainOptions {
  /** For each node, Flink's words for what its rows do. */
  readonly modes?: readonly string[] | null;
  /** What gives other values when the same input is read again; absent: it is not told. */
  readonly replay?: readonly ReplayCause[];
}

/**
 * The plan as text: a tree for each sink, inputs below their users; each node with its columns, what its rows do, and what it keeps. A shared input is drawn
 * once.
 */
export function explainPlan(plan: Plan, {modes = null, replay}: ExplainOptions = {}): string {
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
    const kept = keptText(plan, node);
    if (kept !== '') lines.push(`${rest}${stem}keeps ${kept}`);
    for (const [position, input] of inputs.entries()) {
      const isLast = position === inputs.length - 1;
      draw(input, `${rest}${isLast ? '└─ ' : '├─ '}`, `${rest}${isLast ? '   ' : '│  '}`);
    }
  };
  for (const sink of plan.sinks) {
    if (lines.length > 0) lines.push('');
    draw(sink, '', '');
  }
  if (lines.length === 0) return 'nothing to run\n';
  if (replay !== undefined) lines.push('', `replay: ${replayText(replay)}`);
  return `${lines.join('\n')}\n`;
}

/** Advice as lines behind a plan: `advice: 3:8 AVG of an INT is a whole number: … (write …)`. */
export function adviceText(advice: readonly Problem[]): string {
  if (advice.length === 0) return 'advice: none\n';
  const lines = advice.map(({message, hint, place}) => {
    const where = place?.kind === 'text' ? `${placeText(place)} ` : '';
    return `advice: ${where}${message}${hint === undefined ? '' : ` (${hint})`}\n`;
  });
  return lines.join('');
}

export function growthOf(plan: Plan, node: PlanNode): StateGrowth {
  const behaviour = behaviourOf<PlanNode>(node);
  return behaviour.growth(
    node,
    behaviour.inputs(node).map(input => plan.nodes[input]!),
  );
}

/** `one row per key of auction, for ever`; empty: nothing. */
function keptText(plan: Plan, node: PlanNode): string {
  const {kind, text} = growthOf(plan, node);
  if (kind === 'none') return '';
  const grows = kind === 'keys' || kind === 'rows';
  return grows ? `${text}, ${isEndless(plan, node) ? 'for ever' : 'until the input ends'}` : text;
}

/** Whether an input of a node goes on for ever. */
function isEndless(plan: Plan, node: PlanNode): boolean {
  return behaviourOf<PlanNode>(node)
    .inputs(node)
    .some(input => !plan.nodes[input]!.bounded);
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

/**
 * The plan as JSON: BIGINT and DECIMAL values as text, maps as objects, bytes in hexadecimal digits. Each node has its `state`: what it keeps, and whether that
 * grows for ever. `replay`, where it is given, says whether the same input gives the same values again, and if not, why.
 */
export function planJson(plan: Plan, replay?: readonly ReplayCause[]): string {
  const nodes = plan.nodes.map(node => {
    const {kind, text} = growthOf(plan, node);
    const growsForever = (kind === 'keys' || kind === 'rows') && isEndless(plan, node);
    return {...node, state: kind === 'none' ? null : {kind, keeps: text, growsForever}};
  });
  const told = replay === undefined ? {} : {replay: {sameValues: replay.length === 0, causes: replay.map(causeJson)}};
  return JSON.stringify(jsonOf({...plan, nodes, ...told}), null, 2);
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

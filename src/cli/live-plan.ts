import {systemClock} from '../base/clock.ts';
import type {RunOptions} from '../job/contract.ts';
import {prepare, type Prepared} from '../job/prepare.ts';
import type {Plan} from '../plan/plan.ts';
import {queryRequest} from './actions/query.ts';
import type {Invocation} from './commands/define.ts';
import {flags} from './flags.ts';
import {LiveTable} from './live-table.ts';

/** A query whose result is watched while it changes. */
export interface LivePlan {
  /** It gives each change. */
  readonly plan: Plan;
  readonly table: LiveTable;
  readonly console: RunOptions['console'];
}

/**
 * For somebody who looks at a terminal and has asked for no other form: the plan that gives changes, and the table that they are painted into. Null: the result does
 * not change, or is there as soon as its input, which is not waited for.
 */
export async function livePlan(
  invocation: Invocation,
  {prepared, plan, stop}: {readonly prepared: Prepared; readonly plan: Plan; readonly stop: AbortSignal},
): Promise<LivePlan | null> {
  const {options, world} = invocation;
  const others = [flags.output, flags.limit, flags.expect, flags.changelog];
  if (others.some(flag => options.isChosen(flag)) || world.environment['TERM'] === 'dumb') return null;
  if (!isOneResult(plan) || !comesSlowly(plan, world.isInputLive)) return null;
  const changing = changes(plan) ? plan : await planOfChanges(invocation, prepared, stop);
  if (changing === null) return null;
  const table = new LiveTable({plan: changing, world, clock: systemClock, header: !options.isOn(flags.noHeader)});
  return {plan: changing, table, console: {format: 'cells', options: new Map()}};
}

function isOneResult(plan: Plan): boolean {
  const sinks = plan.nodes.filter(node => node.kind === 'sink');
  return sinks.length === 1 && sinks.every(({target}) => target.kind === 'console');
}

function comesSlowly(plan: Plan, isInputLive: boolean): boolean {
  return plan.nodes.some(node => node.kind === 'scan' && (!node.bounded || (node.table.connector === 'stdin' && isInputLive)));
}

function changes(plan: Plan): boolean {
  return plan.nodes.some(node => node.kind === 'sink' && node.changelog !== 'append');
}

/** Final rows are the plan of a query whose input ends. The same query can give each change; where it cannot (rows in an order), its rows come at the end. */
async function planOfChanges(invocation: Invocation, {standardInput}: Prepared, stop: AbortSignal): Promise<Plan | null> {
  const {plan} = await prepare({...queryRequest(invocation), standardInput, changelog: true, advise: false, stop});
  return plan !== null && changes(plan) ? plan : null;
}

import {fail} from '../base/problem.ts';
import type {RunOptions} from '../job/contract.ts';
import type {Plan} from '../plan/plan.ts';
import {flags} from './flags.ts';
import type {Options} from './options.ts';
import type {World} from './world.ts';

/** How rows are printed: what was asked for, else a table for a person who looks at something that ends, else lines of JSON. */
export function consoleOutput(options: Options, world: World, plans: readonly Plan[]): RunOptions['console'] {
  const format = options.value(flags.output) ?? (world.isOutputTerminal && plans.every(plan => hasAnEnd(plan, world)) ? 'table' : 'ndjson');
  const settings = new Map<string, string>([['header', options.isOn(flags.noHeader) ? 'false' : 'true']]);
  if (world.columns !== null) settings.set('width', String(world.columns));
  return {format, options: settings};
}

/**
 * A table is printed when the input ends, so a stream whose rows could be seen as they come must not become one. A pipe may be such a stream, whatever the plan
 * takes it for; groups and sorted rows come at the end anyway.
 */
function hasAnEnd(plan: Plan, world: World): boolean {
  return (
    plan.nodes.every(node => node.kind !== 'scan' || (node.bounded && !(node.table.connector === 'stdin' && world.isInputLive))) ||
    plan.nodes.some(node => node.kind === 'sort' || (node.kind === 'aggregate' && node.emit === 'final'))
  );
}

/** What one job prints of its own: the plan's bare queries. */
export interface PrintedPlan {
  readonly plan: Plan;
  readonly console: RunOptions['console'];
}

/**
 * Rows of several results take turns in the output. Lines that speak for themselves can; an array cannot be opened inside another, and a header means what stands
 * below it. A table is written as a whole when its job ends, so that only those of several jobs could tear each other.
 */
export function refuseMixture(jobs: readonly PrintedPlan[]): void {
  const printing = jobs.flatMap(({plan, console}) => {
    const results = plan.nodes.filter(node => node.kind === 'sink' && node.target.kind === 'console').length;
    return results === 0 ? [] : [{console, results}];
  });
  const results = printing.reduce((sum, one) => sum + one.results, 0);
  if (results < 2) return;
  const single = printing.find(({console: {format, options}}) => {
    if (format === 'csv' || format === 'tsv') return options.get('header') !== 'false';
    return format === 'json' || format === 'markdown' || (format === 'table' && printing.length > 1);
  });
  if (single === undefined) return;
  const {format} = single.console;
  const headerless = format === 'csv' || format === 'tsv' ? ', or --no-header' : '';
  throw fail('usage', 'several-results', `-o ${format} is for one result, and here are ${results}, whose rows take turns`, {
    hint: `use -o ndjson${headerless}, or run one query at a time`,
  });
}

import type {RunOptions} from '../job/contract.ts';
import type {Plan} from '../plan/plan.ts';
import {flags} from './flags.ts';
import type {Options} from './options.ts';
import type {World} from './world.ts';

/** How rows are printed: what was asked for, else a table for a person who looks at something that ends, else lines of JSON. */
export function consoleOutput(options: Options, world: World, plans: readonly Plan[]): RunOptions['console'] {
  const format = options.value(flags.output) ?? (world.isOutputTerminal && plans.every(endsByItself) ? 'table' : 'ndjson');
  const settings = new Map<string, string>([['header', options.isOn(flags.noHeader) ? 'false' : 'true']]);
  if (world.columns !== null) settings.set('width', String(world.columns));
  return {format, options: settings};
}

/** A table is printed when the input ends, so a stream whose rows could be seen as they come must not become one. */
function endsByItself(plan: Plan): boolean {
  return (
    plan.nodes.every(node => node.kind !== 'scan' || node.bounded) ||
    plan.nodes.some(node => node.kind === 'aggregate' && node.emit === 'final')
  );
}

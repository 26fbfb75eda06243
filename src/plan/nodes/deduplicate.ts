import {Demand} from '../demand.ts';
import {nameText} from '../plan-text.ts';
import {growthByKey, type Behaviour} from './behaviour.ts';
import {forgottenText, kept} from './time-to-live.ts';

/**
 * One row for each key: the one whose `time` is the least (of equal ones the first that came) or the greatest (the last that came). Without `time` it is the
 * first or last that came. The input only adds rows.
 */
export interface DeduplicateShape {
  readonly kind: 'deduplicate';
  /** What has not changed for so long is forgotten; absent: nothing is. */
  readonly ttlMs?: number;
  readonly input: number;
  /** Columns of the input. */
  readonly keys: readonly number[];
  readonly time: number | null;
  readonly keep: 'first' | 'last';
}

export const deduplicate: Behaviour<DeduplicateShape> = {
  inputs: node => [node.input],
  withInputs: (node, [input]) => ({...node, input: input!}),
  mapExpressions: node => node,
  traits: (node, _given, [input]) => ({
    ...input!,
    // What came first stays for ever; by time an earlier row may come later.
    changelog: node.keep === 'first' && node.time === null ? 'append' : 'retract',
    key: node.keys,
  }),
  demand: (node, wanted) => {
    const demand = new Demand();
    demand.addAll(wanted);
    for (const key of node.keys) demand.add(key);
    if (node.time !== null) demand.add(node.time);
    return [demand];
  },
  growth: (node, [input]) => {
    const names = node.keys.map(key => nameText(input!.schema.columns[key]!.name));
    return kept(growthByKey(node.keep === 'first' && node.time === null ? 'a mark' : 'one row', names), node.ttlMs);
  },
  describe: (node, [input]) => {
    const name = (column: number): string => nameText(input!.columns[column]!.name);
    const by = node.keys.length === 0 ? 'of all rows' : `of each ${node.keys.map(name).join(', ')}`;
    return `keep the ${node.keep} row ${by}${node.time === null ? '' : ` by ${name(node.time)}`}${forgottenText(node.ttlMs)}`;
  },
};

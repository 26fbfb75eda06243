import {createHash} from 'node:crypto';
import type {PlanNode} from '../plan/nodes/index.ts';
import type {Plan} from '../plan/plan.ts';

/**
 * Names for the state of a node: the same for the same sub-plan over the same tables, whatever else the script says and wherever it is written. So state can
 * be found again after an edit that did not touch it.
 */
export class Fingerprints {
  readonly #plan: Plan;
  readonly #known = new Map<number, string>();

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  of(index: number): string {
    const known = this.#known.get(index);
    if (known !== undefined) return known;
    const node = this.#plan.nodes[index] as PlanNode;
    const text = JSON.stringify([this.#plan.settings.timeZone, node], (key, value: unknown) => this.#described(key, value));
    const fingerprint = createHash('sha256').update(text).digest('hex').slice(0, 32);
    this.#known.set(index, fingerprint);
    return fingerprint;
  }

  /** Inputs by their fingerprints, tables by what is read of them; where a text stands does not count. */
  #described(key: string, value: unknown): unknown {
    if (key === 'span' || key === 'options' || key === 'formatOptions') return undefined;
    if (key === 'input') return this.of(value as number);
    if (key === 'inputs') return (value as readonly number[]).map(input => this.of(input));
    if (typeof value === 'bigint') return `${value}n`;
    if (value instanceof Map) return [...value];
    return value;
  }
}

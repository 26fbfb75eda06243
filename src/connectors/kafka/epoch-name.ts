import type {EpochWord, Offset} from '../../flow/delivery.ts';
import type {PartitionAnswer} from './client.ts';

/** What stands beside offsets of a group: the commit of the job that they belong to. */
export function epochName(epoch: number): string {
  return `weir ${epoch}`;
}

/** Null: no name of an epoch. */
export function epochNamed(text: string | null | undefined): number | null {
  const number = /^weir (\d{1,15})$/.exec(text ?? '')?.[1];
  return number === undefined ? null : Number(number);
}

/** What offsets say of the epoch that counts. */
export function wordOf(answers: readonly PartitionAnswer[]): EpochWord {
  const offsets: Offset[] = [];
  const epochs = new Set<number>();
  const foreign: string[] = [];
  for (const {topic, partition, offset, metadata} of answers) {
    if (offset === undefined) continue;
    offsets.push({topic, partition, offset});
    const epoch = epochNamed(metadata);
    if (epoch === null) foreign.push(`${topic}[${partition}]`);
    else epochs.add(epoch);
  }
  if (offsets.length === 0) return {kind: 'none'};
  if (foreign.length > 0) return {kind: 'foreign', detail: `nothing names an epoch at ${foreign.join(', ')}`, offsets};
  const [epoch] = epochs;
  if (epochs.size === 1 && epoch !== undefined) return {kind: 'epoch', epoch};
  return {kind: 'foreign', detail: `they name epochs ${[...epochs].sort((a, b) => a - b).join(', ')}`, offsets};
}

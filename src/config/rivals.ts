import type {Problem} from '../base/problem.ts';
import {type ConfigNode, type MapNode, mapOf, nodeAt, without} from './config-node.ts';
import {invalid} from './invalid.ts';

export interface Settled {
  readonly job: MapNode;
  readonly problems: readonly Problem[];
}

/** Of keys that say the same in two ways, the one that was laid over the other stays. Two in one layer are an error, and so is a job without a script. */
export function settleRivals(name: string, job: MapNode): Settled {
  const script = settleScript(name, job);
  const wait = settleWait(name, script.job);
  return {job: wait.job, problems: [...script.problems, ...wait.problems, ...appendProblems(name, job)]};
}

/** A list that waited to be appended, and met something else. */
function appendProblems(name: string, job: MapNode): readonly Problem[] {
  return [...job.entries].flatMap(([key, node]) => {
    const below = job.entries.get(key.slice(0, -1));
    if (!key.endsWith('+') || below === undefined || below.kind === 'list') return [];
    const plain = key.slice(0, -1);
    return [
      invalid(
        'bad-job',
        `job "${name}" appends to ${plain}, which is no list there`,
        `write ${plain} as a map, too: it is merged`,
        node.origin.keyPlace,
      ),
    ];
  });
}

function settleScript(name: string, job: MapNode): Settled {
  const sql = job.entries.get('sql');
  const file = job.entries.get('file');
  if (sql === undefined && file === undefined)
    return {job, problems: [invalid('bad-job', `job "${name}" has no script`, 'give it sql: or file:', job.origin.keyPlace)]};
  if (sql === undefined || file === undefined) return {job, problems: []};
  const overruled = lower(sql, file);
  if (overruled !== null) return {job: without(job, [overruled === sql ? 'sql' : 'file']), problems: []};
  return {job, problems: [invalid('bad-job', `job "${name}" has both sql and file`, 'keep one of them', file.origin.keyPlace)]};
}

/** `commit-interval` is another word for the second part of `batch`. */
function settleWait(name: string, job: MapNode): Settled {
  const batch = job.entries.get('batch');
  const interval = job.entries.get('commit-interval');
  const wait = batch?.kind === 'map' ? batch.entries.get('wait') : hasWait(batch) ? batch : undefined;
  if (batch === undefined || interval === undefined || wait === undefined) return {job, problems: []};
  const overruled = lower(wait, interval);
  if (overruled === interval) return {job: without(job, ['commit-interval']), problems: []};
  if (overruled === wait) {
    const size = sizeOf(batch);
    if (size === null) return {job: without(job, ['batch']), problems: []};
    const entries = [...job.entries].map(([key, node]) => [key, key === 'batch' ? mapOf([['size', size]], batch.origin) : node] as const);
    return {job: mapOf(entries, job.origin), problems: []};
  }
  const message = `job "${name}" says with batch and with commit-interval how long records wait for their commit`;
  return {job, problems: [invalid('bad-job', message, 'keep one of them: they mean the same', interval.origin.keyPlace)]};
}

function hasWait(batch: ConfigNode | undefined): boolean {
  return batch?.kind === 'scalar' && String(batch.value).includes(',');
}

function sizeOf(batch: ConfigNode): ConfigNode | null {
  if (batch.kind === 'map') return nodeAt(batch, ['size']) ?? null;
  const size = batch.kind === 'scalar' ? (String(batch.value).split(',')[0] ?? '') : '';
  return size === '' ? null : {kind: 'scalar', value: Number(size), isPlain: true, written: null, origin: batch.origin};
}

/** The one of two that the other was laid over, or null where both stand in one layer. */
function lower(one: ConfigNode, other: ConfigNode): ConfigNode | null {
  if (one.origin.rank === other.origin.rank) return null;
  return one.origin.rank < other.origin.rank ? one : other;
}

import {parseDuration} from '../base/quantity.ts';
import type {Problem} from '../base/problem.ts';
import {connectorTable} from '../connectors/catalog.ts';
import {findConnector} from '../connectors/index.ts';
import type {DeliverySettings, Guarantee} from '../job/delivery.ts';
import type {Plan} from '../plan/plan.ts';
import type {SinkTarget, TablePlan} from '../plan/table.ts';

export interface DeliveryRequest {
  /** The job's name, for messages. */
  readonly job: string;
  /** What the command line says; it beats the job file. */
  readonly flags: DeliverySettings;
  /** What the job file says; it beats SET and what tables ask for. */
  readonly file: DeliverySettings;
  readonly plan: Plan;
}

/** What one INSERT, or one result on the console, is promised. */
export interface InsertDelivery {
  /** The table; null: the console. */
  readonly table: string | null;
  readonly guarantee: Guarantee;
  /** What the promise rests on, or why there is none. */
  readonly how: string;
}

/** How a job commits, and what its outputs get from that. */
export interface Delivery {
  readonly guarantee: Guarantee;
  readonly batchRecords: number | null;
  readonly batchWaitMs: number;
  /** In the order of their statements. */
  readonly inserts: readonly InsertDelivery[];
  /** What cannot be honoured, and why: nothing of the job may start then. */
  readonly problems: readonly Problem[];
}

const defaultWaitMs = 100;
const intervalKey = 'execution.checkpointing.interval';
const modeKey = 'execution.checkpointing.mode';
const tableKey = 'sink.delivery-guarantee';
const clusterKey = 'properties.bootstrap.servers';
const ranks: Readonly<Record<Guarantee, number>> = {none: 0, 'at-least-once': 1, 'exactly-once': 2};

/**
 * What a job promises: a flag beats the job file, which beats SET, which beats what a table asks for. Whoever asks for commits without saying which promise gets
 * at-least-once; who asks for nothing keeps nothing.
 */
export function deliveryOf({job, flags, file, plan}: DeliveryRequest): Delivery {
  const sinks = plan.nodes.flatMap(node => (node.kind === 'sink' ? [node.target] : []));
  const sources = plan.nodes.flatMap(node => (node.kind === 'scan' ? [node.table] : []));
  const set = settingsOf(plan);
  const byTables = sinks.some(target => askOf(target) === 'at-least-once') ? ({guarantee: 'at-least-once'} as const) : {};
  const asked: DeliverySettings = {...byTables, ...set.settings, ...file, ...flags};
  const guarantee = asked.guarantee ?? (Object.keys(asked).length === 0 ? 'none' : 'at-least-once');
  return {
    guarantee,
    batchRecords: asked.batchRecords ?? null,
    batchWaitMs: asked.batchWaitMs ?? defaultWaitMs,
    inserts: sinks.map(target => ({
      table: target.kind === 'table' ? target.table.name : null,
      guarantee,
      how: howOf(target, guarantee),
    })),
    problems: [...set.problems, ...asksTooMuch(sinks, guarantee), ...cannotBeHonoured(job, guarantee, sources, sinks)],
  };
}

/** Flink's own words for the same. */
function settingsOf(plan: Plan): {readonly settings: DeliverySettings; readonly problems: readonly Problem[]} {
  const given = new Map(plan.settings.given);
  const problems: Problem[] = [];
  const interval = given.get(intervalKey);
  const batchWaitMs = interval === undefined ? null : parseDuration(interval);
  if (interval !== undefined && (batchWaitMs === null || batchWaitMs < 1))
    problems.push(badSetting(intervalKey, interval, 'write a time such as 100ms or 10 s'));
  const mode = given.get(modeKey)?.toUpperCase();
  if (mode !== undefined && mode !== 'EXACTLY_ONCE' && mode !== 'AT_LEAST_ONCE')
    problems.push(badSetting(modeKey, mode, 'write EXACTLY_ONCE or AT_LEAST_ONCE'));
  const guarantee: Guarantee = mode === 'EXACTLY_ONCE' ? 'exactly-once' : 'at-least-once';
  return {
    settings: {...(mode === undefined ? {} : {guarantee}), ...(batchWaitMs === null ? {} : {batchWaitMs})},
    problems,
  };
}

function badSetting(key: string, value: string, hint: string): Problem {
  return {kind: 'invalid', severity: 'error', code: 'bad-setting', message: `setting "${key}" cannot be "${value}"`, hint};
}

function askOf(target: SinkTarget): Guarantee | null {
  const asked = target.kind === 'table' ? target.table.options.get(tableKey) : undefined;
  return asked === 'exactly-once' || asked === 'at-least-once' ? asked : null;
}

function asksTooMuch(sinks: readonly SinkTarget[], guarantee: Guarantee): readonly Problem[] {
  return sinks.flatMap((target): Problem[] => {
    const asked = askOf(target);
    if (asked === null || target.kind === 'console' || ranks[asked] <= ranks[guarantee]) return [];
    return [
      {
        kind: 'invalid',
        severity: 'error',
        code: 'guarantee-too-low',
        message: `table "${target.table.name}" asks for ${asked}, and its job gives ${guarantee === 'none' ? 'nothing' : guarantee}`,
        hint: `run it with --guarantee ${asked}, or say guarantee: ${asked} in the job file`,
      },
    ];
  });
}

function cannotBeHonoured(
  job: string,
  guarantee: Guarantee,
  sources: readonly TablePlan[],
  sinks: readonly SinkTarget[],
): readonly Problem[] {
  if (guarantee === 'none') return [];
  const refused = (code: string, why: string, hint: string): Problem => ({
    kind: 'invalid',
    severity: 'error',
    code,
    message: `job "${job}" cannot be ${guarantee}: ${why}`,
    hint,
  });
  const problems = unique(sources.filter(table => replaysOf(table) === 'once').map(({name}) => name)).map(name =>
    refused(
      'cannot-read-again',
      `what table "${name}" has given cannot be read again after a restart`,
      'put the data into a file or a topic, or run it with --guarantee none: its exit code then says whether it has read everything',
    ),
  );
  if (guarantee === 'at-least-once') return problems;
  const hint = 'write to a file or a topic, or run it with --guarantee at-least-once';
  for (const name of unique(sinks.filter(target => countsOf(target) === 'run').map(nameOf)))
    problems.push(refused('cannot-take-back', `what ${name} has shown cannot be taken back after a restart`, hint));
  const clusters = clustersOf(sources, sinks);
  if (clusters.length > 1) {
    const why = `its tables are in ${clusters.length} clusters (${clusters.join('; ')}), and a transaction holds in one`;
    problems.push(refused('two-clusters', why, 'give each cluster a job of its own, or run it with --guarantee at-least-once'));
  }
  return problems;
}

/** The clusters that one transaction would have to span: those of its outputs and of the sources whose offsets it holds. */
function clustersOf(sources: readonly TablePlan[], sinks: readonly SinkTarget[]): readonly string[] {
  const written = sinks.flatMap(target => (target.kind === 'table' && countsOf(target) === 'transaction' ? [target.table] : []));
  if (written.length === 0) return [];
  const servers = [...written, ...sources].flatMap(table => {
    const list = table.options.get(clusterKey);
    return list === undefined
      ? []
      : [
          list
            .split(',')
            .map(server => server.trim())
            .sort()
            .join(','),
        ];
  });
  return unique(servers);
}

function howOf(target: SinkTarget, guarantee: Guarantee): string {
  if (guarantee === 'none') return 'nothing is kept from one run to the next';
  switch (countsOf(target)) {
    case 'cut':
      return guarantee === 'exactly-once'
        ? 'files are cut to the lengths in the log of the job'
        : 'what was written goes to the disk before its commit';
    case 'transaction':
      return guarantee === 'exactly-once' ? 'one transaction holds rows and offsets' : 'rows are delivered before their commit';
    case 'nothing':
      return 'it has no output';
    case 'run':
      return 'rows may come again after a restart';
  }
}

function replaysOf(table: TablePlan): 'replays' | 'once' {
  return findConnector(table.connector)?.replays?.(connectorTable(table)) ?? 'once';
}

function countsOf(target: SinkTarget): 'cut' | 'transaction' | 'run' | 'nothing' {
  if (target.kind === 'console') return 'run';
  return findConnector(target.table.connector)?.counts?.(connectorTable(target.table)) ?? 'run';
}

function nameOf(target: SinkTarget): string {
  return target.kind === 'console' ? 'the console' : `table "${target.table.name}"`;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

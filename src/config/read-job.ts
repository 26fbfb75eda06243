import {type Problem, ProblemError, type SourceText} from '../base/problem.ts';
import {parseBytes, parseDuration} from '../base/quantity.ts';
import type {OnError} from '../job/contract.ts';
import type {DeliverySettings, Guarantee} from '../job/delivery.ts';
import {
  defaultRestartPolicy,
  defaultSupervision,
  type DependencyState,
  type RestartPolicy,
  type SupervisionSpec,
} from '../supervisor/policy.ts';
import {type ConfigNode, type ConfigScalar, type MapNode, mapAt, nodeAt, plainData, type ScalarNode, textAt} from './config-node.ts';
import {within} from './documents.ts';
import {embeddedText, type EmbeddedText} from './embedded-text.ts';
import {invalid} from './invalid.ts';
import type {JobSpec} from './job-file.ts';

/** What a job's own map says; the rest of a JobSpec is the same for all jobs of a file. */
export type OwnSpec = Omit<JobSpec, 'optionValue' | 'usedVariables' | 'parameters' | 'secrets'>;

/** What came of one job. */
export type ReadJob =
  | {readonly own: OwnSpec; /** Relative paths in its SQL start here. */ readonly folder: string}
  | {readonly problems: readonly Problem[]};

/** Reads a job that the schema has accepted, once everything in it is resolved. */
export function readJob(name: string, node: MapNode, readFile: (path: string) => SourceText): ReadJob {
  const problems: Problem[] = [];
  const script = readScript(name, node, readFile);
  if ('problems' in script) problems.push(...script.problems);
  const restart = readRestart(name, node);
  if ('problems' in restart) problems.push(...restart.problems);
  if (!('sql' in script) || !('policy' in restart)) return {problems};
  return {
    folder: script.folder,
    own: {
      name,
      sql: script.sql,
      options: setStatements(name, mapAt(node, 'options')),
      onError: (textAt(node, 'on-error') ?? null) as OnError | null,
      maxErrors: numberAt(node, 'max-errors'),
      output: textAt(node, 'output') ?? null,
      delivery: readDelivery(node),
      supervision: readSupervision(node, restart.policy),
      parallelism: numberAt(node, 'parallelism'),
      keepEpochs: numberAt(node, 'keep-epochs'),
    },
  };
}

type ReadScript = {readonly sql: EmbeddedText; readonly folder: string} | {readonly problems: readonly Problem[]};

/** Of `sql` and `file` there is one. */
function readScript(name: string, node: MapNode, readFile: (path: string) => SourceText): ReadScript {
  const given = node.entries.get('sql') ?? node.entries.get('file');
  const {value, written, origin} = given as ScalarNode;
  const text = String(value);
  const {folder} = origin;
  if (node.entries.has('sql')) {
    if (written === null) return {sql: standing({name: `--set jobs.${name}.sql`, text}), folder};
    return {sql: embeddedText(written, text, `${written.file.name}, jobs.${name}.sql`), folder};
  }
  try {
    return {sql: standing(readFile(within(folder, text))), folder};
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return {problems: error.problems.map(problem => ({...problem, place: origin.place}))};
  }
}

function standing(source: SourceText): EmbeddedText {
  return {source, relocate: problem => problem};
}

function readDelivery(node: MapNode): DeliverySettings {
  const guarantee = textAt(node, 'guarantee') as Guarantee | undefined;
  const batch = node.entries.get('batch');
  const short = batch?.kind === 'scalar' ? /^(\d*)(?:, ?(.+))?$/.exec(String(batch.value)) : null;
  const size = short === null ? numberAt(batch, 'size') : short[1] === '' ? null : Number(short[1]);
  const batchWaitMs = durationMs((short === null ? textAt(batch, 'wait') : short[2]) ?? textAt(node, 'commit-interval'));
  return {
    ...(guarantee === undefined ? {} : {guarantee}),
    ...(size === null ? {} : {batchRecords: size}),
    ...(batchWaitMs === null ? {} : {batchWaitMs}),
  };
}

type ReadRestart = {readonly policy: RestartPolicy} | {readonly problems: readonly Problem[]};

function readRestart(name: string, node: MapNode): ReadRestart {
  const restart = nodeAt(node, ['restart']);
  const most = /^(\d+) per (.+)$/.exec(textAt(restart, 'most') ?? '');
  const policy: RestartPolicy = {
    initialWaitMs: durationMs(textAt(restart, 'backoff', 'initial')) ?? defaultRestartPolicy.initialWaitMs,
    longestWaitMs: durationMs(textAt(restart, 'backoff', 'max')) ?? defaultRestartPolicy.longestWaitMs,
    healthyAfterMs: durationMs(textAt(restart, 'healthy-after')) ?? defaultRestartPolicy.healthyAfterMs,
    mostRestarts: most === null ? defaultRestartPolicy.mostRestarts : {count: Number(most[1]), withinMs: durationMs(most[2]) ?? 0},
  };
  if (policy.initialWaitMs <= policy.longestWaitMs) return {policy};
  const place = (nodeAt(restart, ['backoff', 'initial']) ?? nodeAt(restart, ['backoff', 'max']) ?? node).origin.place;
  const message = `job "${name}" would first wait for longer than it may wait at the most`;
  return {problems: [invalid('bad-job', message, 'make restart.backoff.initial less than restart.backoff.max', place)]};
}

function readSupervision(node: MapNode, restart: RestartPolicy): SupervisionSpec {
  const memory = textAt(node, 'limits', 'memory');
  const dependencies = nodeAt(node, ['depends-on']);
  const dependsOn =
    dependencies?.kind === 'list'
      ? dependencies.items.map(item => [textAt(item) ?? '', 'started'] as const)
      : [...(mapAt(dependencies)?.entries ?? [])].map(([name, state]) => [name, textAt(state) as DependencyState] as const);
  return {
    restart,
    memoryBytes: memory === undefined ? null : parseBytes(memory),
    onNotAnswering: (textAt(node, 'on-not-answering') ?? defaultSupervision.onNotAnswering) as SupervisionSpec['onNotAnswering'],
    dependsOn: new Map(dependsOn),
  };
}

function durationMs(text: string | undefined): number | null {
  return text === undefined ? null : parseDuration(text);
}

function numberAt(node: ConfigNode | undefined, key: string): number | null {
  const found = nodeAt(node, [key]);
  return found?.kind === 'scalar' && typeof found.value === 'number' ? found.value : null;
}

/** `options:` as the SET statements it stands for. A problem of one of them is told at its key. */
function setStatements(name: string, options: MapNode | undefined): EmbeddedText | null {
  const lines = [...(options?.entries ?? [])].map(([key, node]) => ({
    node,
    text: `SET ${quoted(key)} = ${quoted(String(plainData(node) as ConfigScalar))};\n`,
  }));
  if (lines.length === 0) return null;
  const source: SourceText = {name: `options of ${name}`, text: lines.map(({text}) => text).join('')};
  const relocate = (problem: Problem): Problem => {
    if (problem.place?.kind !== 'text' || problem.place.source !== source) return problem;
    let end = 0;
    for (const {node, text} of lines) {
      end += text.length;
      if (problem.place.span.start < end) return {...problem, place: node.origin.keyPlace};
    }
    return problem;
  };
  return {source, relocate};
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

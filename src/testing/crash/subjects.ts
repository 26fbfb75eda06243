import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {OnError} from '../../job/contract.ts';
import type {Plan} from '../../plan/plan.ts';
import {caseFiles, readCase} from '../case.ts';
import {corpusTools, type CorpusCase} from '../conformance/corpus-tools.ts';
import {prepareCorpusCase} from '../conformance/end-to-end.ts';
import {jsonFiles, readJson} from '../conformance/family.ts';
import {prepareCase} from '../run-case.ts';

/** A case that is to be run as a job's process which dies. */
export interface CrashSubject {
  readonly name: string;
  readonly onError: OnError;
  /** Rows after which the case itself wants the job stopped and gone on with; null: anywhere. */
  readonly stopsAfter: number | null;
  /** Lays its input out in a folder and plans it. Null: it is not meant to run. */
  prepare(directory: string): Promise<Plan | null>;
}

/** Of the golden cases, all that are to run well. */
export function goldenSubjects(): readonly CrashSubject[] {
  return caseFiles('fixtures/cases').flatMap(file => {
    const one = readCase(file);
    // A case that must not be restarted says so, with the reason.
    if (one.expected.problems !== undefined || Object.keys(one.without).some(name => name.startsWith('restart'))) return [];
    const {onError} = one;
    return [{name: file, onError, stopsAfter: null, prepare: async directory => (await prepareCase(one, directory)).plan}];
  });
}

/** Of the independent cases, those that another engine stops somewhere and goes on with. */
export async function corpusSubjects(corpus: string): Promise<readonly CrashSubject[]> {
  const tools = await corpusTools(corpus);
  const family = 'flink-testprograms';
  return jsonFiles(join(corpus, family)).flatMap(file =>
    (readJson(corpus, family, file) as readonly CorpusCase[]).flatMap((one): readonly CrashSubject[] => {
      const stopsAfter = one.tables.find(({restartAfter}) => restartAfter !== undefined)?.restartAfter;
      if (stopsAfter === undefined || one.expect.some(({kind}) => kind === 'error')) return [];
      return [
        {
          name: one.id,
          onError: 'fail',
          stopsAfter,
          prepare: async directory => (await prepareCorpusCase(tools, one, directory))?.plan ?? null,
        },
      ];
    }),
  );
}

/** What tells another thing each time that it is asked. */
const ofTheMoment = /proctime|"(now|rand|rand_integer|uuid|unix_timestamp|current_[a-z]+|localtime[a-z]*)"/i;

/**
 * The same plan with all that it writes in files, named `PREFIX-0.ndjson` and so on, as changes. Null: it reads or writes what no file can be, or tells the time.
 */
export function withFiles(plan: Plan, prefix: string): Plan | null {
  const isOfFiles = plan.nodes.every(node => node.kind !== 'scan' || node.table.connector === 'filesystem');
  if (
    !isOfFiles ||
    ofTheMoment.test(JSON.stringify(plan.nodes, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)))
  )
    return null;
  const numbers = new Map(plan.sinks.map((node, number) => [node, number]));
  let isWritable = true;
  const nodes = plan.nodes.map((node, index) => {
    const number = numbers.get(index);
    if (node.kind !== 'sink' || number === undefined) return node;
    const {target} = node;
    const before = target.kind === 'table' ? target.table : null;
    if (before?.writtenMetadata !== undefined) isWritable = false;
    const table = {
      name: before?.name ?? `result_${number}`,
      connector: 'filesystem',
      format: 'changelog-json',
      options: new Map([['path', `${prefix}-${number}.ndjson`]]),
      formatOptions: new Map<string, string>(),
      columns: before?.columns ?? node.schema.columns,
      primaryKey: before?.primaryKey ?? [],
      partitionedBy: [],
    };
    return {...node, target: {...(target.kind === 'table' ? target : {kind: 'table' as const, overwrite: false}), table, overwrite: false}};
  });
  return isWritable ? {...plan, nodes} : null;
}

/** Rows that a plan reads, as lines of its files. */
export function inputRows({nodes}: Plan, directory: string): number {
  return nodes.reduce((rows, node) => {
    if (node.kind !== 'scan') return rows;
    const text = readFileSync(join(directory, node.table.options.get('path') ?? ''), 'utf8');
    return rows + text.split('\n').length - 1;
  }, 0);
}

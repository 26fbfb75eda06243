import {ProblemError, type Place, type Problem, type SourceText} from '../base/problem.ts';
import {embeddedText, type EmbeddedText} from './embedded-text.ts';
import {faultProblem} from './fault-problem.ts';
import type {JobSpec} from './job-file.ts';
import {fillIn} from './fill-in.ts';
import {applySettings} from './settings.ts';
import {defaultSupervision} from '../supervisor/policy.ts';
import {schemaFaults} from './validator.ts';
import {type Path, YamlFile} from './yaml-file.ts';

export interface LoadRequest {
  readonly source: SourceText;
  /** What `${NAME}` stands for. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `--set` arguments: `jobs.orders.on-error=skip`. */
  readonly settings: readonly string[];
  /** `-v` pairs: they replace `vars`. */
  readonly variables: ReadonlyMap<string, string>;
  /** Reads a script that `file:` names. Throws a ProblemError. */
  readonly readFile: (path: string) => SourceText;
}

export interface LoadedFile {
  readonly jobs: readonly JobSpec[];
  /** The name for all jobs together; null where no file says one. */
  readonly project: string | null;
  /** Where logs and snapshots lie; relative to the current folder (a file writes it relative to its own). Null: not said. */
  readonly stateDirectory: string | null;
  readonly problems: readonly Problem[];
}

const nothing = {jobs: [], project: null, stateDirectory: null};

/** The data of a job file once the schema has accepted it. */
interface JobFileData {
  readonly project?: string;
  readonly vars?: Readonly<Record<string, string | number | boolean>>;
  readonly defaults?: JobData;
  readonly jobs: Readonly<Record<string, JobData>>;
}
interface JobData {
  readonly sql?: string;
  readonly file?: string;
  readonly options?: Readonly<Record<string, string | number | boolean>>;
  readonly 'on-error'?: 'fail' | 'skip' | 'null';
  readonly 'max-errors'?: number;
  readonly output?: string;
}

/**
 * Reads a job file: parse, `--set`, `${…}`, schema, jobs, in this order, so that nothing that comes in from outside is ever taken for YAML. Everything wrong is
 * told in one pass.
 */
export function loadJobFile(request: LoadRequest): LoadedFile {
  const file = new YamlFile(request.source);
  if (file.problems.length > 0) return {...nothing, problems: file.problems};
  const set = applySettings(file.data, request.settings);
  const filled = fillIn(set.data, file, request);
  const placeOf = (path: Path, isKey: boolean): Place => set.placeOf(path, isKey) ?? (isKey ? file.placeOfKey(path) : file.placeOf(path));
  const faults = schemaFaults(filled.data).filter(fault => !filled.unknownAt.has(fault.instancePath));
  const problems = [...set.problems, ...filled.problems, ...faults.flatMap(fault => faultProblem(fault, filled.data, placeOf))];
  if (problems.length > 0) return {...nothing, problems: inOrder(problems)};
  const data = filled.data as JobFileData;
  const jobs: JobSpec[] = [];
  for (const name of Object.keys(data.jobs)) {
    const job = readJob(name, data, file, request, placeOf);
    if ('problems' in job) problems.push(...job.problems);
    else jobs.push({...job, optionValue: text => filled.optionValue(name, text), usedVariables: filled.usedVariables});
  }
  return {jobs, project: data.project ?? null, stateDirectory: null, problems: inOrder(problems)};
}

function readJob(
  name: string,
  data: JobFileData,
  file: YamlFile,
  request: LoadRequest,
  placeOf: (path: Path, isKey: boolean) => Place,
): Omit<JobSpec, 'optionValue' | 'usedVariables'> | {readonly problems: readonly Problem[]} {
  const own = data.jobs[name] as JobData;
  const job: JobData = {...data.defaults, ...own, options: {...data.defaults?.options, ...own.options}};
  const problem = (message: string, path: Path, hint: string): Problem => ({
    kind: 'invalid',
    severity: 'error',
    code: 'bad-job',
    message,
    hint,
    place: placeOf(path, true),
  });
  if (job.sql !== undefined && job.file !== undefined) {
    return {problems: [problem(`job "${name}" has both sql and file`, ['jobs', name, 'file'], 'keep one of them')]};
  }
  let sql: EmbeddedText;
  if (job.sql !== undefined) {
    sql = embedded(file, ['jobs', name, 'sql'], job.sql);
  } else if (job.file !== undefined) {
    try {
      sql = standing(request.readFile(job.file));
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      return {problems: error.problems.map(problem => ({...problem, place: placeOf(['jobs', name, 'file'], false)}))};
    }
  } else {
    return {problems: [problem(`job "${name}" has no script`, ['jobs', name], 'give it sql: or file:')]};
  }
  return {
    name,
    sql,
    options: setStatements(name, job.options ?? {}, placeOf),
    parameters: new Map([...Object.entries(data.vars ?? {}).map(([key, value]) => [key, String(value)] as const), ...request.variables]),
    onError: job['on-error'] ?? null,
    maxErrors: job['max-errors'] ?? null,
    output: job.output ?? null,
    delivery: {},
    supervision: defaultSupervision,
    parallelism: null,
    keepEpochs: null,
    secrets: new Map(),
  };
}

function embedded(file: YamlFile, path: Path, text: string): EmbeddedText {
  const scalar = file.scalarAt(path);
  const name = `${file.source.name}, ${path.join('.')}`;
  // A text that --set replaced is not the one in the file.
  if (scalar === null || scalar.value !== text) return standing({name, text});
  return embeddedText(file.source, scalar, text, name);
}

function standing(source: SourceText): EmbeddedText {
  return {source, relocate: problem => problem};
}

/** `options:` as the SET statements it stands for. A problem of one of them is told at its key. */
function setStatements(
  name: string,
  options: Readonly<Record<string, string | number | boolean>>,
  placeOf: (path: Path, isKey: boolean) => Place,
): EmbeddedText | null {
  const lines = Object.entries(options).map(([key, value]) => ({key, text: `SET ${quoted(key)} = ${quoted(String(value))};\n`}));
  if (lines.length === 0) return null;
  const source: SourceText = {name: `options of ${name}`, text: lines.map(({text}) => text).join('')};
  const relocate = (problem: Problem): Problem => {
    if (problem.place?.kind !== 'text' || problem.place.source !== source) return problem;
    let end = 0;
    for (const {key, text} of lines) {
      end += text.length;
      if (problem.place.span.start < end) return {...problem, place: placeOf(['jobs', name, 'options', key], true)};
    }
    return problem;
  };
  return {source, relocate};
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** By place, as a reader meets them. */
function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const start = ({place}: Problem): number => (place?.kind === 'text' ? place.span.start : -1);
  return [...problems].sort((left, right) => start(left) - start(right));
}

import {basename, extname} from 'node:path';
import {fail, type Place, type Problem, ProblemError, type SourceText} from '../base/problem.ts';
import type {EmbeddedText} from '../config/embedded-text.ts';
import type {JobSpec} from '../config/job-file.ts';
import type {LoadedFiles} from '../config/load.ts';
import {redact, redactProblem} from '../config/redact.ts';
import {type Prepared, prepare, type PrepareRequest} from '../job/prepare.ts';
import type {DeliverySettings} from '../job/delivery.ts';
import type {Plan} from '../plan/plan.ts';
import {parseScript} from '../sql/parse.ts';
import {matchesName} from '../supervisor/name-pattern.ts';
import {defaultSupervision} from '../supervisor/policy.ts';
import type {Invocation} from './commands/define.ts';
import {type Delivery, deliveryOf} from './delivery.ts';
import {flags} from './flags.ts';
import {parallelProblems} from './parallelism.ts';
import {readText} from './texts.ts';
import {machineTimeZone} from './time-zone.ts';

/** A job and what planning it gave. */
export interface PlannedJob {
  readonly spec: JobSpec;
  readonly prepared: Prepared;
}

/** A planned job and how it commits. */
export interface DeliveredJob extends PlannedJob {
  readonly delivery: Delivery;
}

export interface FoundJobs {
  readonly specs: readonly JobSpec[];
  /** The same jobs by the file that has them. */
  readonly files: readonly {readonly path: string; readonly specs: readonly JobSpec[]}[];
  readonly problems: readonly Problem[];
  /** Why the files cannot run together. */
  readonly conflicts: readonly Problem[];
  /** The name for all jobs together; null where no job file says one. */
  readonly project: string | null;
  /** Where logs and snapshots lie, relative to the current folder; null where no job file says it. */
  readonly stateDirectory: string | null;
}

/** The jobs that the files named on the command line describe, `--only` applied. A file that cannot be read is a problem like any other. */
export async function findJobs(paths: readonly string[], invocation: Invocation): Promise<FoundJobs> {
  const {options, world} = invocation;
  const problems: Problem[] = [];
  const sources = paths.flatMap(path => {
    try {
      return [{path, source: readText(path, world)}];
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      problems.push(...error.problems);
      return [];
    }
  });
  const loaded = await loadFiles(
    sources.filter(({path}) => isJobFile(path)).map(({source}) => source),
    invocation,
  );
  problems.push(...loaded.problems);
  const files = sources.flatMap(({path, source}) => {
    if (!isJobFile(path)) return [{path, specs: [scriptJob(source, path, options.pairs(flags.variable))]}];
    return loaded.files.filter(file => file.source === source).map(({jobs}) => ({path, specs: jobs}));
  });
  const projects = loaded.files.map(({project}) => project);
  const directories = loaded.files.map(({stateDirectory}) => stateDirectory);
  return chosen(
    {
      specs: files.flatMap(({specs}) => specs),
      files,
      problems,
      conflicts: [
        ...doubles(files.flatMap(({specs}) => specs)),
        ...twoOf('projects', projects),
        ...twoOf('state directories', directories),
      ],
      project: projects.find(project => project !== null) ?? null,
      stateDirectory: directories.find(directory => directory !== null) ?? null,
    },
    options.values(flags.only),
  );
}

/** Job files with everything that a line says about them. */
export async function loadFiles(sources: readonly SourceText[], {options, world}: Invocation): Promise<LoadedFiles> {
  if (sources.length === 0) {
    const unused = [flags.profile, flags.set].filter(flag => options.isOn(flag)).map(({name}) => `--${name}`);
    if (unused.length === 0) return {files: [], problems: []};
    throw fail('usage', 'bad-argument', `${unused.join(' and ')} would have no effect: no job file is named`, {
      hint: 'leave it out, or name a job file',
    });
  }
  const {loadJobFiles} = await import('../config/load.ts');
  return loadJobFiles({
    files: sources,
    environment: world.environment,
    settings: options.values(flags.set),
    variables: options.pairs(flags.variable),
    profiles: options.list(flags.profile),
    named: new Set(options.values(flags.only)),
    readFile: path => readText(path, world),
  });
}

/** By its name: everything else is a script. */
export function isJobFile(path: string): boolean {
  return /^\.(ya?ml|json)$/i.test(extname(path));
}

/** A bare script is one job with the name of its file. */
function scriptJob(source: SourceText, path: string, parameters: ReadonlyMap<string, string>): JobSpec {
  return {
    name: path === '-' ? 'stdin' : basename(path, extname(path)),
    sql: {source, relocate: problem => problem},
    optionValue: null,
    usedVariables: new Set(),
    options: null,
    parameters,
    onError: null,
    maxErrors: null,
    output: null,
    delivery: {},
    supervision: defaultSupervision,
    parallelism: null,
    keepEpochs: null,
    secrets: new Map(),
  };
}

function doubles(specs: readonly JobSpec[]): readonly Problem[] {
  const names = specs.map(({name}) => name);
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map(name => ({
    kind: 'invalid',
    severity: 'error',
    code: 'duplicate-job',
    message: `two jobs have the name "${name}"`,
    hint: 'rename one of them, or run the files apart; a file that changes another one is called NAME.override.yaml',
  }));
}

/** One run is one project, with its state in one place. */
function twoOf(what: string, values: readonly (string | null)[]): readonly Problem[] {
  const [first, second] = new Set(values.filter(value => value !== null));
  if (second === undefined) return [];
  const message = `the files have two ${what}, "${first ?? ''}" and "${second}"`;
  return [{kind: 'invalid', severity: 'error', code: 'two-projects', message, hint: 'run them apart, or say the same in both'}];
}

/** A dependency on a job that was not chosen is not waited for: it may run elsewhere. */
function chosen(found: FoundJobs, patterns: readonly string[]): FoundJobs {
  if (patterns.length === 0) return found;
  const {specs} = found;
  const unused = patterns.filter(pattern => !specs.some(({name}) => matchesName(pattern, name)));
  const names = specs.map(({name}) => name).join(', ');
  const more = unused.map((pattern): Problem => ({
    kind: 'usage',
    severity: 'error',
    code: 'unknown-job',
    message: `no job has the name "${pattern}"`,
    ...(names === '' ? {} : {hint: `there are: ${names}`}),
  }));
  const isChosen = (name: string): boolean => patterns.some(pattern => matchesName(pattern, name));
  const choose = (all: readonly JobSpec[]): readonly JobSpec[] =>
    all
      .filter(({name}) => isChosen(name))
      .map(spec => {
        const dependsOn = new Map([...spec.supervision.dependsOn].filter(([name]) => isChosen(name)));
        return {...spec, supervision: {...spec.supervision, dependsOn}};
      });
  const files = found.files.map(({path, specs}) => ({path, specs: choose(specs)}));
  return {
    ...found,
    specs: files.flatMap(({specs}) => specs),
    files,
    problems: [...found.problems, ...(specs.length === 0 ? [] : more)],
  };
}

/** Plans a job. Its problems are told at their places in the file that holds its SQL. */
export async function planJob(spec: JobSpec, {world}: Invocation): Promise<PlannedJob> {
  const request: PrepareRequest = {
    source: spec.sql.source,
    mode: 'script',
    initial: spec.options === null ? [] : [spec.options.source],
    bindings: new Map(),
    parameters: spec.parameters,
    changelog: false,
    timeZone: machineTimeZone(),
    inputFormat: null,
    directory: world.directory,
    standardInput: world.standardInput,
    ...(spec.optionValue === null ? {} : {optionValue: spec.optionValue}),
  };
  const prepared = await prepare(request);
  const placed = (problems: readonly Problem[]): readonly Problem[] =>
    problems.map(problem => redactProblem(relocate(spec, problem), spec.secrets));
  const replay = prepared.replay.map(({what, place}) => ({what, place: place === null ? null : relocatedPlace(spec, place)}));
  const explain = prepared.explain.map(text => redact(text, spec.secrets));
  return {spec, prepared: {...prepared, problems: placed(prepared.problems), advice: placed(prepared.advice), replay, explain}};
}

/** What each planned job promises, and why some cannot. `flags`: what the command line says. */
export function deliver(
  planned: readonly PlannedJob[],
  flags: DeliverySettings,
): {readonly jobs: readonly DeliveredJob[]; readonly problems: readonly Problem[]} {
  const jobs = planned.flatMap(({spec, prepared}): DeliveredJob[] => {
    const {plan} = prepared;
    return plan === null ? [] : [{spec, prepared, delivery: deliveryOf({job: spec.name, flags, file: spec.delivery, plan})}];
  });
  const problems = jobs.flatMap(({spec, prepared, delivery}) =>
    [...delivery.problems, ...parallelProblems(spec.name, prepared.plan as Plan, spec.parallelism ?? 1)].map(problem =>
      redactProblem(problem, spec.secrets),
    ),
  );
  return {jobs, problems};
}

/** What no job knows by itself. `isInputTaken`: a script was read from standard input, so that nothing is left there for a job. */
export function jointProblems(planned: readonly PlannedJob[], isInputTaken: boolean): readonly Problem[] {
  const problem = (code: string, message: string, hint: string): Problem => ({kind: 'invalid', severity: 'error', code, message, hint});
  const readers = planned
    .filter(({prepared}) => prepared.plan !== null && readsStandardInput(prepared.plan))
    .map(({spec}) => `"${spec.name}"`);
  const idle = planned.filter(({prepared}) => doesNothing(prepared)).map(({spec}) => spec);
  return [
    ...(readers.length > 1
      ? [
          problem(
            'stdin-twice',
            `jobs ${readers.join(' and ')} read standard input`,
            'one job can: put their statements into one, or give the others a file',
          ),
        ]
      : []),
    ...(isInputTaken && readers.length > 0 ? [scriptAndData(readers.join(' and '))] : []),
    ...idle.map(({name}) => problem('nothing-to-run', `job "${name}" does nothing`, 'it needs an INSERT or a query')),
  ];
}

/** Neither rows nor a plan come out of it. */
export function doesNothing({plan, explain}: Prepared): boolean {
  return plan?.sinks.length === 0 && explain.length === 0;
}

/** Standard input gives the SQL, and somebody wants data from it, too. */
export function scriptAndData(reader: string): Problem {
  return {
    kind: 'invalid',
    severity: 'error',
    code: 'stdin-twice',
    message: `standard input gives the SQL, and ${reader} would read it, too`,
    hint: 'put the SQL into a file: then standard input is free for data',
  };
}

export function readsStandardInput(plan: Plan): boolean {
  return plan.nodes.some(node => node.kind === 'scan' && node.table.connector === 'stdin');
}

/**
 * All problems of planned jobs. That a parameter is not read is worth a word only when it was given by hand and no job at all reads it: the variables of a job
 * file are for whichever job wants them.
 */
export function problemsOf(planned: readonly PlannedJob[], {options}: Invocation): readonly Problem[] {
  const used = planned.flatMap(({spec}) => [...spec.usedVariables]);
  const given = [...options.pairs(flags.variable).keys()].filter(name => !used.includes(name));
  const unused = planned.map(({prepared}) => prepared.problems.filter(({code}) => code === 'unused-parameter'));
  const byAll = (unused[0] ?? []).filter(
    ({message}) => unused.every(list => list.some(other => other.message === message)) && given.some(name => message.includes(`"${name}"`)),
  );
  return [...planned.flatMap(({prepared}) => prepared.problems.filter(({code}) => code !== 'unused-parameter')), ...byAll];
}

/** Parses a job's SQL and nothing more. */
export function parseJob(spec: JobSpec): readonly Problem[] {
  return parseScript(spec.sql.source, {lenient: false}).problems.map(problem => redactProblem(relocate(spec, problem), spec.secrets));
}

function relocatedPlace(spec: JobSpec, place: Place): Place | null {
  return relocate(spec, {kind: 'invalid', severity: 'warning', code: 'unexpected', message: '', place}).place ?? null;
}

function relocate(spec: JobSpec, problem: Problem): Problem {
  const texts: readonly (EmbeddedText | null)[] = [spec.sql, spec.options];
  return texts.reduce((moved, text) => text?.relocate(moved) ?? moved, problem);
}

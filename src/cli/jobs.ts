import {basename, dirname, extname, join} from 'node:path';
import type {Place, Problem, SourceText} from '../base/problem.ts';
import type {EmbeddedText} from '../config/embedded-text.ts';
import type {JobSpec} from '../config/job-file.ts';
import {type Prepared, prepare, type PrepareRequest} from '../job/prepare.ts';
import type {Plan} from '../plan/plan.ts';
import {parseScript} from '../sql/parse.ts';
import {defaultSupervision} from '../supervisor/policy.ts';
import type {Invocation} from './commands/define.ts';
import {flags} from './flags.ts';
import {readText} from './texts.ts';
import {machineTimeZone} from './time-zone.ts';

/** A job and what planning it gave. */
export interface PlannedJob {
  readonly spec: JobSpec;
  readonly prepared: Prepared;
}

export interface FoundJobs {
  readonly specs: readonly JobSpec[];
  readonly problems: readonly Problem[];
}

/** The jobs that the files named on the command line describe, `--only` applied. A file that cannot be read is a problem like any other. */
export async function findJobs(files: readonly string[], {options, world}: Invocation): Promise<FoundJobs> {
  const specs: JobSpec[] = [];
  const problems: Problem[] = [];
  for (const path of files) {
    const source = readText(path, world);
    if (!isJobFile(path)) {
      specs.push(scriptJob(source, path, options.pairs(flags.variable)));
      continue;
    }
    const {loadJobFile} = await import('../config/load.ts');
    const loaded = loadJobFile({
      source,
      environment: world.environment,
      settings: options.values(flags.set),
      variables: options.pairs(flags.variable),
      readFile: name => readText(join(dirname(path), name), world),
    });
    specs.push(...loaded.jobs);
    problems.push(...loaded.problems);
  }
  problems.push(...doubles(specs));
  return chosen(specs, problems, options.values(flags.only));
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
    hint: 'rename one of them, or run the files apart',
  }));
}

function chosen(specs: readonly JobSpec[], problems: readonly Problem[], patterns: readonly string[]): FoundJobs {
  if (patterns.length === 0) return {specs, problems};
  const unused = patterns.filter(pattern => !specs.some(({name}) => matches(pattern, name)));
  const names = specs.map(({name}) => name).join(', ');
  const more = unused.map((pattern): Problem => ({
    kind: 'usage',
    severity: 'error',
    code: 'unknown-job',
    message: `no job has the name "${pattern}"`,
    ...(names === '' ? {} : {hint: `there are: ${names}`}),
  }));
  return {
    specs: specs.filter(({name}) => patterns.some(pattern => matches(pattern, name))),
    problems: [...problems, ...(specs.length === 0 ? [] : more)],
  };
}

/** `*` stands for any letters; everything else for itself. */
function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*');
  if (parts.length === 1) return pattern === name;
  const [first = '', ...rest] = parts;
  const last = rest.pop() ?? '';
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1 || found + part.length > name.length - last.length) return false;
    at = found + part.length;
  }
  return true;
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
  const placed = (problems: readonly Problem[]): readonly Problem[] => problems.map(problem => relocate(spec, problem));
  const replay = prepared.replay.map(({what, place}) => ({what, place: place === null ? null : relocatedPlace(spec, place)}));
  return {spec, prepared: {...prepared, problems: placed(prepared.problems), advice: placed(prepared.advice), replay}};
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
  return parseScript(spec.sql.source, {lenient: false}).problems.map(problem => relocate(spec, problem));
}

function relocatedPlace(spec: JobSpec, place: Place): Place | null {
  return relocate(spec, {kind: 'invalid', severity: 'warning', code: 'unexpected', message: '', place}).place ?? null;
}

function relocate(spec: JobSpec, problem: Problem): Problem {
  const texts: readonly (EmbeddedText | null)[] = [spec.sql, spec.options];
  return texts.reduce((moved, text) => text?.relocate(moved) ?? moved, problem);
}

import {type Place, type Problem, ProblemError, type SourceText} from '../base/problem.ts';
import {createCatalog} from '../connectors/catalog.ts';
import type {StandardInput} from '../connectors/define.ts';
import {inferTable} from '../connectors/infer/infer.ts';
import type {KafkaReading} from '../connectors/kafka/external.ts';
import type {ExternalTable, Parameters} from '../plan/catalog.ts';
import {externalTargets} from '../plan/external-targets.ts';
import type {Plan} from '../plan/plan.ts';
import {planScript} from '../plan/plan-script.ts';
import type {ReplayCause} from '../plan/replay.ts';
import type {Script} from '../sql/ast.ts';
import {mapOptionValues} from '../sql/option-values.ts';
import {parseScript} from '../sql/parse.ts';
import {metricComments} from './metric-comments.ts';
import {recordBytesProblems} from './record-bytes.ts';

/** A text and what is known of the world it will run in. */
export interface PrepareRequest {
  readonly source: SourceText;
  /** `query`: a one-liner, lenient, its console results are final rows; `script`: a file, strict. */
  readonly mode: 'query' | 'script';
  /** Scripts of definitions that come first (`-i`). */
  readonly initial: readonly SourceText[];
  /** Tables bound by `-t name=file`: the same as `FROM 'file'`, under a name. */
  readonly bindings: ReadonlyMap<string, string>;
  readonly parameters: Parameters;
  readonly changelog: boolean;
  readonly timeZone: string;
  readonly inputFormat: string | null;
  /** How `FROM 'kafka://…'` is read; absent: from its beginning, for ever. */
  readonly kafka?: KafkaReading;
  /** Relative paths start here. */
  readonly directory: string;
  readonly standardInput: StandardInput;
  /** False when nobody asks for advice, or whether a replay gives the same values. */
  readonly advise?: boolean;
  /** False leaves the plan as written: to compare what the planner's rules change with what they must not change. */
  readonly rules?: boolean;
  /** Ends the wait for a first record of standard input: what has arrived is all there is. */
  readonly stop?: AbortSignal;
  /** What a value of WITH (…) or SET stands for, where the main text may hold `${…}`; it throws what is wrong with one. Absent: each stands for itself. */
  readonly optionValue?: (text: string) => string;
}

export interface Prepared {
  /** Null when a problem stands in the way. */
  readonly plan: Plan | null;
  readonly problems: readonly Problem[];
  /** A text for each EXPLAIN of the script. */
  readonly explain: readonly string[];
  /** Warnings for those who ask what could be better: `check` and `explain`. */
  readonly advice: readonly Problem[];
  /** What in the plan gives other values when the same input is read again. */
  readonly replay: readonly ReplayCause[];
  /** What was inferred, by target: `explain --ddl` prints it. */
  readonly externals: ReadonlyMap<string, ExternalTable>;
  /** Standard input with what was read ahead to infer from it: the run must start with these bytes. */
  readonly standardInput: StandardInput;
}

/** From text to a plan: parses, infers the tables nobody declared, plans. Everything that can be told before a job starts is told here, all of it at once. */
export async function prepare(request: PrepareRequest): Promise<Prepared> {
  const lenient = request.mode === 'query';
  const initial = request.initial.map(source => ({source, ...parseScript(source, {lenient})}));
  const main = withValues(parseScript(request.source, {lenient}), request);
  const texts = [...initial, {source: request.source, ...main}];
  const parsed = texts.flatMap(({source, script, problems}) => [...problems, ...recordBytesProblems(source, script)]);
  if (parsed.some(problem => problem.severity === 'error')) {
    return {plan: null, problems: parsed, explain: [], advice: [], replay: [], externals: new Map(), standardInput: request.standardInput};
  }
  const inferred = await inferAll(request, texts);
  const planned = planScript({
    source: request.source,
    script: main.script,
    catalog: createCatalog({directory: request.directory, externals: inferred.externals}),
    parameters: request.parameters,
    mode: request.mode,
    changelog: request.changelog,
    timeZone: request.timeZone,
    initial,
    rules: request.rules ?? true,
    advise: request.advise ?? true,
  });
  // A table that could not be inferred has been told already, with the reason.
  const told = ({code, message, place}: Problem): boolean =>
    code === 'unknown-table' &&
    ((place?.kind === 'text' && inferred.failedAt.has(place.span.start)) ||
      inferred.failedNames.some(name => message.includes(`"${name}"`)));
  const empty = [...new Set(inferred.emptyTargets)].map(target => (target === 'stdin' ? 'standard input' : target));
  const explained = (problem: Problem): Problem =>
    problem.code === 'unknown-column' && empty.length > 0
      ? {...problem, detail: `${empty.join(' and ')} ${empty.length === 1 ? 'is' : 'are'} empty: nothing there says which columns it has`}
      : problem;
  const problems = [
    ...parsed,
    ...inferred.problems,
    ...planned.problems.filter(problem => !told(problem)).map(explained),
    ...inputProblems(planned.plan),
  ];
  const failed = problems.some(problem => problem.severity === 'error');
  const {externals, standardInput} = inferred;
  return {
    plan: failed ? null : planned.plan,
    problems,
    explain: failed ? [] : planned.explain,
    advice: [...planned.advice, ...texts.flatMap(({source, script}) => metricComments(source, script))],
    replay: planned.replay,
    externals,
    standardInput,
  };
}

/** Standard input cannot be shared out: whoever asks first would take what the other one wants. */
function inputProblems(plan: Plan | null): readonly Problem[] {
  const readers = (plan?.nodes ?? []).flatMap(node =>
    node.kind === 'scan' && node.table.connector === 'stdin' ? [`"${node.table.name}"`] : [],
  );
  if (readers.length < 2) return [];
  const message = `tables ${readers.join(' and ')} ${readers.length === 2 ? 'both' : 'all'} read standard input, which can be read once`;
  return [
    {kind: 'invalid', severity: 'error', code: 'stdin-twice', message, hint: 'declare one table for it, and read that one several times'},
  ];
}

/** Values are exchanged on the tree: whatever they hold, it stays the text of one value. */
function withValues(parsed: ReturnType<typeof parseScript>, {source, optionValue}: PrepareRequest): ReturnType<typeof parseScript> {
  if (optionValue === undefined) return parsed;
  const problems: Problem[] = [];
  const script = mapOptionValues(parsed.script, ({value, valueSpan}) => {
    try {
      return optionValue(value);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      problems.push(...error.problems.map((problem): Problem => ({...problem, place: {kind: 'text', source, span: valueSpan}})));
      return value;
    }
  });
  return {script, problems: [...parsed.problems, ...problems]};
}

interface ParsedText {
  readonly source: SourceText;
  readonly script: Script;
}

async function inferAll(request: PrepareRequest, texts: readonly ParsedText[]) {
  const targets = new Map<string, {readonly target: string; readonly place: Place | null}>();
  for (const [name, target] of request.bindings) targets.set(name, {target, place: null});
  for (const {source, script} of texts) {
    for (const {target, span} of externalTargets(script)) {
      if (!targets.has(target)) targets.set(target, {target, place: {kind: 'text', source, span}});
    }
  }
  const externals = new Map<string, ExternalTable>();
  const problems: Problem[] = [];
  /** Where in the main text a target stands that could not be read. */
  const failedAt = new Set<number>();
  /** Names that `-t` bound to one. */
  const failedNames: string[] = [];
  const emptyTargets: string[] = [];
  let {standardInput} = request;
  for (const [name, {target, place}] of targets) {
    const {inputFormat, directory, stop = null, kafka} = request;
    const result = await inferTable({target, inputFormat, directory, standardInput, stop, ...(kafka === undefined ? {} : {kafka})});
    if ('problems' in result) {
      problems.push(...result.problems.map(problem => (place === null || problem.place !== undefined ? problem : {...problem, place})));
      if (place === null) failedNames.push(name);
      else if (place.kind === 'text' && place.source === request.source) failedAt.add(place.span.start);
      continue;
    }
    if (result.isEmpty) emptyTargets.push(target);
    externals.set(name, {declared: {...result.declared, name}});
    if (result.readAhead !== null) standardInput = {...standardInput, readAhead: result.readAhead};
  }
  return {externals, problems, failedAt, failedNames, emptyTargets, standardInput};
}

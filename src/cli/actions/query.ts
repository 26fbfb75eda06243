import {systemClock} from '../../base/clock.ts';
import {fail, type Problem, ProblemError, type SourceText} from '../../base/problem.ts';
import type {OnError} from '../../job/contract.ts';
import {prepare, type Prepared, type PrepareRequest} from '../../job/prepare.ts';
import {runPlan} from '../../job/run.ts';
import type {Plan} from '../../plan/plan.ts';
import type {Invocation} from '../commands/define.ts';
import {consoleOutput, refuseMixture} from '../console-output.ts';
import {exitCodeOf, exitCodeOfResult, exitCodes} from '../exit-codes.ts';
import {expectationOf, unmetExpectation} from '../expectation.ts';
import {flags} from '../flags.ts';
import {doesNothing, readsStandardInput, scriptAndData} from '../jobs.ts';
import {duration, grouped} from '../numbers.ts';
import type {Options} from '../options.ts';
import {ProgressLine} from '../progress-line.ts';
import {Rejections} from '../rejections.ts';
import {readText} from '../texts.ts';
import {machineTimeZone} from '../time-zone.ts';
import {startTimeout, type Timeout} from '../timeout.ts';

export async function runQuery(invocation: Invocation): Promise<number> {
  const {options, talk, world} = invocation;
  const request = queryRequest(invocation);
  const expectation = expectationOf(options);
  const stop = new AbortController();
  const unwatch = world.onStopSignal(() => stop.abort());
  const timeout = startTimeout(options, () => stop.abort());
  try {
    const prepared = await prepare({...request, advise: false, stop: stop.signal});
    // Nothing arrived that a plan could be made of, and nobody waits for it any more.
    if (stop.signal.aborted && prepared.plan === null) return endOf(exitCodes.done.code, timeout, options);
    refuseSecondReader(invocation, prepared);
    talk.problems(prepared.problems);
    if (prepared.plan === null) return exitCodeOf(prepared.problems);
    if (doesNothing(prepared)) talk.problem(nothingToRun);
    for (const text of prepared.explain) world.standardOutput.write(Buffer.from(text));
    const {code: codeOfRun, rows} = await runHere(invocation, prepared, prepared.plan, stop.signal);
    const code = endOf(codeOfRun, timeout, options);
    if (code !== exitCodes.done.code || expectation === null || expectation.isMet(rows)) return code;
    talk.problem(unmetExpectation(expectation, rows));
    return exitCodes.unexpected.code;
  } finally {
    timeout.cancel();
    unwatch();
  }
}

const nothingToRun: Problem = {
  kind: 'invalid',
  severity: 'warning',
  code: 'nothing-to-run',
  message: 'there is nothing to run',
  hint: 'end with a query, or with an INSERT',
};

function endOf(code: number, timeout: Timeout, options: Options): number {
  return code === exitCodes.done.code && timeout.isOver() && options.isOn(flags.timeoutFails) ? exitCodes.timeout.code : code;
}

function refuseSecondReader({options}: Invocation, {plan, externals}: Prepared): void {
  const texts = [...options.values(flags.file).slice(-1), ...options.values(flags.init)].filter(path => path === '-');
  if (texts.length === 0) return;
  if (texts.length > 1)
    throw fail('usage', 'stdin-twice', 'standard input can be only one of the scripts', {hint: 'put the other one into a file'});
  if (externals.has('stdin') || (plan !== null && readsStandardInput(plan))) throw new ProblemError([scriptAndData('a table')]);
}

/** What was typed, as a request to plan it: the SQL of the line is taken leniently, that of a file strictly. */
export function queryRequest({operands, options, world}: Invocation): PrepareRequest {
  const file = options.value(flags.file);
  if (file === null && (operands[0] ?? '').trim() === '') {
    throw fail('usage', 'no-query', 'there is no SQL to run', {hint: "write it in quotes, as in weir 'SELECT 1', or name a file with -f"});
  }
  const extra = file === null ? operands[1] : operands[0];
  if (extra !== undefined) {
    throw fail('usage', 'too-many-operands', `one query is enough, and "${extra}" is left over`, {
      hint: 'put the whole SQL into one pair of quotes, and several statements into one text with semicolons',
    });
  }
  const source: SourceText = file === null ? {name: '<query>', text: operands[0] as string} : readText(file, world);
  return {
    source,
    mode: file === null ? 'query' : 'script',
    initial: options.values(flags.init).map(path => readText(path, world)),
    bindings: new Map([...options.pairs(flags.table)].map(([name, file]) => [name, file === '-' ? 'stdin' : file])),
    parameters: options.pairs(flags.variable),
    changelog: options.isOn(flags.changelog),
    timeZone: machineTimeZone(),
    inputFormat: options.value(flags.inputFormat),
    kafka: {from: options.value(flags.readFrom), to: options.value(flags.readTo), settings: options.pairs(flags.clientSetting)},
    directory: world.directory,
    standardInput: world.standardInput,
  };
}

/** In this process: a one-liner is not worth another one. */
async function runHere(
  invocation: Invocation,
  prepared: Prepared,
  plan: Plan,
  stop: AbortSignal,
): Promise<{readonly code: number; readonly rows: number}> {
  const {options, world, talk} = invocation;
  const live = world.isOutputTerminal ? await (await import('../live-plan.ts')).livePlan(invocation, {prepared, plan, stop}) : null;
  const console = live === null ? consoleOutput(options, world, [plan]) : live.console;
  refuseMixture([{plan, console}]);
  const startMs = systemClock.now();
  const progress = new ProgressLine(options, world, systemClock, world.isOutputTerminal && console.format !== 'table');
  const rejections = new Rejections(talk);
  const result = await runPlan({
    plan: live?.plan ?? plan,
    clock: systemClock,
    directory: world.directory,
    standardInput: prepared.standardInput,
    standardOutput: live !== null ? live.table : world.isOutputTerminal ? progress.above(world.standardOutput) : world.standardOutput,
    standardError: world.standardError,
    console,
    ...errorPolicy(options),
    limit: options.count(flags.limit),
    stop,
    onProgress: report => progress.show(report),
    onProblem: problem => {
      progress.clear();
      live?.table.clear();
      rejections.add(problem);
    },
  });
  progress.clear();
  await live?.table.finish();
  rejections.last(result.problem);
  rejections.summary(result.rejected);
  if (talk.isVerbose) {
    const elapsedMs = systemClock.now() - startMs;
    talk.note(`${grouped(result.rowsIn)} rows in, ${grouped(result.rowsOut)} rows out, ${duration(elapsedMs)}`);
  }
  return {code: exitCodeOfResult(result), rows: result.rowsOut};
}

/** What becomes of bad records. A bound on their number only makes sense where they are dropped. */
export function errorPolicy(options: Options): {readonly onError: OnError; readonly maxErrors: number | null} {
  const maxErrors = options.count(flags.maxErrors);
  const onError = maxErrors !== null && !options.isChosen(flags.onError) ? 'skip' : (options.value(flags.onError) as OnError);
  return {onError, maxErrors};
}

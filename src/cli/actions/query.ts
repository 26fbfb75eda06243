import {systemClock} from '../../base/clock.ts';
import {fail, type SourceText} from '../../base/problem.ts';
import type {OnError} from '../../job/contract.ts';
import {prepare, type Prepared, type PrepareRequest} from '../../job/prepare.ts';
import {runPlan} from '../../job/run.ts';
import type {Plan} from '../../plan/plan.ts';
import type {Invocation} from '../commands/define.ts';
import {consoleOutput} from '../console-output.ts';
import {exitCodeOf, exitCodeOfResult, exitCodes} from '../exit-codes.ts';
import {flags} from '../flags.ts';
import {duration, grouped} from '../numbers.ts';
import type {Options} from '../options.ts';
import {ProgressLine} from '../progress-line.ts';
import {Rejections} from '../rejections.ts';
import {readText} from '../texts.ts';
import {machineTimeZone} from '../time-zone.ts';
import {startTimeout} from '../timeout.ts';

export async function runQuery(invocation: Invocation): Promise<number> {
  const prepared = await prepare(queryRequest(invocation));
  invocation.talk.problems(prepared.problems);
  if (prepared.plan === null) return exitCodeOf(prepared.problems);
  return runHere(invocation, prepared, prepared.plan);
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
    bindings: options.pairs(flags.table),
    parameters: options.pairs(flags.variable),
    changelog: options.isOn(flags.changelog),
    timeZone: machineTimeZone(),
    inputFormat: options.value(flags.inputFormat),
    directory: world.directory,
    standardInput: world.standardInput,
  };
}

/** In this process: a one-liner is not worth another one. */
async function runHere({options, world, talk}: Invocation, prepared: Prepared, plan: Plan): Promise<number> {
  const console = consoleOutput(options, world, [plan]);
  const startMs = systemClock.now();
  const progress = new ProgressLine(options, world, systemClock, world.isOutputTerminal && console.format !== 'table');
  const rejections = new Rejections(talk);
  const stop = new AbortController();
  const unwatch = world.onStopSignal(() => stop.abort());
  const timeout = startTimeout(options, () => stop.abort());
  try {
    const result = await runPlan({
      plan,
      clock: systemClock,
      directory: world.directory,
      standardInput: prepared.standardInput,
      standardOutput: world.standardOutput,
      standardError: world.standardError,
      console,
      ...errorPolicy(options),
      limit: options.count(flags.limit),
      stop: stop.signal,
      onProgress: report => progress.show(report),
      onProblem: problem => {
        progress.clear();
        rejections.add(problem);
      },
    });
    progress.clear();
    rejections.last(result.problem);
    rejections.summary(result.rejected);
    if (talk.isVerbose) {
      const elapsedMs = systemClock.now() - startMs;
      talk.note(`${grouped(result.rowsIn)} rows in, ${grouped(result.rowsOut)} rows out, ${duration(elapsedMs)}`);
    }
    const code = exitCodeOfResult(result);
    return code === 0 && timeout.isOver() && options.isOn(flags.timeoutFails) ? exitCodes.timeout.code : code;
  } finally {
    timeout.cancel();
    unwatch();
  }
}

/** What becomes of bad records. A bound on their number only makes sense where they are dropped. */
export function errorPolicy(options: Options): {readonly onError: OnError; readonly maxErrors: number | null} {
  const maxErrors = options.count(flags.maxErrors);
  const onError = maxErrors !== null && !options.isChosen(flags.onError) ? 'skip' : (options.value(flags.onError) as OnError);
  return {onError, maxErrors};
}

import {systemClock} from '../../base/clock.ts';
import {fail} from '../../base/problem.ts';
import type {OnError} from '../../job/contract.ts';
import type {Plan} from '../../plan/plan.ts';
import type {SinkTarget} from '../../plan/table.ts';
import {progressOf} from '../../supervisor/report.ts';
import type {SupervisorState} from '../../supervisor/state.ts';
import {type SupervisedJob, supervise} from '../../supervisor/supervise.ts';
import type {Invocation} from '../commands/define.ts';
import {consoleOutput, refuseMixture} from '../console-output.ts';
import {exitCodeOf, exitCodeOfResult, exitCodes} from '../exit-codes.ts';
import {flags} from '../flags.ts';
import {findJobs, jointProblems, planJob, type PlannedJob, problemsOf, readsStandardInput} from '../jobs.ts';
import {ProgressLine} from '../progress-line.ts';
import {Rejections} from '../rejections.ts';
import {runSummary, totalProgress} from '../run-summary.ts';
import {startTimeout} from '../timeout.ts';

export async function runJobs(invocation: Invocation): Promise<number> {
  const {operands, talk} = invocation;
  if (operands.length === 0)
    throw fail('usage', 'no-file', 'there is no file to run', {hint: 'name a job file or a script: weir run jobs.yaml'});
  const found = await findJobs(operands, invocation);
  const planned: PlannedJob[] = [];
  for (const spec of found.specs) planned.push(await planJob(spec, invocation));
  const problems = [
    ...found.problems,
    ...found.conflicts,
    ...problemsOf(planned, invocation),
    ...jointProblems(planned, operands.includes('-')),
  ];
  talk.problems(problems);
  const code = exitCodeOf(problems);
  return code === exitCodes.done.code ? runProcesses(invocation, planned) : code;
}

async function runProcesses(invocation: Invocation, planned: readonly PlannedJob[]): Promise<number> {
  const {options, world, talk} = invocation;
  const plans = planned.map(({prepared}) => prepared.plan as Plan);
  const byDefault = consoleOutput(options, world, plans);
  const jobs = planned.map(({spec, prepared}): SupervisedJob => {
    const plan = prepared.plan as Plan;
    // A table is one thing: of several jobs, whose lines take turns, it would be torn.
    const byJob = options.isChosen(flags.output) ? null : (spec.output ?? (planned.length > 1 ? 'ndjson' : null));
    return {
      name: spec.name,
      readsStandardInput: readsStandardInput(plan),
      writesElsewhere: writesElsewhere(plan),
      supervision: spec.supervision,
      assignments: [
        {
          plan,
          directory: world.directory,
          console: byJob === null ? byDefault : {...byDefault, format: byJob},
          ...jobErrorPolicy(invocation, spec),
          limit: null,
          readAhead: prepared.standardInput.readAhead,
          identity: {project: 'weir', name: spec.name, slot: {index: 0, count: 1}},
          commit: null,
        },
      ],
    };
  });
  refuseMixture(jobs.map(({assignments}) => assignments[0]));
  for (const text of planned.flatMap(({prepared}) => prepared.explain)) world.standardOutput.write(Buffer.from(text));
  await world.standardOutput.flush();
  const shareTerminal = world.isOutputTerminal && plans.flatMap(targetsOf).some(printsRows);
  const progress = new ProgressLine(options, world, systemClock, shareTerminal);
  const rejections = new Map(jobs.map(({name}) => [name, new Rejections(talk)]));
  const supervision = supervise({
    jobs,
    untilIdle: false,
    abortOnFailure: false,
    module: world.jobModule,
    environment: world.environment,
    clock: systemClock,
    standardOutput: world.standardOutput,
    standardError: world.standardError,
    onProgress: state => progress.show(totalProgress(state)),
    onReport: (job, problem) => {
      progress.clear();
      rejections.get(job)?.add(jobs.length > 1 ? {...problem, message: `${job}: ${problem.message}`} : problem);
    },
  });
  const unwatch = world.onStopSignal(() => supervision.stop());
  const timeout = startTimeout(options, () => supervision.stop());
  try {
    const state = await supervision.ended;
    progress.clear();
    for (const [name, job] of state.jobs) rejections.get(name)?.summary(progressOf(job).rejected);
    if ((world.isErrorTerminal && !talk.isQuiet) || talk.isVerbose) talk.note(runSummary(state));
    const code = exitCodeOfJobs(state);
    return code === 0 && timeout.isOver() && options.isOn(flags.timeoutFails) ? exitCodes.timeout.code : code;
  } finally {
    timeout.cancel();
    unwatch();
  }
}

function writesElsewhere(plan: Plan): boolean {
  return targetsOf(plan).some(target => !printsRows(target) && !(target.kind === 'table' && target.table.connector === 'blackhole'));
}

/** Whether its rows go to standard output. */
function printsRows(target: SinkTarget): boolean {
  return target.kind === 'console' || target.table.connector === 'print' || target.table.connector === 'stdout';
}

function targetsOf(plan: Plan): readonly SinkTarget[] {
  return plan.nodes.flatMap(node => (node.kind === 'sink' ? [node.target] : []));
}

/** A flag beats the job file. A bound on rejected records only makes sense where they are dropped. */
function jobErrorPolicy({options}: Invocation, spec: PlannedJob['spec']): {readonly onError: OnError; readonly maxErrors: number | null} {
  const maxErrors = options.count(flags.maxErrors) ?? spec.maxErrors;
  const chosen = options.isChosen(flags.onError) ? (options.value(flags.onError) as OnError) : spec.onError;
  return {onError: chosen ?? (maxErrors === null ? 'fail' : 'skip'), maxErrors};
}

/** The code of the first process, in the order of the file, that did not end well. */
function exitCodeOfJobs(state: SupervisorState): number {
  const processes = [...state.jobs.values()].flatMap(job => job.processes);
  const codes = processes.map(({ending, result, problem}) =>
    ending === 'done' || ending === 'stopped'
      ? exitCodes.done.code
      : exitCodeOfResult(ending === 'quarantined' || result === null ? {status: 'failed', problem} : result),
  );
  return codes.find(code => code !== exitCodes.done.code) ?? exitCodes.done.code;
}

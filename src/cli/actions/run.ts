import {systemClock} from '../../base/clock.ts';
import {fail, type Problem, ProblemError} from '../../base/problem.ts';
import type {FolderLock} from '../../commit/lock.ts';
import type {HttpService} from '../../http/serve.ts';
import {redact, redactProblem} from '../../config/redact.ts';
import type {ControlServer, JobTexts} from '../../supervisor/control/serve.ts';
import {Journal} from '../../supervisor/journal.ts';
import {progressOf} from '../../supervisor/report.ts';
import type {SupervisorState} from '../../supervisor/state.ts';
import {type SupervisedJob, supervise, type Supervision} from '../../supervisor/supervise.ts';
import type {Invocation} from '../commands/define.ts';
import {refuseMixture} from '../console-output.ts';
import {deliveryFlags} from '../delivery-flags.ts';
import {dependencyProblems} from '../dependencies.ts';
import {detach, isDetached} from '../detach.ts';
import {exitCodeOf, exitCodeOfResult, exitCodes} from '../exit-codes.ts';
import {flags} from '../flags.ts';
import {keepJobLogs} from '../job-logs.ts';
import {jobTexts} from '../job-texts.ts';
import {deliver, type DeliveredJob, findJobs, jointProblems, planJob, type PlannedJob, problemsOf, readsStandardInput} from '../jobs.ts';
import type {Options} from '../options.ts';
import {atEnd} from '../last-acts.ts';
import {placesOf, type ProjectPlaces} from '../places.ts';
import {ProgressLine} from '../progress-line.ts';
import {Rejections} from '../rejections.ts';
import {type RunScreen, runScreen} from '../run-screen.ts';
import {runSummary, totalProgress} from '../run-summary.ts';
import {keepLogs, planOf, printsRows, supervisedJobs, takeFolders, targetsOf} from '../supervised-jobs.ts';
import type {Talk} from '../talk.ts';
import {startTimeout} from '../timeout.ts';

export async function runJobs(invocation: Invocation): Promise<number> {
  const {operands, options, world, talk} = invocation;
  if (operands.length === 0)
    throw fail('usage', 'no-file', 'there is no file to run', {hint: 'name a job file or a script: weir run jobs.yaml'});
  const byFlags = deliveryFlags(options);
  const found = await findJobs(operands, invocation);
  const planned: PlannedJob[] = [];
  for (const spec of found.specs) planned.push(await planJob(spec, invocation));
  const delivered = deliver(planned, byFlags);
  const isDetaching = options.isOn(flags.detach) && !isDetached(world);
  const problems = [
    ...found.problems,
    ...found.conflicts,
    ...dependencyProblems(found.specs),
    ...problemsOf(planned, invocation),
    ...jointProblems(planned, operands.includes('-')),
    ...delivered.problems,
    ...(isDetaching ? detachedReaders(planned, operands) : []),
    ...flagsWithoutEffect(options, delivered.jobs),
  ];
  talk.problems(problems);
  const code = exitCodeOf(problems);
  if (code !== exitCodes.done.code) return code;
  const places = placesOf(operands, found, options, world);
  if (isDetaching) return detach(invocation, places);
  const ended = await runProcesses(invocation, delivered.jobs, places);
  return ended === 'detach' ? detach(invocation, places) : ended;
}

/** Gives the exit code, or says that the jobs are to go on in the background. */
async function runProcesses(invocation: Invocation, planned: readonly DeliveredJob[], places: ProjectPlaces): Promise<number | 'detach'> {
  const {options, world} = invocation;
  const jobs = supervisedJobs(invocation, planned, places);
  refuseMixture(jobs.map(({assignments}) => assignments[0]));
  for (const text of planned.flatMap(({prepared}) => prepared.explain)) world.standardOutput.write(Buffer.from(text));
  await world.standardOutput.flush();
  const started = startSupervision(invocation, planned, jobs, places);
  const {supervision, screen, talk, progress, rejections} = started;
  // Before anything of the project's folders is touched: another supervisor may be at work there.
  const control = await openControl(invocation, {...started, places, jobs});
  const http = await openHttp(invocation, {...started, places}).catch(async (error: unknown) => {
    await control?.close();
    throw error;
  });
  const unwatch = world.onStopSignal(() => supervision.stop());
  // One that hangs would not notice that its parent is gone.
  const unwatchEnd = atEnd(() => supervision.kill());
  const timeout = startTimeout(options, () => supervision.stop());
  let lock: FolderLock | null = null;
  try {
    lock = await takeFolders(jobs, places);
    supervision.begin();
    screen?.begin(supervision);
    const state = await supervision.ended;
    await screen?.end();
    progress.clear();
    if (!talk.isJson) for (const [name, job] of state.jobs) rejections.get(name)?.summary(progressOf(job).rejected);
    if (!talk.isJson && ((world.isErrorTerminal && !talk.isQuiet) || talk.isVerbose)) talk.note(runSummary(state));
    const jobsCode = exitCodeOfJobs(state);
    const hasTimedOut = timeout.isOver() && options.isOn(flags.timeoutFails);
    const code = jobsCode === exitCodes.done.code && hasTimedOut ? exitCodes.timeout.code : jobsCode;
    // What goes on in the background tells it at its own end.
    if (screen?.isDetaching !== true) await report(invocation, state, {project: places.project, exitCode: code, redact: started.redact});
    if (code === exitCodes.done.code && screen?.isDetaching === true) return 'detach';
    return code;
  } finally {
    timeout.cancel();
    unwatch();
    unwatchEnd();
    await screen?.end();
    await control?.close();
    await http?.close();
    await lock?.release();
  }
}

/** What watches over jobs, and everything that is told of them. */
interface Started {
  readonly supervision: Supervision;
  /** Null: this run has no full screen. */
  readonly screen: RunScreen | null;
  readonly talk: Talk;
  readonly progress: ProgressLine;
  readonly rejections: ReadonlyMap<string, Rejections>;
  readonly journal: Journal;
  readonly describe: (job: string) => Promise<JobTexts>;
  readonly redact: (job: string, text: string) => string;
}

/** Nothing runs before it is begun. */
function startSupervision(
  invocation: Invocation,
  planned: readonly DeliveredJob[],
  jobs: readonly SupervisedJob[],
  places: ProjectPlaces,
): Started {
  const {options, world} = invocation;
  const shareTerminal = world.isOutputTerminal && planned.map(planOf).flatMap(targetsOf).some(printsRows);
  const progress = new ProgressLine(options, world, systemClock, shareTerminal);
  const secrets = new Map(planned.map(({spec}) => [spec.name, spec.secrets]));
  const redactText = (job: string, text: string): string => redact(text, secrets.get(job) ?? new Map());
  const journal = new Journal(systemClock);
  const describe = jobTexts(invocation, planned);
  const screen = runScreen({invocation, jobs: planned, project: places.project, journal, describe, redact: redactText});
  const talk = screen?.talk ?? invocation.talk;
  const rejections = new Map(jobs.map(({name}) => [name, new Rejections(talk)]));
  const jobLogs = keepJobLogs({invocation, jobs: planned, places, journal, redact: redactText, talk});
  const supervision = supervise({
    jobs,
    untilIdle: options.isOn(flags.untilIdle),
    abortOnFailure: options.isOn(flags.abortOnFailure),
    module: world.jobModule,
    environment: world.environment,
    clock: systemClock,
    standardOutput: world.standardOutput,
    standardError: world.standardError,
    errorsOf: (job: string) => screen?.errorsOf(job) ?? jobLogs.errorsOf(job),
    onProgress: state => {
      if (screen?.isShown !== true && !talk.isJson) progress.show(totalProgress(state));
    },
    onReport: (job, problem, isSaid) => {
      if (screen?.isShown !== true) progress.clear();
      const plain = redactProblem(problem, secrets.get(job) ?? new Map());
      journal.problem(job, plain, isSaid);
      if (talk.isJson) return;
      const told = jobs.length > 1 ? {...plain, message: `${job}: ${plain.message}`} : plain;
      // Of rejected records some are shown; of what becomes of a job nothing is left out.
      if (isSaid) rejections.get(job)?.add(told);
      else rejections.get(job)?.last(told);
    },
  });
  supervision.onChange(state => journal.look(state));
  return {supervision, screen, talk, progress, rejections, journal, describe, redact: redactText};
}

interface Controlled extends Pick<Started, 'supervision' | 'journal' | 'describe' | 'redact'> {
  readonly places: ProjectPlaces;
  readonly jobs: readonly SupervisedJob[];
}

/**
 * Lets other commands ask and tell what runs here. Jobs run without that, too: only where a run in the background could not be reached, and where somebody else runs
 * the very jobs whose logs these are, it is an error.
 */
async function openControl(
  {world, talk}: Invocation,
  {places, supervision, jobs, journal, describe, redact}: Controlled,
): Promise<ControlServer | null> {
  const {serveControl} = await import('../../supervisor/control/serve.ts');
  try {
    return await serveControl({
      path: places.socket,
      project: places.project,
      pid: process.pid,
      supervision,
      journal,
      describe,
      redact,
    });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    if (isDetached(world) || (keepLogs(jobs) && error.problems.some(({code}) => code === 'project-runs'))) throw error;
    if (keepLogs(jobs) || talk.isVerbose) talk.problems(error.problems.map(problem => ({...problem, severity: 'warning'})));
    return null;
  }
}

/** Serves health and metrics where somebody wants that; null: nobody does. Throws when the address cannot be had. */
async function openHttp(
  {options}: Invocation,
  {places, supervision, redact, talk}: Pick<Started, 'supervision' | 'redact' | 'talk'> & {readonly places: ProjectPlaces},
): Promise<HttpService | null> {
  const text = options.value(flags.http) ?? 'none';
  if (text === 'none') return null;
  const [{addressText, isLoopback, parseAddress}, {serveHttp}] = await Promise.all([
    import('../../http/address.ts'),
    import('../../http/serve.ts'),
  ]);
  const address = parseAddress(text);
  const service = await serveHttp({address, project: places.project, clock: systemClock, state: () => supervision.state, redact});
  if (!isLoopback(address))
    talk.problem({
      kind: 'usage',
      severity: 'warning',
      code: 'open-to-others',
      message: `health and metrics at ${addressText(address)} can be read by whoever reaches this machine`,
      hint: 'nothing can be changed there, and no password is asked for; --http alone is for this machine only',
    });
  talk.note(`health and metrics: ${service.url}`);
  return service;
}

/** Writes how the run has gone where somebody wants that. */
async function report(
  {options, world}: Invocation,
  state: SupervisorState,
  facts: {readonly project: string; readonly exitCode: number; readonly redact: (job: string, text: string) => string},
): Promise<void> {
  const path = options.value(flags.report);
  if (path === null) return;
  const {reportOf, writeReport} = await import('../run-report.ts');
  writeReport(path, world.directory, reportOf(state, {...facts, nowMs: systemClock.now()}));
}

/** What is about logs means nothing where none is kept. */
function flagsWithoutEffect(options: Options, jobs: readonly DeliveredJob[]): readonly Problem[] {
  if (jobs.some(({delivery}) => delivery.guarantee !== 'none')) return [];
  return [flags.fresh, flags.keepEpochs]
    .filter(flag => options.isOn(flag))
    .map(({name}) => ({
      kind: 'usage',
      severity: 'warning',
      code: 'no-effect',
      message: `--${name} has no effect: no job commits anything`,
      hint: 'say what the jobs promise: --exactly-once, or --guarantee at-least-once',
    }));
}

/** Nobody gives standard input to what runs in the background: neither data nor a script. */
function detachedReaders(planned: readonly PlannedJob[], operands: readonly string[]): readonly Problem[] {
  const readers = planned.filter(({prepared}) => prepared.plan !== null && readsStandardInput(prepared.plan));
  const messages = [
    ...(operands.includes('-') ? ['the script comes from standard input, which nothing in the background has'] : []),
    ...readers.map(({spec}) => `job "${spec.name}" reads standard input, which nothing in the background has`),
  ];
  const hint = 'leave --detach out, or put it into a file';
  return messages.map(message => ({kind: 'invalid', severity: 'error', code: 'detached-stdin', message, hint}));
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

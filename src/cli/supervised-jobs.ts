import {existsSync, mkdirSync, readdirSync, rmSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fail} from '../base/problem.ts';
import {type FolderLock, lockFolder} from '../commit/lock.ts';
import type {OnError} from '../job/contract.ts';
import type {CommitAssignment, JobAssignment} from '../job/protocol.ts';
import type {Plan} from '../plan/plan.ts';
import type {SinkTarget} from '../plan/table.ts';
import type {SupervisedJob} from '../supervisor/supervise.ts';
import type {Invocation} from './commands/define.ts';
import {consoleOutput} from './console-output.ts';
import {flags} from './flags.ts';
import {type DeliveredJob, type PlannedJob, readsStandardInput} from './jobs.ts';
import {processDirectory, type ProjectPlaces} from './places.ts';

/** What each process of each job is told. */
export function supervisedJobs(invocation: Invocation, jobs: readonly DeliveredJob[], places: ProjectPlaces): readonly SupervisedJob[] {
  const {options, world} = invocation;
  const byDefault = consoleOutput(options, world, jobs.map(planOf));
  return jobs.map((job): SupervisedJob => {
    const {spec, prepared} = job;
    const plan = planOf(job);
    // A table is one thing: of several jobs, whose lines take turns, it would be torn.
    const byJob = options.isChosen(flags.output) ? null : (spec.output ?? (jobs.length > 1 ? 'ndjson' : null));
    const count = spec.parallelism ?? 1;
    const assignment = (index: number): JobAssignment => ({
      plan,
      directory: world.directory,
      console: byJob === null ? byDefault : {...byDefault, format: byJob},
      ...errorPolicy(invocation, spec),
      limit: null,
      readAhead: prepared.standardInput.readAhead,
      identity: {project: places.project, name: spec.name, slot: {index, count}},
      commit: commitOf(invocation, job, processDirectory(places.stateDirectory, spec.name, index)),
    });
    return {
      name: spec.name,
      readsStandardInput: readsStandardInput(plan),
      writesElsewhere: targetsOf(plan).some(target => !printsRows(target) && !isNowhere(target)),
      supervision: spec.supervision,
      assignments: [assignment(0), ...Array.from({length: count - 1}, (_, index) => assignment(index + 1))],
    };
  });
}

function commitOf({options}: Invocation, {delivery, spec}: DeliveredJob, directory: string): CommitAssignment | null {
  const {guarantee, batchRecords, batchWaitMs} = delivery;
  if (guarantee === 'none') return null;
  return {
    guarantee,
    directory,
    batchRecords,
    batchWaitMs,
    fresh: options.isOn(flags.fresh),
    keepEpochs: options.count(flags.keepEpochs) ?? spec.keepEpochs ?? 0,
    // The folder of the project is ours alone: whoever still holds one below it was left behind by a supervisor that has died.
    endHolder: true,
  };
}

/**
 * Makes the folders of all logs, for their owner alone, and gives the lock of the project's folder; null where no job keeps a log. Throws an environment problem,
 * also where another supervisor is at work there, or where an earlier run shared a job out among another number of processes.
 */
export async function takeFolders(jobs: readonly SupervisedJob[], {stateDirectory}: ProjectPlaces): Promise<FolderLock | null> {
  if (!keepLogs(jobs)) return null;
  makeFolder(stateDirectory);
  const lock = await lockFolder(stateDirectory, {processId: process.pid, end: null});
  try {
    for (const job of jobs) makeFolders(job);
  } catch (error) {
    await lock.release();
    throw error;
  }
  return lock;
}

export function keepLogs(jobs: readonly SupervisedJob[]): boolean {
  return jobs.some(({assignments}) => assignments[0].commit !== null);
}

function makeFolders({name, assignments}: SupervisedJob): void {
  const {commit} = assignments[0];
  if (commit === null) return;
  const folder = dirname(commit.directory);
  const slots = slotsIn(folder);
  if (slots.length > 0 && slots.length !== assignments.length) {
    if (!commit.fresh)
      throw fail(
        'environment',
        'other-parallelism',
        `job "${name}" has run as ${slots.length} processes, and is now to run as ${assignments.length}: what each of them keeps belongs to its own partitions`,
        {hint: `run it with parallelism: ${slots.length}, or forget what it has kept with --fresh`},
      );
    for (const slot of slots.filter(slot => slot >= assignments.length)) rmSync(join(folder, String(slot)), {recursive: true});
  }
  for (const assignment of assignments) makeFolder(assignment.commit?.directory ?? folder);
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, {recursive: true, mode: 0o700});
  } catch (error) {
    throw fail('environment', 'cannot-write', `cannot make the folder ${path}: ${error instanceof Error ? error.message : String(error)}`, {
      hint: 'name a folder of your own with --state-dir',
    });
  }
}

function slotsIn(folder: string): readonly number[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap(name => (/^\d+$/.test(name) ? [Number(name)] : []));
}

/** Whether its rows go to standard output. */
export function printsRows(target: SinkTarget): boolean {
  return target.kind === 'console' || target.table.connector === 'print' || target.table.connector === 'stdout';
}

export function targetsOf(plan: Plan): readonly SinkTarget[] {
  return plan.nodes.flatMap(node => (node.kind === 'sink' ? [node.target] : []));
}

export function planOf({prepared}: PlannedJob): Plan {
  return prepared.plan as Plan;
}

function isNowhere(target: SinkTarget): boolean {
  return target.kind === 'table' && target.table.connector === 'blackhole';
}

/** A flag beats the job file. A bound on rejected records only makes sense where they are dropped. */
function errorPolicy({options}: Invocation, spec: PlannedJob['spec']): {readonly onError: OnError; readonly maxErrors: number | null} {
  const maxErrors = options.count(flags.maxErrors) ?? spec.maxErrors;
  const chosen = options.isChosen(flags.onError) ? (options.value(flags.onError) as OnError) : spec.onError;
  return {onError: chosen ?? (maxErrors === null ? 'fail' : 'skip'), maxErrors};
}

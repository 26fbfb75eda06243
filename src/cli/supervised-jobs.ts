import {existsSync, mkdirSync, readdirSync, rmSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fail} from '../base/problem.ts';
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
  };
}

/** Makes the folders of all logs, for their owner alone. Throws an environment problem, also where an earlier run shared a job out among another number of processes. */
export function makeFolders(jobs: readonly SupervisedJob[]): void {
  for (const {name, assignments} of jobs) {
    const {commit} = assignments[0];
    if (commit === null) continue;
    const folder = dirname(commit.directory);
    const others = slotsIn(folder).filter(slot => slot >= assignments.length);
    const isOther = others.length > 0 || (slotsIn(folder).length > 0 && slotsIn(folder).length < assignments.length);
    if (isOther && !commit.fresh)
      throw fail(
        'environment',
        'other-parallelism',
        `job "${name}" has run as ${slotsIn(folder).length} processes, and is now to run as ${assignments.length}: what each of them keeps belongs to its own partitions`,
        {hint: `run it with parallelism: ${slotsIn(folder).length}, or forget what it has kept with --fresh`},
      );
    try {
      for (const slot of others) rmSync(join(folder, String(slot)), {recursive: true});
      for (const assignment of assignments) mkdirSync(assignment.commit?.directory ?? folder, {recursive: true, mode: 0o700});
    } catch (error) {
      throw fail(
        'environment',
        'cannot-write',
        `cannot make the folder ${folder}: ${error instanceof Error ? error.message : String(error)}`,
        {
          hint: 'name a folder of your own with --state-dir',
        },
      );
    }
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

import {existsSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {type CommitPoint, commitPoints} from '../../flow/delivery.ts';
import type {JobAssignment} from '../../job/protocol.ts';
import {runPlan} from '../../job/run.ts';
import type {Plan} from '../../plan/plan.ts';
import {isOrderFixed} from '../oracles.ts';
import {capturingSink, noInput, testClock} from '../run-case.ts';
import {JobProcess} from '../torture/job-process.ts';
import {Random} from '../torture/workload.ts';
import {type CrashSubject, inputRows, withFiles} from './subjects.ts';

export interface CrashOutcome {
  readonly name: string;
  readonly verdict:
    | 'same'
    /** The case cannot be run like this. */
    | 'not applicable'
    /** No process died where it was to die: nothing is proven. */
    | 'no crash'
    | 'differs';
  readonly detail: string;
  /** Where processes died. */
  readonly crashes: readonly CommitPoint[];
}

/** Of a job that writes files. */
const points = commitPoints.filter(point => ['captured', 'settled', 'recorded', 'counted'].includes(point));
/** More commits than these say nothing more. */
const mostCommits = 24;
/** A process that neither ends nor dies hangs. */
const patienceMs = 60_000;

/** Runs a case undisturbed, and again as processes that die in the middle of commits until one lives to the end of the input; compares what both have written. */
export async function crash(subject: CrashSubject, directory: string, seed: number): Promise<CrashOutcome> {
  const {name} = subject;
  const crashes: CommitPoint[] = [];
  const outcome = (verdict: CrashOutcome['verdict'], detail = ''): CrashOutcome => ({name, verdict, detail, crashes});
  const plan = await subject.prepare(directory);
  const [whole, torn] = plan === null ? [null, null] : [withFiles(plan, 'whole'), withFiles(plan, 'torn')];
  if (whole === null || torn === null || !(await runsWell(whole, subject, directory))) return outcome('not applicable');
  const random = new Random(seed);
  const rows = inputRows(torn, directory);
  const batchRecords = Math.max(1, Math.ceil(rows / mostCommits));
  const assignment = assignmentOf(torn, subject, directory, batchRecords);
  // One commit comes before the first row, and one when all is over.
  const mostCount = Math.ceil(rows / batchRecords) + 2;
  const first = subject.stopsAfter === null ? random.between(1, mostCount) : Math.ceil(subject.stopsAfter / batchRecords) + 1;
  for (const count of [first, random.between(1, 2)]) {
    const point = random.pick(points);
    const job = new JobProcess('dist/job.js', directory, assignment, {crashAt: {point, count}});
    await ended(job);
    if (job.hasFired) crashes.push(point);
    else if (job.result?.status !== 'done') return outcome('differs', faultOf(job));
    // It had fewer commits than that, and is through: from the beginning again, with one that every job has.
    else if (crashes.length === 0) forget(torn, directory);
  }
  const last = new JobProcess('dist/job.js', directory, assignment);
  await ended(last);
  if (last.result?.status !== 'done') return outcome('differs', faultOf(last));
  if (crashes.length === 0) return outcome('no crash');
  const different = plan?.sinks.findIndex((_, sink) => !isSame(torn, sink, directory)) ?? -1;
  return different < 0 ? outcome('same') : outcome('differs', `output ${different} after a death at ${crashes.join(', ')}, seed ${seed}`);
}

/** Everything that the job has written. */
function forget({sinks}: Plan, directory: string): void {
  rmSync(join(directory, 'state'), {recursive: true});
  for (const sink of sinks.keys()) rmSync(join(directory, `torn-${sink}.ndjson`), {force: true});
}

async function ended(job: JobProcess): Promise<void> {
  const timer = setTimeout(() => job.signal('SIGKILL'), patienceMs);
  await job.ended;
  clearTimeout(timer);
}

function faultOf({how, problem}: JobProcess): string {
  return `${how ?? ''} ${problem === null ? '' : `${problem.code}: ${problem.message}`}`;
}

async function runsWell(plan: Plan, {onError}: CrashSubject, directory: string): Promise<boolean> {
  const {status} = await runPlan({
    plan,
    clock: testClock,
    directory,
    standardInput: noInput,
    standardOutput: capturingSink(),
    standardError: capturingSink(),
    console: {format: 'ndjson', options: new Map()},
    onError,
    maxErrors: null,
    limit: null,
    stop: new AbortController().signal,
    onProblem: () => undefined,
  });
  return status === 'done';
}

function assignmentOf(plan: Plan, {onError}: CrashSubject, directory: string, batchRecords: number): JobAssignment {
  return {
    plan,
    directory,
    console: {format: 'ndjson', options: new Map()},
    onError,
    maxErrors: null,
    limit: null,
    readAhead: null,
    identity: {project: 'crash', name: 'case', slot: {index: 0, count: 1}},
    commit: {
      guarantee: 'exactly-once',
      directory: join(directory, 'state'),
      batchRecords,
      batchWaitMs: 1000,
      fresh: false,
      keepEpochs: 0,
      endHolder: true,
    },
  };
}

/** Line for line where the order of everything is fixed; else what is left of the rows. */
function isSame(plan: Plan, sink: number, directory: string): boolean {
  const [expected, found] = (['whole', 'torn'] as const).map(prefix => linesOf(join(directory, `${prefix}-${sink}.ndjson`))) as [
    readonly string[],
    readonly string[],
  ];
  if (isOrderFixed(plan)) return JSON.stringify(expected) === JSON.stringify(found);
  return JSON.stringify(leftOf(plan, sink, expected)) === JSON.stringify(leftOf(plan, sink, found));
}

function linesOf(path: string): readonly string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
}

/** The rows that a table of these changes holds, in an order of their own. */
function leftOf(plan: Plan, sink: number, lines: readonly string[]): readonly string[] {
  const node = plan.nodes[plan.sinks[sink] as number];
  const key = node?.changelog === 'upsert' ? node.key : null;
  const columns = node?.schema.columns ?? [];
  const byKey = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const line of lines) {
    const {op, data} = JSON.parse(line) as {readonly op: string; readonly data: Readonly<Record<string, unknown>>};
    const row = JSON.stringify(data);
    if (key !== null) {
      const name = JSON.stringify(key.map(index => data[columns[index]?.name ?? '']));
      if (op === '-D') byKey.delete(name);
      else byKey.set(name, row);
      continue;
    }
    counts.set(row, (counts.get(row) ?? 0) + (op === '+I' || op === '+U' ? 1 : -1));
  }
  const rows = key === null ? [...counts].flatMap(([row, count]) => (count === 0 ? [] : [`${count} ${row}`])) : [...byKey.values()];
  return rows.sort();
}

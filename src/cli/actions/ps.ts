import {systemClock} from '../../base/clock.ts';
import {fail} from '../../base/problem.ts';
import {harmless} from '../../base/harmless.ts';
import type {JobReport} from '../../supervisor/report.ts';
import type {Invocation} from '../commands/define.ts';
import {exitCodes} from '../exit-codes.ts';
import {flags} from '../flags.ts';
import {duration, grouped} from '../numbers.ts';
import {textTable} from '../run-summary.ts';
import {findSupervisors} from '../supervisors.ts';

type ListedJob = JobReport & {readonly project: string};

/** Lists the jobs of all supervisors that can be reached. */
export async function listJobs(invocation: Invocation): Promise<number> {
  const {operands, options, world, talk} = invocation;
  if (operands.length > 0)
    throw fail('usage', 'too-many-operands', 'weir ps lists all jobs', {hint: 'weir ps -o ndjson is for a program that chooses'});
  const format = options.values(flags.output).at(-1) ?? 'table';
  if (format !== 'table' && format !== 'json' && format !== 'ndjson')
    throw fail('usage', 'bad-argument', `--output of ps cannot be "${format}"`, {hint: 'write one of table, ndjson, json'});
  const supervisors = await findSupervisors(options, world);
  const all = supervisors.flatMap(({project, jobs}) => jobs.map((job): ListedJob => ({project, ...job})));
  const shown = options.isOn(flags.all) ? all : all.filter(({state}) => state !== 'done' && state !== 'stopped');
  const lines = options.isOn(flags.quiet)
    ? shown.map(({project, job}) => (supervisors.length > 1 ? `${project}/${job}` : job))
    : [...linesOf(shown, format), ...(format === 'table' && talk.isVerbose ? noteLines(shown) : [])];
  if (lines.length > 0) world.standardOutput.write(Buffer.from(`${lines.join('\n')}\n`));
  else if (format === 'table') talk.note(all.length === 0 ? 'no jobs run here' : 'all jobs have ended: weir ps -a shows them');
  await world.standardOutput.flush();
  return exitCodes.done.code;
}

function linesOf(jobs: readonly ListedJob[], format: 'table' | 'json' | 'ndjson'): readonly string[] {
  if (format === 'json') return [JSON.stringify(jobs, null, 2)];
  if (format === 'ndjson') return jobs.map(job => JSON.stringify(job));
  if (jobs.length === 0) return [];
  const now = systemClock.now();
  return [textTable([head, ...jobs.map(job => cells(job, now))], column => column >= firstNumber)];
}

/** Why a job gives no output, or less than it could. */
function noteLines(jobs: readonly ListedJob[]): readonly string[] {
  return jobs.flatMap(({job, notes}) => notes.map(note => `${harmless(job)}: ${harmless(note)}`));
}

const head = [
  'project',
  'job',
  'state',
  'pid',
  'rows in',
  'rows out',
  'rejected',
  'commit',
  'ago',
  'restarts',
  'memory',
  'state size',
  'lag',
];
const firstNumber = 3;

function cells(job: ListedJob, now: number): readonly string[] {
  const {pids, epoch, lastCommitAtMs, memoryBytes, lag, waitsFor} = job;
  return [
    harmless(job.project),
    harmless(job.job),
    waitsFor.length === 0 ? job.state : `${job.state} for ${waitsFor.map(harmless).join(', ')}`,
    pids.join(' '),
    grouped(job.rowsIn),
    grouped(job.rowsOut),
    grouped(job.rejected),
    epoch === null ? '' : grouped(epoch),
    lastCommitAtMs === null ? '' : duration(Math.max(0, now - lastCommitAtMs)),
    grouped(job.restarts),
    memoryBytes === null ? '' : megabytes(memoryBytes),
    job.stateBytes === 0 ? '' : megabytes(job.stateBytes),
    lag === null ? '' : grouped(lag),
  ];
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0)} MB`;
}

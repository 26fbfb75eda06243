import {fail, type Problem, ProblemError} from '../base/problem.ts';
import {ask} from '../supervisor/control/client.ts';
import type {ControlAnswer, ControlRequest} from '../supervisor/control/messages.ts';
import {matchesName} from '../supervisor/name-pattern.ts';
import type {JobReport} from '../supervisor/report.ts';
import {flags} from './flags.ts';
import type {Options} from './options.ts';
import {knownSockets} from './places.ts';
import type {World} from './world.ts';

/** A supervisor that answers, and its jobs. */
export interface FoundSupervisor {
  readonly path: string;
  readonly project: string;
  readonly pid: number;
  readonly jobs: readonly JobReport[];
}

/** So long a supervisor may take to say what it has: it never computes. */
const statusMs = 5000;

/** All supervisors that can be reached. What a dead one has left behind is passed over, unless it was named. */
export async function findSupervisors(options: Options, world: World): Promise<readonly FoundSupervisor[]> {
  const isNamed = options.value(flags.socket) !== null;
  const found: FoundSupervisor[] = [];
  for (const path of knownSockets(options, world)) {
    try {
      const status = await askStatus(path);
      if (status !== null) found.push(status);
    } catch (error) {
      if (isNamed || !(error instanceof ProblemError)) throw error;
    }
  }
  return found;
}

/** Null: it did not answer in time. */
export async function askStatus(path: string): Promise<FoundSupervisor | null> {
  let project = '';
  let pid = 0;
  const jobs: JobReport[] = [];
  const onAnswer = (answer: ControlAnswer): void => {
    if (answer.kind === 'project') ({project, pid} = answer);
    else if (answer.kind === 'status') jobs.push(answer.status);
  };
  const isWhole = await ask({path, request: {command: 'status'}, onAnswer, stop: AbortSignal.timeout(statusMs)});
  return isWhole ? {path, project, pid, jobs} : null;
}

/** What one supervisor is to be told. */
export interface Addressed {
  readonly supervisor: FoundSupervisor;
  /** Null: all. */
  readonly jobs: readonly string[] | null;
}

/**
 * Which supervisors the words of a command mean: `orders`, `orders*`, `shop/orders`; none with `--all`. Throws a problem for a word that means nothing, and for one
 * that means jobs of several projects.
 */
export function address(words: readonly string[], isAll: boolean, supervisors: readonly FoundSupervisor[]): readonly Addressed[] {
  if (supervisors.length === 0) throw fail('environment', 'no-supervisor', 'no jobs run here', {hint: 'start some: weir run -d jobs.yaml'});
  if (isAll) {
    if (words.length > 0)
      throw fail('usage', 'too-many-operands', '--all means all jobs, and some are named, too', {hint: 'leave one of the two out'});
    if (supervisors.length > 1)
      throw fail('usage', 'ambiguous-job', `--all could mean the jobs of ${projectsOf(supervisors)}`, {
        hint: `say which: ${supervisors[0]?.project ?? ''}/*`,
      });
    return supervisors.map(supervisor => ({supervisor, jobs: null}));
  }
  if (words.length === 0) throw fail('usage', 'no-job', 'no job is named', {hint: 'name jobs as weir ps shows them, or say --all'});
  const named = new Map<FoundSupervisor, string[]>();
  const problems: Problem[] = [];
  for (const word of words) {
    const slash = word.indexOf('/');
    const [project, job] = slash === -1 ? ['*', word] : [word.slice(0, slash), word.slice(slash + 1)];
    const meant = supervisors.filter(
      supervisor => matchesName(project, supervisor.project) && supervisor.jobs.some(report => matchesName(job, report.job)),
    );
    if (meant.length === 0) problems.push(unknownJob(word, supervisors));
    else if (meant.length > 1 && slash === -1) problems.push(ambiguousJob(word, meant));
    else for (const supervisor of meant) named.set(supervisor, [...(named.get(supervisor) ?? []), job]);
  }
  if (problems.length > 0) throw new ProblemError(problems);
  return [...named].map(([supervisor, jobs]) => ({supervisor, jobs: jobs.includes('*') ? null : jobs}));
}

function unknownJob(word: string, supervisors: readonly FoundSupervisor[]): Problem {
  const names = supervisors.flatMap(({project, jobs}) => jobs.map(({job}) => (supervisors.length === 1 ? job : `${project}/${job}`)));
  return {
    kind: 'usage',
    severity: 'error',
    code: 'unknown-job',
    message: `no job that runs has the name "${word}"`,
    hint: `there are: ${names.join(', ')}`,
  };
}

function ambiguousJob(word: string, meant: readonly FoundSupervisor[]): Problem {
  return {
    kind: 'usage',
    severity: 'error',
    code: 'ambiguous-job',
    message: `"${word}" could mean jobs of ${projectsOf(meant)}`,
    hint: `say which: ${meant[0]?.project ?? ''}/${word}`,
  };
}

function projectsOf(supervisors: readonly FoundSupervisor[]): string {
  return supervisors.map(({project}) => `"${project}"`).join(' and ');
}

/** Tells a supervisor something and hears all of its answers. False: the wait was ended before the last one. */
export function tell(
  path: string,
  request: ControlRequest,
  stop: AbortSignal,
  onAnswer: (answer: ControlAnswer) => void,
): Promise<boolean> {
  return ask({path, request, stop, onAnswer});
}

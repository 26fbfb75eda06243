import type {Problem} from '../base/problem.ts';
import type {RunProgress, RunResult} from '../job/contract.ts';

/** What the supervisor knows of one job. */
export interface JobState {
  readonly phase: 'waiting' | 'running' | 'stopping' | 'ended';
  readonly progress: RunProgress;
  /** What the job said at its end; null until then, and for ever if its process died. */
  readonly result: RunResult | null;
  /** Why it failed, when it did. */
  readonly problem: Problem | null;
  readonly startedMs: number;
  readonly endedMs: number;
}

export interface SupervisorState {
  readonly jobs: ReadonlyMap<string, JobState>;
  readonly isStopping: boolean;
}

export type SupervisorEvent =
  | {readonly kind: 'started'; readonly atMs: number}
  | {readonly kind: 'progress'; readonly job: string; readonly progress: RunProgress}
  | {readonly kind: 'problem'; readonly job: string; readonly problem: Problem}
  | {readonly kind: 'ended'; readonly job: string; readonly result: RunResult}
  /** The process is gone. `how`: `exit code 1`, `signal SIGKILL`, or why it could not be started. */
  | {readonly kind: 'exited'; readonly job: string; readonly how: string; readonly atMs: number}
  /** Somebody asked for a clean end of these jobs, or of all: a signal, a time-out, or nobody reads the output any more. */
  | {readonly kind: 'stop'; readonly jobs?: readonly string[]};

export type SupervisorAction =
  | {readonly kind: 'start'; readonly job: string}
  | {readonly kind: 'stop'; readonly job: string}
  /** To be told to the person, with the job's name. */
  | {readonly kind: 'report'; readonly job: string; readonly problem: Problem}
  /** Every process is gone. */
  | {readonly kind: 'finish'};

export interface Decision {
  readonly state: SupervisorState;
  readonly actions: readonly SupervisorAction[];
}

const noProgress: RunProgress = {rowsIn: 0, rowsOut: 0, rejected: 0, readBytes: 0, totalBytes: null};

export function initialState(jobs: readonly string[]): SupervisorState {
  const waiting: JobState = {phase: 'waiting', progress: noProgress, result: null, problem: null, startedMs: 0, endedMs: 0};
  return {jobs: new Map(jobs.map(name => [name, waiting])), isStopping: false};
}

/** What to do about an event. Pure: processes, clocks and messages are its caller's. Events of jobs that ended, and repeated ones, change nothing. */
export function decide(state: SupervisorState, event: SupervisorEvent): Decision {
  switch (event.kind) {
    case 'started':
      return startAll(state, event.atMs);
    case 'stop':
      return stop(state, event.jobs ?? [...state.jobs.keys()]);
    case 'progress':
      return change(state, event.job, {progress: event.progress}, []);
    case 'problem':
      return change(state, event.job, {}, [{kind: 'report', job: event.job, problem: event.problem}]);
    case 'ended':
      return change(state, event.job, {result: event.result, progress: event.result, problem: event.result.problem}, []);
    case 'exited':
      return jobExited(state, event.job, event.how, event.atMs);
  }
}

function startAll(state: SupervisorState, atMs: number): Decision {
  const names = [...state.jobs].filter(([, job]) => job.phase === 'waiting').map(([name]) => name);
  const jobs = new Map(state.jobs);
  for (const name of names) jobs.set(name, {...(jobs.get(name) as JobState), phase: 'running', startedMs: atMs});
  return {state: {...state, jobs}, actions: names.map(job => ({kind: 'start', job}))};
}

function stop(state: SupervisorState, wanted: readonly string[]): Decision {
  const names = wanted.filter(name => state.jobs.get(name)?.phase === 'running');
  const jobs = new Map(state.jobs);
  for (const name of names) jobs.set(name, {...(jobs.get(name) as JobState), phase: 'stopping'});
  const isStopping = state.isStopping || wanted.length === state.jobs.size;
  return {state: {jobs, isStopping}, actions: names.map(job => ({kind: 'stop', job}))};
}

function change(state: SupervisorState, name: string, changes: Partial<JobState>, actions: readonly SupervisorAction[]): Decision {
  const job = state.jobs.get(name);
  if (job === undefined || job.phase === 'ended') return {state, actions: []};
  return {state: {...state, jobs: new Map(state.jobs).set(name, {...job, ...changes})}, actions};
}

/** A process may end only after its job said how it went; one that did not say has died, whatever its exit code is. */
function jobExited(state: SupervisorState, name: string, how: string, atMs: number): Decision {
  const job = state.jobs.get(name);
  if (job === undefined || job.phase === 'ended') return {state, actions: []};
  const problem = job.result === null ? diedProblem(name, how) : job.problem;
  const jobs = new Map(state.jobs).set(name, {...job, phase: 'ended', problem, endedMs: atMs});
  const actions: SupervisorAction[] = problem === null ? [] : [{kind: 'report', job: name, problem}];
  if ([...jobs.values()].every(({phase}) => phase === 'ended')) actions.push({kind: 'finish'});
  return {state: {...state, jobs}, actions};
}

function diedProblem(name: string, how: string): Problem {
  return {
    kind: 'data',
    severity: 'error',
    code: 'job-died',
    message: `the process of job "${name}" ended before its work was done (${how})`,
    hint: /SIGKILL|SIGTERM/.test(how)
      ? 'somebody ended it: perhaps the system, which ran out of memory'
      : 'what it said last stands above; run it alone to see more',
  };
}

import type {Problem} from '../base/problem.ts';

/** What the supervisor says of jobs. `name` is a job, or a process of one. */
export function diedProblem(name: string, how: string, hasLog: boolean): Problem {
  return {
    kind: 'data',
    severity: 'error',
    code: 'job-died',
    message: `the process of job "${name}" ended before its work was done (${how})`,
    hint:
      (/SIGKILL|SIGTERM/.test(how)
        ? 'somebody ended it: perhaps the system, which ran out of memory'
        : 'what it said last stands above; run it alone to see more') +
      (hasLog ? '' : '; with --guarantee at-least-once it would have gone on from its last commit'),
  };
}

/** The same as a warning: another process goes on. */
export function restartWarning(problem: Problem, waitMs: number): Problem {
  return {...problem, severity: 'warning', hint: `a new process goes on from the last commit in ${seconds(waitMs)}`};
}

export function crashLoopProblem(name: string, deaths: number, withinMs: number, last: Problem): Problem {
  return {
    kind: 'data',
    severity: 'error',
    code: 'crash-loop',
    message: `job "${name}" is not started again: it ended ${deaths} times within ${seconds(withinMs)}`,
    detail: `the last time: ${last.message}`,
    hint: `mend the cause, then: weir start ${name}`,
  };
}

export function notAnsweringProblem(name: string, silentMs: number, isEnded: boolean): Problem {
  return {
    kind: 'data',
    severity: isEnded ? 'error' : 'warning',
    code: 'not-answering',
    message: `job "${name}" has not answered for ${seconds(silentMs)}`,
    hint: isEnded ? 'its process was ended' : 'one step takes very long, or its process was stopped (SIGSTOP)',
  };
}

export function memoryProblem(name: string, bytes: number, limitBytes: number, stateBytes: number, isEnded: boolean): Problem {
  return {
    kind: 'data',
    severity: isEnded ? 'error' : 'warning',
    code: 'memory-limit',
    message: `job "${name}" holds ${megabytes(bytes)} of memory, and may hold ${megabytes(limitBytes)}`,
    ...(stateBytes === 0 ? {} : {detail: `its state holds ${megabytes(stateBytes)} of that`}),
    hint: isEnded
      ? 'its process was ended: allow it more, or let its state grow less (weir explain says what it grows with)'
      : 'it is ended if that does not change within seconds',
  };
}

export function dependencyProblem(name: string, on: string, wanted: string): Problem {
  return {
    kind: 'data',
    severity: 'error',
    code: 'dependency-failed',
    message: `job "${name}" is not started: it waits for job "${on}" to be ${wanted}, and that has ended`,
    hint: `mend "${on}" first`,
  };
}

function seconds(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(ms < 10_000 && ms % 1000 !== 0 ? 1 : 0)} s`;
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MB`;
}

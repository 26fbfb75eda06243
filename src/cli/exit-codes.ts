import type {Problem} from '../base/problem.ts';
import type {RunResult} from '../job/contract.ts';

/** Every exit code, and when it comes. Nothing else is ever given, and only this file decides which. */
export const exitCodes = {
  done: {
    code: 0,
    meaning: 'done: all input read, or stopped by SIGINT or SIGTERM with everything written, or nobody reads the output any more',
  },
  failed: {code: 1, meaning: 'a job failed at run time: data that cannot be read or computed, a process that died'},
  usage: {code: 2, meaning: 'the command line is wrong'},
  invalid: {code: 3, meaning: 'SQL or a job file is wrong; check found something'},
  unexpected: {code: 4, meaning: 'the query did not give the rows that --expect says'},
  environment: {
    code: 5,
    meaning: 'the machine does not give what is needed: a file, a folder, space on a disk, a service, a weir run to be asked',
  },
  tooManyErrors: {code: 6, meaning: 'more records were dropped than --max-errors allows'},
  timeout: {code: 124, meaning: '--timeout ended it, and --timeout-fails was given; or it ended the wait for jobs'},
  interrupted: {code: 130, meaning: 'a second SIGINT ended it at once'},
  terminated: {code: 143, meaning: 'a second SIGTERM ended it at once'},
} as const;

const codeOfKind: Readonly<Record<Problem['kind'], number>> = {
  usage: exitCodes.usage.code,
  invalid: exitCodes.invalid.code,
  data: exitCodes.failed.code,
  environment: exitCodes.environment.code,
  transient: exitCodes.environment.code,
  bug: exitCodes.failed.code,
};

export function exitCodeOfProblem(problem: Problem): number {
  return codeOfKind[problem.kind];
}

/** Of several: what the caller must change first. A wrong command line beats wrong SQL, which beats a machine that lacks something. Warnings do not count. */
export function exitCodeOf(problems: readonly Problem[]): number {
  const codes = new Set(problems.filter(problem => problem.severity === 'error').map(exitCodeOfProblem));
  const order = [exitCodes.usage, exitCodes.invalid, exitCodes.environment, exitCodes.failed];
  return order.find(({code}) => codes.has(code))?.code ?? exitCodes.done.code;
}

export function exitCodeOfResult(result: Pick<RunResult, 'status' | 'problem'>): number {
  if (result.status === 'too-many-errors') return exitCodes.tooManyErrors.code;
  if (result.status !== 'failed') return exitCodes.done.code;
  return result.problem === null ? exitCodes.failed.code : exitCodeOfProblem(result.problem);
}

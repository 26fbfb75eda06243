import type {Place, Problem} from '../base/problem.ts';

/** Something wrong with a job file, at a place of it. */
export function invalid(code: string, message: string, hint: string | undefined, place: Place): Problem {
  return {kind: 'invalid', severity: 'error', code, message, ...(hint === undefined ? {} : {hint}), place};
}

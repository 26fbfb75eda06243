import type {Problem} from '../base/problem.ts';
import type {RestartPolicy} from './policy.ts';
import type {ProcessState} from './state.ts';

/** Ends of a process that say nothing about its work: it was killed, or was ended by the supervisor. */
const deathCodes: ReadonlySet<string> = new Set(['job-died', 'not-answering', 'memory-limit']);

/** What the machine lacks and will lack until somebody acts. */
export const lastingCodes: ReadonlySet<string> = new Set([
  'cannot-lock',
  'cannot-resume',
  'damaged-log',
  'file-changed',
  'group-in-use',
  'job-is-running',
  'kafka-denied',
  'log-and-group-differ',
  'missing-log',
  'newer-log',
  'no-group-offset',
  'no-kafka-client',
  'no-schema',
  'offset-gone',
  'other-plan',
  'output-changed',
  'partition-gone',
  'registry-refused',
  'undecided-commit',
]);

/**
 * Whether another process may do better than the one that ended so. A wrong query, a refused state and bad data stay what they are. What the machine did not give
 * may come back once the job has run; before that it is most likely asked for by mistake, and is told at once.
 */
export function mayHelp({kind, code}: Problem, hasRun: boolean): boolean {
  if (deathCodes.has(code)) return true;
  if (lastingCodes.has(code)) return false;
  switch (kind) {
    case 'transient':
      return true;
    case 'environment':
    case 'bug':
      return hasRun;
    case 'usage':
    case 'invalid':
    case 'data':
      return false;
  }
}

/**
 * What becomes of a process that died: a time at which the next one starts, or quarantine. What may pass by itself (a cluster that is away, a full disk) is waited for
 * however long it takes, at the longest wait. `random`: from 0 up to 1.
 */
export function afterDeath(
  child: Pick<ProcessState, 'deathsMs' | 'attempts' | 'healthySinceMs' | 'restarts'>,
  problem: Problem,
  policy: RestartPolicy,
  atMs: number,
  random: number,
): Partial<ProcessState> {
  const {initialWaitMs, longestWaitMs, healthyAfterMs, mostRestarts} = policy;
  const recentMs = child.deathsMs.filter(ms => ms > atMs - mostRestarts.withinMs);
  const deathsMs = problem.kind === 'transient' || problem.kind === 'environment' ? recentMs : [...recentMs, atMs];
  const wasHealthy = child.healthySinceMs > 0 && atMs - child.healthySinceMs >= healthyAfterMs;
  const attempts = wasHealthy ? 1 : child.attempts + 1;
  if (deathsMs.length > mostRestarts.count) return {deathsMs, attempts, ending: 'quarantined'};
  // Full jitter: jobs that died of one cause do not come back all at once. (Doubling stops long before a number overflows.)
  const mostMs = Math.min(longestWaitMs, initialWaitMs * 2 ** Math.min(attempts - 1, 40));
  return {deathsMs, attempts, startsAtMs: atMs + Math.floor(random * mostMs), restarts: child.restarts + 1};
}

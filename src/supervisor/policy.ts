/** When a job that died is started again, and when not any more. All times in milliseconds. */
export interface RestartPolicy {
  /** The first wait is drawn from 0 to this, each further one from 0 to twice as much (full jitter), up to `longestWaitMs`. */
  readonly initialWaitMs: number;
  readonly longestWaitMs: number;
  /** After running for so long a job counts as healthy again: waits begin anew. */
  readonly healthyAfterMs: number;
  /** More deaths than `count` within `withinMs` put the job into quarantine: it is not started again before somebody says so. */
  readonly mostRestarts: {readonly count: number; readonly withinMs: number};
}

/** What the supervisor watches and enforces of one job. */
export interface SupervisionSpec {
  readonly restart: RestartPolicy;
  /** A job whose process holds more is told, and ended if it does not help. Null: no limit. */
  readonly memoryBytes: number | null;
  /** What becomes of a job that has not answered for five seconds. */
  readonly onNotAnswering: 'show' | 'restart';
  /** Jobs that must have come so far before this one is started. */
  readonly dependsOn: ReadonlyMap<string, DependencyState>;
}

/** `started`: its process runs; `healthy`: it has opened its tables and commits; `done`: it has ended well. */
export type DependencyState = 'started' | 'healthy' | 'done';

export const defaultRestartPolicy: RestartPolicy = {
  initialWaitMs: 100,
  longestWaitMs: 30_000,
  healthyAfterMs: 60_000,
  mostRestarts: {count: 10, withinMs: 600_000},
};

export const defaultSupervision: SupervisionSpec = {
  restart: defaultRestartPolicy,
  memoryBytes: null,
  onNotAnswering: 'show',
  dependsOn: new Map(),
};

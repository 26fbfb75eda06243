/** The only way to learn the time. Tests and replays give another one. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

export const systemClock: Clock = {now: () => Date.now()};

/** Tells how much time has gone by. No one can set it, so that waits and intervals do not jump when the clock of the machine is put right. */
export interface Stopwatch {
  /** Milliseconds since some moment. */
  elapsedMs(): number;
}

export const systemStopwatch: Stopwatch = {elapsedMs: () => performance.now()};

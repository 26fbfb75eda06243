/** The only way to learn the time. Tests and replays give another one. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

export const systemClock: Clock = {now: () => Date.now()};

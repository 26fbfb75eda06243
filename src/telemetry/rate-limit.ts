/** So many of a kind are let through within the window; of the others only the number. */
export interface RateLimitOptions {
  readonly most: number;
  readonly withinMs: number;
}

interface Window {
  readonly sinceMs: number;
  count: number;
  leftOut: number;
}

/** Kinds come from codes and names of jobs, so they are few; whatever happens, no more of them are kept. */
const mostKinds = 1000;

/** Lets through some messages of each kind, so that a trouble that comes a thousand times a second does not drown all others. */
export class RateLimit {
  readonly #options: RateLimitOptions;
  readonly #windows = new Map<string, Window>();

  constructor(options: RateLimitOptions) {
    this.#options = options;
  }

  /** Null: this one is left out. Else how many of its kind have been since the last one that was let through. */
  take(kind: string, nowMs: number): number | null {
    const {most, withinMs} = this.#options;
    const window = this.#windows.get(kind);
    if (window === undefined || nowMs - window.sinceMs >= withinMs) {
      this.#windows.delete(kind);
      if (this.#windows.size >= mostKinds) this.#windows.delete(this.#windows.keys().next().value ?? '');
      this.#windows.set(kind, {sinceMs: nowMs, count: 1, leftOut: 0});
      return window?.leftOut ?? 0;
    }
    if (window.count >= most) {
      window.leftOut++;
      return null;
    }
    window.count++;
    return 0;
  }

  /** Of each kind how many have been left out that nobody was told of. They are told now. */
  flush(): ReadonlyMap<string, number> {
    const left = new Map<string, number>();
    for (const [kind, window] of this.#windows) {
      if (window.leftOut > 0) left.set(kind, window.leftOut);
      window.leftOut = 0;
    }
    return left;
  }
}

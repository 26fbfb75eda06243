import type {JobProcess} from './job-process.ts';

/** What a run says of a job's health beside its output. Times are milliseconds. */
export interface Health {
  /** The most memory that one of its processes ever had. */
  readonly peakBytes: number;
  /** How its memory grew with time, by processes that lived long enough to say; null: none did. */
  readonly bytesPerMinute: number | null;
  /** From the death of a process to the first commit of the next one, unless the broker had to come back first. */
  readonly recovery: Quantiles | null;
  /** Of the seconds in which nothing was done to it and nothing made good, how many had a commit; null: there were none. */
  readonly seconds: {readonly quiet: number; readonly withCommits: number} | null;
}

export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly most: number;
}

/** A process younger than this is still filling its memory. */
const settledMs = 10_000;
const sampleMs = 250;
const leastSamples = 40;

/** Looks on. */
export class Measures {
  /** When something was committed, in order. */
  readonly #commits: number[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #deaths: {readonly diedMs: number; readonly runningMs: number}[] = [];
  readonly #troubles: {readonly fromMs: number; readonly toMs: number; readonly isOfBroker: boolean}[] = [];
  readonly #samples: {readonly atMs: number; readonly bytes: number}[] = [];
  readonly #fromMs = performance.now();
  #toMs = Infinity;
  #peakBytes = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(current: () => JobProcess | null) {
    this.#timer = setInterval(() => this.#sample(current()), sampleMs);
  }

  committed(): void {
    this.#commits.push(performance.now());
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const tell of listeners) tell();
  }

  /** True when something is committed within the time. */
  async nextCommit(mostMs: number): Promise<boolean> {
    const seen = this.#commits.length;
    return new Promise(resolve => {
      const timer = setTimeout(() => resolve(this.#commits.length > seen), mostMs);
      this.#listeners.add(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  /** One process is dead, and the next one runs. */
  succeeded(diedMs: number, runningMs: number): void {
    this.#deaths.push({diedMs, runningMs});
  }

  /** Something was done to it, or to its way to the broker, from then until now. */
  troubled(fromMs: number, isOfBroker: boolean): void {
    this.#troubles.push({fromMs, toMs: performance.now(), isOfBroker});
  }

  /** Nothing is done to it any more. */
  end(): void {
    clearInterval(this.#timer);
    this.#toMs = performance.now();
  }

  health(): Health {
    const outages = this.#troubles.filter(({isOfBroker}) => isOfBroker);
    const waits = this.#deaths.flatMap(({diedMs, runningMs}) => {
      if (outages.some(({fromMs, toMs}) => diedMs < toMs && runningMs > fromMs)) return [];
      const first = this.#firstCommit(runningMs);
      return first === undefined ? [] : [first - diedMs];
    });
    return {
      peakBytes: this.#peakBytes,
      bytesPerMinute: this.#samples.length < leastSamples ? null : slope(this.#samples) * 60_000,
      recovery: quantiles(waits),
      seconds: this.#seconds(),
    };
  }

  #sample(job: JobProcess | null): void {
    const seen = job?.isAlive === true ? job.look() : null;
    if (job === null || seen === null) return;
    const atMs = performance.now();
    this.#peakBytes = Math.max(this.#peakBytes, seen.peakBytes);
    if (atMs - job.startedMs > settledMs) this.#samples.push({atMs, bytes: seen.residentBytes});
  }

  #firstCommit(fromMs: number): number | undefined {
    return this.#commits.find(atMs => atMs >= fromMs);
  }

  #seconds(): Health['seconds'] {
    const begin = this.#commits[0] ?? Infinity;
    // What was done is made good by the next commit.
    const times = this.#troubles.map(({fromMs, toMs}) => ({fromMs, toMs: this.#firstCommit(toMs) ?? Infinity}));
    let [quiet, withCommits] = [0, 0];
    for (let from = this.#fromMs; from + 1000 <= this.#toMs; from += 1000) {
      const to = from + 1000;
      if (from < begin || times.some(({fromMs, toMs}) => fromMs < to && toMs > from)) continue;
      quiet++;
      if (this.#commits.some(atMs => atMs >= from && atMs < to)) withCommits++;
    }
    return quiet === 0 ? null : {quiet, withCommits};
  }
}

function quantiles(values: readonly number[]): Quantiles | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
  return {count: sorted.length, p50: at(0.5), p90: at(0.9), most: sorted.at(-1) as number};
}

/** Of the line that is nearest to all points: bytes a millisecond. */
function slope(points: readonly {readonly atMs: number; readonly bytes: number}[]): number {
  const meanMs = points.reduce((sum, {atMs}) => sum + atMs, 0) / points.length;
  const meanBytes = points.reduce((sum, {bytes}) => sum + bytes, 0) / points.length;
  let [product, square] = [0, 0];
  for (const {atMs, bytes} of points) {
    product += (atMs - meanMs) * (bytes - meanBytes);
    square += (atMs - meanMs) ** 2;
  }
  return square === 0 ? 0 : product / square;
}

import {PerformanceObserver} from 'node:perf_hooks';

/** What the memory of a process costs. */
export interface HeapReading {
  readonly heapBytes: number;
  readonly residentBytes: number;
  readonly gcRuns: number;
  readonly gcMs: number;
}

/** Watches the garbage collector of this process from now on. */
export class HeapWatch {
  #gcRuns = 0;
  #gcMs = 0;
  readonly #observer: PerformanceObserver;

  constructor() {
    this.#observer = new PerformanceObserver(list => {
      for (const {duration} of list.getEntries()) {
        this.#gcRuns++;
        this.#gcMs += duration;
      }
    });
    this.#observer.observe({entryTypes: ['gc']});
  }

  read(): HeapReading {
    const {heapUsed, rss} = process.memoryUsage();
    return {heapBytes: heapUsed, residentBytes: rss, gcRuns: this.#gcRuns, gcMs: this.#gcMs};
  }

  close(): void {
    this.#observer.disconnect();
  }
}

import type {Clock} from '../base/clock.ts';

/** Remembers what the clock said, so that an epoch can be computed again and reads the same. */
export class RecordingClock implements Clock {
  readonly #clock: Clock;
  #readings: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    const reading = this.#clock.now();
    this.#readings.push(reading);
    return reading;
  }

  /** Everything said since the last call, in order. */
  take(): readonly number[] {
    const readings = this.#readings;
    this.#readings = [];
    return readings;
  }
}

/** Says again what was recorded. Whoever asks more often than then has not done the same as then. */
export class ReplayedClock implements Clock {
  readonly #readings: readonly number[];
  #next = 0;

  constructor(readings: readonly number[]) {
    this.#readings = readings;
  }

  now(): number {
    const reading = this.#readings[this.#next++];
    if (reading === undefined) throw new Error('the clock was asked more often than when this epoch was recorded');
    return reading;
  }

  get isAtEnd(): boolean {
    return this.#next === this.#readings.length;
  }
}

import type {Clock} from '../base/clock.ts';

/**
 * Stands still while a batch goes through, so that an epoch needs one reading a batch to be computed again. Whoever asks within a batch is told the same time.
 */
export class SteppedClock implements Clock {
  readonly #clock: Clock;
  #nowMs: number;
  #readings: number[] = [];
  /** Somebody asked since the last `takeReadings`. */
  #isUsed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#nowMs = clock.now();
  }

  now(): number {
    this.#isUsed = true;
    return this.#nowMs;
  }

  /** The next batch begins. */
  step(): void {
    this.#nowMs = this.#clock.now();
    this.#readings.push(this.#nowMs);
  }

  /** One reading a step since the last call; none when nobody asked for any. */
  takeReadings(): readonly number[] {
    const readings = this.#isUsed ? this.#readings : [];
    this.#readings = [];
    this.#isUsed = false;
    return readings;
  }
}

/** Says what it is set to: the readings of an epoch that is computed again. */
export class SetClock implements Clock {
  nowMs = 0;
  now(): number {
    return this.nowMs;
  }
}

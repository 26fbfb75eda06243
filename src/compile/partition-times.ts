import type {Clock} from '../base/clock.ts';
import {batchRows} from '../flow/batch.ts';
import {PartitionWatermarks, type WatermarkState} from '../state/small-states.ts';
import type {EventTime, InputPartitions} from './engine.ts';

/**
 * The partitions of an input: which of them are waited for. Time has come as far in the input as in the partition that is furthest behind, of those that have not
 * ended and have had rows within the time-out.
 */
export class PartitionTimes {
  /** The partition of each row of the batch. */
  readonly numbers = new Uint32Array(batchRows);
  /** When rows of each came last; Infinity: it has ended. */
  readonly #rowsAtMs: number[] = [-Infinity];
  #settledAtMs = 0;

  inputOf(watermarks: readonly WatermarkState[]): InputPartitions {
    const {numbers} = this;
    return {
      numbers,
      grow: count => {
        // When it was seen first is for the clock to say, at the next step.
        while (this.#rowsAtMs.length < count) this.#rowsAtMs.push(-Infinity);
        for (const watermark of watermarks) if (watermark instanceof PartitionWatermarks) watermark.grow(count);
      },
      end: partition => void (this.#rowsAtMs[partition] = Infinity),
    };
  }

  /** A batch with so many rows has come. */
  note(count: number, atMs: number): void {
    for (let row = 0; row < count; row++) this.#rowsAtMs[this.numbers[row] as number] = atMs;
  }

  /** Finds how far time has come in the input as a whole. */
  settle(watermarks: readonly WatermarkState[], clock: Clock, idleAfterMs: number): void {
    const times = this.#rowsAtMs;
    const now = idleAfterMs === Infinity ? 0 : clock.now();
    this.#settledAtMs = now;
    for (let partition = 0; partition < times.length; partition++) if (times[partition] === -Infinity) times[partition] = now;
    const isWaitedFor = (partition: number): boolean => times[partition] !== Infinity && now - (times[partition] as number) < idleAfterMs;
    for (const watermark of watermarks) if (watermark instanceof PartitionWatermarks) watermark.settle(isWaitedFor);
  }

  /** How each of them stands, as of the last step. */
  describe(watermarks: readonly WatermarkState[], idleAfterMs: number): EventTime['partitions'] {
    const own = watermarks.filter(watermark => watermark instanceof PartitionWatermarks);
    return this.#rowsAtMs.map((atMs, partition) => ({
      watermark: Math.min(...own.map(({values}) => values[partition] ?? -Infinity)),
      isIdle: atMs === Infinity || (atMs !== -Infinity && this.#settledAtMs - atMs >= idleAfterMs),
    }));
  }

  /** When the next of them is not waited for any more, unless rows come. */
  wakesAtMs(idleAfterMs: number): number {
    let least = Infinity;
    for (const atMs of this.#rowsAtMs)
      if (atMs !== -Infinity && this.#settledAtMs - atMs < idleAfterMs) least = Math.min(least, atMs + idleAfterMs);
    return least;
  }
}

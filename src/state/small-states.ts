import type {ImageReader, ImageWriter, SavedState} from './image.ts';

/** How many rows a LIMIT has seen. */
export class LimitState implements SavedState {
  seen = 0;
  readonly bytes = 8;
  save(_what: 'full' | 'changes', image: ImageWriter): void {
    image.f64(this.seen);
  }
  load(image: ImageReader): void {
    this.seen = image.f64();
  }
}

/** The watermark after the last row: milliseconds, or -Infinity before the first. */
export class WatermarkState implements SavedState {
  value = -Infinity;
  /** Nothing has come for so long that nobody waits for it. Not saved: the clock tells it again. */
  isIdle = false;
  get bytes(): number {
    return 8;
  }
  /** It is no less than this from now on. */
  raise(watermark: number): void {
    this.value = Math.max(this.value, watermark);
  }
  save(_what: 'full' | 'changes', image: ImageWriter): void {
    image.f64(this.value);
  }
  load(image: ImageReader): void {
    this.value = image.f64();
  }
}

/**
 * The watermarks of the partitions of one input, by number: milliseconds, or -Infinity before the first row. What the input as a whole has come to (`value`) is the
 * least of those that are waited for.
 */
export class PartitionWatermarks extends WatermarkState {
  values = new Float64Array(16).fill(-Infinity);
  /** Before anybody says how many there are, there is one. */
  #count = 1;
  override get bytes(): number {
    return 8 + 8 * this.#count;
  }

  /** There are so many partitions by now. A new one begins where the input as a whole is: what came before it is over. */
  grow(count: number): void {
    if (count > this.values.length) {
      const larger = new Float64Array(Math.max(count, 2 * this.values.length)).fill(-Infinity);
      larger.set(this.values);
      this.values = larger;
    }
    if (count > this.#count) this.values.fill(this.value, this.#count, count);
    this.#count = Math.max(count, this.#count);
  }

  /** In all of its partitions. */
  override raise(watermark: number): void {
    for (let partition = 0; partition < this.#count; partition++)
      this.values[partition] = Math.max(this.values[partition] as number, watermark);
    this.value = Math.max(this.value, watermark);
  }

  /** Finds what the input has come to. Partitions that nobody waits for come along: a row of theirs that is older is late from now on. */
  settle(isWaitedFor: (partition: number) => boolean): void {
    let least = Infinity;
    for (let partition = 0; partition < this.#count; partition++) {
      if (isWaitedFor(partition)) least = Math.min(least, this.values[partition] as number);
    }
    if (least === Infinity) {
      // Nobody is waited for: the furthest of them says how far time has come.
      least = -Infinity;
      for (let partition = 0; partition < this.#count; partition++) least = Math.max(least, this.values[partition] as number);
    }
    if (least > this.value) this.value = least;
    for (let partition = 0; partition < this.#count; partition++) {
      if ((this.values[partition] as number) < this.value) this.values[partition] = this.value;
    }
  }

  override save(what: 'full' | 'changes', image: ImageWriter): void {
    super.save(what, image);
    image.u32(this.#count);
    for (let partition = 0; partition < this.#count; partition++) image.f64(this.values[partition] as number);
  }

  override load(image: ImageReader): void {
    super.load(image);
    const count = image.u32();
    this.grow(count);
    for (let partition = 0; partition < count; partition++) this.values[partition] = image.f64();
  }
}

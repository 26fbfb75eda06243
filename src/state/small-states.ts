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
  readonly bytes = 8;
  save(_what: 'full' | 'changes', image: ImageWriter): void {
    image.f64(this.value);
  }
  load(image: ImageReader): void {
    this.value = image.f64();
  }
}

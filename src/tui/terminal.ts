import type {ReadStream} from 'node:tty';

/** The terminal that the screen is drawn on, and the keyboard before it. */
export interface Terminal {
  /** Keys. Raw mode is set and taken back by whoever draws. */
  readonly input: ReadStream;
  write(text: string): void;
  size(): {readonly columns: number; readonly rows: number};
  /** The function given back ends it. */
  onResize(listener: () => void): () => void;
  /** Called when the process ends in another way than by the end of the screen: by a signal, or by an error. The function given back ends that. */
  onEnd(act: () => void): () => void;
  /** Lets go of the keyboard. */
  close(): void;
}

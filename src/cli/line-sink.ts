import type {Sink} from '../flow/sink.ts';

/** Takes whole lines of text, and is never full. */
export function lineSink(take: (text: string) => void): Sink {
  const done = Promise.resolve();
  return {
    open: () => done,
    write: bytes => take(Buffer.from(bytes).toString()),
    full: false,
    drain: () => done,
    flush: () => done,
    closedByReader: false,
    close: () => done,
  };
}

import type {Sink} from '../../flow/sink.ts';

/** Standard output or error, which several tables may write to: closing one of them only flushes it. */
export function sharedSink(sink: Sink): Sink {
  return {
    open: () => sink.open(),
    write: bytes => sink.write(bytes),
    get full() {
      return sink.full;
    },
    drain: () => sink.drain(),
    flush: () => sink.flush(),
    get closedByReader() {
      return sink.closedByReader;
    },
    close: () => sink.flush(),
  };
}

import {fstatSync} from 'node:fs';
import {isatty} from 'node:tty';
import {FileFeed} from './file-feed.ts';
import type {Feed} from './feed.ts';
import {PipeFeed} from './pipe-feed.ts';

/**
 * Readers of descriptors that this process was born with. They live as long as it does: a socket cannot be opened twice, and bytes that had arrived when the
 * reader for inference stopped must come out of the reader for the run.
 */
const feeds = new Map<number, Feed>();

/** The one reader of standard input (or of another inherited descriptor): file, pipe, socket or terminal. */
export function feedOfDescriptor(descriptor: number): Feed {
  const known = feeds.get(descriptor);
  if (known !== undefined) return known;
  const feed = openDescriptor(descriptor, 'stdin');
  feeds.set(descriptor, feed);
  return feed;
}

/** Reads a descriptor that stays the caller's, from where it stands. Regular files and devices answer at once; pipes, sockets and terminals are waited for by the event loop. */
export function openDescriptor(descriptor: number, name: string): Feed {
  return waits(descriptor)
    ? new PipeFeed(descriptor, name)
    : new FileFeed({descriptor, name, offset: null, ownsDescriptor: false, follows: false});
}

function waits(descriptor: number): boolean {
  const kind = fstatSync(descriptor);
  return kind.isFIFO() || kind.isSocket() || (kind.isCharacterDevice() && isatty(descriptor));
}

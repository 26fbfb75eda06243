import {fail} from '../../base/problem.ts';
import type {StandardInput} from '../define.ts';
import {compressionOf} from '../feed/compressed-feed.ts';
import type {Feed} from '../feed/feed.ts';
import {FileFeed} from '../feed/file-feed.ts';
import {GzipFeed} from '../feed/gzip-feed.ts';
import {feedOfDescriptor} from '../feed/standard-input.ts';
import {ZstdFeed} from '../feed/zstd-feed.ts';
import {listFiles} from '../filesystem/list-files.ts';

/** What inference looks at; more only where the first record does not fit into it. */
const sampleBytes = 262_144;
/** A first record that is longer than this is not waited for: no run takes it by default. */
const mostBytes = 16 * 1024 * 1024;

/** The beginning of an input. */
export interface Sample {
  readonly bytes: Uint8Array;
  /** Nothing follows. */
  readonly whole: boolean;
  /** The file that was looked at, or `stdin`. */
  readonly name: string;
}

/** What standard input has to give right now, and at least its first record, unless `stop` says that nobody waits for it any more. */
export async function sampleStandardInput(input: StandardInput, format: string | null, stop: AbortSignal | null): Promise<Sample> {
  const feed = feedOfDescriptor(input.descriptor);
  const sample = await readBeginning(feed, input.readAhead ?? new Uint8Array(0), bytes => hasRecord(bytes, format), stop);
  feed.pause?.();
  return {...sample, name: 'stdin'};
}

/** The beginning of the first file that is not empty; of a file that is compressed, decompressed. */
export async function sampleFile(path: string, directory: string): Promise<Sample> {
  const files = listFiles(path, directory);
  const file = files.find(one => one.size > 0 || !one.isRegular) ?? files[0];
  if (file === undefined) return {bytes: new Uint8Array(0), whole: true, name: path};
  if (!file.isRegular) {
    throw fail('usage', 'cannot-infer', `the columns of ${file.name} cannot be told beforehand: what is read of a pipe is gone`, {
      hint: 'pipe it into weir and read FROM stdin, or declare the table with CREATE TABLE',
    });
  }
  const raw = FileFeed.open(file.path, file.name, 0, false);
  const compression = compressionOf(file.path);
  const feed = compression === null ? raw : compression === 'gzip' ? new GzipFeed(raw, file.name) : new ZstdFeed(raw, file.name);
  try {
    return {...(await readBeginning(feed, new Uint8Array(0), () => false, null)), name: file.name};
  } finally {
    feed.close();
  }
}

/** Of what is delimited the first line may be a header, and the record follows it. */
function hasRecord(bytes: Uint8Array, format: string | null): boolean {
  const lineEnd = bytes.indexOf(10);
  if (lineEnd < 0) return false;
  const mayHaveHeader =
    format === null ? !/^\s*[{[]/.test(Buffer.from(bytes.subarray(0, 64)).toString()) : format === 'csv' || format === 'tsv';
  return !mayHaveHeader || bytes.includes(10, lineEnd + 1);
}

/** Reads until the sample is full and holds a whole line, the input ends or is not waited for any more, or nothing more is there and it is `enough`. */
async function readBeginning(
  feed: Feed,
  ahead: Uint8Array,
  enough: (bytes: Uint8Array) => boolean,
  stop: AbortSignal | null,
): Promise<{readonly bytes: Uint8Array; readonly whole: boolean}> {
  let bytes = new Uint8Array(Math.max(sampleBytes, ahead.length));
  bytes.set(ahead);
  let filled = ahead.length;
  const stopped = aborted(stop);
  for (;;) {
    if (filled === bytes.length) {
      if (filled >= mostBytes || bytes.includes(10)) break;
      const larger = new Uint8Array(2 * filled);
      larger.set(bytes);
      bytes = larger;
    }
    const count = feed.read(bytes.subarray(filled));
    if (count === 'ended') return {bytes: bytes.subarray(0, filled), whole: true};
    if (count !== 'nothing') filled += count;
    else if (enough(bytes.subarray(0, filled))) break;
    else if (stop?.aborted === true) return {bytes: bytes.subarray(0, filled), whole: true};
    else await Promise.race([feed.ready(), stopped]);
  }
  return {bytes: bytes.subarray(0, filled), whole: false};
}

/** Resolves when somebody stops the wait. */
function aborted(stop: AbortSignal | null): Promise<void> {
  return new Promise(resolve => stop?.addEventListener('abort', () => resolve(), {once: true}));
}

import {closeSync, open, openSync} from 'node:fs';
import {promisify} from 'node:util';
import {fail} from '../../base/problem.ts';
import type {ByteSource, PartInfo, Position} from '../../flow/source.ts';
import {compressionOf, skipBytes} from '../feed/compressed-feed.ts';
import {always, type Feed} from '../feed/feed.ts';
import {FileFeed} from '../feed/file-feed.ts';
import {GzipFeed} from '../feed/gzip-feed.ts';
import {openDescriptor} from '../feed/standard-input.ts';
import {ZstdFeed} from '../feed/zstd-feed.ts';
import {systemProblem} from '../system-error.ts';
import {listFiles, type FoundFile} from './list-files.ts';
import {checkUnchanged, headBytes, headOf, readPosition, type FilePosition} from './position.ts';

/** What one call of the system reads: larger gains nothing. */
const chunkBytes = 262_144;

interface OpenPart {
  readonly file: FoundFile;
  readonly feed: Feed;
  /** The file as it lies on the disk, where progress is counted; null for pipes. */
  readonly raw: FileFeed | null;
}

/** The files of a table, one after the other, in the order of their names. */
export class FilesystemSource implements ByteSource {
  readonly kind = 'bytes';
  /** Files are read to their ends; what comes later is new. */
  readonly isAtEnd = true;
  startBytes = 0;
  startLines = 0;
  part: PartInfo;
  readonly #option: string;
  readonly #directory: string;
  readonly #follows: boolean;
  readonly #monitorMs: number | null;
  #waiting: FoundFile[] = [];
  /** Files that are read or wait to be, by path: each is read once. */
  readonly #known = new Set<string>();
  readonly #done: string[] = [];
  #open: OpenPart | null = null;
  #last: FoundFile | null = null;
  #head: {readonly headLength: number; readonly head: string} | null = null;
  #doneBytes = 0;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  #listing: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #mustList = false;

  constructor(options: {path: string; directory: string; follows: boolean; monitorMs: number | null}) {
    this.#option = options.path;
    this.#directory = options.directory;
    this.#follows = options.follows;
    this.#monitorMs = options.monitorMs;
    this.part = {name: options.path, metadata: new Map()};
  }

  async open(from: Position): Promise<void> {
    const position = readPosition(from);
    this.#list(position?.file?.path ?? null, position?.done ?? []);
    if (this.#follows && this.#waiting.length !== 1) {
      throw fail('invalid', 'contradiction', `"scan.follow" follows one file, and ${this.#option} is ${this.#waiting.length}`, {
        hint: `name one file, or use 'source.monitor-interval' to wait for new ones`,
      });
    }
    const file = position?.file ?? null;
    if (file !== null) await this.#reopen(file);
    else if (this.#waiting[0] !== undefined) await this.#openPart(this.#waiting.shift() as FoundFile, 0);
  }

  read(target: Uint8Array): number | 'nothing' | 'end-of-part' | 'ended' {
    if (this.#open === null) {
      if (this.#mustList) {
        this.#mustList = false;
        this.#list(null, []);
      }
      const next = this.#waiting.shift();
      if (next === undefined) return this.#monitorMs === null || this.#closed ? 'ended' : 'nothing';
      this.#start(next, this.#openRegular(next, 0), 0, 0);
    }
    const part = this.#open as unknown as OpenPart;
    const count = part.feed.read(target.length > chunkBytes ? target.subarray(0, chunkBytes) : target);
    if (count !== 'ended') return count;
    part.feed.close();
    this.#open = null;
    this.#doneBytes += part.file.size;
    return 'end-of-part';
  }

  ready(): Promise<void> {
    if (this.#open !== null) return this.#open.feed.ready();
    if (this.#closed || this.#mustList || this.#monitorMs === null || this.#waiting.length > 0) return always;
    this.#listing ??= new Promise(resolve => {
      this.#wake = resolve;
      this.#timer = setTimeout(() => this.#awake(), this.#monitorMs as number);
    });
    return this.#listing;
  }

  positionAt(bytes: number, lines: number): Position {
    const file = this.#last;
    if (file === null) return {done: this.#done, file: null};
    if (!file.isRegular) throw cannotResume(file.name);
    // A file that is still short is known by the part of its beginning that is there by now.
    if (this.#head === null || this.#head.headLength < Math.min(bytes, headBytes)) this.#head = headOf(file.path, file.name);
    return {done: [...this.#done], file: {path: file.path, identity: file.identity, ...this.#head, bytes, lines}};
  }

  progress(): {readonly readBytes: number; readonly totalBytes: number} | null {
    const files = [...this.#waiting, ...(this.#open === null ? [] : [this.#open.file])];
    if (this.#follows || this.#open?.raw === null || files.some(file => !file.isRegular)) return null;
    const totalBytes = files.reduce((sum, file) => sum + file.size, this.#doneBytes);
    return {readBytes: this.#doneBytes + (this.#open?.raw?.offset ?? 0), totalBytes};
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#awake();
    this.#open?.feed.close();
    this.#open = null;
    this.#waiting = [];
  }

  /** Takes up files that are not known yet. */
  #list(current: string | null, done: readonly string[]): void {
    for (const path of done) {
      this.#known.add(path);
      this.#done.push(path);
    }
    const mayBeEmpty = this.#monitorMs !== null || this.#known.size > 0 || current !== null;
    for (const file of listFiles(this.#option, this.#directory, mayBeEmpty)) {
      if (this.#known.has(file.path)) continue;
      this.#known.add(file.path);
      this.#waiting.push(file);
    }
  }

  async #reopen(position: FilePosition): Promise<void> {
    const index = this.#waiting.findIndex(file => file.path === position.path);
    const [file] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (file === undefined) throw systemProblem('read', position.path, Object.assign(new Error('gone'), {code: 'ENOENT'}));
    checkUnchanged(file, position);
    await this.#openPart(file, position.bytes, position.lines);
  }

  async #openPart(file: FoundFile, bytes: number, lines = 0): Promise<void> {
    if (!file.isRegular) {
      if (bytes > 0) throw cannotResume(file.name);
      this.#start(file, {file, raw: null, feed: await openPipe(file)}, 0, 0);
      return;
    }
    const isCompressed = compressionOf(file.path) !== null;
    const part = this.#openRegular(file, isCompressed ? 0 : bytes);
    this.#start(file, part, bytes, lines);
    const available = isCompressed ? await skipBytes(part.feed, bytes) : file.size;
    if (available < bytes) {
      throw fail('environment', 'file-changed', `${file.name} is shorter than when it was read`, {
        detail: `${bytes} bytes of it were read, and it has ${available} now`,
        hint: 'put the file back, or start over from the beginning',
      });
    }
  }

  #openRegular(file: FoundFile, offset: number): OpenPart {
    if (!file.isRegular) return {file, raw: null, feed: openPipeNow(file)};
    // Files of /proc and the like say that they are empty.
    const limit = this.#follows || file.size === 0 ? Infinity : file.size;
    const raw = FileFeed.open(file.path, file.name, offset, this.#follows, limit);
    const compression = compressionOf(file.path);
    if (compression === null) return {file, raw, feed: raw};
    return {file, raw, feed: compression === 'gzip' ? new GzipFeed(raw, file.name) : new ZstdFeed(raw, file.name)};
  }

  #start(file: FoundFile, part: OpenPart, bytes: number, lines: number): void {
    if (this.#last !== null) this.#done.push(this.#last.path);
    this.#last = file;
    this.#head = null;
    this.#open = part;
    this.startBytes = bytes;
    this.startLines = lines;
    const metadata = new Map<string, string | number | bigint>([
      ['file.path', file.path],
      ['file.name', file.path.slice(file.path.lastIndexOf('/') + 1)],
      ['file.size', BigInt(file.size)],
      ['file.modification-time', file.modifiedMs],
    ]);
    this.part = {name: file.name, metadata};
  }

  #awake(): void {
    clearTimeout(this.#timer);
    this.#mustList = true;
    this.#wake?.();
    this.#wake = undefined;
    this.#listing = undefined;
  }
}

/** A named pipe opens only when somebody writes to it: waited for off this thread. */
async function openPipe(file: FoundFile): Promise<Feed> {
  try {
    return pipeFeed(await promisify(open)(file.path, 'r'), file.name);
  } catch (error) {
    throw systemProblem('read', file.name, error);
  }
}

/** For a pipe among several files, where reading may not wait to open it but the system makes it. */
function openPipeNow(file: FoundFile): Feed {
  try {
    return pipeFeed(openSync(file.path, 'r'), file.name);
  } catch (error) {
    throw systemProblem('read', file.name, error);
  }
}

function pipeFeed(descriptor: number, name: string): Feed {
  const feed = openDescriptor(descriptor, name);
  let closed = false;
  return {
    read: target => feed.read(target),
    ready: () => feed.ready(),
    close: () => {
      if (closed) return;
      closed = true;
      feed.close();
      closeSync(descriptor);
    },
  };
}

function cannotResume(name: string) {
  return fail('environment', 'cannot-resume', `${name} is no regular file: what was read of it cannot be read again`, {
    hint: 'read from a file where a run must be able to go on after a restart',
  });
}

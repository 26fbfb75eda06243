import {
  closeSync,
  existsSync,
  fdatasync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import {basename, dirname, extname, join} from 'node:path';
import {promisify} from 'node:util';
import {gzipSync} from 'node:zlib';
import {fail} from '../../base/problem.ts';
import type {DurableOutput} from '../../flow/delivery.ts';
import type {Sink} from '../../flow/sink.ts';
import type {Position} from '../../flow/source.ts';
import {compressionOf} from '../feed/compressed-feed.ts';
import {always} from '../feed/feed.ts';
import {DescriptorSink} from '../output/descriptor-sink.ts';
import {errorCode, systemProblem} from '../system-error.ts';
import {cutTo, settleNameOf, type WrittenFile, writtenFile} from './durable-file.ts';
import {localPath, resolvePath} from './list-files.ts';

/** What becomes one gzip member: large enough to compress well, small enough to be written soon. */
const memberBytes = 1 << 20;

export interface FilesystemSinkOptions {
  /** The `path` option. */
  readonly path: string;
  readonly directory: string;
  readonly overwrite: boolean;
  /** Ends the name of a part file: `json`. */
  readonly extension: string;
  /** The format's files are no lines (see `FormatDefinition`). */
  readonly isBinary?: boolean;
  /** What is in the file already is the job's own, cut to what its log counts. */
  readonly isOwn?: boolean;
}

const syncData = promisify(fdatasync);

/**
 * Writes a table to files. A path with an extension is one file (ours); any other, and one that is a directory, is a directory in which each run
 * writes a part file of its own (as in Flink). Without overwriting, rows are added: to the file's end, or as another part. Overwriting writes beside the old
 * content and puts the new in its place when the run ends well, so that a failed one leaves everything as it was. A name that ends in `.gz` is compressed.
 * A job that commits goes on in the file that it wrote before, behind what its log counts.
 */
export class FilesystemSink implements Sink, DurableOutput {
  readonly #options: FilesystemSinkOptions;
  readonly #name: string;
  continues = false;
  /** Absent for devices and pipes, which cannot be cut. */
  readonly durable?: DurableOutput;
  #target: Target | null = null;
  #descriptor = -1;
  /** Where in the file the first byte of this process stands. */
  #startBytes = 0;
  #isNameSettled = false;
  #isOwn: boolean;
  #bytes: DescriptorSink | null = null;
  #member: Uint8Array | null = null;
  #memberLength = 0;

  constructor(options: FilesystemSinkOptions) {
    this.#options = options;
    this.#isOwn = options.isOwn === true;
    this.#name = localPath(options.path);
    if (!isDevice(resolvePath(this.#name, options.directory))) this.durable = this;
  }

  async open(): Promise<void> {
    this.openNow();
  }

  /** The same without a promise. */
  openNow(): void {
    if (this.#bytes !== null) return;
    if (compressionOf(this.#name) === 'zstd') {
      throw fail('invalid', 'not-yet-supported', `cannot write ${this.#name}: writing zstd is not supported yet`, {
        hint: 'write .gz, or pipe through zstd',
      });
    }
    this.#attempt(() => {
      const target = this.#target ?? targetOf(this.#options);
      this.#target = target;
      const descriptor = openSync(target.writes, target.flags, target.mode);
      this.#descriptor = descriptor;
      this.#bytes = new DescriptorSink({descriptor, name: this.#name, ownsDescriptor: true});
      this.#startBytes = fstatSync(descriptor).size;
      this.continues = this.#startBytes > 0;
      if (this.continues && this.#options.isBinary === true && !this.#isOwn) {
        closeSync(descriptor);
        throw fail('environment', 'cannot-append', `cannot add rows to ${this.#name}: files of its format have an end`, {
          hint: 'write INSERT OVERWRITE, or name a directory, in which each run writes a file of its own',
        });
      }
      if (target.writes.endsWith('.gz') || target.becomes?.endsWith('.gz') === true) this.#member = new Uint8Array(memberBytes);
      else if (target.flags === 'a+' && this.#options.isBinary !== true && endsInsideLine(descriptor)) this.#bytes.write(Buffer.from('\n'));
    });
  }

  get full(): boolean {
    return this.#bytes?.full ?? false;
  }
  get closedByReader(): boolean {
    return this.#bytes?.closedByReader ?? false;
  }

  write(bytes: Uint8Array): void {
    if (this.#member === null) {
      this.#bytes?.write(bytes);
      return;
    }
    for (let at = 0; at < bytes.length;) {
      const piece = bytes.subarray(at, at + memberBytes - this.#memberLength);
      this.#member.set(piece, this.#memberLength);
      this.#memberLength += piece.length;
      at += piece.length;
      if (this.#memberLength === memberBytes) this.#endMember();
    }
  }

  drain(): Promise<void> {
    return this.#bytes?.drain() ?? always;
  }

  async flush(): Promise<void> {
    this.#endMember();
    await this.#bytes?.flush();
  }

  async close(): Promise<void> {
    const bytes = this.#bytes;
    const target = this.#target;
    if (bytes === null || target === null) return;
    this.#target = null;
    await this.flush();
    const {becomes} = target;
    if (becomes !== null) this.#attempt(() => settle(target.writes));
    await bytes.close();
    if (becomes === null) return;
    this.#attempt(() => {
      renameSync(target.writes, becomes);
      for (const old of target.replaces) unlinkSync(old);
    });
  }

  async discard(): Promise<void> {
    const target = this.#target;
    if (target === null || target.becomes === null) return this.close();
    this.#target = null;
    try {
      await this.#bytes?.close();
    } finally {
      this.#attempt(() => unlinkSync(target.writes));
    }
  }

  async restore(from: Position): Promise<void> {
    const file = writtenFile(from);
    if (file === null) return;
    this.#isOwn = true;
    const {path, becomes, replaces, length} = file;
    // It had its name already when the process ended: then it is the file of that name that is complete.
    const hasBecome = becomes !== null && !existsSync(path) && existsSync(becomes);
    cutTo({path: hasBecome ? becomes : path, length}, this.#name);
    this.#target = hasBecome
      ? {writes: becomes, flags: 'a+', becomes: null, replaces: []}
      : {writes: path, flags: 'a+', becomes, replaces: replaces.filter(name => existsSync(name))};
  }

  capture(): Position {
    const target = this.#target;
    if (target === null) return null;
    this.#endMember();
    const {writes: path, becomes, replaces} = target;
    const length = this.#startBytes + (this.#bytes?.takenBytes ?? 0);
    return {path, becomes, replaces, length} satisfies WrittenFile;
  }

  async settle(): Promise<void> {
    await this.#bytes?.flush();
    try {
      await syncData(this.#descriptor);
      if (this.#target !== null && !this.#isNameSettled) settleNameOf(this.#target.writes);
      this.#isNameSettled = true;
    } catch (error) {
      throw systemProblem('write', this.#name, error);
    }
  }

  async leave(): Promise<void> {
    this.#target = null;
    await this.#bytes?.close();
  }

  #endMember(): void {
    if (this.#member === null || this.#memberLength === 0) return;
    this.#bytes?.write(gzipSync(this.#member.subarray(0, this.#memberLength)));
    this.#memberLength = 0;
  }

  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (errorCode(error) === null) throw error;
      throw systemProblem('write', this.#name, error);
    }
  }
}

interface Target {
  /** The path that is opened. */
  readonly writes: string;
  readonly flags: 'a+' | 'w' | 'wx';
  /** What it is renamed to at a good end; null: it stays. */
  readonly becomes: string | null;
  /** The permissions of the file that is replaced. */
  readonly mode?: number;
  /** Files that go when the new one has its name. */
  readonly replaces: readonly string[];
}

function targetOf({path, directory, overwrite, extension}: FilesystemSinkOptions): Target {
  const name = localPath(path);
  const full = resolvePath(name, directory);
  const kind = existsSync(full) ? statSync(full) : null;
  if (isDevice(full)) return {writes: full, flags: 'w', becomes: null, replaces: []};
  const isDirectory = kind?.isDirectory() ?? (name.endsWith('/') || extname(name) === '');
  if (isDirectory) {
    mkdirSync(full, {recursive: true});
    return partIn(full, overwrite, extension);
  }
  mkdirSync(dirname(full), {recursive: true});
  if (!overwrite) return {writes: full, flags: 'a+', becomes: null, replaces: []};
  const real = kind === null ? full : realpathSync(full);
  return {writes: hiddenBeside(real), flags: 'wx', becomes: real, replaces: [], ...(kind === null ? {} : {mode: kind.mode & 0o777})};
}

/** What is there and neither file nor directory: a device, a pipe. */
function isDevice(path: string): boolean {
  const kind = existsSync(path) ? statSync(path) : null;
  return kind !== null && !kind.isFile() && !kind.isDirectory();
}

/** The first free `part-N`. */
function partIn(folder: string, overwrite: boolean, extension: string): Target {
  const present = readdirSync(folder, {withFileTypes: true}).filter(entry => entry.isFile() && !/^[._]/.test(entry.name));
  const taken = new Set(present.map(entry => entry.name.split('.', 1)[0]));
  let number = 0;
  while (taken.has(`part-${number}`)) number++;
  const part = join(folder, `part-${number}.${extension}`);
  if (!overwrite) return {writes: part, flags: 'wx', becomes: null, replaces: []};
  return {writes: hiddenBeside(part), flags: 'wx', becomes: part, replaces: present.map(entry => join(folder, entry.name))};
}

/** A free name that readers of the directory leave out. */
function hiddenBeside(path: string): string {
  for (let number = 0; ; number++) {
    const hidden = join(dirname(path), `.${basename(path)}.${number}.new`);
    if (!existsSync(hidden)) return hidden;
  }
}

/** New content is on the disk before it takes the place of the old. */
function settle(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** True when the file's last line has no line end, so that a row added to it would become part of that line. */
function endsInsideLine(descriptor: number): boolean {
  const {size} = fstatSync(descriptor);
  if (size === 0) return false;
  const last = new Uint8Array(1);
  readSync(descriptor, last, 0, 1, size - 1);
  return last[0] !== 10;
}

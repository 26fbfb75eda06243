import {existsSync, readdirSync, unlinkSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {fail} from '../../base/problem.ts';
import type {DurableOutput} from '../../flow/delivery.ts';
import type {PartitionedSink} from '../../flow/sink.ts';
import type {Position} from '../../flow/source.ts';
import {errorCode, systemProblem} from '../system-error.ts';
import {cutTo} from './durable-file.ts';
import {FilesystemSink} from './filesystem-sink.ts';
import {localPath, resolvePath} from './list-files.ts';

export interface PartitionedFilesOptions {
  /** The `path` option: the directory of all partitions. */
  readonly path: string;
  readonly directory: string;
  readonly overwrite: boolean;
  readonly extension: string;
  /** The format's files are no lines (see `FormatDefinition`). */
  readonly isBinary?: boolean;
  /** The empty file that says that a partition is complete; null: none is written. */
  readonly successFile: string | null;
  /** Of a job that commits: what its part files are known by, so that those that no commit counts are found again. Null: a run that keeps nothing. */
  readonly tag: string | null;
}

/** What a job's log remembers. Files of this job with another number than these, up to `next`, were complete before. */
interface WrittenPartitions {
  /** The number of the part file that is begun next. */
  readonly next: number;
  readonly open: readonly {readonly partition: string; readonly number: number; readonly length: number}[];
  /** All partitions written to. */
  readonly partitions: readonly string[];
}

interface PartFile {
  readonly number: number;
  readonly sink: FilesystemSink;
}

/** So many files are open at once; the one that was written to longest ago is closed first. */
const mostOpen = 100;

/**
 * Writes a table to a directory with a directory for each partition, `dt=2026-01-01/hm=12%3A00`: in each the run has a part file of its own, as in Flink. Part
 * files of a job that commits bear its name and a number: after a crash those that are open in the log are cut, and those it does not know are removed.
 */
export class PartitionedFiles implements PartitionedSink, DurableOutput {
  readonly durable?: DurableOutput;
  readonly #options: PartitionedFilesOptions;
  /** The least recently used first. */
  readonly #open = new Map<string, PartFile>();
  readonly #written = new Set<string>();
  #next = 0;
  #current: FilesystemSink | null = null;
  /** Closed to make room since the last capture: a commit counts on their bytes, too. */
  #closing: FilesystemSink[] = [];

  constructor(options: PartitionedFilesOptions) {
    this.#options = options;
    if (options.tag === null) return;
    this.durable = this;
    if (!options.overwrite) return;
    throw fail('invalid', 'not-yet-supported', 'INSERT OVERWRITE of a table with partitions cannot be committed while it runs', {
      hint: 'run it without a guarantee, or use INSERT INTO',
    });
  }

  async open(): Promise<void> {}

  begin(partition: string): boolean {
    const known = this.#open.get(partition);
    this.#open.delete(partition);
    const file = known ?? {number: this.#next++, sink: this.#made(partition, this.#next - 1)};
    this.#open.set(partition, file);
    this.#current = file.sink;
    return known === undefined;
  }

  #made(partition: string, number: number): FilesystemSink {
    const {path, directory, overwrite, extension, tag, isBinary = false} = this.#options;
    // A partition that was closed to make room goes on in another part file: what this run has written is not the old content.
    const isFirst = !this.#written.has(partition);
    const file = tag === null ? '' : partName(tag, number, extension);
    const sink = new FilesystemSink({
      path: `${join(path, partition)}/${file}`,
      directory,
      overwrite: overwrite && isFirst,
      extension,
      isBinary,
      isOwn: tag !== null,
    });
    sink.openNow();
    this.#written.add(partition);
    return sink;
  }

  get full(): boolean {
    if (this.#open.size > mostOpen) return true;
    for (const {sink} of this.#open.values()) if (sink.full) return true;
    return false;
  }
  get closedByReader(): boolean {
    return false;
  }

  write(bytes: Uint8Array): void {
    this.#current?.write(bytes);
  }

  async drain(): Promise<void> {
    for (const [partition, {sink}] of this.#open) {
      if (this.#open.size > mostOpen) {
        this.#open.delete(partition);
        if (this.durable === undefined) await sink.close();
        else this.#closing.push(sink);
      } else await sink.drain();
    }
  }

  async flush(): Promise<void> {
    for (const {sink} of this.#open.values()) await sink.flush();
  }

  async restore(from: Position): Promise<void> {
    const written = (from as unknown as WrittenPartitions | null) ?? {next: 0, open: [], partitions: []};
    const {path, directory, extension, tag} = this.#options;
    const root = resolvePath(localPath(path), directory);
    for (const {partition, number, length} of written.open) {
      const name = join(partition, partName(tag ?? '', number, extension));
      cutTo({path: join(root, name), length}, name);
    }
    for (const file of existsSync(root) ? readdirSync(root, {recursive: true, encoding: 'utf8'}) : []) {
      const number = numberOf(basename(file), tag ?? '', extension);
      if (number !== null && number >= written.next) unlinkSync(join(root, file));
    }
    this.#next = written.next;
    for (const partition of written.partitions) this.#written.add(partition);
    for (const {partition, number} of written.open) this.#open.set(partition, {number, sink: this.#made(partition, number)});
  }

  capture(): Position {
    const open = [...this.#open].map(([partition, {number, sink}]) => {
      const {length} = sink.capture() as {readonly length: number};
      return {partition, number, length};
    });
    return {next: this.#next, open, partitions: [...this.#written]} satisfies WrittenPartitions;
  }

  async settle(): Promise<void> {
    const closing = this.#closing;
    this.#closing = [];
    const open = [...this.#open.values()];
    for (const sink of closing) {
      await sink.settle();
      await sink.leave();
    }
    for (const {sink} of open) if (!closing.includes(sink)) await sink.settle();
  }

  async leave(): Promise<void> {
    for (const sink of this.#closing) await sink.leave();
    for (const {sink} of this.#open.values()) await sink.leave();
    this.#open.clear();
  }

  async close(): Promise<void> {
    for (const sink of this.#closing) await sink.close();
    for (const {sink} of this.#open.values()) await sink.close();
    this.#open.clear();
    const {path, directory, successFile} = this.#options;
    if (successFile === null) return;
    const name = localPath(path);
    for (const partition of this.#written) {
      try {
        writeFileSync(join(resolvePath(name, directory), partition, successFile), '');
      } catch (error) {
        if (errorCode(error) === null) throw error;
        throw systemProblem('write', join(name, partition, successFile), error);
      }
    }
  }

  async discard(): Promise<void> {
    for (const {sink} of this.#open.values()) await sink.discard();
    this.#open.clear();
  }
}

function partName(tag: string, number: number, extension: string): string {
  return `part-${tag}-${number}.${extension}`;
}

/** The number of a part file with this tag; null: it is another one. */
function numberOf(file: string, tag: string, extension: string): number | null {
  const [start, end] = [`part-${tag}-`, `.${extension}`];
  if (!file.startsWith(start) || !file.endsWith(end)) return null;
  const number = file.slice(start.length, -end.length);
  return /^\d+$/.test(number) ? Number(number) : null;
}

import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {PartitionedSink} from '../../flow/sink.ts';
import {errorCode, systemProblem} from '../system-error.ts';
import {FilesystemSink} from './filesystem-sink.ts';
import {localPath, resolvePath} from './list-files.ts';

export interface PartitionedFilesOptions {
  /** The `path` option: the directory of all partitions. */
  readonly path: string;
  readonly directory: string;
  readonly overwrite: boolean;
  readonly extension: string;
  /** The empty file that says that a partition is complete; null: none is written. */
  readonly successFile: string | null;
}

/** So many files are open at once; the one that was written to longest ago is closed first. */
const mostOpen = 100;

/** Writes a table to a directory with a directory for each partition, `dt=2026-01-01/hm=12%3A00`: in each the run has a part file of its own, as in Flink. */
export class PartitionedFiles implements PartitionedSink {
  readonly #options: PartitionedFilesOptions;
  /** The least recently used first. */
  readonly #open = new Map<string, FilesystemSink>();
  readonly #written = new Set<string>();
  #current: FilesystemSink | null = null;

  constructor(options: PartitionedFilesOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {}

  begin(partition: string): boolean {
    const known = this.#open.get(partition);
    this.#open.delete(partition);
    const sink = known ?? this.#made(partition);
    this.#open.set(partition, sink);
    this.#current = sink;
    return known === undefined;
  }

  #made(partition: string): FilesystemSink {
    const {path, directory, overwrite, extension} = this.#options;
    // A partition that was closed to make room goes on in another part file: what this run has written is not the old content.
    const isFirst = !this.#written.has(partition);
    const sink = new FilesystemSink({path: `${join(path, partition)}/`, directory, overwrite: overwrite && isFirst, extension});
    sink.openNow();
    this.#written.add(partition);
    return sink;
  }

  get full(): boolean {
    if (this.#open.size > mostOpen) return true;
    for (const sink of this.#open.values()) if (sink.full) return true;
    return false;
  }
  get closedByReader(): boolean {
    return false;
  }

  write(bytes: Uint8Array): void {
    this.#current?.write(bytes);
  }

  async drain(): Promise<void> {
    for (const [partition, sink] of this.#open) {
      if (this.#open.size > mostOpen) {
        this.#open.delete(partition);
        await sink.close();
      } else await sink.drain();
    }
  }

  async flush(): Promise<void> {
    for (const sink of this.#open.values()) await sink.flush();
  }

  async close(): Promise<void> {
    for (const sink of this.#open.values()) await sink.close();
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
    for (const sink of this.#open.values()) await sink.discard();
    this.#open.clear();
  }
}

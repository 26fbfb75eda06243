import {closeSync, existsSync, ftruncateSync, openSync, readdirSync, readFileSync, statSync, truncateSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {epochOfName, readSegment, type Segment, segmentPath} from '../../commit/segment.ts';
import type {Random} from './workload.ts';

/** The newest file of a job's log; null: there is none, or nothing in it is whole. */
export async function lastSegment(directory: string): Promise<Segment | null> {
  const epoch = segmentEpochs(directory).at(-1);
  if (epoch === undefined) return null;
  const segment = await readSegment(segmentPath(directory, epoch), epoch);
  return segment.header === null ? null : segment;
}

export function logBytes(directory: string): number {
  const epoch = segmentEpochs(directory).at(-1);
  return epoch === undefined ? 0 : fileBytes(segmentPath(directory, epoch));
}

export function fileBytes(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

function segmentEpochs(directory: string): number[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .flatMap(name => epochOfName(name) ?? [])
    .sort((a, b) => a - b);
}

/** Puts a piece of a record behind the last one, as a crash does in the middle of a write. Null: there is no record to take it from. */
export async function tearTail(directory: string, random: Random): Promise<{readonly epoch: number} | null> {
  const segment = await lastSegment(directory);
  const last = segment?.entries.at(-1);
  if (segment === null || last === undefined || segment.length !== segment.fileLength) return null;
  const piece = readFileSync(segment.path).subarray(last.start, last.start + random.between(1, last.end - last.start - 1));
  const file = openSync(segment.path, 'r+');
  writeSync(file, piece, 0, piece.length, segment.length);
  closeSync(file);
  return {epoch: last.epoch};
}

/**
 * Takes bytes off the end of the last record: of a job whose records count by themselves, that one then does not. Null: it is the only one there, or a clean stop has
 * made certain that it counts.
 */
export async function loseRecord(directory: string, random: Random): Promise<{readonly epoch: number} | null> {
  const segment = await lastSegment(directory);
  const last = segment?.entries.at(-1);
  if (segment === null || last === undefined || segment.entries.length < 2 || segment.isMarked) return null;
  truncateSync(segment.path, random.between(last.start + 1, last.end - 1));
  return {epoch: last.epoch - 1};
}

/** What a job's process noted of its files: the bytes that were on the disk at its last sync of each. */
function syncedBytes(ledger: string): ReadonlyMap<string, number> {
  const lines = existsSync(ledger) ? readFileSync(ledger, 'utf8').split('\n').slice(0, -1) : [];
  return new Map(
    lines.map(line => {
      const [length, path] = line.split('\t') as [string, string];
      return [path, Number(length)];
    }),
  );
}

/** Sizes of the files that a crash of the machine may cut. */
export type FileSizes = ReadonlyMap<string, number>;

export function sizesOf(state: string, outputs: readonly string[]): FileSizes {
  const logs = segmentEpochs(state).map(epoch => segmentPath(state, epoch));
  return new Map([...logs, ...outputs].map(path => [path, fileBytes(path)]));
}

/** What a crash of the machine can take from a job. */
export interface Unsafe {
  /** What its process notes at each sync. */
  readonly ledger: string;
  /** Sizes when the process began. */
  readonly before: FileSizes;
  readonly state: string;
  readonly outputs: readonly string[];
}

/** Files with more bytes than are on the disk. */
export function unsynced({
  ledger,
  before,
  state,
  outputs,
}: Unsafe): readonly {readonly path: string; readonly safe: number; readonly size: number}[] {
  const synced = syncedBytes(ledger);
  return [...sizesOf(state, outputs)].flatMap(([path, size]) => {
    const safe = Math.min(size, synced.get(path) ?? before.get(path) ?? 0);
    return safe < size ? [{path, safe, size}] : [];
  });
}

/** Takes from each file what had not been synced: all of it, a part of it, or leaves its place full of zeros, as file systems do. Gives how many files lost something. */
export function losePower(unsafe: Unsafe, random: Random): number {
  const files = unsynced(unsafe);
  for (const {path, safe, size} of files) {
    const file = openSync(path, 'r+');
    ftruncateSync(file, random.below(3) === 0 ? random.between(safe, size - 1) : safe);
    if (random.below(2) === 0) ftruncateSync(file, size);
    closeSync(file);
  }
  return files.length;
}

/** The folder of a job's log. */
export function stateFolder(folder: string, number: number): string {
  return join(folder, `state-${number}`);
}

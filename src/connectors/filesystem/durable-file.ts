import {closeSync, fsyncSync, ftruncateSync, openSync, statSync} from 'node:fs';
import {dirname} from 'node:path';
import {fail} from '../../base/problem.ts';
import type {Position} from '../../flow/source.ts';
import {errorCode, systemProblem} from '../system-error.ts';

/** A file that a job writes, as its log remembers it. */
export interface WrittenFile {
  /** The full path that is written. */
  readonly path: string;
  /** What it is renamed to at a good end; null: it stays. */
  readonly becomes: string | null;
  /** Files that go when it has its name. */
  readonly replaces: readonly string[];
  /** Its bytes when it was captured. */
  readonly length: number;
}

/** Reads what `capture` gave. Null: nothing was committed yet. */
export function writtenFile(position: Position): WrittenFile | null {
  return position as unknown as WrittenFile | null;
}

/** Cuts a file to the length that the job's log has of it. A file that is shorter, or gone, has lost what the job counts on: that is told, and nothing is changed. */
export function cutTo({path, length}: {readonly path: string; readonly length: number}, name: string): void {
  try {
    const {size} = statSync(path);
    if (size < length) {
      throw fail('environment', 'output-changed', `${name} is shorter than when the job committed it`, {
        detail: `the job's log counts on ${length} bytes, and it has ${size} now`,
        hint: 'put the file back, or start over with --fresh',
      });
    }
    if (size === length) return;
    const descriptor = openSync(path, 'r+');
    try {
      ftruncateSync(descriptor, length);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (errorCode(error) === null) throw error;
    if (errorCode(error) === 'ENOENT') {
      throw fail('environment', 'output-changed', `${name} is gone since the job committed it`, {
        detail: `the job's log counts on ${length} bytes of it`,
        hint: 'put the file back, or start over with --fresh',
      });
    }
    throw systemProblem('cut', name, error);
  }
}

/** A new name in a directory is on the disk only when the directory is. */
export function settleNameOf(path: string): void {
  const descriptor = openSync(dirname(path), 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

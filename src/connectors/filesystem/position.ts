import {closeSync, openSync, readSync} from 'node:fs';
import {fail} from '../../base/problem.ts';
import type {Position} from '../../flow/source.ts';
import {systemProblem} from '../system-error.ts';
import type {FoundFile} from './list-files.ts';

/** How much of a file's beginning is compared when it is opened again. */
export const headBytes = 4096;

/** Where reading stands inside one file. `head` is of the first `headLength` bytes as they lie on the disk; `bytes` counts decompressed ones. */
export interface FilePosition {
  readonly path: string;
  readonly identity: number;
  readonly headLength: number;
  readonly head: string;
  readonly bytes: number;
  readonly lines: number;
}

/** Where a table of files stands: those that are read, and the one that is being read. */
export interface FilesPosition {
  readonly done: readonly string[];
  readonly file: FilePosition | null;
}

export function readPosition(position: Position): FilesPosition | null {
  return position === null ? null : (position as unknown as FilesPosition);
}

/** What names a file's content well enough to notice that another file has taken its place. */
export function headOf(path: string, name: string, length: number = headBytes): {readonly headLength: number; readonly head: string} {
  const bytes = new Uint8Array(length);
  let filled = 0;
  try {
    const descriptor = openSync(path, 'r');
    try {
      for (let count = -1; count !== 0 && filled < length; filled += count) {
        count = readSync(descriptor, bytes, filled, length - filled, filled);
      }
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw systemProblem('read', name, error);
  }
  return {headLength: filled, head: hash(bytes.subarray(0, filled))};
}

/** Going on in a file that is not the same any more would skip or repeat records: it is refused, never guessed. */
export function checkUnchanged(file: FoundFile, before: FilePosition): void {
  const now = headOf(file.path, file.name, before.headLength);
  if (file.identity === before.identity && now.headLength === before.headLength && now.head === before.head) return;
  throw fail('environment', 'file-changed', `${file.name} is not the file that was being read`, {
    detail: file.identity === before.identity ? 'its beginning has changed' : 'another file has taken its place',
    hint: 'put the file back, or start over from the beginning',
  });
}

/** 64 bits by two rounds of FNV-1a: enough against accidents, which is what it is for. */
function hash(bytes: Uint8Array): string {
  let first = 0x811c9dc5;
  let second = 0x01234567;
  for (const byte of bytes) {
    first = Math.imul(first ^ byte, 0x01000193);
    second = Math.imul(second ^ (byte + 0x9e), 0x01000193);
  }
  return (first >>> 0).toString(16).padStart(8, '0') + (second >>> 0).toString(16).padStart(8, '0');
}

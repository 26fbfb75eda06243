import {readFileSync, readSync} from 'node:fs';
import {isAbsolute, join} from 'node:path';
import {fail, type ProblemError, type SourceText} from '../base/problem.ts';
import type {World} from './world.ts';

/** A person's script or job file may be this long: more is a mistake (a data file), and would only be slow to refuse later. */
const mostBytes = 16 * 1024 * 1024;

/** Reads a text a person named; `-` is standard input. Throws an environment problem when it cannot be read, and says so when it is no UTF-8 text. */
export function readText(path: string, world: World): SourceText {
  const name = path === '-' ? '<stdin>' : path;
  const bytes = readBytes(path, name, world);
  if (bytes.length > mostBytes) throw fail('usage', 'bad-argument', `${name} has ${bytes.length} bytes, which is no script or job file`);
  try {
    return {name, text: new TextDecoder('utf-8', {fatal: true}).decode(bytes)};
  } catch {
    throw fail('invalid', 'not-utf-8', `${name} is not UTF-8 text`, {hint: `if it is data, read it: weir "SELECT * FROM '${name}'"`});
  }
}

function readBytes(path: string, name: string, world: World): Uint8Array {
  try {
    return path === '-' ? readStandardInput() : readFileSync(isAbsolute(path) ? path : join(world.directory, path));
  } catch (error) {
    throw cannotRead(name, error);
  }
}

/** To its end. Whoever made the pipe may have told it not to wait; then it is asked again. */
function readStandardInput(): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (;;) {
    const piece = new Uint8Array(64 * 1024);
    try {
      const count = readSync(0, piece);
      if (count === 0) return Buffer.concat(pieces);
      pieces.push(piece.subarray(0, count));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function cannotRead(name: string, error: unknown): ProblemError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = reasons[code] ?? (error instanceof Error ? error.message : String(error));
  return fail('environment', 'cannot-read', `cannot read ${name}: ${reason}`);
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'it may not be read by this user',
  EISDIR: 'it is a folder',
};

import {readdirSync, statSync, type Stats} from 'node:fs';
import {createRequire} from 'node:module';
import {basename, dirname, isAbsolute, join} from 'node:path';
import {didYouMean} from '../../base/nearest.ts';
import {fail, type ProblemError} from '../../base/problem.ts';
import {errorCode, systemProblem} from '../system-error.ts';

/** In a bundle this is esbuild's: the package stands in the bundle and is evaluated at the first call. Elsewhere there is none, and Node's loads the package. */
declare const require: ((name: string) => unknown) | undefined;

/** One file to be read: how to open it, and what the person calls it. */
export interface FoundFile {
  /** Absolute. */
  readonly path: string;
  /** As in the option: relative where that is. */
  readonly name: string;
  readonly size: number;
  readonly modifiedMs: number;
  /** The file's number on its device: it stays when the file is renamed, and changes when another takes its place. */
  readonly identity: number;
  readonly isRegular: boolean;
}

/** `file:///data/x` as a path; other schemes are refused when options are checked. */
export function localPath(option: string): string {
  return option.replace(/^file:(?:\/\/)?(?=\/)/, '');
}

/**
 * The files of a `path` option, by name: the file itself, all files below a directory, or all that match a pattern. As in Flink, names in a directory that
 * begin with `.` or `_` are left out. A path that exists is never a pattern. Fails when there is none, unless `mayBeEmpty`.
 */
export function listFiles(option: string, directory: string, mayBeEmpty = false): readonly FoundFile[] {
  const target = localPath(option);
  const kind = statOrNull(target, directory);
  if (kind !== null && !kind.isDirectory()) return [found(target, directory, kind)];
  if (kind === null && !globs().isDynamicPattern(target)) {
    if (mayBeEmpty) return [];
    throw missing(target, directory);
  }
  const names = kind === null ? matching(target, directory) : filesBelow(target, directory);
  const files = names.sort().flatMap(name => {
    const stats = statOrNull(name, directory);
    return stats === null || stats.isDirectory() ? [] : [found(name, directory, stats)];
  });
  if (files.length === 0 && !mayBeEmpty) {
    const what = kind === null ? `no file matches ${target}` : `directory ${target} has no files`;
    throw fail('environment', 'no-files', what, {
      hint:
        kind === null ? 'check the pattern; relative ones start at the working directory' : 'names that begin with "." or "_" are left out',
    });
  }
  return files;
}

/** Paths start at the job's directory. */
export function resolvePath(path: string, directory: string): string {
  return isAbsolute(path) ? path : join(directory, path);
}

/** Misspelt names are common enough to look at what is beside. */
function missing(target: string, directory: string): ProblemError {
  let beside: readonly string[] = [];
  try {
    beside = readdirSync(resolvePath(dirname(target), directory));
  } catch {
    // No directory either: then there is nothing to suggest.
  }
  const hint = didYouMean(basename(target), beside) ?? 'check the path; relative ones start at the working directory';
  return fail('environment', 'cannot-read', `cannot read ${target}: no such file or directory`, {hint});
}

function found(name: string, directory: string, stats: Stats): FoundFile {
  return {
    path: resolvePath(name, directory),
    name,
    size: stats.size,
    modifiedMs: Math.floor(stats.mtimeMs),
    identity: stats.ino,
    isRegular: stats.isFile(),
  };
}

/** Null when there is no such file. */
function statOrNull(path: string, directory: string): Stats | null {
  try {
    return statSync(resolvePath(path, directory));
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw systemProblem('read', path, error);
  }
}

function filesBelow(folder: string, directory: string): string[] {
  const names: string[] = [];
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    let entries;
    try {
      entries = readdirSync(resolvePath(next, directory), {withFileTypes: true});
    } catch (error) {
      throw systemProblem('read', next, error);
    }
    for (const entry of entries) {
      if (/^[._]/.test(entry.name)) continue;
      const path = join(next, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else names.push(path);
    }
  }
  return names;
}

function matching(pattern: string, directory: string): string[] {
  const absolute = isAbsolute(pattern);
  return globs()
    .globSync(pattern, {cwd: directory, absolute, expandDirectories: false})
    .filter(path => !basename(path).startsWith('.'));
}

/** Loaded when a name is no file's: it costs 4 ms, and most names are. */
function globs(): typeof import('tinyglobby') {
  return (
    typeof require === 'function' ? require('tinyglobby') : createRequire(import.meta.url)('tinyglobby')
  ) as typeof import('tinyglobby');
}

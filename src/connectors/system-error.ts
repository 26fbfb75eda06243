import {fail, type ProblemError} from '../base/problem.ts';

const causes: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'a part of the path is no directory',
  EISDIR: 'it is a directory',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is too large',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
  EIO: 'input/output error',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  ENXIO: 'no such device',
  EBUSY: 'the device is busy',
};

const hints: Readonly<Record<string, string>> = {
  EACCES: 'check the permissions of the file and of its directories',
  EPERM: 'check the permissions of the file and of its directories',
  ENOENT: 'check the path; relative paths start at the working directory',
  ENOSPC: 'free some space, or write elsewhere',
  EDQUOT: 'free some space, or write elsewhere',
  EISDIR: 'name a file in it',
  EMFILE: 'raise the limit of open files (ulimit -n)',
};

/** A failed call of the operating system as a problem of the environment: `cannot read x.ndjson: permission denied`. */
export function systemProblem(doing: string, target: string, error: unknown): ProblemError {
  const code = errorCode(error) ?? '';
  const cause = causes[code] ?? (error instanceof Error ? error.message : String(error));
  const hint = hints[code];
  return fail(
    'environment',
    doing === 'read' ? 'cannot-read' : 'cannot-write',
    `cannot ${doing} ${target}: ${cause}`,
    hint === undefined ? {} : {hint},
  );
}

/** The name of the operating system's error: `ENOENT`. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

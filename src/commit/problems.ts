import {fail, type ProblemError} from '../base/problem.ts';

const causes: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is too large',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many open files',
  EIO: 'input/output error',
  ENOTDIR: 'a part of the path is no directory',
};

/** A failed call of the operating system on a file of the log. */
export function logFault(doing: 'read' | 'write' | 'lock', path: string, error: unknown): ProblemError {
  const cause = causes[errorCode(error) ?? ''] ?? (error instanceof Error ? error.message : String(error));
  const isFull = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(errorCode(error) ?? '');
  return fail('environment', doing === 'read' ? 'cannot-read' : 'cannot-write', `cannot ${doing} the log ${path}: ${cause}`, {
    hint: isFull ? 'free some space: the job goes on from its last commit' : 'check the permissions of the folder, and the disk',
  });
}

/** The name of the operating system's error: `ENOENT`. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** A log whose middle cannot be read: what stands behind it may have been committed, so nothing of it is skipped. */
export function damagedLog(path: string, offset: number, why: string): ProblemError {
  return fail('environment', 'damaged-log', `the log ${path} is damaged at byte ${offset}: ${why}`, {
    hint: 'put back a copy of the folder, or forget what the job has done with --fresh',
  });
}

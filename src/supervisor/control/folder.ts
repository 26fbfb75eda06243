import {chmodSync, lstatSync, mkdirSync} from 'node:fs';
import {userInfo} from 'node:os';
import {dirname} from 'node:path';
import {fail} from '../../base/problem.ts';

/**
 * Makes the folder of a socket, for its owner alone, or makes sure that one that is there is ours and that nobody else can put something into it: whoever can, could
 * stand between a command and its supervisor. Throws an environment problem.
 */
export function secureFolder(directory: string): void {
  try {
    mkdirSync(dirname(directory), {recursive: true, mode: 0o700});
    mkdirSync(directory, {mode: 0o700});
    chmodSync(directory, 0o700);
    return;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST'))
      throw fail(
        'environment',
        'no-socket',
        `cannot make the folder ${directory}: ${error instanceof Error ? error.message : String(error)}`,
        {
          hint: 'set XDG_RUNTIME_DIR, or name a socket with --socket',
        },
      );
  }
  checkFolder(directory);
}

/** Throws unless the folder is one that only we can write to. */
export function checkFolder(directory: string): void {
  const status = lstatSync(directory);
  const why = !status.isDirectory()
    ? 'it is no folder'
    : status.uid !== userInfo().uid
      ? 'it belongs to somebody else'
      : (status.mode & 0o022) !== 0
        ? 'others can write to it'
        : null;
  if (why === null) return;
  throw fail('environment', 'unsafe-folder', `the socket cannot be in ${directory}: ${why}`, {
    hint: `chmod 700 ${directory}, or name a socket in a folder of your own with --socket`,
  });
}

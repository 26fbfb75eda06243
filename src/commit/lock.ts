import {readFileSync, readlinkSync} from 'node:fs';
import {readFile, rename, stat, unlink, writeFile} from 'node:fs/promises';
import {connect, createServer, type Server} from 'node:net';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {fail, type ProblemError} from '../base/problem.ts';
import {errorCode, logFault} from './problems.ts';

/** What the lock must know of the process it belongs to, and what it may do to another one. */
export interface LockOwner {
  readonly processId: number;
  /** Ends a process at once (SIGKILL). Null: a living holder is not ended, and the lock is refused. */
  readonly end: ((processId: number) => void) | null;
}

/** A folder that belongs to this process. The system gives it back when the process ends, in whatever way. */
export interface FolderLock {
  release(): Promise<void>;
}

/** Who holds a folder: enough to know again the very process, and not another one that got its number. */
interface Holder {
  readonly processId: number;
  /** In ticks since the machine was started; null where the system does not say. */
  readonly startTicks: string | null;
  /** Numbers of processes mean something in here only. */
  readonly processSpace: string | null;
}

const holderName = 'holder.json';
/** How long a process that was ended may take to go away: it may have much memory to give back. */
const endingMs = 10_000;
const pollMs = 10;
/** Of a socket: what every system takes. */
const longestPath = 100;
const withoutSockets: ReadonlySet<string> = new Set(['EOPNOTSUPP', 'ENOTSUP', 'EPERM', 'EINVAL', 'ENAMETOOLONG']);

/**
 * Makes a folder this process's own. The lock is a socket, which the system takes away with its process, so that none is ever left behind; who holds it stands in a
 * file beside the log. Where `owner.end` is given, a holder that has written its name there is ended first, stopped or not, and waited for.
 */
export async function lockFolder(directory: string, owner: LockOwner, patienceMs = endingMs): Promise<FolderLock> {
  const servers: Server[] = [];
  const release = async (): Promise<void> => {
    for (const server of servers.splice(0)) await closed(server);
  };
  try {
    for (const address of await addresses(directory)) servers.push(...(await taken(address, directory, owner, patienceMs)));
    if (servers.length === 0) throw unlockable(directory);
    await writeHolder(directory, owner.processId);
  } catch (error) {
    await release();
    throw errorCode(error) === null ? error : logFault('lock', directory, error);
  }
  return {release};
}

async function taken(address: string, directory: string, owner: LockOwner, patienceMs: number): Promise<readonly Server[]> {
  let ended: number | null = null;
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    const server = await listening(address);
    if (server !== 'held') return server === null ? [] : [server];
    const holder = await readHolder(directory);
    if (
      owner.end !== null &&
      holder !== null &&
      holder.processId !== owner.processId &&
      isThatProcess(holder) &&
      ended !== holder.processId
    ) {
      ended = holder.processId;
      owner.end(ended);
    }
    // Who has just gone, or has just come and not written its name yet, gets a moment in any case.
    if (waitedMs >= (owner.end === null ? pollMs : patienceMs)) throw heldBy(directory, holder);
    await wait(pollMs);
  }
}

function unlockable(directory: string): ProblemError {
  return fail(
    'environment',
    'cannot-lock',
    `the folder ${directory} cannot be locked: its path is too long for a socket, or its file system has none`,
    {
      hint: 'name another folder with --state-dir',
    },
  );
}

function heldBy(directory: string, holder: Holder | null): ProblemError {
  const who = holder === null ? 'another process' : `process ${holder.processId}`;
  return fail('environment', 'job-is-running', `${who} runs this job: it holds ${directory}`, {
    hint: 'stop it first, or give this job another name or another --state-dir',
  });
}

/**
 * On Linux an abstract name made of the folder's identity, whatever path leads to it: it goes with its process. It is not seen from another container that has the
 * same folder, so there is a socket in the folder itself, too. That one a dead process leaves behind: then nobody answers, and it is replaced.
 */
async function addresses(directory: string): Promise<readonly string[]> {
  const {dev, ino} = await stat(directory, {bigint: true});
  const name = join(directory, 'lock');
  return processSpace() === null ? [name] : [`\0weir-job-${dev}-${ino}`, name];
}

/** A server at the address; `held` when somebody else has it; null where the file system, or a long path, allows no sockets. */
async function listening(address: string): Promise<Server | 'held' | null> {
  const isAbstract = address.startsWith('\0');
  if (!isAbstract && Buffer.byteLength(address) > longestPath) return null;
  const server = createServer(connection => connection.destroy());
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(address, resolve);
    });
  } catch (error) {
    if (errorCode(error) === 'EADDRINUSE') {
      if (isAbstract || (await answers(address))) return 'held';
      await unlink(address).catch(() => {});
      return listening(address);
    }
    if (!isAbstract && withoutSockets.has(errorCode(error) ?? '')) return null;
    throw error;
  }
  // Nobody is waited for: a process that has nothing else to do may end.
  server.unref();
  return server;
}

/** A stopped process answers, too: the system takes the call for it. */
function answers(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const connection = connect(path);
    connection.once('connect', () => resolve(true)).once('error', error => resolve(errorCode(error) !== 'ECONNREFUSED'));
    connection.once('connect', () => connection.destroy());
  });
}

function closed(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve());
  });
}

async function writeHolder(directory: string, processId: number): Promise<void> {
  const holder: Holder = {processId, startTicks: startTicks(processId), processSpace: processSpace()};
  const path = join(directory, holderName);
  await writeFile(`${path}.new`, `${JSON.stringify(holder)}\n`, {mode: 0o600});
  await rename(`${path}.new`, path);
}

async function readHolder(directory: string): Promise<Holder | null> {
  try {
    return JSON.parse(await readFile(join(directory, holderName), 'utf8')) as Holder;
  } catch {
    return null; // Not there yet, or half written: whoever asks looks again.
  }
}

/** The very process that wrote its name there is still alive. */
function isThatProcess({processId, startTicks: ticks, processSpace: space}: Holder): boolean {
  if (processId <= 0 || space !== processSpace()) return false;
  // Where the system does not say when a process was started, the socket alone must do.
  return ticks === null ? space === null : ticks === startTicks(processId);
}

/** When a process was started; null where there is none of this number, or the system does not say. */
function startTicks(processId: number): string | null {
  try {
    const line = readFileSync(`/proc/${processId}/stat`, 'utf8');
    // The name in parentheses may hold anything; the start is the 20th field behind it.
    return line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function processSpace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return null;
  }
}

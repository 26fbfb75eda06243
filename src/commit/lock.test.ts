import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {type Problem, ProblemError} from '../base/problem.ts';
import {type FolderLock, lockFolder, type LockOwner} from './lock.ts';

let directory = '';
let child: ChildProcess | null = null;
const locks: FolderLock[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-lock-'));
  ended.length = 0;
});
afterEach(async () => {
  child?.kill('SIGKILL');
  child = null;
  for (const lock of locks.splice(0)) await lock.release();
  rmSync(directory, {recursive: true});
});

const quiet: LockOwner = {processId: process.pid, end: null};
const ended: number[] = [];
const strict: LockOwner = {
  processId: process.pid,
  end: processId => {
    ended.push(processId);
    process.kill(processId, 'SIGKILL');
  },
};

async function taken(owner: LockOwner, folder = directory): Promise<void> {
  locks.push(await lockFolder(folder, owner, 2000));
}

async function refusal(owner: LockOwner, folder = directory, patienceMs = 30): Promise<Problem> {
  try {
    locks.push(await lockFolder(folder, owner, patienceMs));
  } catch (error) {
    if (error instanceof ProblemError && error.problems[0] !== undefined) return error.problems[0];
    throw error;
  }
  throw new Error('it was not refused');
}

/** A process that holds the sockets of the folder, as one of ours does, and writes its name unless it is `unnamed`. */
async function holds(sockets: readonly ('abstract' | 'path')[], isNamed = true): Promise<number> {
  const {dev, ino} = statSync(directory, {bigint: true});
  const names = sockets.map(kind => (kind === 'path' ? join(directory, 'lock') : `\0weir-job-${dev}-${ino}`));
  const script = `
    const net = require('node:net');
    let left = ${names.length};
    for (const name of ${JSON.stringify(names)}) net.createServer(() => {}).listen(name, () => --left === 0 && console.log('ready'));`;
  child = spawn(process.execPath, ['-e', script], {stdio: ['ignore', 'pipe', 'inherit']});
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  const processId = child.pid as number;
  const [, fields = ''] = readFileSync(`/proc/${processId}/stat`, 'utf8').split(') ');
  const {processSpace} = await ownName();
  const holder = {processId, startTicks: fields.split(' ')[19], processSpace};
  if (isNamed) writeFileSync(join(directory, 'holder.json'), JSON.stringify(holder));
  return processId;
}

/** What this process writes of itself into a folder. */
async function ownName(): Promise<{readonly processSpace: string}> {
  const folder = join(directory, 'other');
  mkdirSync(folder);
  const lock = await lockFolder(folder, quiet);
  const written = readFileSync(join(folder, 'holder.json'), 'utf8');
  await lock.release();
  return JSON.parse(written) as {readonly processSpace: string};
}

describe.runIf(process.platform === 'linux')('the lock of a folder', () => {
  test('is had by one alone, whatever path leads there, until it is given back', async () => {
    await taken(quiet);
    const link = join(directory, 'link');
    symlinkSync(directory, link);
    expect(await refusal(quiet, link)).toMatchObject({
      code: 'job-is-running',
      message: expect.stringContaining(`process ${process.pid} runs this job`),
    });
    await locks.pop()?.release();
    await taken(quiet);
    expect(statSync(join(directory, 'holder.json')).mode & 0o777).toBe(0o600);
  });

  test('goes with its process', async () => {
    const processId = await holds(['abstract', 'path']);
    expect((await refusal(quiet)).message).toContain(`process ${processId} runs`);
    child?.kill('SIGKILL');
    await once(child as ChildProcess, 'exit');
    await taken(quiet);
  });

  test('a stopped holder is ended by who may', async () => {
    const processId = await holds(['abstract']);
    child?.kill('SIGSTOP');
    expect((await refusal(quiet)).code).toBe('job-is-running');
    await taken(strict);
    expect(ended).toEqual([processId]);
  });

  test('nobody but the very holder is ended', async () => {
    const processId = await holds(['abstract']);
    const holder = JSON.parse(readFileSync(join(directory, 'holder.json'), 'utf8')) as object;
    writeFileSync(join(directory, 'holder.json'), JSON.stringify({...holder, startTicks: '1'}));
    expect((await refusal(strict)).message).toContain(`process ${processId}`);
    writeFileSync(join(directory, 'holder.json'), JSON.stringify({...holder, processSpace: 'pid:[1]'}));
    await refusal(strict);
    // To end process 0 is to end all of one's own.
    writeFileSync(join(directory, 'holder.json'), JSON.stringify({...holder, processId: 0, startTicks: null}));
    await refusal(strict);
    writeFileSync(join(directory, 'holder.json'), '{');
    expect((await refusal(strict)).message).toContain('another process');
    expect(ended).toEqual([]);
  });

  test('a holder in another container is seen by the socket in the folder', async () => {
    await holds(['path'], false);
    child?.kill('SIGSTOP');
    expect((await refusal(strict)).code).toBe('job-is-running');
    child?.kill('SIGKILL');
    await once(child as ChildProcess, 'exit');
    await taken(quiet);
  });

  test('a folder whose path is too long for a socket is locked all the same', async () => {
    const deep = join(directory, 'd'.repeat(120));
    mkdirSync(deep);
    await taken(quiet, deep);
    expect((await refusal(quiet, deep)).code).toBe('job-is-running');
  });
});

import {spawn} from 'node:child_process';
import {mkdirSync, openSync, closeSync, readFileSync, statSync} from 'node:fs';
import {dirname} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {fail, ProblemError} from '../base/problem.ts';
import type {JobReport} from '../supervisor/report.ts';
import type {Invocation} from './commands/define.ts';
import {exitCodes} from './exit-codes.ts';
import {logPaths, type ProjectPlaces} from './places.ts';
import {askStatus, type FoundSupervisor} from './supervisors.ts';
import type {World} from './world.ts';

/** Says to a process of ours that it is the one in the background. */
const variable = 'WEIR_IS_DETACHED';
const pollMs = 30;

/** This process was started by `detach`. */
export function isDetached(world: World): boolean {
  return world.environment[variable] === '1';
}

/**
 * Starts the same command again, in a session of its own and with logs for its output, and waits until its jobs run or have failed. Gives the exit code: what it
 * started goes on.
 */
export async function detach(invocation: Invocation, places: ProjectPlaces): Promise<number> {
  const {world, talk} = invocation;
  const logs = logPaths(places);
  mkdirSync(dirname(logs.output), {recursive: true, mode: 0o700});
  const output = openSync(logs.output, 'a', 0o600);
  const errors = openSync(logs.errors, 'a', 0o600);
  const saidBefore = statSync(logs.errors).size;
  const child = spawn(process.execPath, process.argv.slice(1), {
    cwd: world.directory,
    detached: true,
    env: {...world.environment, [variable]: '1'},
    stdio: ['ignore', output, errors],
  });
  closeSync(output);
  closeSync(errors);
  const ended = new Promise<number>(resolve => {
    child.on('exit', (code, signal) => resolve(signal === null ? (code ?? 0) : exitCodes.failed.code));
    child.on('error', () => resolve(exitCodes.environment.code));
  });
  const code = await Promise.race([ended, started(places.socket, child.pid)]);
  if (typeof code !== 'number') {
    child.unref();
    return tellStarted(invocation, code, logs);
  }
  const said = readFileSync(logs.errors).subarray(saidBefore).toString();
  if (said !== '') talk.note(said.trimEnd());
  return code;
}

/** Resolves once this process listens there and all of its jobs have come as far as they will. */
async function started(path: string, pid: number | undefined): Promise<FoundSupervisor> {
  for (;;) {
    const found = await statusOf(path);
    if (found !== null && found.pid === pid && found.jobs.every(isSettled)) return found;
    await wait(pollMs, undefined, {ref: false});
  }
}

/** Null while nobody listens there. */
async function statusOf(path: string): Promise<FoundSupervisor | null> {
  try {
    return await askStatus(path);
  } catch (error) {
    if (error instanceof ProblemError) return null;
    throw error;
  }
}

/** It has come as far as it will by itself soon. */
function isSettled({state, waitsFor}: JobReport): boolean {
  return state !== 'starting' && (state !== 'waiting' || waitsFor.length > 0);
}

async function tellStarted(
  {world, talk}: Invocation,
  found: FoundSupervisor,
  logs: {readonly output: string; readonly errors: string},
): Promise<number> {
  const bad = found.jobs.filter(({state}) => state === 'failed' || state === 'quarantined');
  const lines = [
    `project ${found.project}: ${found.jobs.length} ${found.jobs.length === 1 ? 'job' : 'jobs'} in the background, process ${found.pid}`,
    `to watch: weir ps; to end: weir stop --all; what is written: ${logs.output}, ${logs.errors}`,
  ];
  world.standardOutput.write(Buffer.from(`${lines.join('\n')}\n`));
  await world.standardOutput.flush();
  for (const {job, problem} of found.jobs.filter(({state}) => state === 'restarting')) {
    const message = `job "${job}" does not run yet${problem === null ? '' : `: ${problem}`}`;
    talk.problem({
      kind: 'transient',
      severity: 'warning',
      code: 'job-failed',
      message,
      hint: 'it is started again and again; weir ps shows how it goes',
    });
  }
  const [first] = bad;
  if (first === undefined) return exitCodes.done.code;
  throw fail('data', 'job-failed', `job "${first.job}" has failed${first.problem === null ? '' : `: ${first.problem}`}`, {
    hint: `${logs.errors} says more`,
  });
}

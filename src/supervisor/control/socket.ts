import {chmodSync, lstatSync, rmSync} from 'node:fs';
import {connect, createServer, type Server, type Socket} from 'node:net';
import {dirname} from 'node:path';
import {fail, ProblemError} from '../../base/problem.ts';
import {ask} from './client.ts';
import {secureFolder} from './folder.ts';

/** What the system allows for the address of a socket, on the strictest of them. */
const longestPath = 103;
const mostConnections = 64;

/**
 * Listens at a path that only its owner can reach. What a dead supervisor left there is replaced. Throws an environment problem: `project-runs` when a living one
 * is there, another code when no socket can be had.
 */
export async function listen(path: string, onConnection: (socket: Socket) => void): Promise<Server> {
  if (Buffer.byteLength(path) > longestPath)
    throw fail('environment', 'no-socket', `the path of the socket is longer than ${longestPath} bytes: ${path}`, {
      hint: 'name a shorter one with --socket',
    });
  secureFolder(dirname(path));
  const server = createServer(onConnection);
  server.maxConnections = mostConnections;
  for (let isAgain = false; ; isAgain = true) {
    const error = await tryListen(server, path);
    if (error === null) break;
    if (error !== 'EADDRINUSE' || isAgain)
      throw fail('environment', 'no-socket', `cannot open the socket ${path}: ${error}`, {hint: 'name another one with --socket'});
    if (lstatSync(path, {throwIfNoEntry: false})?.isSocket() === false)
      throw fail('environment', 'no-socket', `${path} is there and is no socket`, {hint: 'name another one with --socket'});
    if (await isAnswered(path)) throw await runsAlready(path);
    rmSync(path, {force: true});
  }
  chmodSync(path, 0o600);
  return server;
}

function tryListen(server: Server, path: string): Promise<string | null> {
  return new Promise(resolve => {
    const onError = (error: NodeJS.ErrnoException): void => resolve(error.code ?? error.message);
    server.once('error', onError);
    server.listen(path, () => {
      server.removeListener('error', onError);
      resolve(null);
    });
  });
}

/** Somebody listens there. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}

async function runsAlready(path: string): Promise<ProblemError> {
  let who = 'another process';
  const stop = AbortSignal.timeout(1000);
  try {
    await ask({
      path,
      stop,
      request: {command: 'status'},
      onAnswer: answer => {
        if (answer.kind === 'project') who = `process ${answer.pid}`;
      },
    });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
  }
  return fail('environment', 'project-runs', `${who} runs the jobs of this project already: it listens at ${path}`, {
    hint: 'stop them first (weir stop --all), or run these under another name: project: NAME in the job file',
  });
}

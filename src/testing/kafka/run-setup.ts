import {randomUUID} from 'node:crypto';
import {readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import type {TestProject} from 'vitest/node';
import type {SharedBroker} from './shared.ts';

/** Before and after a whole test run. Starts nothing: a broker is started by the first test file that needs one, and ended here. */
export function setup(project: TestProject): () => Promise<void> {
  const folder = join(tmpdir(), `weir-tests-${randomUUID()}`); // Made when it is needed.
  project.provide('kafka', {folder, ownerPid: process.pid});
  return async () => {
    await endBroker(join(folder, 'broker.json'));
    rmSync(folder, {recursive: true, force: true});
  };
}

async function endBroker(file: string): Promise<void> {
  let broker: SharedBroker;
  try {
    broker = JSON.parse(readFileSync(file, 'utf8')) as SharedBroker;
  } catch {
    return; // Nobody needed one.
  }
  // By force: nothing in it is worth an orderly end. Its maker is gone, so nobody but its number tells when it is.
  for (let tries = 0; isThere(broker.pid) && tries < 100; tries++) {
    if (tries === 0) process.kill(broker.pid, 'SIGKILL');
    await wait(20);
  }
  rmSync(broker.folder, {recursive: true, force: true});
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

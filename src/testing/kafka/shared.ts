import {randomUUID} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {inject} from 'vitest';
import {loopback} from './admin.ts';
import {startBroker} from './broker.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the test files of one run agree on their broker, and the process whose end is the broker's. */
    kafka: {readonly folder: string; readonly ownerPid: number};
  }
}

/** What the first test file that needs a broker leaves for the others. */
export interface SharedBroker {
  readonly bootstrap: string;
  readonly pid: number;
  readonly folder: string;
}

let bootstrap: Promise<string> | undefined;

/**
 * `127.0.0.1:PORT` of the one broker of this test run, started when the first test file asks for it. WEIR_TEST_KAFKA names another one, on loopback, too. Files share
 * it: take topics and groups of fresh names, and start a broker of your own (`startBroker`) for whatever stops, freezes or restarts it.
 */
export function sharedBroker(): Promise<string> {
  bootstrap ??= find();
  return bootstrap;
}

/** A name that nobody else has, on any broker. */
export function freshName(what: string): string {
  return `${what}-${randomUUID().slice(0, 8)}`;
}

async function find(): Promise<string> {
  const other = process.env['WEIR_TEST_KAFKA'];
  if (other !== undefined && other !== '') return loopback(other);
  const {folder, ownerPid} = inject('kafka');
  const [found, failed] = [join(folder, 'broker.json'), join(folder, 'failed')];
  if (isFirst(folder)) {
    try {
      const broker = await startBroker({ownerPid, outlives: true});
      const {bootstrap, pid, folder} = broker;
      writeFileSync(`${found}.new`, JSON.stringify({bootstrap, pid, folder} satisfies SharedBroker));
      renameSync(`${found}.new`, found);
    } catch (error) {
      writeFileSync(`${failed}.new`, error instanceof Error ? error.message : String(error));
      renameSync(`${failed}.new`, failed);
    }
  }
  while (!existsSync(found)) {
    if (existsSync(failed)) throw new Error(readFileSync(failed, 'utf8'));
    await wait(20);
  }
  return (JSON.parse(readFileSync(found, 'utf8')) as SharedBroker).bootstrap;
}

/** Making a folder succeeds once. */
function isFirst(folder: string): boolean {
  mkdirSync(folder, {recursive: true});
  try {
    mkdirSync(join(folder, 'starting'));
    return true;
  } catch {
    return false;
  }
}

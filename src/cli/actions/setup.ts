import {spawnSync} from 'node:child_process';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {fail} from '../../base/problem.ts';
import type {Invocation} from '../commands/define.ts';
import {exitCodes} from '../exit-codes.ts';
import {flags} from '../flags.ts';

/** A script of its own: it must also run where the command has not been built yet. It tells what is missing by itself, and ends with the code that we end with. */
export function runSetup({operands, options, world}: Invocation): Promise<number> {
  if (operands.length !== 1 || operands[0] !== 'kafka') {
    const message = operands.length === 0 ? 'there is nothing to set up' : `there is no "${operands.join(' ')}" to set up`;
    throw fail('usage', 'unknown-setup', message, {hint: 'write weir setup kafka'});
  }
  const words = [...(options.isOn(flags.apt) ? ['--apt'] : []), ...(options.isOn(flags.verbose) ? ['--verbose'] : [])];
  const {status} = spawnSync(process.execPath, [setupScript(world.jobModule), ...words], {stdio: 'inherit'});
  return Promise.resolve(status ?? exitCodes.failed.code);
}

/** It lies beside the launcher, above the bundles. */
export function setupScript(bundle: string): string {
  return fileURLToPath(new URL('../bin/setup-kafka.js', pathToFileURL(bundle)));
}

import {readFileSync} from 'node:fs';
import {pathToFileURL} from 'node:url';
import type {Invocation} from '../commands/define.ts';
import {flags} from '../flags.ts';

export async function runVersion({options, world}: Invocation): Promise<number> {
  const version = packageVersion(world.jobModule);
  const text = options.isOn(flags.json)
    ? `${JSON.stringify({weir: version, node: process.versions.node, v8: process.versions.v8, platform: `${process.platform}-${process.arch}`})}\n`
    : `weir ${version}\n`;
  world.standardOutput.write(Buffer.from(text));
  await world.standardOutput.flush();
  return 0;
}

/** The package's own file says it; it lies above the bundles. */
export function packageVersion(bundle: string): string {
  const text = readFileSync(new URL('../package.json', pathToFileURL(bundle)), 'utf8');
  return (JSON.parse(text) as {readonly version: string}).version;
}

import {spawnSync} from 'node:child_process';
import {accessSync, constants, existsSync} from 'node:fs';
import {homedir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {Memory} from '../../base/memory.ts';
import type {Invocation} from '../commands/define.ts';
import {exitCodes} from '../exit-codes.ts';
import {flags} from '../flags.ts';
import {short} from '../numbers.ts';
import type {World} from '../world.ts';
import {setupScript} from './setup.ts';
import {findLogs, type FoundLog, statusOf} from './state.ts';
import {packageVersion} from './version.ts';

/** One thing that was looked at. */
export interface Finding {
  readonly name: string;
  /** A warning keeps only some tables from working. */
  readonly status: 'ok' | 'warning' | 'error';
  readonly value: string;
  readonly hint?: string;
}

/** What bin/setup-kafka.js says of the client (`--report`). */
export interface ClientReport {
  readonly packageVersion: string;
  /** Where it is, or would be built; null when the package is not installed. */
  readonly folder: string | null;
  readonly loads: boolean;
  readonly reason: string | null;
  readonly librdkafka: string | null;
  readonly features: readonly string[];
  readonly missingFeatures: readonly string[];
  readonly cache: string;
  readonly isCached: boolean;
  /** What building it would lack, by name. */
  readonly missingForBuild: readonly string[];
}

export async function runDoctor(invocation: Invocation): Promise<number> {
  const {operands, options, world} = invocation;
  const client = askClient(world.jobModule);
  const findings = [
    nodeFinding(process.versions.node, `${process.platform}-${process.arch}`),
    memoryFinding(new Memory().bytes.length),
    clientFinding(client),
    stateFinding(stateFolder(world), isWritable),
    ...(operands.length === 0 ? [] : (await findLogs(operands, invocation)).map(logFinding)),
  ];
  const weir = packageVersion(world.jobModule);
  const text = options.isOn(flags.json)
    ? `${JSON.stringify({weir, findings, kafkaClient: client}, null, 2)}\n`
    : `weir ${weir}\n${findingsText(findings)}`;
  world.standardOutput.write(Buffer.from(text));
  await world.standardOutput.flush();
  return findings.some(({status}) => status === 'error') ? exitCodes.environment.code : exitCodes.done.code;
}

export function nodeFinding(version: string, platform: string): Finding {
  // The launcher refuses those that are too old.
  return {name: 'Node.js', status: 'ok', value: `${version} on ${platform}`};
}

export function memoryFinding(size: number): Finding {
  const mebibytes = size >> 20;
  if (mebibytes >= 1024) return {name: 'engine memory', status: 'ok', value: `${mebibytes} MiB of address space`};
  return {
    name: 'engine memory',
    status: 'warning',
    value: `only ${mebibytes} MiB of address space can be had`,
    hint: 'raise the limit on virtual memory (ulimit -v) where records are large',
  };
}

export function clientFinding(client: ClientReport | null): Finding {
  const name = 'Kafka client';
  if (client === null) return {name, status: 'warning', value: 'could not be asked', hint: 'run "weir setup kafka"'};
  if (!client.loads) {
    const lacking = client.missingForBuild.length > 0 && !client.isCached ? `; building it lacks ${client.missingForBuild.join(', ')}` : '';
    return {
      name,
      status: 'warning',
      value: `not there: ${client.reason ?? 'no reason given'}${lacking}`,
      hint: 'Kafka tables need it: run "weir setup kafka"',
    };
  }
  if (client.missingFeatures.length > 0) {
    return {
      name,
      status: 'warning',
      value: `librdkafka ${client.librdkafka} without ${client.missingFeatures.join(', ')}`,
      hint: 'run "weir setup kafka"',
    };
  }
  const kept = client.isCached ? `kept in ${client.cache}` : 'not kept elsewhere';
  return {name, status: 'ok', value: `librdkafka ${client.librdkafka} (${client.features.join(', ')}), ${kept}`};
}

export function stateFinding(folder: string, isWritable: (folder: string) => boolean): Finding {
  const name = 'state';
  let nearest = folder;
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  if (isWritable(nearest)) return {name, status: 'ok', value: nearest === folder ? folder : `${folder} (made when it is first needed)`};
  return {
    name,
    status: 'error',
    value: `${nearest} is not to be written`,
    hint: 'give jobs a folder of their own with state-dir or WEIR_STATE_DIR',
  };
}

/** A job's log, all checksums verified. */
export function logFinding(log: FoundLog): Finding {
  const name = `log ${log.name}`;
  const [problem] = log.problems.filter(({severity}) => severity === 'error');
  if (problem !== undefined)
    return {name, status: 'error', value: problem.message, ...(problem.hint === undefined ? {} : {hint: problem.hint})};
  const records = log.segments.flatMap(segment => segment.records);
  const bytes = log.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  const count = `${records.length} ${records.length === 1 ? 'record' : 'records'} in ${short(bytes)} bytes`;
  return {name, status: 'ok', value: `commit ${records.at(-1)?.record.epoch ?? 0}, ${count}: ${statusOf(log)}`};
}

/** Where jobs keep their state when nothing else is said. */
function stateFolder({environment, directory}: World): string {
  const named = environment['WEIR_STATE_DIR'];
  if (named !== undefined && named !== '') return resolve(directory, named);
  return join(environment['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'weir');
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** In a process of its own: a client that does not fit may end the one that loads it. */
function askClient(bundle: string): ClientReport | null {
  const {status, stdout} = spawnSync(process.execPath, [setupScript(bundle), '--report'], {encoding: 'utf8'});
  return status === 0 ? (JSON.parse(stdout) as ClientReport) : null;
}

function findingsText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({name}) => name.length));
  return findings
    .map(({name, status, value, hint}) => {
      const line = `${status.padEnd(8)} ${name.padEnd(width)}  ${value}\n`;
      return hint === undefined ? line : `${line}${' '.repeat(width + 11)}${hint}\n`;
    })
    .join('');
}

import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {cacheDirectory} from './data.ts';
import type {Command} from './measure.ts';

/** Another program that people use for the same work. Null: it cannot be had here, and its rows are left out, said so. */
export interface Peer {
  readonly name: string;
  readonly file: string;
  readonly version: string;
}

export const node = process.execPath;

/** The command under measurement, as installed. */
export function weir(name: string, ...args: readonly string[]): Command {
  return {name, file: node, args: ['bin/weir.cjs', ...args]};
}

/** The plain loop that people write in Node: a line, JSON.parse, a Map. */
export function parseLoop(...args: readonly string[]): Command {
  return {name: 'JSON.parse loop', file: node, args: ['bench/json-parse-loop.js', ...args]};
}

/** DuckDB's own command, from the Python index into the bench's cache. */
export function duckdb(): Peer | null {
  const folder = join(cacheDirectory, 'duckdb');
  const file = join(folder, 'duckdb_cli/duckdb');
  if (!existsSync(file))
    spawnSync('python3', ['-m', 'pip', 'install', '--quiet', '--target', folder, 'duckdb-cli==1.5.6'], {stdio: 'ignore'});
  return existsSync(file) ? versioned('DuckDB', file, ['--version']) : null;
}

export function duckdbCommand(peer: Peer, sql: string): Command {
  return {name: peer.name, file: peer.file, args: ['-noheader', '-csv', '-c', `SET threads = 1; ${sql}`]};
}

export function miller(): Peer | null {
  return installed('Miller', 'mlr', 'miller', ['--version']);
}

export function jq(): Peer | null {
  return installed('jq', 'jq', 'jq', ['--version']);
}

/** From the system's packages, when this machine lets us. */
function installed(name: string, file: string, packageName: string, args: readonly string[]): Peer | null {
  const found = versioned(name, file, args);
  if (found !== null || process.getuid?.() !== 0) return found;
  spawnSync('apt-get', ['update', '-qq'], {stdio: 'ignore'});
  spawnSync('apt-get', ['install', '-y', '-qq', packageName], {stdio: 'ignore'});
  return versioned(name, file, args);
}

function versioned(name: string, file: string, args: readonly string[]): Peer | null {
  const {status, stdout} = spawnSync(file, args, {encoding: 'utf8'});
  return status === 0 ? {name, file, version: stdout.trim().split('\n')[0] ?? ''} : null;
}

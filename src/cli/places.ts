import {lstatSync, readdirSync} from 'node:fs';
import {homedir} from 'node:os';
import {basename, extname, join, resolve} from 'node:path';
import {checkFolder} from '../supervisor/control/folder.ts';
import {flags} from './flags.ts';
import type {Options} from './options.ts';
import type {World} from './world.ts';

/** Where things of a project lie. */
export interface ProjectPlaces {
  readonly project: string;
  /** A folder a job, in it a folder a process. */
  readonly stateDirectory: string;
  readonly socket: string;
}

/** `named`: what a job file says; else the project has the name of the first file. A flag beats the file. */
export function placesOf(
  files: readonly string[],
  named: {readonly project: string | null; readonly stateDirectory: string | null},
  options: Options,
  world: World,
): ProjectPlaces {
  const [first = '-'] = files;
  const project = named.project ?? fileName(first === '-' ? 'stdin' : basename(first, extname(first)));
  const stateDirectory = options.value(flags.stateDirectory) ?? named.stateDirectory;
  return {
    project,
    stateDirectory: stateDirectory === null ? join(stateHome(world), project) : resolve(world.directory, stateDirectory),
    socket: socketOf(options, world) ?? join(socketFolder(world), `${project}${suffix}`),
  };
}

/** The folder of one process of a job. */
export function processDirectory(stateDirectory: string, job: string, slot: number): string {
  return join(stateDirectory, fileName(job), String(slot));
}

/** The folder of a job: those of its processes lie in it, and its log. */
export function jobDirectory(stateDirectory: string, job: string): string {
  return join(stateDirectory, fileName(job));
}

/** Folders of jobs that may hold logs: those below `--state-dir`, else of all projects that keep theirs where they do by default. */
export function logFolders(
  options: Options,
  world: World,
): readonly {readonly project: string; readonly job: string; readonly directory: string}[] {
  const chosen = options.value(flags.stateDirectory);
  const projects = chosen === null ? foldersIn(stateHome(world)) : [resolve(world.directory, chosen)];
  return projects.flatMap(directory =>
    foldersIn(directory).map(job => ({project: basename(directory), job: basename(job), directory: job})),
  );
}

function foldersIn(directory: string): readonly string[] {
  try {
    const entries = readdirSync(directory, {withFileTypes: true});
    return entries.filter(entry => entry.isDirectory() && !entry.name.startsWith('.')).map(({name}) => join(directory, name));
  } catch {
    return []; // There is none.
  }
}

/** The sockets of all supervisors that may run; of the one that `--socket` names alone. */
export function knownSockets(options: Options, world: World): readonly string[] {
  const chosen = socketOf(options, world);
  if (chosen !== null) return [chosen];
  const folder = socketFolder(world);
  if (lstatSync(folder, {throwIfNoEntry: false}) === undefined) return [];
  checkFolder(folder);
  return readdirSync(folder)
    .filter(name => name.endsWith(suffix))
    .sort()
    .map(name => join(folder, name));
}

/** What a relative path of a socket stands for. */
function socketOf(options: Options, world: World): string | null {
  const path = options.value(flags.socket);
  return path === null ? null : resolve(world.directory, path);
}

const suffix = '.sock';

function socketFolder(world: World): string {
  const runtime = absolute(world.environment['XDG_RUNTIME_DIR']);
  // No project is called so: a name does not begin with a full stop.
  return runtime === null ? join(stateHome(world), '.run') : join(runtime, 'weir');
}

function stateHome(world: World): string {
  return join(absolute(world.environment['XDG_STATE_HOME']) ?? join(homeOf(world), '.local', 'state'), 'weir');
}

function homeOf(world: World): string {
  return absolute(world.environment['HOME']) ?? homedir();
}

/** As the XDG specification has it, a path that is not absolute counts as not set. */
function absolute(path: string | undefined): string | null {
  return path !== undefined && path.startsWith('/') ? path : null;
}

/** A name that is one part of a path and no hidden one, whatever the file of a script is called. */
function fileName(name: string): string {
  const safe = name.replaceAll(/[^A-Za-z0-9_.-]/g, '_').replace(/^[.-]+/, '_');
  return safe === '' ? 'weir' : safe;
}

/** For what goes on in the background: what it writes. */
export function logPaths({stateDirectory}: ProjectPlaces): {readonly output: string; readonly errors: string} {
  const folder = join(stateDirectory, '.log');
  return {output: join(folder, 'output.log'), errors: join(folder, 'errors.log')};
}

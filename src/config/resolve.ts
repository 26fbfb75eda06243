import {didYouMean} from '../base/nearest.ts';
import {type Problem, ProblemError, type SourceText} from '../base/problem.ts';
import {type ConfigNode, laidAs, listAt, mapAt, type MapNode, mapOf, textAt, without} from './config-node.ts';
import {type Document, type DocumentReader, within} from './documents.ts';
import {extendedLayers, ownKeys} from './extend.ts';
import {resolvedProblems} from './fault-problem.ts';
import {FillIn} from './fill-in.ts';
import {invalid} from './invalid.ts';
import {mergeAll} from './merge.ts';
import {settleRivals} from './rivals.ts';
import {readSettings} from './settings.ts';

/** What a job file is read for. */
export interface Choice {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `--set` arguments: `jobs.orders.on-error=skip`. */
  readonly settings: readonly string[];
  /** `-v` pairs: they replace `vars`. */
  readonly variables: ReadonlyMap<string, string>;
  /** `-p` names, in their order. */
  readonly profiles: readonly string[];
  /** Names of jobs that `--only` says in full: these are there without their profile. */
  readonly named: ReadonlySet<string>;
  /** Reads a text; a relative path starts in the current folder. Throws a ProblemError. */
  readonly readFile: (path: string) => SourceText;
}

/** A job file in which nothing stands for anything else any more. */
export interface ResolvedDocument {
  readonly document: Document;
  /** project, state-dir, vars, secrets and jobs; the jobs have everything of their own. */
  readonly root: MapNode;
  readonly fillIn: FillIn;
  /** Jobs that are not there because their profile is not, and those profiles. */
  readonly absent: ReadonlyMap<string, readonly string[]>;
  readonly problems: readonly Problem[];
}

/** Ranks of values within one layer stay below this. */
const layerRank = 1000;

/**
 * Resolves a job file that was read: `extends`, `defaults` under each job, profiles in their order, `--set`, then variables, then the schema once more.
 * `settings`: those of `--set` that are for this file.
 */
export function resolveDocument(document: Document, settings: MapNode, choice: Choice, reader: DocumentReader): ResolvedDocument {
  const {root} = document;
  const overlays = [...profileLayers(document, choice.profiles), settings];
  const problems: Problem[] = [];
  const section = (name: string): MapNode =>
    mergeAll(ranked([mapAt(root, name), ...overlays.map(layer => mapAt(layer, name))]), root.origin);
  const fillIn = new FillIn(section('vars'), section('secrets'), {
    ...choice,
    readText: (path, folder) => readPlain(within(folder, path), choice),
  });
  const absent = new Map<string, readonly string[]>();
  const jobs = new Map<string, ConfigNode>();
  for (const name of jobNames(root, overlays)) {
    const own = mergeAll(ranked([mapAt(root, 'jobs', name), ...overlays.map(layer => mapAt(layer, 'jobs', name))]), root.origin);
    const profiles = listAt(own, 'profiles').map(item => textAt(item) ?? '');
    if (profiles.length > 0 && !profiles.some(profile => choice.profiles.includes(profile)) && !choice.named.has(name)) {
      absent.set(name, profiles);
      continue;
    }
    const resolved = resolveJob(name, document, overlays, reader);
    problems.push(...resolved.problems);
    if (resolved.job === null) continue;
    const settled = settleRivals(name, fillIn.job(name, resolved.job));
    if (resolved.problems.length === 0) problems.push(...settled.problems);
    jobs.set(name, settled.job);
  }
  const entries: [string, ConfigNode][] = [];
  for (const key of ['version', 'project', 'state-dir']) {
    const node = settings.entries.get(key) ?? root.entries.get(key);
    if (node !== undefined && !(node.kind === 'scalar' && node.value === null)) entries.push([key, fillIn.value(node)]);
  }
  if (fillIn.vars.entries.size > 0) entries.push(['vars', fillIn.vars]);
  if (fillIn.declaredSecrets.entries.size > 0) entries.push(['secrets', fillIn.declaredSecrets]);
  entries.push(['jobs', mapOf(jobs, mapAt(root, 'jobs')?.origin ?? root.origin)]);
  const resolvedRoot = mapOf(entries, root.origin);
  problems.push(...lateExtends(overlays.slice(0, -1)), ...fillIn.problems, ...resolvedProblems(resolvedRoot, fillIn.unknown));
  return {document, root: resolvedRoot, fillIn, absent, problems};
}

function resolveJob(
  name: string,
  document: Document,
  overlays: readonly MapNode[],
  reader: DocumentReader,
): {readonly job: MapNode | null; readonly problems: readonly Problem[]} {
  const own = mapAt(document.root, 'jobs', name);
  const over = overlays.map(layer => mapAt(layer, 'jobs', name));
  const top = [own, ...over].find(layer => layer !== undefined);
  if (top === undefined) return {job: null, problems: []}; // It is no map, which has been told.
  const defaults = [mapAt(document.root, 'defaults'), ...overlays.map(layer => mapAt(layer, 'defaults'))];
  const extended = extendedLayers(name, document, reader);
  const layers = ranked([
    ...defaults.map((layer, index) => (index === 0 && layer !== undefined ? (laidAs(layer, 'defaults', 0) as MapNode) : layer)),
    ...extended.layers,
    own,
    ...over,
  ]);
  return {job: without(mergeAll(layers, top.origin), ownKeys), problems: extended.problems};
}

/** Each layer above the one before it. */
function ranked(layers: readonly (MapNode | undefined)[]): readonly MapNode[] {
  return layers.flatMap((layer, index) => (layer === undefined ? [] : [laidAs(layer, null, index * layerRank) as MapNode]));
}

function profileLayers(document: Document, profiles: readonly string[]): readonly MapNode[] {
  return profiles.flatMap(name => {
    const profile = mapAt(document.root, 'profiles', name);
    return profile === undefined ? [] : [laidAs(profile, `profile ${name}`, 0) as MapNode];
  });
}

function jobNames(root: MapNode, overlays: readonly MapNode[]): ReadonlySet<string> {
  return new Set([root, ...overlays].flatMap(layer => [...(mapAt(layer, 'jobs')?.entries.keys() ?? [])]));
}

/** A profile comes after `extends` has been followed. */
function lateExtends(profiles: readonly MapNode[]): readonly Problem[] {
  return profiles.flatMap(profile =>
    [...(mapAt(profile, 'jobs')?.entries.values() ?? [])].flatMap(job => {
      const late = mapAt(job)?.entries.get('extends');
      const message = 'extends in a profile would have no effect: it is followed before profiles are laid over the file';
      return late === undefined ? [] : [invalid('too-late', message, 'say it in the job itself', late.origin.keyPlace)];
    }),
  );
}

/** Settings of the command line, each given to the files that it is for. */
export function settingsFor(
  documents: readonly Document[],
  settings: readonly string[],
): {readonly layers: readonly MapNode[]; readonly problems: readonly Problem[]} {
  const names = documents.map(({root}) => [...jobNames(root, profilesOf(root))]);
  const all = new Set(names.flat());
  const read = documents.map(({folder}) => readSettings(settings, [...all], folder));
  const layers = read.map(({root}, index) => {
    const jobs = mapAt(root, 'jobs');
    if (jobs === undefined) return root;
    const mine = [...jobs.entries].filter(([name]) => (all.has(name) ? names[index]?.includes(name) === true : index === 0));
    return mapOf([...without(root, ['jobs']).entries, ['jobs', mapOf(mine, jobs.origin)]], root.origin);
  });
  return {layers, problems: read[0]?.problems ?? []};
}

function profilesOf(root: MapNode): readonly MapNode[] {
  return [...(mapAt(root, 'profiles')?.entries.values() ?? [])].flatMap(node => (node.kind === 'map' ? [node] : []));
}

/** Names given with `-p` that no file knows. */
export function unknownProfiles(documents: readonly Document[], profiles: readonly string[]): readonly Problem[] {
  const known = new Set(
    documents.flatMap(({root}) => [
      ...(mapAt(root, 'profiles')?.entries.keys() ?? []),
      ...[...(mapAt(root, 'jobs')?.entries.values() ?? [])].flatMap(job => listAt(job, 'profiles').map(item => textAt(item) ?? '')),
    ]),
  );
  return profiles
    .filter(name => !known.has(name))
    .map(name => ({
      kind: 'usage',
      severity: 'error',
      code: 'unknown-profile',
      message: `there is no profile "${name}"`,
      hint: didYouMean(name, known) ?? (known.size === 0 ? 'the files have no profiles' : `there are: ${[...known].join(', ')}`),
    }));
}

/** A value that comes from a file is no longer than this. */
const mostCharacters = 1024 * 1024;

function readPlain(path: string, {readFile}: Choice): string {
  const {text} = readFile(path);
  if (text.length <= mostCharacters) return text;
  throw new ProblemError([
    {kind: 'invalid', severity: 'error', code: 'file-too-large', message: `${path} has ${text.length} characters, which is no value`},
  ]);
}

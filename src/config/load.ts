import type {Problem, SourceText} from '../base/problem.ts';
import {mapAt, type MapNode, nodeAt, textAt} from './config-node.ts';
import {dependencyProblems} from './dependencies.ts';
import {DocumentReader, within} from './documents.ts';
import {invalid} from './invalid.ts';
import type {JobSpec} from './job-file.ts';
import {readJob} from './read-job.ts';
import {redactProblem} from './redact.ts';
import {type Choice, resolveDocument, type ResolvedDocument, settingsFor, unknownProfiles} from './resolve.ts';

export interface LoadRequest extends Choice {
  /** Job files, and among them what goes over the others (`.override.yaml`). */
  readonly files: readonly SourceText[];
}

export interface LoadedFile {
  readonly source: SourceText;
  readonly jobs: readonly JobSpec[];
  /** The name for all jobs together; null where the file does not say one. */
  readonly project: string | null;
  /** Where logs and snapshots lie; relative to the current folder (a file writes it relative to its own). Null: not said. */
  readonly stateDirectory: string | null;
  /** The file with everything in its place: what `weir config` prints. */
  readonly root: MapNode;
  readonly secrets: ReadonlyMap<string, string>;
}

export interface LoadedFiles {
  /** In the order in which they were given, overrides not among them; those in which something is wrong have no jobs. */
  readonly files: readonly LoadedFile[];
  readonly problems: readonly Problem[];
}

/**
 * Reads job files: parse, include, files over files, extends, defaults, profiles, `--set`, `${…}`, schema, jobs, in this order, so that nothing that comes in from
 * outside is ever taken for YAML. Everything wrong is told in one pass, without any secret.
 */
export function loadJobFiles(request: LoadRequest): LoadedFiles {
  const reader = new DocumentReader(request.readFile);
  const documents = reader.documents(request.files);
  const settings = settingsFor(documents, request.settings);
  const resolved = documents.map((document, index) => resolveDocument(document, settings.layers[index] as MapNode, request, reader));
  const problems: Problem[] = [
    ...reader.problems,
    ...settings.problems,
    ...(documents.every(({isSound}) => isSound) ? unknownProfiles(documents, request.profiles) : []),
    ...resolved.flatMap(file => file.problems),
  ];
  const secrets = new Map(resolved.flatMap(({fillIn}) => [...fillIn.secrets.values]));
  const isSound = problems.length === 0;
  // What is wrong with one file keeps no other from being read: there may be something wrong with that, too.
  const files = resolved.map(file => {
    const canBeRead = file.document.isSound && file.problems.length === 0 && settings.problems.length === 0;
    return canBeRead ? loadedFile(file, request, problems) : withoutJobs(file);
  });
  if (isSound) problems.push(...jointProblems(resolved));
  return {files, problems: inOrder(problems, request.files).map(problem => redactProblem(problem, secrets))};
}

function withoutJobs({document, root, fillIn}: ResolvedDocument): LoadedFile {
  const {source} = document;
  return {source, jobs: [], project: null, stateDirectory: null, root, secrets: fillIn.secrets.values};
}

/** Adds what is wrong with single jobs to `problems`. */
function loadedFile(file: ResolvedDocument, request: LoadRequest, problems: Problem[]): LoadedFile {
  const {root, fillIn} = file;
  const parameters = new Map([
    ...[...fillIn.vars.entries].map(([name, node]) => [name, node.kind === 'scalar' ? String(node.value) : ''] as const),
    ...request.variables,
  ]);
  const jobs: JobSpec[] = [];
  for (const [name, node] of mapAt(root, 'jobs')?.entries ?? []) {
    const job = readJob(name, node as MapNode, request.readFile);
    if ('problems' in job) {
      problems.push(...job.problems);
      continue;
    }
    jobs.push({
      ...job.own,
      parameters,
      optionValue: text => fillIn.optionValue(name, job.folder, text),
      usedVariables: fillIn.usedVariables,
      secrets: fillIn.secrets.values,
    });
  }
  const stateDirectory = nodeAt(root, ['state-dir']);
  const path = textAt(stateDirectory);
  return {
    ...withoutJobs(file),
    jobs,
    project: textAt(root, 'project') ?? null,
    stateDirectory: stateDirectory === undefined || path === undefined ? null : within(stateDirectory.origin.folder, path),
  };
}

/** What no job knows by itself. */
function jointProblems(files: readonly ResolvedDocument[]): readonly Problem[] {
  const jobs = new Map(files.flatMap(({root}) => [...(mapAt(root, 'jobs')?.entries ?? [])] as [string, MapNode][]));
  const absent = new Map(files.flatMap(file => [...file.absent]));
  const empty = files.flatMap((file): readonly Problem[] => {
    if (mapAt(file.root, 'jobs')?.entries.size !== 0 || file.absent.size === 0) return [];
    const profiles = [...new Set([...file.absent.values()].flat())];
    const message = `every job of ${file.document.source.name} waits for a profile`;
    const place = nodeAt(file.root, ['jobs'])?.origin.keyPlace ?? file.root.origin.place;
    return [invalid('no-job', message, `call with -p ${profiles.join(' or -p ')}`, place)];
  });
  return [...empty, ...dependencyProblems(jobs, absent)];
}

/** By file and place, as a reader meets them; one fault of a value that several jobs share is one. */
function inOrder(problems: readonly Problem[], files: readonly SourceText[]): readonly Problem[] {
  const seen = new Set<string>();
  const distinct = problems.filter(({place, code, message}) => {
    const key = place?.kind === 'text' ? `${place.source.name} ${place.source.text.length} ${place.span.start} ${code}` : message;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
  const fileOf = ({place}: Problem): number => (place?.kind === 'text' ? files.indexOf(place.source) : -1);
  const start = ({place}: Problem): number => (place?.kind === 'text' ? place.span.start : -1);
  return distinct.sort((left, right) => fileOf(left) - fileOf(right) || start(left) - start(right));
}

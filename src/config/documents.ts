import {dirname, isAbsolute, join} from 'node:path';
import {type Place, type Problem, ProblemError, type SourceText} from '../base/problem.ts';
import {type ConfigNode, laidAs, listAt, mapAt, type MapNode, mapOf, textAt} from './config-node.ts';
import {fileProblems} from './fault-problem.ts';
import {invalid} from './invalid.ts';
import {merge} from './merge.ts';
import type {FileKind} from './validator.ts';
import {readYaml} from './yaml-file.ts';

/** A job file with what it includes and what was laid over it. */
export interface Document {
  readonly source: SourceText;
  readonly folder: string;
  readonly root: MapNode;
  /** Nothing is wrong with it and with what it includes. */
  readonly isSound: boolean;
}

/** One run reads no more files than this: files that include each other twice grow fast. */
const mostFiles = 100;

/** Reads job files and whatever they name. Each file's own faults are told once. */
export class DocumentReader {
  readonly problems: Problem[] = [];
  readonly #readFile: (path: string) => SourceText;
  /** What was read, by kind and path; null while a file is read, and where it is no map. */
  readonly #read = new Map<string, MapNode | null>();
  #files = 0;

  constructor(readFile: (path: string) => SourceText) {
    this.#readFile = readFile;
  }

  /** All files of the command line. Those whose names end with `.override.yaml` go over the others, wherever they stand (a shell sorts them first), and are none themselves. */
  documents(sources: readonly SourceText[]): readonly Document[] {
    const documents: Document[] = [];
    const ordered = [...sources.filter(({name}) => !isOverride(name)), ...sources.filter(({name}) => isOverride(name))];
    for (const [index, source] of ordered.entries()) {
      const kind: FileKind = isOverride(source.name) ? 'override' : 'job-file';
      const before = this.problems.length;
      const root = this.#document(source, kind, []);
      const isSound = this.problems.length === before;
      if (kind === 'job-file') {
        if (root !== null) documents.push({source, folder: dirname(source.name), root, isSound});
      } else if (documents.length === 0) {
        const message = `${source.name} goes over other files, and there is none`;
        this.problems.push(invalid('nothing-to-override', message, 'name the file that it changes, too', startOf(source)));
      } else if (root !== null) {
        lay(laidAs(root, null, index + 1) as MapNode, documents, isSound);
      }
    }
    return documents;
  }

  /** The file that a value names, or null when it cannot be read; then that has been told. */
  named(node: ConfigNode, path: string, kind: FileKind, around: readonly string[]): {readonly path: string; readonly root: MapNode} | null {
    const place = node.origin.place;
    const full = within(node.origin.folder, path);
    if (path.includes('${')) {
      this.problems.push(invalid('variable-too-early', 'files are read before variables are known', 'write the path itself', place));
      return null;
    }
    if (around.includes(full)) {
      const circle = [...around.slice(around.indexOf(full)), full].join(' → ');
      this.problems.push(invalid('circle', `files name each other in a circle: ${circle}`, 'take one of them out of the circle', place));
      return null;
    }
    const key = `${kind} ${full}`;
    const known = this.#read.get(key);
    if (known !== undefined) return known === null ? null : {path: full, root: known};
    this.#read.set(key, null);
    try {
      if (++this.#files > mostFiles) {
        if (this.#files === mostFiles + 1)
          this.problems.push(invalid('too-many-files', `job files name more than ${mostFiles} other files`, undefined, place));
        return null;
      }
      const root = this.#document(this.#readFile(full), kind, [...around, full]);
      this.#read.set(key, root);
      return root === null ? null : {path: full, root};
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      this.problems.push(...error.problems.map(problem => ({...problem, place})));
      return null;
    }
  }

  #document(source: SourceText, kind: FileKind, around: readonly string[]): MapNode | null {
    const {root, problems} = readYaml(source, dirname(source.name));
    if (root === null) this.problems.push(...problems);
    else this.problems.push(...fileProblems(root, kind));
    return root?.kind === 'map' ? this.#withIncluded(root, source.name, around) : null;
  }

  /** What the file includes lies below what it says itself. */
  #withIncluded(root: MapNode, path: string, around: readonly string[]): MapNode {
    let below: ConfigNode = mapOf([], root.origin);
    for (const item of listAt(root, 'include')) {
      const name = textAt(item);
      const included = name === undefined ? null : this.named(item, name, 'included', around.length === 0 ? [path] : around);
      for (const section of ['vars', 'secrets', 'templates']) {
        const map = mapAt(included?.root, section);
        if (map !== undefined) below = merge(below, mapOf([[section, map]], root.origin));
      }
    }
    return merge(below, root) as MapNode;
  }
}

/** Lays a file over others: a job goes over the one of its name, or to the last file; everything else over all of them. */
function lay(over: MapNode, documents: Document[], isSound: boolean): void {
  const owners = new Map([...(mapAt(over, 'jobs')?.entries.keys() ?? [])].map(name => [name, ownerOf(name, documents)]));
  for (const [index, document] of documents.entries()) {
    const jobs = mapAt(over, 'jobs');
    const own = [...(jobs?.entries ?? [])].filter(([name]) => owners.get(name) === index);
    const entries = [...over.entries].flatMap(([key, node]) => (key === 'jobs' ? [] : [[key, node] as const]));
    if (jobs !== undefined) entries.push(['jobs', mapOf(own, jobs.origin)]);
    const root = merge(document.root, mapOf(entries, document.root.origin)) as MapNode;
    documents[index] = {...document, root, isSound: document.isSound && isSound};
  }
}

function ownerOf(job: string, documents: readonly Document[]): number {
  const owner = documents.findIndex(({root}) => mapAt(root, 'jobs', job) !== undefined);
  return owner === -1 ? documents.length - 1 : owner;
}

export function isOverride(path: string): boolean {
  return /\.override\.(ya?ml|json)$/i.test(path);
}

/** A path as a file in a folder means it. */
export function within(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

function startOf(source: SourceText): Place {
  return {kind: 'text', source, span: {start: 0, end: 0}};
}

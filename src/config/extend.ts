import {didYouMean} from '../base/nearest.ts';
import type {Problem} from '../base/problem.ts';
import {type ConfigNode, laidAs, mapAt, type MapNode, textAt, without} from './config-node.ts';
import type {Document, DocumentReader} from './documents.ts';
import {invalid} from './invalid.ts';

/** What one job begins as, lowest first, each labelled as its layer. */
export interface Extended {
  readonly layers: readonly MapNode[];
  readonly problems: readonly Problem[];
}

/** Templates that extend each other twice grow fast: more layers than this are no job file of a person's. */
const mostLayers = 200;

/** Keys that say something of the job itself, and nothing of those that extend it. */
export const ownKeys: readonly string[] = ['extends', 'profiles'];

/** One thing that can be extended, and where its own `extends` look. */
interface Target {
  /** As a reader would name it. */
  readonly name: string;
  readonly node: MapNode;
  readonly document: Pick<Document, 'root'> & {readonly path: string};
}

/** Follows `extends` of a job to whatever it leads. */
export function extendedLayers(job: string, document: Document, reader: DocumentReader): Extended {
  const node = mapAt(document.root, 'jobs', job);
  if (node === undefined) return {layers: [], problems: []};
  const chain = new Chain(reader);
  chain.follow(
    {name: job, node, document: {root: document.root, path: document.source.name}},
    [`job ${document.source.name} ${job}`],
    [job],
  );
  return {layers: chain.layers, problems: chain.problems};
}

class Chain {
  readonly layers: MapNode[] = [];
  readonly problems: Problem[] = [];
  readonly #reader: DocumentReader;

  constructor(reader: DocumentReader) {
    this.#reader = reader;
  }

  /** `keys` and `names` say what is being extended, from the job on. */
  follow(target: Target, keys: readonly string[], names: readonly string[]): void {
    for (const reference of referencesOf(target.node)) {
      const found = this.#find(reference, target.document);
      if (found === null) continue;
      const {key, label, next} = found;
      if (keys.includes(key)) {
        const circle = [...names.slice(keys.indexOf(key)), next.name].join(' → ');
        this.#problem('circle', `extends goes in a circle: ${circle}`, 'take one of them out of the circle', reference);
        continue;
      }
      if (this.layers.length >= mostLayers) {
        if (this.layers.length === mostLayers)
          this.#problem('too-many-layers', `extends leads to more than ${mostLayers} templates and jobs`, undefined, reference);
        return;
      }
      this.follow(next, [...keys, key], [...names, next.name]);
      this.layers.push(laidAs(without(next.node, ownKeys), label, 0) as MapNode);
    }
  }

  #find(reference: ConfigNode, document: Target['document']): {key: string; label: string; next: Target} | null {
    const file = textAt(reference, 'file');
    const name = textAt(reference, 'job');
    if (file !== undefined && name !== undefined) {
      const named = this.#reader.named(mapAt(reference)?.entries.get('file') ?? reference, file, 'job-file', []);
      if (named === null) return null;
      const node = mapAt(named.root, 'jobs', name);
      if (node !== undefined) {
        const label = `job ${name} of ${named.path}`;
        return {key: `job ${named.path} ${name}`, label, next: {name: `${named.path} ${name}`, node, document: named}};
      }
      return this.#unknown(
        `${named.path} has no job "${name}"`,
        name,
        namesOf(named.root, 'jobs'),
        mapAt(reference)?.entries.get('job') ?? reference,
      );
    }
    const text = textAt(reference);
    if (text === undefined) return null; // It is no reference at all, which the schema tells.
    const template = mapAt(document.root, 'templates', text);
    const job = mapAt(document.root, 'jobs', text);
    if (template !== undefined && job !== undefined) {
      this.#problem('unclear-extends', `both a template and a job are called "${text}"`, 'rename one of them', reference);
      return null;
    }
    const node = template ?? job;
    if (node !== undefined) {
      const kind = template === undefined ? 'job' : 'template';
      return {key: `${kind} ${document.path} ${text}`, label: `${kind} ${text}`, next: {name: text, node, document}};
    }
    return this.#unknown(
      `there is no template or job "${text}" to extend`,
      text,
      [...namesOf(document.root, 'templates'), ...namesOf(document.root, 'jobs')],
      reference,
    );
  }

  #unknown(message: string, name: string, known: readonly string[], reference: ConfigNode): null {
    const hint = name.includes('${') ? 'extends is resolved before variables are known' : (didYouMean(name, known) ?? there(known));
    this.#problem('unknown-template', message, hint, reference);
    return null;
  }

  #problem(code: string, message: string, hint: string | undefined, {origin}: ConfigNode): void {
    this.problems.push(invalid(code, message, hint, origin.place));
  }
}

function there(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `there are: ${names.join(', ')}`;
}

function referencesOf(node: MapNode): readonly ConfigNode[] {
  const given = node.entries.get('extends');
  if (given === undefined) return [];
  return given.kind === 'list' ? given.items : [given];
}

function namesOf(root: MapNode, section: string): readonly string[] {
  return [...(mapAt(root, section)?.entries.keys() ?? [])];
}

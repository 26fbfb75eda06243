import {isAbsolute, join, relative} from 'node:path';
import {Document, type Node, Pair, Scalar, YAMLMap, YAMLSeq} from 'yaml';
import {harmless} from '../base/harmless.ts';
import {lineAndColumn} from '../base/place.ts';
import {type ConfigNode, mapOf, type Origin, type Path, type ScalarNode} from './config-node.ts';
import type {LoadedFile} from './load.ts';
import {redact} from './redact.ts';
import {schemaAt} from './schema.ts';

export interface PrintRequest {
  readonly format: 'yaml' | 'json';
  /** Behind each value where it comes from; only in YAML, which has comments. */
  readonly provenance: boolean;
  /** Whether a job is printed. */
  readonly isChosen: (job: string) => boolean;
}

/** Job files with everything in its place, as job files that mean the same; secrets are names. Of several files JSON is a list, YAML several documents. */
export function printFiles(files: readonly LoadedFile[], request: PrintRequest): string {
  if (request.format === 'json') {
    const data = files.map(file => new Printer(file, request).json());
    return `${JSON.stringify(data.length === 1 ? data[0] : data, null, 2)}\n`;
  }
  return files.map(file => new Printer(file, request).yaml()).join('---\n');
}

class Printer {
  readonly #file: LoadedFile;
  readonly #request: PrintRequest;

  constructor(file: LoadedFile, request: PrintRequest) {
    this.#file = file;
    this.#request = request;
  }

  json(): unknown {
    return this.#plain(this.#root(), []);
  }

  yaml(): string {
    const document = new Document(null);
    document.contents = this.#node(this.#root(), []) as typeof document.contents;
    return document.toString({lineWidth: 0});
  }

  #root(): ConfigNode {
    const {root} = this.#file;
    return mapOf(
      [...root.entries].map(([key, node]) => {
        if (key !== 'jobs' || node.kind !== 'map') return [key, node];
        return [
          key,
          mapOf(
            [...node.entries].filter(([name]) => this.#request.isChosen(name)),
            node.origin,
          ),
        ];
      }),
      root.origin,
    );
  }

  #plain(node: ConfigNode, path: Path): unknown {
    switch (node.kind) {
      case 'scalar':
        return this.#value(node, path);
      case 'list':
        return node.items.map((item, index) => this.#plain(item, [...path, index]));
      case 'map':
        return Object.fromEntries([...node.entries].map(([key, inner]) => [this.#name(key, path), this.#plain(inner, [...path, key])]));
    }
  }

  #node(node: ConfigNode, path: Path): Node {
    switch (node.kind) {
      case 'scalar': {
        const scalar = new Scalar(this.#value(node, path));
        if (this.#request.provenance) scalar.comment = ` ${harmless(this.#clean(provenance(node.origin)))}`;
        return scalar;
      }
      case 'list': {
        const list = new YAMLSeq();
        list.items = node.items.map((item, index) => this.#node(item, [...path, index]));
        return list;
      }
      case 'map': {
        const map = new YAMLMap();
        for (const [key, inner] of node.entries) {
          const pair = new Pair(new Scalar(this.#name(key, path)), this.#node(inner, [...path, key]));
          if (path.length === 0 && map.items.length > 0 && inner.kind === 'map') pair.key.spaceBefore = true;
          map.items.push(pair);
        }
        return map;
      }
    }
  }

  /** Read again, it gives the same: a dollar sign that could begin something is doubled, a path starts in the folder of the file. */
  #value(node: ScalarNode, path: Path): string | number | boolean | null {
    const {value} = node;
    const text = String(value);
    if (typeof value !== 'string') return this.#clean(text) === text ? value : this.#clean(text);
    const clean = this.#clean(node.shown ?? this.#rebased(text, path, node.origin.folder));
    return path[0] === 'jobs' && path[2] === 'sql' ? clean : clean.replaceAll(/\$(?=[{$])/g, '$$$$');
  }

  /** A key that the schema knows is nobody's secret. */
  #name(key: string, path: Path): string {
    return Object.hasOwn(schemaAt('job-file', path)?.properties ?? {}, key) ? key : this.#clean(key);
  }

  #clean(text: string): string {
    return redact(text, this.#file.secrets);
  }

  #rebased(text: string, path: Path, folder: string): string {
    const isPath = path[0] === 'state-dir' || (path.length === 3 && path[2] === 'file');
    const {folder: own} = this.#file.root.origin;
    return !isPath || folder === own || isAbsolute(text) ? text : relative(own, join(folder, text));
  }
}

/** `jobs.yaml:23 (profile prod)` */
function provenance({place, layer}: Origin): string {
  if (layer === '-v') return layer;
  if (place.kind !== 'text') return place.where;
  if (layer === '--set') return `--set ${place.source.text}`;
  const where = `${place.source.name}:${lineAndColumn(place.source.text, place.span.start).line}`;
  return layer === null ? where : `${where} (${layer})`;
}

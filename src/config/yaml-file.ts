import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
  type YAMLError,
} from 'yaml';
import type {Place, Problem, SourceText, Span} from '../base/problem.ts';

/** Aliases may stand for this many nodes altogether: more is a bomb. */
const mostAliases = 100;

/** Keys and indexes from the top. */
export type Path = readonly (string | number)[];

/** A parsed YAML text that knows where everything stands. */
export class YamlFile {
  readonly source: SourceText;
  readonly problems: readonly Problem[];
  /** Plain data; null when there are problems. */
  readonly data: unknown;
  readonly #document: Document | null;

  constructor(source: SourceText) {
    this.source = source;
    const parsed = parse(source);
    this.problems = parsed.problems;
    this.#document = parsed.document;
    this.data = parsed.data;
  }

  /** The value at a path, or of the nearest thing around it that is written in the file. */
  placeOf(path: Path): Place {
    for (let length = path.length; length >= 0; length--) {
      const node = this.#nodeAt(path.slice(0, length));
      const range = node?.range;
      if (range) return this.#place({start: range[0], end: Math.max(range[0], range[1])});
    }
    return this.#place({start: 0, end: 0});
  }

  /** The key that stands at the end of a path. */
  placeOfKey(path: Path): Place {
    const parent = this.#nodeAt(path.slice(0, -1));
    const pair = parent === null ? null : pairOf(parent, String(path.at(-1)), this.#document);
    const range = isScalar(pair?.key) ? pair.key.range : null;
    return range ? this.#place({start: range[0], end: range[1]}) : this.placeOf(path.slice(0, -1));
  }

  /** The scalar at a path, as it was written. */
  scalarAt(path: Path): Scalar | null {
    const node = this.#nodeAt(path);
    return isScalar(node) ? node : null;
  }

  #place(span: Span): Place {
    return {kind: 'text', source: this.source, span};
  }

  #nodeAt(path: Path): Node | null {
    let node: unknown = this.#document?.contents ?? null;
    for (const step of path) {
      node = resolved(node, this.#document);
      if (isSeq(node)) node = node.items[Number(step)] ?? null;
      else node = pairOf(node, String(step), this.#document)?.value ?? null;
    }
    return resolved(node, this.#document);
  }
}

interface Parsed {
  readonly document: Document | null;
  readonly data: unknown;
  readonly problems: readonly Problem[];
}

function parse(source: SourceText): Parsed {
  const [document, second] = parseAllDocuments(source.text, {merge: true, prettyErrors: false, uniqueKeys: true}) as [
    Document.Parsed | undefined,
    Document.Parsed | undefined,
  ];
  if (document === undefined)
    return {document: null, data: null, problems: [problemAt(source, 'empty-file', 'the job file is empty', {start: 0, end: 0})]};
  // What is too deep is too deep at every level of it: once is enough.
  const tooDeep = document.errors.find(error => error.code === 'RESOURCE_EXHAUSTION');
  const errors = tooDeep === undefined ? [...document.errors, ...document.warnings] : [tooDeep];
  const faults = errors.map(error => syntaxProblem(source, error));
  if (second !== undefined) {
    const [start] = second.range;
    faults.push(problemAt(source, 'bad-yaml', 'a job file is one YAML document, and here a second one begins', {start, end: start}));
  }
  if (faults.length > 0) return {document, data: null, problems: faults};
  try {
    const data: unknown = document.toJS({maxAliasCount: mostAliases});
    if (!containsItself(data, [])) return {document, data, problems: []};
    return {document, data: null, problems: [aliasProblem(source, 'an alias stands inside what it stands for')]};
  } catch (error) {
    return {document, data: null, problems: [expansionProblem(source, error)]};
  }
}

const words: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'this key stands twice in the same map',
  RESOURCE_EXHAUSTION: 'this is nested too deeply',
  TAB_AS_INDENT: 'a tab cannot indent YAML',
  BAD_INDENT: 'this is indented wrongly',
  MULTIPLE_DOCS: 'a job file is one YAML document',
};
const hints: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'keep one of the two: which of them would count is not clear to a reader',
  TAB_AS_INDENT: 'use spaces',
};

function syntaxProblem(source: SourceText, error: YAMLError): Problem {
  const [start, end] = error.pos;
  const message = words[error.code] ?? lowerFirst(error.message.split('\n')[0] as string).replace(/\.$/, '');
  const problem = problemAt(source, error.code === 'DUPLICATE_KEY' ? 'duplicate-key' : 'bad-yaml', message, {start, end});
  const hint = hints[error.code];
  return hint === undefined ? problem : {...problem, hint};
}

function expansionProblem(source: SourceText, error: unknown): Problem {
  const text = error instanceof Error ? error.message : String(error);
  if (!text.includes('alias count')) return problemAt(source, 'bad-yaml', lowerFirst(text), {start: 0, end: 0});
  return aliasProblem(source, `aliases of this file stand for more than ${mostAliases} copies of each other`);
}

/** The first alias stands for all of them: which one is one too many means nothing to a reader. */
function aliasProblem(source: SourceText, message: string): Problem {
  const start = Math.max(0, source.text.indexOf('*'));
  const problem = problemAt(source, 'bad-yaml', message, {start, end: start + 1});
  return {...problem, hint: 'write out what is meant: such a file could fill the memory of any machine'};
}

/** `around`: what the value stands in. */
function containsItself(value: unknown, around: readonly unknown[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return around.includes(value) || Object.values(value).some(inner => containsItself(inner, [...around, value]));
}

function problemAt(source: SourceText, code: string, message: string, span: Span): Problem {
  return {kind: 'invalid', severity: 'error', code, message, place: {kind: 'text', source, span}};
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

function resolved(node: unknown, document: Document | null): Node | null {
  if (isAlias(node)) return document === null ? null : (node.resolve(document) ?? null);
  return (node as Node | null) ?? null;
}

/** The pair of a key: the map's own, else one that `<<` brings in. */
function pairOf(node: unknown, key: string, document: Document | null): Pair | null {
  const map = resolved(node, document);
  if (!isMap(map)) return null;
  const own = map.items.find(pair => isPair(pair) && isScalar(pair.key) && String(pair.key.value) === key);
  if (own !== undefined) return own;
  for (const pair of map.items) {
    if (!isScalar(pair.key) || String(pair.key.value) !== '<<') continue;
    const merged = resolved(pair.value, document);
    for (const from of isSeq(merged) ? merged.items : [merged]) {
      const found = pairOf(from, key, document);
      if (found !== null) return found;
    }
  }
  return null;
}

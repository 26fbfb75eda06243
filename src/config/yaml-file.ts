import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  type Scalar,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import type {Place, Problem, SourceText, Span} from '../base/problem.ts';
import {type ConfigNode, type ConfigScalar, mapOf, type Origin} from './config-node.ts';
import type {WrittenScalar} from './embedded-text.ts';
import {deepest, tooDeepAt} from './yaml-depth.ts';

/** Aliases may stand for this many values altogether: more is a bomb. */
const mostCopies = 100_000;
/** A longer file is a mistake (data), and would only be slow to refuse later. */
const mostBytes = 1024 * 1024;

/** A parsed YAML text whose values know where they stand. */
export interface YamlFile {
  readonly source: SourceText;
  readonly problems: readonly Problem[];
  /** Null when there are problems. */
  readonly root: ConfigNode | null;
}

/** `folder`: where relative paths of this file start. */
export function readYaml(source: SourceText, folder: string): YamlFile {
  if (Buffer.byteLength(source.text) > mostBytes) {
    const message = `${source.name} has ${Buffer.byteLength(source.text)} bytes, which is no job file`;
    return {source, problems: [problemAt(source, 'file-too-large', message, {start: 0, end: 0})], root: null};
  }
  const deepAt = tooDeepAt(source.text);
  if (deepAt !== null) return {source, problems: [problemAt(source, 'bad-yaml', tooDeep, {start: deepAt, end: deepAt + 1})], root: null};
  const [document, second] = parseAllDocuments(source.text, {merge: true, prettyErrors: false, uniqueKeys: false}) as [
    Document.Parsed | undefined,
    Document.Parsed | undefined,
  ];
  if (document === undefined)
    return {source, problems: [problemAt(source, 'empty-file', 'the job file is empty', {start: 0, end: 0})], root: null};
  const errors = [...document.errors, ...document.warnings];
  const faults = bareVariables(source, errors) ?? errors.map(error => syntaxProblem(source, error));
  if (second !== undefined) {
    const [start] = second.range;
    faults.push(problemAt(source, 'bad-yaml', 'a job file is one YAML document, and here a second one begins', {start, end: start}));
  }
  if (faults.length > 0) return {source, problems: faults, root: null};
  const aliases = new Aliases(document.contents);
  if (aliases.unresolved.length > 0)
    return {source, problems: aliases.unresolved.map(alias => unresolvedProblem(source, alias)), root: null};
  if (aliases.fault !== null) return {source, problems: [aliasProblem(source, aliases.fault)], root: null};
  const builder = new Builder(source, folder, aliases);
  const root = builder.node(document.contents, null);
  return builder.problems.length > 0 ? {source, problems: builder.problems, root: null} : {source, problems: [], root};
}

/** Makes nodes of a job file from nodes of YAML. */
class Builder {
  readonly problems: Problem[] = [];
  readonly #source: SourceText;
  readonly #folder: string;
  readonly #aliases: Aliases;

  constructor(source: SourceText, folder: string, aliases: Aliases) {
    this.#source = source;
    this.#folder = folder;
    this.#aliases = aliases;
  }

  node(given: unknown, keyPlace: Place | null): ConfigNode {
    const written = this.#aliases.resolved(given);
    const place = written === null ? (keyPlace ?? this.#place([0, 0])) : this.#place(written.range ?? [0, 0]);
    const origin: Origin = {place, keyPlace: keyPlace ?? place, folder: this.#folder, layer: null, rank: 0};
    if (isMap(written)) return mapOf(this.#entries(written), origin);
    if (isSeq(written)) return {kind: 'list', items: written.items.map(item => this.node(item, null)), origin};
    if (!isScalar(written)) return {kind: 'scalar', value: null, isPlain: true, written: null, origin};
    if (scalarValue(written.value) === null && written.value !== null)
      this.#problem('bad-yaml', 'a job file holds texts, numbers, true, false and null', place);
    const style = styles[written.type ?? 'PLAIN'] ?? 'plain';
    const [start, end] = written.range ?? [0, 0];
    return {
      kind: 'scalar',
      value: scalarValue(written.value),
      isPlain: style === 'plain',
      written: {file: this.#source, style, span: {start, end}},
      origin,
    };
  }

  /** Its own keys, and before them those that `<<` brings in: the first map that has a key gives it. */
  #entries(map: YAMLMap): Map<string, ConfigNode> {
    const brought = new Map<string, ConfigNode>();
    const own = new Map<string, ConfigNode>();
    for (const pair of map.items) {
      const key = this.#aliases.resolved(pair.key);
      const keyPlace = this.#place(key?.range ?? [0, 0]);
      if (isScalar(key) && isMergeKey(key)) {
        const from = this.#aliases.resolved(pair.value);
        for (const merged of isSeq(from) ? from.items.map(item => this.#aliases.resolved(item)) : [from]) {
          if (!isMap(merged)) continue;
          for (const [name, node] of this.#entries(merged)) if (!brought.has(name)) brought.set(name, node);
        }
      } else if (!isScalar(key)) {
        this.#problem('bad-yaml', 'a key of a job file is a text', keyPlace);
      } else {
        const name = String(scalarValue(key.value) ?? '');
        if (own.has(name)) this.#duplicate(keyPlace);
        own.set(name, this.node(pair.value, keyPlace));
      }
    }
    return new Map([...brought, ...own]);
  }

  /** Looked for here and not by the parser, which compares each key with each other one. */
  #duplicate(place: Place): void {
    const hint = 'keep one of the two: which of them would count is not clear to a reader';
    this.problems.push({
      kind: 'invalid',
      severity: 'error',
      code: 'duplicate-key',
      message: 'this key stands twice in the same map',
      hint,
      place,
    });
  }

  #problem(code: string, message: string, place: Place): void {
    this.problems.push({kind: 'invalid', severity: 'error', code, message, place});
  }

  #place([start, end]: readonly number[]): Place {
    return {kind: 'text', source: this.#source, span: {start: start ?? 0, end: Math.max(start ?? 0, end ?? 0)}};
  }
}

/** What each alias stands for: the anchor of its name that was written last before it. Everything once, so that a file of aliases costs no more than another. */
class Aliases {
  /** Why the file cannot be read: its aliases stand for too much, or for themselves. */
  readonly fault: string | null;
  /** Those before which no anchor of their name stands. */
  readonly unresolved: Alias[] = [];
  readonly #targets = new Map<Alias, Node>();
  readonly #anchors = new Map<string, Node>();
  /** Null while it is being found out. */
  readonly #extents = new Map<Node, Extent | null>();

  constructor(top: Node | null) {
    this.#collect(top);
    const {values, height} = this.#extent(top);
    if (Number.isNaN(values)) this.fault = 'an alias stands inside what it stands for';
    else if (height > deepest) this.fault = 'aliases of this file nest it too deeply';
    else this.fault = values - this.#extents.size > mostCopies ? `aliases of this file stand for more than ${mostCopies} values` : null;
  }

  resolved(node: unknown): Node | null {
    if (isAlias(node)) return this.#targets.get(node) ?? null;
    return (node as Node | null) ?? null;
  }

  #collect(node: Node | null): void {
    if (node === null) return;
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target === undefined) this.unresolved.push(node);
      else this.#targets.set(node, target);
      return;
    }
    if ('anchor' in node && node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    for (const inner of childrenOf(node)) this.#collect(inner);
  }

  /** NaN values where something stands inside itself. */
  #extent(node: Node | null): Extent {
    const target = this.resolved(node);
    if (target === null) return {values: 0, height: 0};
    const known = this.#extents.get(target);
    if (known !== undefined) return known ?? {values: NaN, height: 0};
    this.#extents.set(target, null);
    let values = 1;
    let height = 0;
    for (const inner of childrenOf(target)) {
      const extent = this.#extent(inner);
      values += extent.values;
      height = Math.max(height, extent.height);
    }
    const extent = {values, height: height + 1};
    this.#extents.set(target, extent);
    return extent;
  }
}

/** What a node stands for, all aliases written out: how many values, and how many of them within each other. */
interface Extent {
  readonly values: number;
  readonly height: number;
}

function childrenOf(node: Node): readonly (Node | null)[] {
  if (isMap(node)) return node.items.flatMap(({key, value}) => [key as Node | null, value as Node | null]);
  return isSeq(node) ? node.items.map(item => item as Node | null) : [];
}

const styles: Readonly<Record<string, WrittenScalar['style']>> = {
  QUOTE_SINGLE: 'quoted',
  QUOTE_DOUBLE: 'quoted',
  BLOCK_LITERAL: 'literal',
  BLOCK_FOLDED: 'folded',
};

/** YAML's own schema knows no other values than these. */
function scalarValue(value: unknown): ConfigScalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

function isMergeKey(key: Scalar): boolean {
  const isName = key.value === '<<' || (typeof key.value === 'symbol' && key.value.description === '<<');
  return isName && (key.type === undefined || key.type === 'PLAIN');
}

const tooDeep = 'this is nested too deeply';
const words: Readonly<Record<string, string>> = {
  RESOURCE_EXHAUSTION: tooDeep,
  TAB_AS_INDENT: 'a tab cannot indent YAML',
  BAD_INDENT: 'this is indented wrongly',
  MULTIPLE_DOCS: 'a job file is one YAML document',
};
const hints: Readonly<Record<string, string>> = {
  TAG_RESOLVE_FAILED: 'write it without the tag: a job file needs none',
  TAB_AS_INDENT: 'use spaces',
};

/** Inside brackets YAML takes the brace of `${` for one of its own, and then says things that help nobody. */
function bareVariables(source: SourceText, errors: readonly YAMLError[]): Problem[] | null {
  const starts = errors.map(({pos: [start]}) => start - 1).filter(start => source.text.startsWith('${', start));
  if (starts.length === 0) return null;
  return starts.map(start => ({
    ...problemAt(source, 'bad-yaml', '"${" cannot stand within { } or [ ] without quotes', {start, end: start + 2}),
    hint: 'put the value in quotes, which keep it a text, or write it in a line of its own',
  }));
}

function syntaxProblem(source: SourceText, error: YAMLError): Problem {
  const [start, end] = error.pos;
  const message = words[error.code] ?? lowerFirst(error.message.split('\n')[0] as string).replace(/\.$/, '');
  const problem = problemAt(source, 'bad-yaml', message, {start, end});
  const hint = hints[error.code];
  return hint === undefined ? problem : {...problem, hint};
}

function unresolvedProblem(source: SourceText, alias: Alias): Problem {
  const [start, end] = alias.range ?? [0, 0];
  return problemAt(source, 'bad-yaml', `there is no anchor "&${alias.source}" before this alias`, {start, end});
}

/** The first alias stands for all of them: which one is one too many means nothing to a reader. */
function aliasProblem(source: SourceText, message: string): Problem {
  const start = Math.max(0, source.text.indexOf('*'));
  const problem = problemAt(source, 'bad-yaml', message, {start, end: start + 1});
  return {...problem, hint: 'write out what is meant: such a file could fill the memory of any machine'};
}

function problemAt(source: SourceText, code: string, message: string, span: Span): Problem {
  return {kind: 'invalid', severity: 'error', code, message, place: {kind: 'text', source, span}};
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

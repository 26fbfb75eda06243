import {isJsonArray, isJsonObject, type JsonNode} from '../types/json-text.ts';

/** A path of SQL/JSON: `lax $.a.b[0]`, `strict $['a b'][*]`. Without a mode it is strict. */
export interface JsonPath {
  readonly mode: 'lax' | 'strict';
  readonly steps: readonly JsonStep[];
}

type JsonStep =
  | {readonly kind: 'field'; readonly name: string}
  /** Several of them, or one that may be counted from the end. */
  | {readonly kind: 'elements'; readonly indices: readonly number[]}
  | {readonly kind: 'slice'; readonly start: number; readonly end: number | undefined}
  | {readonly kind: 'all'}
  /** `..`: what was found, and everything in it. */
  | {readonly kind: 'inside'};

/** `.*`, `.name`, `[*]`, `[1, 2]`, `[0:2]`, `['name']`, `["name"]`, `."name"`, and `..` before any of them. */
const stepPattern =
  /(\.\.(?=\[))|(\.?)\.(?:(\*)|([^\s.[\]'"*()?@$,:]+)|"((?:[^"\\]|\\.)*)")|\[\s*(?:(\*)|(-?\d{1,9}(?:\s*,\s*-?\d{1,9})*)|(-?\d{1,9})?\s*:\s*(-?\d{1,9})?|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*\]/y;

/** Null when the text is no path, or one of a kind that is not known here (filters, several names at once). */
export function compileJsonPath(text: string): JsonPath | null {
  const start = /^\s*(?:(lax|strict)\s+)?\$/i.exec(text);
  if (start === null) return null;
  const steps: JsonStep[] = [];
  let at = start[0].length;
  while (at < text.trimEnd().length) {
    stepPattern.lastIndex = at;
    const match = stepPattern.exec(text);
    if (match === null) return null;
    steps.push(...stepsOf(match));
    at = stepPattern.lastIndex;
  }
  return {mode: start[1]?.toLowerCase() === 'lax' ? 'lax' : 'strict', steps};
}

function stepsOf(match: RegExpExecArray): readonly JsonStep[] {
  const [, inside, deep, allFields, plain, dotted, all, indices, from, to, single, double] = match;
  if (inside !== undefined) return [{kind: 'inside'}];
  const name = plain ?? (dotted ?? single ?? double)?.replaceAll(/\\(.)/g, '$1');
  const step: JsonStep =
    name !== undefined
      ? {kind: 'field', name}
      : allFields !== undefined || all !== undefined
        ? {kind: 'all'}
        : indices !== undefined
          ? {kind: 'elements', indices: indices.split(',').map(Number)}
          : {kind: 'slice', start: Number(from ?? 0), end: to === undefined ? undefined : Number(to)};
  return deep === '.' ? [{kind: 'inside'}, step] : [step];
}

/** Whether a path leads to one thing at most. */
export function isDefinite(path: JsonPath): boolean {
  return path.steps.every(step => step.kind === 'field' || (step.kind === 'elements' && step.indices.length === 1));
}

/** What the path leads to: of a path to any number of things an array of all. Undefined when there is nothing. */
export function followJsonPath(root: JsonNode, path: JsonPath): JsonNode | undefined {
  let nodes: readonly JsonNode[] = [root];
  for (const step of path.steps) nodes = nodes.flatMap(node => take(node, step));
  return isDefinite(path) ? nodes[0] : nodes;
}

function take(node: JsonNode, step: JsonStep): readonly JsonNode[] {
  switch (step.kind) {
    case 'field':
      return isJsonObject(node) && node.has(step.name) ? [node.get(step.name) as JsonNode] : [];
    case 'elements':
      return isJsonArray(node) ? step.indices.map(index => node.at(index)).filter(element => element !== undefined) : [];
    case 'slice':
      return isJsonArray(node) ? node.slice(step.start, step.end) : [];
    case 'inside':
      return [node, ...childrenOf(node).flatMap(child => take(child, step))];
    case 'all':
      return childrenOf(node);
  }
}

function childrenOf(node: JsonNode): readonly JsonNode[] {
  if (isJsonArray(node)) return node;
  return isJsonObject(node) ? [...node.values()] : [];
}

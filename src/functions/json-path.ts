import {isJsonArray, isJsonObject, type JsonNode} from '../types/json-text.ts';

/** A path of SQL/JSON: `lax $.a.b[0]`, `strict $['a b'][*]`. Without a mode it is strict. */
export interface JsonPath {
  readonly mode: 'lax' | 'strict';
  readonly steps: readonly JsonStep[];
}

type JsonStep =
  | {readonly kind: 'field'; readonly name: string}
  | {readonly kind: 'element'; readonly index: number}
  | {readonly kind: 'all'};

/** Null when the text is no path, or one of a kind that is not known here (filters, `..`). */
export function compileJsonPath(text: string): JsonPath | null {
  const start = /^\s*(?:(lax|strict)\s+)?\$/i.exec(text);
  if (start === null) return null;
  const steps: JsonStep[] = [];
  const step =
    /\.(\*)|\.([^\s.[\]'"*()?@$,]+)|\[\s*(\*)\s*\]|\[\s*(-?\d{1,9})\s*\]|\[\s*'((?:[^'\\]|\\.)*)'\s*\]|\[\s*"((?:[^"\\]|\\.)*)"\s*\]|\."((?:[^"\\]|\\.)*)"/y;
  let at = start[0].length;
  while (at < text.trimEnd().length) {
    step.lastIndex = at;
    const match = step.exec(text);
    if (match === null) return null;
    const name = match[2] ?? match[5] ?? match[6] ?? match[7];
    if (name !== undefined) steps.push({kind: 'field', name: match[2] === undefined ? name.replaceAll(/\\(.)/g, '$1') : name});
    else steps.push(match[4] === undefined ? {kind: 'all'} : {kind: 'element', index: Number(match[4])});
    at = step.lastIndex;
  }
  return {mode: start[1]?.toLowerCase() === 'lax' ? 'lax' : 'strict', steps};
}

/** What the path leads to: of a path with `*` an array of all. Undefined when there is nothing. */
export function followJsonPath(root: JsonNode, path: JsonPath): JsonNode | undefined {
  let nodes: readonly JsonNode[] = [root];
  for (const step of path.steps) nodes = nodes.flatMap(node => take(node, step));
  return path.steps.some(step => step.kind === 'all') ? nodes : nodes[0];
}

function take(node: JsonNode, step: JsonStep): readonly JsonNode[] {
  switch (step.kind) {
    case 'field':
      return isJsonObject(node) && node.has(step.name) ? [node.get(step.name) as JsonNode] : [];
    case 'element': {
      if (!isJsonArray(node)) return [];
      const element = node.at(step.index);
      return element === undefined ? [] : [element];
    }
    case 'all':
      if (isJsonArray(node)) return node;
      return isJsonObject(node) ? [...node.values()] : [];
  }
}

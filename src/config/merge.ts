import {type ConfigNode, type MapNode, mapOf} from './config-node.ts';

/**
 * Lays one value over another: maps key by key, everything else takes the place of what was there. `key+: […]` appends to the list under `key`. A null stays where it
 * was laid, so that it also takes away what a still lower layer says; `withoutNulls` ends that.
 */
export function merge(lower: ConfigNode | undefined, upper: ConfigNode): ConfigNode {
  if (upper.kind !== 'map') return upper;
  const below = lower?.kind === 'map' && upper.isCut !== true ? lower : null;
  const isCut = upper.isCut === true || below?.isCut === true || (lower?.kind === 'scalar' && lower.value === null);
  const entries = new Map(below?.entries);
  for (const [key, node] of upper.entries) {
    if (isAppend(key)) continue;
    entries.set(key, merge(entries.get(key), node));
    entries.delete(`${key}+`);
  }
  for (const [key, node] of upper.entries) {
    if (isAppend(key)) append(entries, key, node);
  }
  return {...mapOf(entries, upper.origin), ...(isCut ? {isCut} : {})};
}

function isAppend(key: string): boolean {
  return key.length > 1 && key.endsWith('+');
}

/** Where nothing is known yet to append to, the key waits with its plus; where there is something else than a list, too, which is an error in the end. */
function append(entries: Map<string, ConfigNode>, key: string, node: ConfigNode): void {
  const plain = key.slice(0, -1);
  const below = entries.get(plain);
  const target = below?.kind === 'list' || (below?.kind === 'scalar' && below.value === null) ? plain : key;
  const before = entries.get(target);
  entries.set(target, before?.kind === 'list' && node.kind === 'list' ? {...node, items: [...before.items, ...node.items]} : node);
}

/** All layers over each other, lowest first: what was taken away is gone, and what waited to be appended is there. */
export function mergeAll(layers: readonly MapNode[], origin: MapNode['origin']): MapNode {
  const merged = layers.reduce<ConfigNode>(merge, mapOf([], origin));
  return {...(withoutNulls(merged) as MapNode), origin};
}

export function withoutNulls(node: ConfigNode): ConfigNode {
  if (node.kind !== 'map') return node;
  const entries = [...node.entries].flatMap(([key, inner]) => {
    if (inner.kind === 'scalar' && inner.value === null) return [];
    const plain = key.slice(0, -1);
    return [[isAppend(key) && !node.entries.has(plain) ? plain : key, withoutNulls(inner)] as const];
  });
  return mapOf(entries, node.origin);
}

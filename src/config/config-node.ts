import type {Place} from '../base/problem.ts';
import type {WrittenScalar} from './embedded-text.ts';

/** Keys and indexes from the top. */
export type Path = readonly (string | number)[];

export type ConfigScalar = string | number | boolean | null;

/** Where a value was written, and what brought it to where it stands now. */
export interface Origin {
  readonly place: Place;
  /** Its key; what has none stands for itself. */
  readonly keyPlace: Place;
  /** Relative paths start here: the folder of the file that holds it. */
  readonly folder: string;
  /** What laid it there (`profile prod`, `template eos`); null: the file itself. */
  readonly layer: string | null;
  /** Of two values that cannot both hold, the one with the greater rank was laid over the other. */
  readonly rank: number;
}

/** A value of a job file that knows where it comes from, however often it was merged. */
export type ConfigNode = MapNode | ListNode | ScalarNode;

export interface MapNode {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, ConfigNode>;
  /** It was laid over a null: what is below that does not come up again. */
  readonly isCut?: true;
  readonly origin: Origin;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly ConfigNode[];
  readonly origin: Origin;
}

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: ConfigScalar;
  /** What to print in its place where it holds a secret. */
  readonly shown?: string;
  /** Without quotes: what comes in for a variable may become a number or a boolean. */
  readonly isPlain: boolean;
  /** How a text stands in its file; null where it does not stand in one. */
  readonly written: WrittenScalar | null;
  readonly origin: Origin;
}

/** As plain data; secrets too, unless `isShown`. */
export function plainData(node: ConfigNode, isShown = false): unknown {
  switch (node.kind) {
    case 'scalar':
      return isShown ? (node.shown ?? node.value) : node.value;
    case 'list':
      return node.items.map(item => plainData(item, isShown));
    case 'map':
      // Defined, not assigned: `__proto__` is a key like any other.
      return Object.fromEntries([...node.entries].map(([key, inner]) => [key, plainData(inner, isShown)]));
  }
}

/** What stands at a path; undefined where nothing does. */
export function nodeAt(node: ConfigNode | undefined, path: Path): ConfigNode | undefined {
  return path.reduce<ConfigNode | undefined>((at, step) => {
    if (at?.kind === 'map') return at.entries.get(String(step));
    return at?.kind === 'list' ? at.items[Number(step)] : undefined;
  }, node);
}

/** The place of a value or of its key, or of the nearest thing around it that was written. */
export function placeAt(root: ConfigNode, path: Path, isKey: boolean): Place {
  const node = nodeAt(root, path);
  if (node !== undefined) return isKey ? node.origin.keyPlace : node.origin.place;
  return path.length === 0 ? root.origin.place : placeAt(root, path.slice(0, -1), false);
}

export function mapOf(entries: Iterable<readonly [string, ConfigNode]>, origin: Origin): MapNode {
  return {kind: 'map', entries: new Map(entries), origin};
}

export function mapAt(node: ConfigNode | undefined, ...path: readonly string[]): MapNode | undefined {
  const found = nodeAt(node, path);
  return found?.kind === 'map' ? found : undefined;
}

export function listAt(node: ConfigNode | undefined, key: string): readonly ConfigNode[] {
  const found = nodeAt(node, [key]);
  return found?.kind === 'list' ? found.items : [];
}

export function textAt(node: ConfigNode | undefined, ...path: readonly string[]): string | undefined {
  const found = nodeAt(node, path);
  return found?.kind === 'scalar' && typeof found.value === 'string' ? found.value : undefined;
}

/** A map without some of its keys. */
export function without(node: MapNode, keys: readonly string[]): MapNode {
  return mapOf(
    [...node.entries].filter(([key]) => !keys.includes(key)),
    node.origin,
  );
}

/** The same values as those of a layer (null: of the one that they have), so much above where they were. */
export function laidAs(node: ConfigNode, layer: string | null, rank: number): ConfigNode {
  const origin: Origin = {...node.origin, layer: layer ?? node.origin.layer, rank: rank + node.origin.rank};
  switch (node.kind) {
    case 'scalar':
      return {...node, origin};
    case 'list':
      return {...node, items: node.items.map(item => laidAs(item, layer, rank)), origin};
    case 'map':
      return {...node, entries: new Map([...node.entries].map(([key, inner]) => [key, laidAs(inner, layer, rank)])), origin};
  }
}

/** A Java regular expression as a tree. */
export type PatternNode =
  | {readonly kind: 'set'; readonly set: CharacterSet}
  | {readonly kind: 'sequence'; readonly items: readonly PatternNode[]}
  | {readonly kind: 'choice'; readonly branches: readonly PatternNode[]}
  | {
      readonly kind: 'repeat';
      readonly item: PatternNode;
      readonly least: number;
      /** Infinity: any number. */ readonly most: number;
      readonly lazy: boolean;
    }
  /** `index` counts capturing groups from 1; null for `(?:…)`. */
  | {readonly kind: 'group'; readonly item: PatternNode; readonly index: number | null}
  | {readonly kind: 'assertion'; readonly what: Assertion}
  | {readonly kind: 'look'; readonly sign: '?=' | '?!' | '?<=' | '?<!'; readonly item: PatternNode}
  | {readonly kind: 'reference'; readonly group: number};

/**
 * `textStart`, `textEnd`: \A, \z. `end`: `$`, also before a last line terminator. `lineStart`, `lineEnd`: `^`, `$` with the flag `m`.
 */
export type Assertion = 'textStart' | 'textEnd' | 'end' | 'lineStart' | 'lineEnd' | 'boundary' | 'noBoundary';

/** One character out of a set: as the inside of a JavaScript character class for the flag `u`. */
export interface CharacterSet {
  readonly source: string;
  readonly negated: boolean;
}

export interface JavaPattern {
  readonly root: PatternNode;
  readonly groups: number;
  readonly ignoreCase: boolean;
}

export function setSource(set: CharacterSet): string {
  return `[${set.negated ? '^' : ''}${set.source}]`;
}

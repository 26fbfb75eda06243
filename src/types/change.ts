import type {Row} from './value.ts';

/** What a row does to the table that a changelog describes. Flink's order, so that an odd kind takes back. */
export const ChangeKind = {insert: 0, updateBefore: 1, updateAfter: 2, delete: 3} as const;
export type ChangeKind = (typeof ChangeKind)[keyof typeof ChangeKind];

/** As Flink prints them, indexed by kind. */
export const changeText = ['+I', '-U', '+U', '-D'] as const;

export interface Change {
  readonly kind: ChangeKind;
  readonly row: Row;
}

/**
 * What a stream may contain. The planner decides it, and generated code pays for taking back only where it can happen:
 * `append`: inserts only; `upsert`: inserts, updates (the new row only) and deletes, by key; `retract`: all four kinds.
 */
export type ChangelogMode = 'append' | 'upsert' | 'retract';

/** What rows of a source may do. */
export interface SourceChanges {
  readonly mode: ChangelogMode;
  readonly updates: boolean;
  readonly deletes: boolean;
}

import type {Demand} from '../demand.ts';
import type {Expr} from '../expression.ts';
import type {Schema} from '../../types/sql-type.ts';
import type {NodeShape, Traits} from './index.ts';

/**
 * What is known of a node's output before its behaviour has looked at it: the columns always; for a node without inputs, everything (its catalog entry decided).
 */
export type GivenTraits = {readonly schema: Schema} & Partial<Traits>;

/** What a node knows of its output. Whether rows belong to windows is said only by those who know it. */
export type FoundTraits = Omit<Traits, 'window'> & Partial<Pick<Traits, 'window'>>;

/** What the rows of a node do, beside being inserted. */
export interface Changes {
  readonly updates: boolean;
  readonly deletes: boolean;
}

/** The changes of several inputs together. */
export function joinedChanges(all: readonly Changes[]): Changes {
  return {updates: all.some(({updates}) => updates), deletes: all.some(({deletes}) => deletes)};
}

/** What a node keeps between rows, and what that grows with. */
export interface StateGrowth {
  /**
   * `fixed`: as much after a year as after a minute. `keys`: something for each key that ever came. `rows`: as much as rows come. `time`: only what time has not
   * passed yet.
   */
  readonly kind: 'none' | 'fixed' | 'keys' | 'rows' | 'time';
  /** A phrase: `one row per key of auction`. Empty: nothing is kept. */
  readonly text: string;
}

export const stateless: StateGrowth = {kind: 'none', text: ''};

/** Something for each key, or once where there is no key. `names`: the keys as they are shown. */
export function growthByKey(what: string, names: readonly string[]): StateGrowth {
  return names.length === 0 ? {kind: 'fixed', text: what} : {kind: 'keys', text: `${what} per key of ${names.join(', ')}`};
}

/** What the planner asks of every kind of node. The table of behaviours is total, so a kind without one does not compile. */
export interface Behaviour<Shape extends NodeShape> {
  inputs(node: Shape): readonly number[];
  /** The same node over other inputs, in the same order. */
  withInputs(node: Shape, inputs: readonly number[]): Shape;
  /** The same node with each of its expressions (over its input's columns) replaced. */
  mapExpressions(node: Shape, map: (expression: Expr) => Expr): Shape;
  traits(node: Shape, given: GivenTraits, inputs: readonly Traits[]): FoundTraits;
  /** What the node reads of each input when `wanted` of its own output is read. */
  demand(node: Shape, wanted: Demand): readonly Demand[];
  /** What its rows do when those of its inputs do this. Absent: everything, unless its changelog says that it only has new rows. */
  changes?(node: Shape, inputs: readonly Changes[]): Changes;
  /** Where the old rows of its updates come from: it gives them when somebody needs them, passes those of its inputs on, or never has any. Absent: it always gives them. */
  readonly oldRows?: 'asked' | 'passed' | 'never';
  /** Of which inputs it needs the old rows of updates, when those of its own are needed or not. Absent: of all. */
  needsOldRows?(node: Shape, isNeeded: boolean, inputs: readonly Traits[]): readonly boolean[];
  /** What it keeps and what that grows with, as long as its input goes on. */
  growth(node: Shape, inputs: readonly Traits[]): StateGrowth;
  /** One line for `explain`, without the columns and traits, which are printed for every kind alike. */
  describe(node: Shape, inputs: readonly Schema[], output: Schema): string;
}

/** Traits of a node without inputs: given, or those of rows written in the query. */
export function leafTraits(given: GivenTraits): FoundTraits {
  return {
    schema: given.schema,
    changelog: given.changelog ?? 'append',
    key: given.key ?? null,
    rowtime: given.rowtime ?? null,
    bounded: given.bounded ?? true,
  };
}

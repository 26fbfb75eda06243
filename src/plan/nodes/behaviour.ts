import type {Demand} from '../demand.ts';
import type {Expr} from '../expression.ts';
import type {Schema} from '../../types/sql-type.ts';
import type {NodeShape, Traits} from './index.ts';

/**
 * What is known of a node's output before its behaviour has looked at it: the columns always; for a node without inputs, everything (its catalog entry decided).
 */
export type GivenTraits = {readonly schema: Schema} & Partial<Traits>;

/** What the planner asks of every kind of node. The table of behaviours is total, so a kind without one does not compile. */
export interface Behaviour<Shape extends NodeShape> {
  inputs(node: Shape): readonly number[];
  /** The same node over other inputs, in the same order. */
  withInputs(node: Shape, inputs: readonly number[]): Shape;
  /** The same node with each of its expressions (over its input's columns) replaced. */
  mapExpressions(node: Shape, map: (expression: Expr) => Expr): Shape;
  traits(node: Shape, given: GivenTraits, inputs: readonly Traits[]): Traits;
  /** What the node reads of each input when `wanted` of its own output is read. */
  demand(node: Shape, wanted: Demand): readonly Demand[];
  /** One line for `explain`, without the columns and traits, which are printed for every kind alike. */
  describe(node: Shape, inputs: readonly Schema[], output: Schema): string;
}

/** Traits of a node without inputs: given, or those of rows written in the query. */
export function leafTraits(given: GivenTraits): Traits {
  return {
    schema: given.schema,
    changelog: given.changelog ?? 'append',
    key: given.key ?? null,
    rowtime: given.rowtime ?? null,
    bounded: given.bounded ?? true,
  };
}

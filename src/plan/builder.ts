import type {Span} from '../base/problem.ts';
import type {Schema} from '../types/sql-type.ts';
import type {Report} from './report.ts';
import type {GivenTraits} from './nodes/behaviour.ts';
import {behaviourOf, type NodeShape, type PlanNode, type Traits} from './nodes/index.ts';

/** Collects nodes; inputs stand before their users. The traits of each are decided here, once. */
export class PlanBuilder {
  readonly nodes: PlanNode[] = [];

  /** Adds a node and returns its index. */
  add(shape: NodeShape, given: GivenTraits): number {
    const behaviour = behaviourOf(shape);
    const inputs = behaviour.inputs(shape).map(input => this.at(input));
    const {schema, changelog, key, rowtime, bounded, window = null} = behaviour.traits(shape, given, inputs);
    const traits: Traits = {schema, changelog, key, rowtime, bounded, window};
    this.nodes.push({...shape, ...traits});
    return this.nodes.length - 1;
  }

  at(index: number): PlanNode {
    return this.nodes[index]!;
  }

  schema(index: number): Schema {
    return this.at(index).schema;
  }
}

/** What in the query made a node, for messages about it. */
export interface Origin {
  readonly report: Report;
  readonly span: Span;
  /** `GROUP BY`, `SELECT DISTINCT`, `table "orders"` */
  readonly name: string;
}

import type {Vector} from '../flow/batch.ts';
import type {PlanNode} from '../plan/nodes/index.ts';
import {type SqlType, withNullable} from '../types/sql-type.ts';

/** A column as generated code finds it: the vector that holds it at the row being worked on. */
export interface ColumnSource {
  readonly vector: Vector;
  readonly type: SqlType;
  /** Where it comes from, in the person's words: for the legend. */
  readonly title: string;
}

/** Rows as they pass through a segment: columns, and the change kind of each row (null for append-only streams). */
export interface RowShape {
  readonly columns: readonly ColumnSource[];
  readonly kinds: Uint8Array | null;
  /** Updates come in pairs (-U directly before its +U), so that who drops one row of a pair can make the other lawful. */
  readonly hasPairs: boolean;
}

/** The rows of a stage's output batch. What the edge decodes may hold NULL in spite of a NOT NULL; what we computed does not. */
export function stageRows(node: PlanNode, vectors: readonly Vector[], kinds: Uint8Array | null): RowShape {
  const isDecoded = node.kind === 'scan';
  return {
    columns: node.schema.columns.map((column, index) => ({
      vector: vectors[index] as Vector,
      type: isDecoded ? withNullable(column.type, true) : column.type,
      title: column.name,
    })),
    kinds,
    hasPairs: node.changelog === 'retract',
  };
}

import {type Js, js} from '../code/js.ts';
import type {Writer} from '../code/writer.ts';
import type {PlanNode} from '../plan/nodes/index.ts';
import type {WatermarkState} from '../state/small-states.ts';
import {type SqlType, withNullable} from '../types/sql-type.ts';
import type {Vector} from '../flow/batch.ts';
import type {Stage} from './stage.ts';

/** A column as generated code finds it: the vector that holds it at the row being worked on. */
export interface ColumnSource {
  readonly vector: Vector;
  readonly type: SqlType;
  /** Where it comes from, in the person's words: for the legend. */
  readonly title: string;
}

/** Where the rows of a segment stand in event time. */
export interface RowTime {
  /** The code of the watermark before the row being worked on: milliseconds, -Infinity where there is none. */
  before(writer: Writer): Js;
  /** The watermark behind all rows that have passed here. */
  readonly source: WatermarkState;
}

/** Rows as they pass through a segment: columns, and the change kind of each row (null for append-only streams). */
export interface RowShape {
  readonly columns: readonly ColumnSource[];
  readonly kinds: Uint8Array | null;
  readonly time: RowTime;
  /** Updates come in pairs (-U directly before its +U), so that who drops one row of a pair can make the other lawful. */
  readonly hasPairs: boolean;
}

/** The rows of a stage's output batch. What the edge decodes may hold NULL in spite of a NOT NULL; what we computed does not. */
export function stageRows(node: PlanNode, stage: Stage): RowShape {
  const {vectors, kinds} = stage.batch;
  const isDecoded = node.kind === 'scan';
  return {
    columns: node.schema.columns.map((column, index) => ({
      vector: vectors[index] as Vector,
      type: isDecoded ? withNullable(column.type, true) : column.type,
      title: column.name,
    })),
    kinds,
    time: {source: stage.watermark, before: writer => watermarkBefore(writer, stage)},
    // The rows that a join gives for an update follow each other, but those for its first half all come before those for its second.
    hasPairs: node.changelog === 'retract' && node.kind !== 'join',
  };
}

function watermarkBefore(writer: Writer, stage: Stage): Js {
  if (stage.watermarks !== null) return js`${writer.bind('watermarks', stage.watermarks, 'the watermark before each row')}[row]`;
  return js`${writer.bind('watermark', stage.watermark, 'how far time has come before these rows')}.value`;
}

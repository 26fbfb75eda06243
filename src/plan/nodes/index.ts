import type {ChangelogMode} from '../../types/change.ts';
import type {Schema} from '../../types/sql-type.ts';
import type {AggregateShape} from './aggregate.ts';
import type {FilterShape} from './filter.ts';
import type {LimitShape} from './limit.ts';
import type {ProjectShape} from './project.ts';
import type {ScanShape} from './scan.ts';
import type {SinkShape} from './sink.ts';
import type {SortShape} from './sort.ts';
import type {UnionShape} from './union.ts';
import type {ValuesShape} from './values.ts';
import type {WatermarkShape} from './watermark.ts';

/** What the planner decided of a node's output. Read, never decided again, by everyone below. */
export interface Traits {
  readonly schema: Schema;
  readonly changelog: ChangelogMode;
  /** Columns that identify a row, or null. */
  readonly key: readonly number[] | null;
  /** The event-time column, while one survives. */
  readonly rowtime: number | null;
  readonly bounded: boolean;
}

export type NodeShape =
  | ScanShape
  | ValuesShape
  | FilterShape
  | ProjectShape
  | WatermarkShape
  | AggregateShape
  | UnionShape
  | SortShape
  | LimitShape
  | SinkShape;

export type PlanNode = Traits & NodeShape;
export type NodeKind = PlanNode['kind'];
export type NodeOf<K extends NodeKind> = Extract<PlanNode, {readonly kind: K}>;
